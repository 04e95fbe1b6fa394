/* SPDX-License-Identifier: Apache-2.0
 *
 * What a piece of sentencepiece may hold together (0.2.3: src/trainer_interface.cc,
 * IsValidSentencePiece). Leans on text's class tables.
 */
#ifndef TKZ_TRAIN_PIECE_RULES_H
#define TKZ_TRAIN_PIECE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TKZ__PIECE_SPACE = 0x2581,   /* what sentencepiece writes for a space */
    TKZ__PIECE_UNKNOWN = 0x2585, /* and for a character that is not in the alphabet */
    TKZ__PIECE_INHERITED = 254, /* no script of its own, but that of the character before */
    TKZ__PIECE_ANY_SCRIPT = 255 /* goes with all */
};

/* The scripts that are not taken as they are. */
typedef struct tkz__piece_scripts {
    int han, hiragana, katakana, inherited;
} tkz__piece_scripts;

tkz__piece_scripts tkz__piece_scripts_find(void);

/* The script of a character, below 254 or TKZ__PIECE_INHERITED: kana and the prolonged sound mark are Han. */
int tkz__piece_script(const tkz__piece_scripts *scripts, uint32_t character);

/* 0..9, also full-width. */
bool tkz__piece_is_digit(uint32_t character);

typedef struct tkz__piece_rules {
    uint32_t longest; /* characters */
    bool split_by_script;
    bool split_by_number;
    bool split_digits;
    bool split_by_space;
    bool space_is_suffix;
    bool keep_spaces; /* pieces of spaces alone */
    uint32_t boundary; /* a character that no piece has: TAB, or U+001F */
    tkz__piece_scripts scripts; /* filled in by tkz__piece_rules_init */
} tkz__piece_rules;

/* Finds the scripts. */
void tkz__piece_rules_init(tkz__piece_rules *rules);

/* May these characters be a piece? */
bool tkz__piece_rules_allow(const tkz__piece_rules *rules, const uint32_t *characters,
                            size_t count);

/* Is there no piece that has both neighbours? */
bool tkz__piece_rules_part(const tkz__piece_rules *rules, uint32_t left, uint32_t right);

/* Is it in no piece at all? */
bool tkz__piece_rules_refuse(const tkz__piece_rules *rules, uint32_t character);

#endif
