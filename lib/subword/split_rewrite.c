/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes the pieces of a text again where a step of a pre-tokenizer changes them, with a map: Metaspace, lower
 * case, the characters of ByteLevel. Leans on split_steps_parts and byte_level.
 *
 * As tokenizers 0.23, src/tokenizer/normalizer.rs (prepend, replace).
 */
#include "subword/split_steps_parts.h"

#include <string.h>

#include "core/little_endian.h"
#include "subword/byte_level.h"
#include "subword/split_lowercase.h"
#include "text/utf8.h"

/* Writes `target` in the place of `source_size` bytes; a copy if they are equal by `identity`. */
static tkz_status write(tkz__split_run *now, size_t source_size, const char *target, size_t target_size,
                        bool identity)
{
    tkz__splitter *own = now->own;
    tkz_status status = tkz__buffer_append(&own->next_text, target, target_size, now->error);
    if (status == TKZ_OK && own->next_text.size >= UINT32_MAX)
        return tkz__error_set(now->error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a text has 4 GiB or more when it is pre-tokenized; cut it first");
    return status == TKZ_OK && now->want_map
               ? tkz__span_map_append(&own->next_map, source_size, target_size, identity,
                                      now->error)
               : status;
}

static tkz_status copy(tkz__split_run *now, size_t start, size_t end)
{
    return start == end ? TKZ_OK : write(now, end - start, now->text + start, end - start, true);
}

/* Leaves out a part, each character as a run of its own: what stays beside it may have come from the
 * same character, but not from the others. */
static tkz_status leave_out(tkz__split_run *now, size_t start, size_t end)
{
    uint32_t character;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && now->want_map && start < end) {
        size_t length = tkz__utf8_next(now->text + start, end - start, &character);
        status = write(now, length, "", 0, false);
        start += length;
    }
    return status;
}

/* A character that something is put before: both come from it, as HF has it. */
static tkz_status write_with_prefix(tkz__split_run *now, const char *prefix, size_t prefix_size,
                                    const char *character, size_t size, size_t source_size)
{
    char both[8];
    memcpy(both, prefix, prefix_size);
    memcpy(both + prefix_size, character, size);
    return write(now, source_size, both, prefix_size + size, false);
}

/* ByteLevel: a space before a piece that begins without one. */
static tkz_status write_bytes(tkz__split_run *now, const tkz__split_spec *spec, bool goes_on,
                              size_t start, size_t end)
{
    uint32_t character;
    if (!spec->space_first || goes_on || now->text[start] == ' ')
        return copy(now, start, end);
    size_t length = tkz__utf8_next(now->text + start, end - start, &character);
    tkz_status status =
        write_with_prefix(now, " ", 1, now->text + start, length, length);
    return status == TKZ_OK ? copy(now, start + length, end) : status;
}

/* Where the first space is in eight bytes, as bits; 64: nowhere. (The lowest byte that the usual test for a zero byte finds
 * is one: Warren, Hacker's Delight, section 6-1.) */
static unsigned find_space(uint64_t bytes)
{
    uint64_t ones = UINT64_C(0x0101010101010101), other = bytes ^ ones * ' ';
    uint64_t zeros = (other - ones) & ~other & ones * 0x80;
    return zeros == 0 ? 64 : (unsigned)__builtin_ctzll(zeros) & ~7U;
}

/* Puts the mark in the place of spaces where nobody asks for a map. Words are short: eight bytes are copied whether they are
 * wanted or not. */
static tkz_status write_marks(tkz__split_run *now, const tkz__split_spec *spec, size_t start, size_t end)
{
    enum { BLOCK = 1 << 12, OVER = 8 };
    tkz__buffer *target = &now->own->next_text;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && start < end) {
        size_t stop = end - start > BLOCK ? start + BLOCK : end;
        status = tkz__buffer_reserve(target, (stop - start) * spec->text_size + OVER, now->error);
        if (status != TKZ_OK)
            break;
        uint8_t *to = target->data + target->size;
        while (start < stop) {
            uint64_t bytes = stop - start >= 8 ? tkz__load_u64(now->text + start) : (uint8_t)now->text[start];
            unsigned most = stop - start >= 8 ? 8 : 1, before = find_space(bytes) / 8;
            tkz__store_u64(to, bytes);
            if (before >= most) {
                to += most;
                start += most;
                continue;
            }
            memcpy(to + before, spec->text, spec->text_size);
            to += before + spec->text_size;
            start += before + 1;
        }
        target->size = (size_t)(to - target->data);
        status = write(now, 0, "", 0, true); /* checks the limit */
    }
    return status;
}

/* Metaspace: spaces become the character, which comes before a piece that begins without it. */
static tkz_status write_metaspace(tkz__split_run *now, const tkz__split_spec *spec, bool is_first,
                                  bool goes_on, size_t start, size_t end)
{
    const char *text = now->text;
    const char *mark = spec->text;
    size_t mark_size = spec->text_size;
    tkz_status status = TKZ_OK;
    bool begins = text[start] == ' ' || (end - start >= mark_size &&
                                         memcmp(text + start, mark, mark_size) == 0);
    bool wanted = spec->prepend == TKZ__PREPEND_ALWAYS ||
                  (spec->prepend == TKZ__PREPEND_FIRST && is_first);
    if (!begins && wanted && !goes_on) {
        uint32_t character;
        size_t length = tkz__utf8_next(text + start, end - start, &character);
        status = write_with_prefix(now, mark, mark_size, text + start, length, length);
        start += length;
    }
    if (status == TKZ_OK && !now->want_map)
        return write_marks(now, spec, start, end);
    while (status == TKZ_OK && start < end) {
        const char *space = memchr(text + start, ' ', end - start);
        size_t to = space != NULL ? (size_t)(space - text) : end;
        status = copy(now, start, to);
        if (status == TKZ_OK && space != NULL)
            status = write(now, 1, mark, mark_size, false);
        start = to + (space != NULL);
    }
    return status;
}

/* A word in lower case. Bytes that are no character stay. */
static tkz_status write_lowercase(tkz__split_run *now, size_t start, size_t end)
{
    tkz_status status = TKZ_OK;
    size_t same = start;
    for (size_t at = start; status == TKZ_OK && at < end;) {
        uint32_t character;
        char written[TKZ__SPLIT_LOWERCASE_MOST];
        size_t length = tkz__utf8_next(now->text + at, end - at, &character);
        size_t size = tkz__split_lowercase(now->text + start, end - start, at - start, length,
                                           character, written);
        if (size > 0) {
            status = copy(now, same, at);
            if (status == TKZ_OK)
                status = write(now, length, written, size, false);
            same = at + length;
        }
        at += length;
    }
    return status == TKZ_OK ? copy(now, same, end) : status;
}

/* The characters of the byte-level alphabet in the place of bytes, as steps behind ByteLevel see them.
 * All of a character come from it, as HF has it. */
static tkz_status write_alphabet(tkz__split_run *now, size_t start, size_t end)
{
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && start < end) {
        uint32_t character;
        char written[16];
        size_t size = 0, plain = start;
        while (plain < end && (uint8_t)now->text[plain] - 0x21u < 0x7F - 0x21u)
            plain++;
        status = copy(now, start, plain);
        start = plain;
        if (status != TKZ_OK || start == end)
            break;
        size_t length = tkz__utf8_next(now->text + start, end - start, &character);
        for (size_t i = 0; i < length; i++)
            size += tkz__utf8_encode(tkz__byte_level_character((uint8_t)now->text[start + i]),
                                     written + size);
        status = write(now, length, written, size, false);
        start += length;
    }
    return status;
}

/* The byte that such a character stands for: tkz__byte_level_character the other way. */
static uint8_t byte_of(uint32_t character)
{
    uint32_t number = character - 0x100;
    if (character < 0x100)
        return (uint8_t)character;
    return (uint8_t)(number < 33 ? number : number < 67 ? number + 127 - 33 : 173);
}

/* And back: the bytes of such characters. */
static tkz_status write_bytes_of_alphabet(tkz__split_run *now, size_t start, size_t end)
{
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && start < end) {
        size_t plain = start;
        while (plain < end && (uint8_t)now->text[plain] < 0x80)
            plain++;
        status = copy(now, start, plain);
        start = plain;
        if (status != TKZ_OK || start == end)
            break;
        uint32_t character;
        size_t length = tkz__utf8_next(now->text + start, end - start, &character);
        char byte = (char)byte_of(character);
        status = write(now, length, &byte, 1, false);
        start += length;
    }
    return status;
}

/* The text that was written is the text now. */
static tkz_status take_text(tkz__split_run *now)
{
    tkz__splitter *own = now->own;
    tkz__buffer buffer = own->text;
    own->text = own->next_text;
    own->next_text = buffer;
    now->text = own->text.size > 0 ? (const char *)own->text.data : "";
    now->size = own->text.size;
    tkz_status status = TKZ_OK;
    tkz__span_map map = own->map;
    if (now->want_map && now->is_changed) {
        tkz__span_map_clear(&own->composed);
        status = tkz__span_map_compose(&own->map, &own->next_map, &own->composed, now->error);
        own->map = own->composed;
        own->composed = map;
    } else if (now->want_map) {
        own->map = own->next_map;
        own->next_map = map;
    }
    now->is_changed = true;
    return status;
}

static tkz_status rewrite_piece(tkz__split_run *now, tkz__split_rewriting how,
                                const tkz__ready_step *what, bool is_first, size_t start,
                                size_t end)
{
    switch (how) {
    case TKZ__REWRITE_AS_ALPHABET:
        return write_alphabet(now, start, end);
    case TKZ__REWRITE_AS_BYTES:
        return write_bytes_of_alphabet(now, start, end);
    case TKZ__REWRITE_AS_THE_STEP_SAYS:
        return what->spec.kind == TKZ__SPLIT_BYTES
                   ? write_bytes(now, &what->spec, start == 0 && now->goes_on, start, end)
               : what->spec.kind == TKZ__SPLIT_LOWERCASE
                   ? write_lowercase(now, start, end)
                   : write_metaspace(now, &what->spec, is_first, start == 0 && now->goes_on,
                                     start, end);
    default:
        return copy(now, start, end);
    }
}

/* Writes all pieces again, without gaps. `what`: the step that says how. */
tkz_status tkz__split_rewrite(tkz__split_run *now, tkz__split_rewriting how, const tkz__ready_step *what)
{
    tkz__splitter *own = now->own;
    tkz_status status = TKZ_OK;
    size_t done = 0;
    bool starts = own->pieces.count > 0 && own->pieces.items[0].start == 0;
    now->at_start = now->at_start && starts;
    tkz__buffer_clear(&own->next_text);
    tkz__span_map_clear(&own->next_map);
    for (size_t i = 0; status == TKZ_OK && i < own->pieces.count; i++) {
        size_t start = own->pieces.items[i].start, end = own->pieces.items[i].end;
        size_t from = own->next_text.size;
        status = leave_out(now, done, start);
        done = end;
        if (status != TKZ_OK)
            break;
        status = rewrite_piece(now, how, what, i == 0 && now->at_start, start, end);
        if (status == TKZ_OK)
            status = tkz__split_push(now, from, own->next_text.size);
    }
    if (status == TKZ_OK)
        status = leave_out(now, done, now->size);
    tkz__split_take_next(now);
    return status == TKZ_OK ? take_text(now) : status;
}
