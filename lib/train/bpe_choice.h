/* SPDX-License-Identifier: Apache-2.0
 *
 * The best of many counted pairs, in memory for so many alone. Leans on bpe_pairs.
 */
#ifndef TKZ_TRAIN_BPE_CHOICE_H
#define TKZ_TRAIN_BPE_CHOICE_H

#include "train/bpe_pairs.h"

/* A pair that was counted. */
typedef struct tkz__bpe_counted {
    uint64_t key; /* tkz__pair_key */
    uint64_t count;
    uint32_t places;
    uint32_t record; /* of bpe_pairs, once it has one */
} tkz__bpe_counted;

typedef struct tkz__bpe_choice {
    const tkz__bpe_pairs *pairs; /* whose order counts */
    tkz__bpe_counted *best;
    size_t count;
    size_t capacity;
    size_t most;           /* more are not kept */
    bool is_full;          /* some had to go */
    tkz__pair_queue worst; /* the worst of `best` first: the count's complement, and as `left` the index */
} tkz__bpe_choice;

/* None yet; there will be no more than `most`, which is at least 1 and below 2^32. The choice may not be moved. */
void tkz__bpe_choice_init(tkz__bpe_choice *choice, const tkz__bpe_pairs *pairs, size_t most);
void tkz__bpe_choice_free(tkz__bpe_choice *choice);

/* Takes the pair, which may push out another one, if it is not worse than all there are. No pair is offered twice.
 * Time: logarithmic in the number of pairs. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_choice_offer(tkz__bpe_choice *choice, const tkz__bpe_counted *pair, tkz_error *error);

/* Is it certain that the pair will not be taken, as it occurs no more than `most` times? */
bool tkz__bpe_choice_is_hopeless(const tkz__bpe_choice *choice, uint64_t key, uint64_t most);

/* Forgets the worst until all need no more than `room` bytes in bpe_pairs, or one is left. `best` keeps what was
 * forgotten: *last is the bound. The choice must have a pair, and is over. */
void tkz__bpe_choice_fit(tkz__bpe_choice *choice, uint64_t room, tkz__pair_count *last);

/* Bytes that a pair takes in bpe_pairs, about. */
uint64_t tkz__bpe_counted_need(const tkz__bpe_counted *pair);

/* What such a pair takes beside its places: a record, an item of the queue, a slot of the table at 1/4 to 1/2. */
enum { TKZ__BPE_PAIR_NEED = 100 };

#endif
