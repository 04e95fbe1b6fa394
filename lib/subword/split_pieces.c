/* SPDX-License-Identifier: Apache-2.0
 *
 * Cuts the pieces of a text as a step of a pre-tokenizer says: by matches, a scanner, length, scripts, the
 * words of a dictionary. Leans on split_steps_parts and the class tables.
 *
 * As tokenizers 0.23: src/pre_tokenizers for the steps, src/tokenizer/normalizer.rs (split) and
 * src/tokenizer/pattern.rs for what becomes of matches.
 */
#include "subword/split_steps_parts.h"

#include <inttypes.h>
#include <string.h>

#include "text/char_class.h"
#include "text/pattern_set.h"
#include "text/utf8.h"

/* What is made of the matches of one piece: the last part is held until it is known what comes. */
typedef struct cut {
    tkz__split_behavior behavior;
    bool is_inverted;
    bool has_part;
    bool is_match; /* the last one */
    size_t start, end;
} cut;

static tkz_status flush(tkz__split_run *now, cut *own)
{
    if (!own->has_part)
        return TKZ_OK;
    own->has_part = false;
    return tkz__split_push(now, own->start, own->end);
}

/* A match, or what is between two; parts come in order and without gaps. */
static tkz_status feed(tkz__split_run *now, cut *own, size_t start, size_t end, bool is_match)
{
    bool joins = false;
    is_match = is_match != own->is_inverted;
    switch (own->behavior) {
    case TKZ__BEHAVIOR_REMOVED:
        return is_match ? TKZ_OK : tkz__split_push(now, start, end);
    case TKZ__BEHAVIOR_CONTIGUOUS:
        joins = is_match == own->is_match;
        break;
    case TKZ__BEHAVIOR_MERGED_WITH_PREVIOUS:
        joins = is_match && !own->is_match;
        break;
    case TKZ__BEHAVIOR_MERGED_WITH_NEXT:
        joins = !is_match && own->is_match;
        break;
    default:
        return tkz__split_push(now, start, end);
    }
    own->is_match = is_match;
    if (joins && own->has_part) {
        own->end = end;
        return TKZ_OK;
    }
    tkz_status status = flush(now, own);
    own->has_part = true;
    own->start = start;
    own->end = end;
    return status;
}

/* Is it the mark of Metaspace, whose first byte it has? */
static bool is_mark(const char *text, size_t size, const tkz__split_spec *spec)
{
    if (size < spec->text_size)
        return false;
    for (size_t i = 1; i < spec->text_size; i++)
        if (text[i] != spec->text[i])
            return false;
    return true;
}

/* Cuts a piece before each mark of Metaspace; a mark is one character, so its bytes are found nowhere else. */
static tkz_status cut_by_mark(tkz__split_run *now, const tkz__split_spec *spec, size_t start, size_t end)
{
    tkz_status status = TKZ_OK;
    size_t from = start;
    for (size_t at = start; status == TKZ_OK && at < end;) {
        const char *mark = memchr(now->text + at, spec->text[0], end - at);
        if (mark == NULL)
            break;
        at = (size_t)(mark - now->text);
        if (is_mark(mark, end - at, spec)) {
            status = tkz__split_push(now, from, at);
            from = at;
        }
        at++;
    }
    return status == TKZ_OK ? tkz__split_push(now, from, end) : status;
}

/* Cuts a piece by the matches of a pattern. */
static tkz_status cut_by_pattern(tkz__split_run *now, const tkz__ready_step *what, size_t start, size_t end)
{
    tkz__pattern_search *search = &now->own->search;
    cut own = {.behavior = what->behavior, .is_inverted = what->is_inverted};
    size_t done = 0, from, to;
    bool found;
    tkz__pattern_search_text(search, what->pattern, now->text + start, end - start);
    tkz__pattern_search_part(search, now->goes_on && start == 0, now->goes_behind && end == now->size);
    now->own->known = 0;
    tkz_status status = tkz__pattern_search_next(search, &from, &to, &found, now->error);
    while (status == TKZ_OK && found) {
        if (!search->saw_end)
            now->own->known = start + from;
        if (from > done)
            status = feed(now, &own, start + done, start + from, false);
        if (status == TKZ_OK)
            status = feed(now, &own, start + from, start + to, true);
        done = to;
        if (status == TKZ_OK)
            status = tkz__pattern_search_next(search, &from, &to, &found, now->error);
    }
    if (status == TKZ_OK && start + done < end)
        status = feed(now, &own, start + done, end, false);
    return status == TKZ_OK ? flush(now, &own) : status;
}

enum { SCANNED = 256 /* chunks at a time */ };

static tkz_status cut_by_scanner(tkz__split_run *now, const tkz__pre_tokenizer *scanner, size_t start,
                                 size_t end)
{
    tkz_status status = TKZ_OK;
    for (size_t at = start; status == TKZ_OK && at < end;) {
        uint32_t ends[SCANNED];
        size_t count = scanner->cut(now->text + at, end - at, ends, SCANNED);
        size_t from = 0;
        for (size_t i = 0; status == TKZ_OK && i < count; i++) {
            status = tkz__split_push(now, at + from, at + ends[i]);
            from = ends[i];
        }
        at += from;
    }
    return status;
}

static tkz_status cut_by_length(tkz__split_run *now, uint32_t length, size_t start, size_t end)
{
    tkz_status status = TKZ_OK;
    size_t from = start;
    uint32_t count = 0, character;
    for (size_t at = start; status == TKZ_OK && at < end;) {
        at += tkz__utf8_next(now->text + at, end - at, &character);
        if (++count == length || at == end) {
            status = tkz__split_push(now, from, at);
            from = at;
            count = 0;
        }
    }
    return status;
}

/* fixed_script() of unicode_scripts: Japanese is one; its table is that of Unicode 9.0, and a character
 * that is not assigned there is as a space. */
static int script_of(uint32_t character, const int scripts[4])
{
    if (character == ' ')
        return TKZ__SPLIT_ANY_SCRIPT;
    int script = tkz__char_record(&tkz__class_table_9_0, character)->script;
    if (character == 0x30FC || script == scripts[1] || script == scripts[2])
        return scripts[0];
    return script == scripts[3] ? TKZ__SPLIT_ANY_SCRIPT : script;
}

static void find_scripts(int scripts[4])
{
    static const char names[4][5] = {"Hani", "Hira", "Kana", "Zzzz"};
    for (size_t i = 0; i < 4; i++)
        scripts[i] = tkz__script_find(names[i], 4);
}

int tkz__split_script(uint32_t character)
{
    int scripts[4];
    find_scripts(scripts);
    return script_of(character, scripts);
}

/* What stands before the first script is lost, as in HF. */
static tkz_status cut_by_scripts(tkz__split_run *now, size_t start, size_t end)
{
    int scripts[4], last = TKZ__SPLIT_ANY_SCRIPT;
    size_t from = end;
    tkz_status status = TKZ_OK;
    find_scripts(scripts);
    for (size_t at = start; status == TKZ_OK && at < end;) {
        uint32_t character;
        size_t length = tkz__utf8_next(now->text + at, end - at, &character);
        int script = script_of(character, scripts);
        if (script != TKZ__SPLIT_ANY_SCRIPT && script != last) {
            if (from < at)
                status = tkz__split_push(now, from, at);
            from = at;
        }
        last = script != TKZ__SPLIT_ANY_SCRIPT ? script : last;
        at += length;
    }
    return status == TKZ_OK ? tkz__split_push(now, from, end) : status;
}

/* The words that the boundary source finds in a piece; white space between them is lost. */
static tkz_status cut_by_words(tkz__split_run *now, const tkz__ready_step *what, size_t start, size_t end)
{
    const tkz__splitter *own = now->own;
    const tkz_word_range *words;
    size_t count = 0;
    uint64_t done = 0;
    if (own->words == NULL)
        return tkz__error_set(now->error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "the model cuts text into the words of the dictionary with the hash "
                              "%016" PRIx64 ", which encoding needs: give it as boundaries (--boundaries)",
                              what->spec.dictionary);
    tkz_status status = own->boundaries.find(own->words, now->text + start, end - start, &words,
                                             &count, now->error);
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        if (words[i].start < done || words[i].end <= words[i].start || words[i].end > end - start)
            return tkz__error_set(now->error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                                  "the boundary source gives words that are empty, out of order or "
                                  "beyond the text");
        done = words[i].end;
        status = tkz__split_push(now, start + (size_t)words[i].start, start + (size_t)done);
    }
    return status;
}

static tkz_status cut_piece(tkz__split_run *now, const tkz__ready_step *what, size_t start, size_t end)
{
    if (what->scanner != NULL)
        return cut_by_scanner(now, what->scanner, start, end);
    if (what->pattern != NULL && what->spec.kind == TKZ__SPLIT_METASPACE)
        return cut_by_mark(now, &what->spec, start, end);
    if (what->pattern != NULL)
        return cut_by_pattern(now, what, start, end);
    if (what->spec.kind == TKZ__SPLIT_FIXED_LENGTH)
        return cut_by_length(now, what->spec.length, start, end);
    if (what->spec.kind == TKZ__SPLIT_SCRIPTS)
        return cut_by_scripts(now, start, end);
    if (what->spec.kind == TKZ__SPLIT_MORPH)
        return cut_by_words(now, what, start, end);
    return tkz__split_push(now, start, end); /* nothing cuts */
}

void tkz__split_take_next(tkz__split_run *now)
{
    tkz__splitter *own = now->own;
    tkz__piece_list list = own->pieces;
    own->pieces = own->next;
    own->next = list;
    own->next.count = 0;
}

tkz_status tkz__split_cut_pieces(tkz__split_run *now, const tkz__ready_step *what)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < now->own->pieces.count; i++)
        status = cut_piece(now, what, now->own->pieces.items[i].start,
                           now->own->pieces.items[i].end);
    tkz__split_take_next(now);
    return status;
}
