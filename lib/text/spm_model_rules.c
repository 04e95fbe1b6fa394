/* SPDX-License-Identifier: Apache-2.0
 *
 * What a model's own rules do at a place, and which characters they certainly leave alone. A walk
 * down a double array costs some ten nanoseconds a character; a flag of each character of the basic
 * plane, made once, saves it for nearly all of a usual text. Leans on charsmap and utf8.
 */
#include "text/spm_model_rules.h"

#include <string.h>

#include "text/utf8.h"

enum flag {
    ALONE = 1,  /* a rule begins with the character and may end with it */
    STARTS = 2, /* a longer rule may begin with it */
    FOLLOWS = 4 /* it may be the second character of such a rule */
};

/* A charsmap that asks for more steps than this (the one of nmt_nfkc takes 330,000) gets no flags: each
 * character is looked up. */
#define STEP_LIMIT (1u << 24)

/* A scan of texts in which symbols are all that stays away from the rules looks at so many bytes at a
 * time, if the symbols have so few first bytes. */
enum { WINDOW = 512, FIRST_BYTES = TKZ__SPM_FIRST_BYTES };

/* ---- The flags of a charsmap ---------------------------------------------- */

/* A walk from node to node, with what it has cost. */
typedef struct survey {
    const tkz__charsmap *charsmap;
    uint8_t *flags;
    uint32_t steps;
} survey;

/* Goes down from `node` by a byte. `*ends`: a key ends there. */
static bool go_down(survey *of, size_t *node, uint8_t byte, bool *ends)
{
    bool here = false;
    if (of->steps == STEP_LIMIT)
        return false;
    of->steps++;
    if (!tkz__charsmap_step(of->charsmap, node, byte, &here))
        return false;
    *ends = *ends || here;
    return true;
}

/* Marks the second characters of keys that go on behind `node`; false: some key ends or goes on within
 * a character, or beyond the basic plane. */
static bool mark_followers(survey *of, size_t node)
{
    for (unsigned lead = 0; lead < 256; lead++) {
        size_t first = node;
        bool ends = false;
        if (!go_down(of, &first, (uint8_t)lead, &ends))
            continue;
        if (lead < 0x80) {
            of->flags[lead] |= FOLLOWS;
            continue;
        }
        if (ends || lead < 0xC2 || lead > 0xEF)
            return false;
        for (unsigned second = 0x80; second < 0xC0; second++) {
            size_t next = first;
            bool over = false;
            if (!go_down(of, &next, (uint8_t)second, &over))
                continue;
            unsigned character = (lead & 0x1F) << 6 | (second & 0x3F);
            if (lead < 0xE0) {
                of->flags[character] |= FOLLOWS;
                continue;
            }
            if (over)
                return false;
            for (unsigned third = 0x80; third < 0xC0; third++) {
                size_t last = next;
                if (!go_down(of, &last, (uint8_t)third, &over))
                    continue;
                character = (lead & 0x0F) << 12 | (second & 0x3F) << 6 | (third & 0x3F);
                if (character < 0x800 || character - 0xD800 < 0x800)
                    return false;
                of->flags[character] |= FOLLOWS;
            }
        }
    }
    return true;
}

static void mark_character(survey *of, uint32_t character, size_t node, bool ends)
{
    if (ends || !mark_followers(of, node))
        of->flags[character] |= ALONE;
    else
        of->flags[character] |= STARTS;
}

/* Marks the characters of two or three bytes that begin with `lead`, which led to `node`. */
static void mark_wide(survey *of, unsigned lead, size_t node, bool ends)
{
    for (unsigned second = 0x80; second < 0xC0; second++) {
        size_t next = node;
        bool over = ends;
        bool found = go_down(of, &next, (uint8_t)second, &over);
        if (lead < 0xE0) {
            uint32_t character = (lead & 0x1F) << 6 | (second & 0x3F);
            if (found)
                mark_character(of, character, next, over);
            else if (ends)
                of->flags[character] |= ALONE;
            continue;
        }
        uint32_t start = (lead & 0x0F) << 12 | (second & 0x3F) << 6;
        for (unsigned third = 0; third < 0x40; third++) {
            size_t last = next;
            bool all = over;
            if (found && go_down(of, &last, (uint8_t)(0x80 | third), &all))
                mark_character(of, start | third, last, all);
            else if (over)
                of->flags[start | third] |= ALONE;
        }
    }
}

static void mark_charsmap(const tkz__charsmap *charsmap, uint8_t *flags)
{
    survey of = {charsmap, flags, 0};
    size_t root;
    if (!tkz__charsmap_root(charsmap, &root))
        return;
    for (unsigned lead = 0; lead < 0xF0; lead++) {
        size_t node = root;
        bool ends = false;
        if ((lead >= 0x80 && lead < 0xC2) || !go_down(&of, &node, (uint8_t)lead, &ends))
            continue;
        if (lead < 0x80)
            mark_character(&of, lead, node, ends);
        else
            mark_wide(&of, lead, node, ends);
    }
    if (of.steps == STEP_LIMIT)
        memset(flags, ALONE, TKZ__SPM_PLANE);
}

/* ---- The flags of named rules, and of symbols ------------------------------ */

static void mark_named(const tkz__spm_rules *named, uint8_t *flags)
{
    if (!named->maps && !named->nmt && !named->folds)
        return;
    for (uint32_t character = 0; character < TKZ__SPM_PLANE; character++) {
        char text[4];
        if (character - 0xD800u < 0x800)
            continue;
        size_t size = tkz__utf8_encode(character, text);
        if (tkz__spm_rules_plain(named, TKZ__SPM_SPACES_COPIED, text, size) != size)
            flags[character] |= ALONE;
        if (tkz__spm_rules_may_join(named, text, size))
            flags[character] |= FOLLOWS;
        if (named->maps)
            flags[character] |= STARTS;
    }
}

static void mark_symbols(const tkz__spm_symbols *symbols, uint8_t *flags)
{
    for (uint32_t byte = 0; byte < 0xF0; byte++) {
        uint32_t start = byte < 0x80 ? byte : byte < 0xE0 ? (byte & 0x1F) << 6 : (byte & 0x0F) << 12;
        uint32_t count = byte < 0x80 ? 1 : byte < 0xE0 ? 0x40 : 0x1000;
        if (symbols->first[byte] == 0)
            continue;
        /* All characters of that first byte: symbols begin with few (most with "<"). */
        for (uint32_t i = 0; i < count; i++)
            flags[start + i] |= ALONE;
    }
}

/* The bytes that symbols begin with, if they are few; else 0. */
static uint32_t list_first_bytes(const tkz__spm_symbols *symbols, uint8_t first[FIRST_BYTES])
{
    uint32_t count = 0;
    for (uint32_t byte = 0; byte < 256; byte++) {
        if (symbols->first[byte] == 0)
            continue;
        if (count == FIRST_BYTES)
            return 0;
        first[count++] = (uint8_t)byte;
    }
    return count;
}

/* ---- Making ---------------------------------------------------------------- */

tkz_status tkz__spm_model_rules_new(tkz__spm_model_rules **rules, const tkz__spm_rules *named,
                                    const tkz__charsmap *charsmap, const char *symbols,
                                    size_t symbols_size, const tkz_allocator *allocator,
                                    tkz_error *error)
{
    tkz__spm_model_rules *made = tkz__allocate_zeroed(allocator, sizeof *made);
    *rules = NULL;
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    tkz_status status =
        tkz__spm_symbols_read(&made->symbols, symbols, symbols_size, allocator, error);
    if (status != TKZ_OK) {
        tkz__release(allocator, made, sizeof *made);
        return status;
    }
    made->named = named;
    if (charsmap == NULL && !named->maps)
        made->first_count = list_first_bytes(&made->symbols, made->first);
    if (charsmap != NULL) {
        made->charsmap = *charsmap;
        mark_charsmap(charsmap, made->flags);
    } else {
        mark_named(named, made->flags);
    }
    mark_symbols(&made->symbols, made->flags);
    *rules = made;
    return TKZ_OK;
}

void tkz__spm_model_rules_free(tkz__spm_model_rules *rules, const tkz_allocator *allocator)
{
    if (rules == NULL)
        return;
    tkz__spm_symbols_free(&rules->symbols, allocator);
    tkz__release(allocator, rules, sizeof *rules);
}

/* ---- Working --------------------------------------------------------------- */

/* Bytes of the character of the basic plane at `text`; 0: there is another one, or none. */
static inline size_t plane_character(const char *text, size_t size, uint32_t *character)
{
    const uint8_t *bytes = (const uint8_t *)text;
    if (bytes[0] < 0x80) {
        *character = bytes[0];
        return 1;
    }
    if (bytes[0] >= 0xE0) {
        if (bytes[0] > 0xEF || size < 3 || (bytes[1] & 0xC0) != 0x80 || (bytes[2] & 0xC0) != 0x80)
            return 0;
        *character = (bytes[0] & 0x0Fu) << 12 | (bytes[1] & 0x3Fu) << 6 | (bytes[2] & 0x3Fu);
        return *character < 0x800 || *character - 0xD800u < 0x800 ? 0 : 3;
    }
    if (bytes[0] < 0xC2 || size < 2 || (bytes[1] & 0xC0) != 0x80)
        return 0;
    *character = (bytes[0] & 0x1Fu) << 6 | (bytes[1] & 0x3Fu);
    return 2;
}

/* With one charsmap, which is looked at character by character. */
static size_t plain_by_flags(const uint8_t *flags, tkz__spm_spaces spaces, const char *text,
                             size_t size)
{
    size_t at = 0, before = 0;
    uint8_t own = 0;
    while (at < size) {
        uint32_t character;
        size_t length = plane_character(text + at, size - at, &character);
        if (length == 0)
            return at;
        uint8_t last = own;
        own = flags[character];
        if ((own & (ALONE | FOLLOWS)) != 0) {
            if ((own & FOLLOWS) != 0 && (last & STARTS) != 0)
                return before;
            if ((own & ALONE) != 0)
                return at;
        }
        if (character == ' ' && (spaces == TKZ__SPM_SPACES_ALL ||
                                 (spaces == TKZ__SPM_SPACES_DOUBLE && at + 1 < size &&
                                  text[at + 1] == ' ')))
            return at;
        before = at;
        at += length;
    }
    return at;
}

/* First place of a byte that a symbol begins with, before `size`. */
static size_t symbol_byte(const tkz__spm_model_rules *rules, const char *text, size_t size)
{
    for (uint32_t i = 0; i < rules->first_count; i++) {
        const char *found = memchr(text, rules->first[i], size);
        if (found != NULL)
            size = (size_t)(found - text);
    }
    return size;
}

/* With no rule but symbols: what the named rules leave alone, window by window, so that no text is
 * looked at again and again where symbols' bytes are frequent. */
static size_t plain_but_symbols(const tkz__spm_model_rules *rules, tkz__spm_spaces spaces,
                                const char *text, size_t size)
{
    size_t at = 0;
    while (at < size) {
        size_t left = size - at, window = left < WINDOW ? left : WINDOW;
        size_t end = symbol_byte(rules, text + at, window);
        size_t done = tkz__spm_rules_plain(rules->named, spaces, text + at, end);
        bool is_cut = end == window && window < left;
        if (!is_cut)
            return done < end || end < window ? at + done : size;
        if (done + 3 < end) /* it is not for a character or a space that the window cuts */
            return at + done;
        if (done == end && text[at + end - 1] == ' ')
            done--;
        if (done == 0)
            return at;
        at += done;
    }
    return at;
}

size_t tkz__spm_model_rules_plain(const tkz__spm_model_rules *rules, tkz__spm_spaces spaces,
                                  const char *text, size_t size)
{
    if (rules->first_count != 0)
        return plain_but_symbols(rules, spaces, text, size);
    return plain_by_flags(rules->flags, spaces, text, size);
}

size_t tkz__spm_model_rules_match(const tkz__spm_model_rules *rules, const char *text, size_t size,
                                  tkz__spm_piece *piece)
{
    uint32_t character;
    size_t length = tkz__spm_symbols_match(&rules->symbols, text, size);
    if (length != 0) {
        piece->text = text;
        piece->size = length;
        return length;
    }
    if (rules->charsmap.unit_count == 0)
        return tkz__spm_rules_match(rules->named, text, size, piece);
    length = tkz__charsmap_longest(&rules->charsmap, text, size, &piece->text, &piece->size);
    if (length != 0)
        return length;
    length = tkz__utf8_next(text, size, &character);
    piece->text = character == TKZ__UTF8_INVALID ? "\xEF\xBF\xBD" : text;
    piece->size = character == TKZ__UTF8_INVALID ? 3 : length;
    return length;
}
