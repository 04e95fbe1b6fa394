/* SPDX-License-Identifier: Apache-2.0
 *
 * What single characters mean to the sentence splitter: end marks, brackets, white
 * space, decoration; and the fast way to the next character that means anything.
 * Leans on utf8 and char_class.
 */
#ifndef TKZ_TEXT_SENTENCE_CHARACTER_H
#define TKZ_TEXT_SENTENCE_CHARACTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Roles of a character. */
typedef enum tkz__mark {
    TKZ__MARK_NONE = 0,
    TKZ__MARK_STOP,     /* ideographic full stop, wide or half-width */
    TKZ__MARK_BANG,     /* exclamation and question marks */
    TKZ__MARK_WIDE_DOT, /* U+FF0E */
    TKZ__MARK_DOT,      /* U+002E */
    TKZ__MARK_ELLIPSIS, /* U+2026, U+2025; middle dots count where they follow an end mark */
    TKZ__MARK_OPEN,
    TKZ__MARK_CLOSE,
    TKZ__MARK_QUOTE, /* U+0022, which opens and closes */
    TKZ__MARK_BREAK, /* LF VT FF CR NEL LS PS */
    TKZ__MARK_WIDE_SPACE,
    TKZ__MARK_SYMBOL, /* notes, stars, hearts, emoji */
    TKZ__MARK_LAUGH   /* full-width w */
} tkz__mark;

tkz__mark tkz__mark_of(uint32_t character);

/* Number of a pair of brackets, the same for its two ends; 0 if `character` is none. */
uint32_t tkz__bracket_of(uint32_t character);

/* Whether a pair holds speech or a title, as opposed to a remark in parentheses. */
bool tkz__bracket_is_quote(uint32_t bracket);

/* Offset at or behind `from` of the next character that may have a role, or `size`. */
size_t tkz__mark_find(const char *text, size_t size, size_t from);

/* The character that ends at `at`, not looking before `from`: its first byte's offset goes to
 * `*start`. Gives 0 with *start = at when there is none. Bytes that are no UTF-8 are characters. */
uint32_t tkz__character_before(const char *text, size_t from, size_t at, size_t *start);

/* The character at `at`, or 0 at the end. */
uint32_t tkz__character_at(const char *text, size_t size, size_t at);

/* A run of white space. */
typedef struct tkz__gap {
    size_t end;        /* offset behind it */
    size_t line_start; /* offset behind its last line break; only if breaks > 0 */
    uint32_t breaks;   /* line breaks, CR LF being one; FF and PS count as two; saturated at 2 */
} tkz__gap;

tkz__gap tkz__gap_read(const char *text, size_t size, size_t at);

/* Length of an emoticon or a bracketed laugh at `text`, such as (^_^) or one of the one or two
 * kanji that stand for laughing and weeping; 0 if there is none. */
size_t tkz__emoticon_length(const char *text, size_t size);

bool tkz__is_hiragana(uint32_t character);
bool tkz__is_japanese(uint32_t character); /* kana or kanji */
bool tkz__is_digit(uint32_t character);    /* 0..9 of either width */
bool tkz__is_latin(uint32_t character);    /* cased letters, full-width ones too */
bool tkz__is_lower(uint32_t character);
bool tkz__is_upper(uint32_t character);

/* Whether `text` begins with the NUL-terminated `prefix`. */
static inline bool tkz__text_begins(const char *text, size_t size, const char *prefix)
{
    size_t length = strlen(prefix);
    return length <= size && memcmp(text, prefix, length) == 0;
}

/* Whether `text` begins, or ends, with one of `count` NUL-terminated words. */
bool tkz__text_begins_any(const char *text, size_t size, const char *const *words, size_t count);
bool tkz__text_ends_any(const char *text, size_t size, const char *const *words, size_t count);

#endif
