/* SPDX-License-Identifier: Apache-2.0
 *
 * What merging begins with: the bytes, or the characters that training words have. Symbols are
 * numbered in the order that decides between pairs of equal count. Leans on bpe_options.
 */
#ifndef TKZ_TRAIN_BPE_ALPHABET_H
#define TKZ_TRAIN_BPE_ALPHABET_H

#include <stdbool.h>

#include "text/utf8.h"
#include "train/bpe_options.h"

/* Instead of a symbol. */
#define TKZ__BPE_BORDER UINT32_MAX         /* no merge crosses it */
#define TKZ__BPE_GONE (UINT32_MAX - 1) /* left out, its neighbours meet */

typedef struct tkz__bpe_alphabet {
    tkz_allocator allocator;
    bool is_bytes;
    bool has_marks;     /* a space is read as U+2581 */
    uint32_t *ids;      /* by byte or code point: symbol, or one of the two above */
    size_t id_count;    /* 256 or 0x110000 */
    uint32_t *symbols;  /* by id: byte or code point */
    uint64_t *counts;   /* by id, of characters only */
    uint32_t count;
    uint32_t capacity;
    uint32_t invalid;   /* what a byte that is no UTF-8 is: one of the two above */
    uint64_t left_out;  /* occurrences of characters that are no symbol */
} tkz__bpe_alphabet;

/* Chooses the alphabet of `words` as the options say. Errors: OVERFLOW (occurrences above 2^64-1),
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_alphabet_init(tkz__bpe_alphabet *alphabet,
                                              const tkz_bpe_options *options,
                                              const tkz_word_list *words, tkz_error *error);
void tkz__bpe_alphabet_free(tkz__bpe_alphabet *alphabet); /* accepts an all-zero struct */

/* Characters that sentencepiece takes into no piece and does not count: its own marks, NUL, the space
 * that its normalizer leaves none of (0.2.3: src/trainer_interface.cc, IsValidSentencePiece). */
bool tkz__bpe_alphabet_is_reserved(uint32_t character);

/* The bytes of symbol `id`, 1 to 4. */
size_t tkz__bpe_alphabet_spell(const tkz__bpe_alphabet *alphabet, uint32_t id, char text[4]);

enum { TKZ__BPE_SPACE_MARK = 0x2581 }; /* what sentencepiece writes for a space */

/* Reads the symbol at `text`; returns the bytes it took. */
static inline size_t tkz__bpe_alphabet_next(const tkz__bpe_alphabet *alphabet, const uint8_t *text,
                                            size_t size, uint32_t *symbol)
{
    uint32_t character;
    if (alphabet->is_bytes) {
        *symbol = alphabet->ids[*text];
        return 1;
    }
    size_t length = tkz__utf8_next((const char *)text, size, &character);
    if (character == TKZ__UTF8_INVALID)
        *symbol = alphabet->invalid;
    else
        *symbol = alphabet->ids[character == ' ' && alphabet->has_marks ? TKZ__BPE_SPACE_MARK
                                                                        : character];
    return length;
}

#endif
