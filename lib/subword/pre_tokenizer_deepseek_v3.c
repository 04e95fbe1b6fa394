/* SPDX-License-Identifier: Apache-2.0
 *
 * The three patterns of DeepSeek-V3, each applied inside the pieces that the one before made.
 * Leans on scan_rules.h.
 *
 * A piece is a number of up to three digits, a run of U+3040..30FF and 4E00..9FA5 (here: CJK), or what
 * lies between such. Nothing of the third pattern reaches over the end of a piece, which is the end of
 * the text to it. It has no alternative for characters that are no letter, mark, number, sign or white
 * space (here: rest), such as U+0000 and U+200B: one stands before a word, the others form chunks of
 * what lies between matches. */
#include "subword/pre_tokenizer.h"
#include "subword/scan_rules.h"

/* `[!-~][A-Za-z]+`: a sign of ASCII that begins a chunk, and ASCII letters. Returns the letters that
 * it stands before; *behind gets the bits behind those runs. */
TKZ__SCAN_INLINE uint64_t ascii_words(tkz__scan_state *state, uint64_t signs1, uint64_t word,
                                      uint64_t *behind)
{
    uint64_t tail = tkz__plane(state, TKZ__PLANE_TAIL);
    uint64_t ascii = word & ~tail &
                     ~tkz__moved_back(tail, state->block[1].of[TKZ__PLANE_TAIL], 1);
    uint64_t first = ascii & signs1, sum;
    bool one = __builtin_add_overflow(ascii, first, &sum);
    bool two = __builtin_add_overflow(sum, state->prefixed, &sum);
    state->prefixed = one || two;
    *behind = sum & ~ascii;
    return first;
}

TKZ__SCAN_INLINE uint64_t rules(tkz__scan_state *state)
{
    const tkz__scan_planes *next = &state->block[1];
    uint64_t word = tkz__plane(state, TKZ__PLANE_LETTER) | tkz__plane(state, TKZ__PLANE_MARK);
    uint64_t number = tkz__plane(state, TKZ__PLANE_NUMBER);
    uint64_t space = tkz__plane(state, TKZ__PLANE_SPACE);
    uint64_t newline = tkz__plane(state, TKZ__PLANE_NEWLINE);
    uint64_t sign = tkz__plane(state, TKZ__PLANE_SIGN);
    uint64_t cjk = tkz__plane(state, TKZ__PLANE_CJK);
    uint64_t text = tkz__plane(state, TKZ__PLANE_TEXT);
    uint64_t rest = text & ~(word | number | space | sign);
    uint64_t cjk1 = tkz__plane_behind(state, TKZ__PLANE_CJK, cjk);
    uint64_t cut = cjk ^ cjk1; /* pieces meet */
    uint64_t blank = space & ~newline;
    uint64_t space1 = tkz__plane_behind(state, TKZ__PLANE_SPACE, space);
    uint64_t newline1 = tkz__plane_behind(state, TKZ__PLANE_NEWLINE, newline);
    uint64_t sign1 = tkz__plane_behind(state, TKZ__PLANE_SIGN, sign);
    uint64_t rest1 = tkz__plane_behind(state, TKZ__PLANE_OTHER, rest);
    uint64_t u20_1 = tkz__plane_behind(state, TKZ__PLANE_BLANK,
                                       tkz__plane(state, TKZ__PLANE_BLANK));

    /* ` ?[\p{P}\p{S}]+[\r\n]*` */
    uint64_t signs = sign & (~sign1 | cut) & (~u20_1 | cjk);
    uint64_t borders = signs | (text & cut), behind, behind_word;
    uint64_t swallowed = tkz__swallowed(state, newline, newline & sign1 & ~cjk1, &behind);

    /* `[!-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+` */
    uint64_t signs1 = tkz__plane_behind(state, TKZ__PLANE_ATTACH, signs);
    uint64_t ascii = ascii_words(state, signs1, word, &behind_word);
    uint64_t word1 = tkz__plane_behind(state, TKZ__PLANE_LETTER, word);
    borders |= word & ~cut & ~word1 & ~((space1 & ~newline1) | rest1 | ascii);
    borders |= word & behind_word;

    borders |= rest & ~rest1;
    uint64_t next_word = next->of[TKZ__PLANE_LETTER] | next->of[TKZ__PLANE_MARK];
    if (rest != 0) {
        /* The last before a word, in one piece with it. */
        uint64_t next_cjk = next->of[TKZ__PLANE_CJK];
        borders |= tkz__before_next(state, rest & cjk, word & cjk, next_word & next_cjk);
        borders |= tkz__before_next(state, rest & ~cjk, word & ~cjk, next_word & ~next_cjk);
    }
    borders |= tkz__numbers_by_three(state);

    /* `\s*[\r\n]+|\s+(?!\S)|\s+` */
    if ((space | behind) != 0) {
        borders |= (space & ~space1 & ~swallowed) | (space & behind);
        borders |= tkz__behind_last_newline(state, blank & newline1, blank, false);
        borders |= tkz__before_next(
            state, blank, text & ~(space | number | cjk),
            next->of[TKZ__PLANE_TEXT] & ~(next->of[TKZ__PLANE_SPACE] | next->of[TKZ__PLANE_NUMBER] |
                                          next->of[TKZ__PLANE_CJK]));
    }
    state->block->of[TKZ__PLANE_LETTER] = word;
    state->block->of[TKZ__PLANE_OTHER] = rest;
    state->block->of[TKZ__PLANE_ATTACH] = signs;
    return borders;
}

TKZ__SCAN_DEFINE(TKZ__SCAN_SET_SIGNS, rules)

static const tkz__split_step steps[] = {
    {TKZ__SPLIT_REGEX, "\\p{N}{1,3}"},
    {TKZ__SPLIT_REGEX, "[\xE4\xB8\x80-\xE9\xBE\xA5\xE3\x81\x80-\xE3\x82\x9F\xE3\x82\xA0-\xE3\x83\xBF]+"},
    {TKZ__SPLIT_REGEX,
     "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?"
     "[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"},
};

extern const tkz__pre_tokenizer tkz__pre_tokenizer_deepseek_v3;
const tkz__pre_tokenizer tkz__pre_tokenizer_deepseek_v3 = {
    .info = {"deepseek_v3",
             "\\p{N}{1,3}, then [\xE4\xB8\x80-\xE9\xBE\xA5\xE3\x81\x80-\xE3\x82\x9F"
             "\xE3\x82\xA0-\xE3\x83\xBF]+, then "
             "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?"
             "[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
             "16.0.0",
             "the three patterns of DeepSeek-V3: numbers by three digits, runs of kana and "
             "ideographs, words, signs, line ends, white space"},
    TKZ__SCAN_FUNCTIONS,
    .steps = steps,
    .step_count = sizeof steps / sizeof steps[0],
};
