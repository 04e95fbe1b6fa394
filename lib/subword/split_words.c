/* SPDX-License-Identifier: Apache-2.0
 *
 * Words between white space, in one pass over the text. Leans on split_words.h and the
 * class tables.
 *
 * tokenizers 0.23: src/pre_tokenizers/whitespace.rs and bert.rs.
 */
#include "subword/split_words.h"

#include <string.h>

#include "core/memory.h"
#include "text/char_class.h"
#include "text/utf8.h"

typedef enum class {
    IN_WORD,
    SIGN, /* runs of them are words */
    ALONE, /* a word of its own */
    SPACE
} class;

bool tkz__split_is_words(tkz__split_kind kind)
{
    return kind == TKZ__SPLIT_BERT || kind == TKZ__SPLIT_WHITESPACE ||
           kind == TKZ__SPLIT_WHITESPACE_SPLIT;
}

bool tkz__split_is_space(uint32_t character)
{
    return (tkz__char_flags(&tkz__class_table_17_0, character) & TKZ__CHAR_WHITE_SPACE) != 0;
}

bool tkz__split_is_punctuation(uint32_t character)
{
    return (character > 0x20 && character < 0x7F &&
            !(character - '0' < 10 || (character | 32) - 'a' < 26)) ||
           (tkz__char_flags(&tkz__class_table_8_0, character) & TKZ__CHAR_PUNCTUATION) != 0;
}

tkz__word_class tkz__split_word_class(uint32_t character)
{
    if (character == TKZ__UTF8_INVALID)
        return TKZ__WORD_SIGN;
    if (tkz__split_is_space(character))
        return TKZ__WORD_SPACE;
    return (tkz__char_flags(&tkz__class_table_16_0, character) & TKZ__CHAR_WORD) != 0 ? TKZ__WORD_LETTER
                                                                                     : TKZ__WORD_SIGN;
}

/* A pass. There is room in `text` for all that comes. */
typedef struct pass {
    uint8_t ascii[128]; /* class of each */
    const char *source;
    tkz__split_kind kind;
    const tkz_allocator *allocator;
    tkz__buffer *text;
    tkz__piece_list *pieces;
    tkz__span_map *map;
    tkz_error *error;
} pass;

static class class_of(const pass *now, uint32_t character)
{
    if (now->kind == TKZ__SPLIT_WHITESPACE) {
        tkz__word_class found = tkz__split_word_class(character);
        return found == TKZ__WORD_SPACE ? SPACE : found == TKZ__WORD_SIGN ? SIGN : IN_WORD;
    }
    if (character == TKZ__UTF8_INVALID)
        return IN_WORD;
    if (tkz__split_is_space(character))
        return SPACE;
    return now->kind == TKZ__SPLIT_BERT && tkz__split_is_punctuation(character) ? ALONE : IN_WORD;
}

/* Hiragana, katakana but for U+30FB, and the ideographs that are many in texts. */
static bool is_usual(uint32_t character)
{
    return (character - 0x3041 < 0x56) || (character - 0x30A1 < 0x5A) ||
           (character - 0x4E00 < 0x5200);
}

/* The class of the character at `at`, and its length. */
static inline class read(const pass *now, size_t at, size_t size, size_t *length)
{
    uint32_t character;
    uint8_t byte = (uint8_t)now->source[at];
    *length = 1;
    if (byte < 0x80)
        return (class)now->ascii[byte];
    *length = tkz__utf8_next(now->source + at, size - at, &character);
    return is_usual(character) ? IN_WORD : class_of(now, character);
}

static tkz_status put_word(pass *now, size_t start, size_t end)
{
    tkz__piece_list *list = now->pieces;
    size_t from = now->text->size;
    if (list->count == list->capacity) {
        tkz_status status =
            tkz__array_reserve(now->allocator, (void **)&list->items, &list->capacity,
                               list->count + 1, sizeof *list->items, now->error);
        if (status != TKZ_OK)
            return status;
    }
    memcpy(now->text->data + from, now->source + start, end - start);
    now->text->size = from + (end - start);
    list->items[list->count++] = (tkz__split_piece){(uint32_t)from, (uint32_t)now->text->size};
    return now->map != NULL ? tkz__span_map_append(now->map, end - start, end - start, true,
                                                   now->error)
                            : TKZ_OK;
}

/* Where white space, or a character that has to be looked up, comes at or behind `at`. White space outside of ASCII
 * begins with C2, E1, E2 or, U+3000, E3, which stand nowhere inside a character: any other byte belongs to a word. */
static size_t skip_plain(const char *source, size_t at, size_t size)
{
    for (; at < size; at++) {
        uint8_t byte = (uint8_t)source[at];
        if (byte <= 0x20 || byte == 0xC2 || byte == 0xE1 || byte == 0xE2)
            return at;
        if (byte == 0xE3 && (at + 1 == size || (uint8_t)source[at + 1] == 0x80))
            return at;
    }
    return at;
}

/* Words between white space and nothing else. */
static tkz_status run_spaces(pass *now, size_t size)
{
    tkz_status status = TKZ_OK;
    for (size_t at = 0; status == TKZ_OK && at < size;) {
        size_t start = at, length = 0;
        class found = IN_WORD;
        while (found == IN_WORD && (at = skip_plain(now->source, at, size)) < size) {
            uint32_t character;
            if (now->source[at] == ' ') {
                found = SPACE;
                length = 1;
                break;
            }
            length = tkz__utf8_next(now->source + at, size - at, &character);
            found = class_of(now, character);
            at += found == IN_WORD ? length : 0;
        }
        if (at > start)
            status = put_word(now, start, at);
        if (status == TKZ_OK && found == SPACE && now->map != NULL)
            status = tkz__span_map_append(now->map, length, 0, false, now->error);
        at += found == SPACE ? length : 0;
    }
    return status;
}

static tkz_status run(pass *now, size_t size)
{
    tkz_status status = TKZ_OK;
    for (size_t at = 0, length; status == TKZ_OK && at < size;) {
        size_t start = at;
        class found = read(now, at, size, &length);
        at += length;
        if (found == SPACE) {
            if (now->map != NULL)
                status = tkz__span_map_append(now->map, length, 0, false, now->error);
            continue;
        }
        while (found <= SIGN && at < size && read(now, at, size, &length) == found)
            at += length;
        status = put_word(now, start, at);
    }
    return status;
}

tkz_status tkz__split_words(const char *source, size_t size, tkz__split_kind kind,
                            const tkz_allocator *allocator, tkz__buffer *text,
                            tkz__piece_list *pieces, tkz__span_map *map, tkz_error *error)
{
    pass now = {.source = source,
                .kind = kind,
                .allocator = allocator,
                .text = text,
                .pieces = pieces,
                .map = map,
                .error = error};
    tkz_status status = tkz__buffer_reserve(text, size, error);
    if (status != TKZ_OK)
        return status;
    if (kind == TKZ__SPLIT_WHITESPACE_SPLIT)
        return run_spaces(&now, size);
    for (uint32_t byte = 0; byte < 128; byte++)
        now.ascii[byte] = (uint8_t)class_of(&now, byte);
    return run(&now, size);
}
