/* SPDX-License-Identifier: Apache-2.0
 *
 * What measures ask of a single character, answered once for all of them: a byte for each character
 * of the first plane says of which kind it is, and a kind is a set of flags. Leans on char_class.
 */
#ifndef TKZ_CLEAN_CHARACTER_KINDS_H
#define TKZ_CLEAN_CHARACTER_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Flags of a kind, as bit numbers, since each is also a place in an array of counts. A measure that
 * asks something new of characters adds a flag here and its definition in character_kinds.c. */
enum tkz__kind {
    /* Unicode 16.0. */
    TKZ__KIND_WHITE_SPACE,   /* property White_Space, U+3000 and line ends among them */
    TKZ__KIND_PUNCTUATION,   /* P* */
    TKZ__KIND_SYMBOL,        /* S* */
    TKZ__KIND_HIRAGANA,      /* script Hiragana */
    TKZ__KIND_KATAKANA,      /* script Katakana with its marks */
    TKZ__KIND_HAN,           /* script Han */
    TKZ__KIND_JAPANESE_SIGN, /* Japanese signs that are none of the three; see the definition */
    TKZ__KIND_LETTER,        /* L* */
    TKZ__KIND_NUMBER,        /* N* */
    TKZ__KIND_CONTROL,       /* Cc but tab, line feed and carriage return */
    TKZ__KIND_PRIVATE_USE,
    TKZ__KIND_REPLACEMENT, /* U+FFFD */
    /* Swallow's classes, quality.py. */
    TKZ__KIND_SWALLOW_HIRAGANA,        /* U+3041-3096 */
    TKZ__KIND_SWALLOW_KATAKANA,        /* U+30A1-30FA */
    TKZ__KIND_SWALLOW_KANJI,           /* 々〇〻, U+3400-9FFF, F900-FAFF */
    TKZ__KIND_SWALLOW_KANJI_BEYOND,    /* U+20000-3FFFF, which its pattern means and misses */
    TKZ__KIND_SWALLOW_KUTEN,           /* 。．！？ */
    TKZ__KIND_SWALLOW_TOTEN,           /* 、， */
    TKZ__KIND_SENTENCE_END,            /* 。．！？!? */
    TKZ__KIND_LINE_FEED,
    TKZ__KIND_MARU,                    /* 。 alone */
    TKZ__KIND_HALF_WIDTH_KANA,         /* U+FF61-FF9F */
    /* HojiChar's. */
    TKZ__KIND_DECIMAL_DIGIT,    /* Nd, \d of Python */
    TKZ__KIND_BOARD,            /* first characters of what DiscardBBSComments looks for, digits aside */
    TKZ__KIND_HOJICHAR_SPECIAL, /* special_characters.inc */
    TKZ__KIND_FOREIGN_LETTER,   /* L* of a script that is not Hiragana, Katakana, Han, Latin, Common */
    /* datatrove's, datatrove_symbols.inc and datatrove_terminals.inc. */
    TKZ__KIND_DATATROVE_SYMBOL,   /* PUNCTUATION_SET: of which words of no interest consist */
    TKZ__KIND_DATATROVE_TERMINAL, /* TERMINAL_PUNCTUATION: that end a line */
    TKZ__KINDS
};

enum { TKZ__KIND_PLANE = 65536, TKZ__KIND_NUMBERS = 256 };

/* Immutable once made; any thread. */
typedef struct tkz__character_kinds {
    uint8_t number[TKZ__KIND_PLANE]; /* of characters of the first plane */
    uint32_t flags[TKZ__KIND_NUMBERS];
    uint32_t count; /* of numbers in use */
} tkz__character_kinds;

/* The flags of any character, 1 << TKZ__KIND_*: the definition. */
uint32_t tkz__character_kind(uint32_t character);

/* Fills in the table. False if there are more than 256 kinds, which a test rules out. */
bool tkz__character_kinds_init(tkz__character_kinds *kinds);

/* Flags from the table. */
static inline uint32_t tkz__character_flags(const tkz__character_kinds *kinds, uint32_t character)
{
    if (character < TKZ__KIND_PLANE)
        return kinds->flags[kinds->number[character]];
    return tkz__character_kind(character);
}

/* Adds to `counts`, one place for each TKZ__KIND_*, those of `characters`. */
void tkz__character_kinds_count(const tkz__character_kinds *kinds, const uint32_t *characters,
                                size_t count, uint64_t counts[TKZ__KINDS]);

#endif
