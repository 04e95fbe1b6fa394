/* SPDX-License-Identifier: Apache-2.0
 *
 * Pruning of a Unigram model: the pieces whose loss takes the least from the likelihood of the words
 * (sentencepiece 0.2.3: src/unigram_model_trainer.cc, PruneSentencePieces), a quarter at most at a time.
 * Leans on vocabulary_prune.h and core's byte map.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/byte_map.h"
#include "tokenize/text.h"
#include "train/vocabulary_prune.h"

/* The time for the best path of a piece without itself grows with the square of its characters. */
enum { LONGEST = 256 };

typedef struct loss {
    double value;
    uint32_t id;
} loss;

typedef struct judge {
    tkz__pruner *pruner;
    tkz__byte_map pieces; /* that are there: text -> id */
    double sum; /* of all frequencies */
    loss *losses;
    uint32_t count;
} judge;

/* A way to each place in a piece. */
typedef struct path {
    double score;
    size_t before;
    uint32_t id; /* of the piece that ends here */
} path;

/* ---- The best path ------------------------------------------------------------------------ */

/* Places of characters in a text; the last is its size. */
static size_t find_places(const uint8_t *text, size_t size, size_t places[LONGEST + 1])
{
    size_t count = 0;
    for (size_t at = 0; at < size; at++)
        if ((text[at] & 0xC0) != 0x80 && count < LONGEST)
            places[count++] = at;
    places[count] = size;
    return count;
}

/* The best path of two pieces and more through a text; false: there is none. */
static bool find_path(const judge *own, const uint8_t *text, const size_t *places, size_t count,
                      path *paths)
{
    paths[0] = (path){0};
    for (size_t end = 1; end <= count; end++) {
        paths[end] = (path){.score = -INFINITY};
        for (size_t start = end == count; start < end; start++) {
            const uint64_t *found = tkz__byte_map_find(&own->pieces, text + places[start],
                                                       places[end] - places[start]);
            if (found == NULL)
                continue;
            double score = paths[start].score + tkz__tokenizer_score(own->pruner->tokenizer,
                                                                     (uint32_t)*found);
            if (score > paths[end].score)
                paths[end] = (path){score, start, (uint32_t)*found};
        }
    }
    return paths[count].score > -INFINITY;
}

/* ---- Losses ------------------------------------------------------------------------------- */

/* What the likelihood loses without a piece, by its own frequency and those of what would stand for it.
 * False: nothing would, as for a character, and it stays. */
static bool judge_piece(const judge *own, uint32_t id, const uint8_t *text, size_t size,
                        double *value)
{
    size_t places[LONGEST + 1];
    path paths[LONGEST + 1];
    double frequency = (double)own->pruner->frequencies[id];
    size_t count = find_places(text, size, places), parts = 0;
    *value = 0;
    if (count < 2 || !find_path(own, text, places, count, paths))
        return false;
    if (frequency == 0)
        return true;
    for (size_t at = count; at > 0; at = paths[at].before)
        parts++;
    double sum = log(own->sum + frequency * ((double)parts - 1)), other = 0;
    for (size_t at = count; at > 0; at = paths[at].before)
        other += log((double)own->pruner->frequencies[paths[at].id] + frequency) - sum;
    *value = frequency / own->sum * (log(frequency) - log(own->sum) - other);
    return true;
}

static int compare_losses(const void *left, const void *right)
{
    const loss *first = left, *second = right;
    if (first->value != second->value)
        return first->value < second->value ? -1 : 1;
    return first->id > second->id ? -1 : first->id < second->id;
}

/* Enters the pieces that are there, and sums up. */
static tkz_status list_pieces(judge *own)
{
    tkz__pruner *pruner = own->pruner;
    tkz_status status = TKZ_OK;
    tkz__byte_map_clear(&own->pieces);
    own->sum = 0;
    for (uint32_t id = 0; status == TKZ_OK && id < pruner->count; id++) {
        const uint8_t *bytes;
        size_t size;
        uint64_t *value;
        tkz__piece_type type = tkz__tokenizer_type(pruner->tokenizer, id);
        own->sum += (double)pruner->frequencies[id];
        if ((pruner->states[id] & TKZ__PRUNE_GONE) != 0 ||
            (type != TKZ__PIECE_NORMAL && type != TKZ__PIECE_USER_DEFINED) ||
            tkz_tokenizer_token(pruner->tokenizer, id, &bytes, &size, NULL, NULL) != TKZ_OK)
            continue;
        status = tkz__byte_map_insert(&own->pieces, bytes, size, &value, NULL, pruner->error);
        if (status == TKZ_OK)
            *value = id;
    }
    return status;
}

static tkz_status prune_round(judge *own, uint32_t size)
{
    tkz__pruner *pruner = own->pruner;
    tkz_status status = tkz__pruner_count(pruner);
    if (status == TKZ_OK)
        status = list_pieces(own);
    own->count = 0;
    for (uint32_t id = 0; status == TKZ_OK && id < pruner->count; id++) {
        const uint8_t *bytes;
        size_t length;
        if (!tkz__pruner_may_go(pruner, id) ||
            tkz_tokenizer_token(pruner->tokenizer, id, &bytes, &length, NULL, NULL) != TKZ_OK ||
            tkz_utf8_count((const char *)bytes, length) > LONGEST)
            continue;
        own->losses[own->count].id = id;
        own->count += judge_piece(own, id, bytes, length, &own->losses[own->count].value);
    }
    if (own->count > 1)
        qsort(own->losses, own->count, sizeof *own->losses, compare_losses);
    uint32_t quota = pruner->tokens / 4 + 1, more = pruner->tokens - size;
    if (more > quota)
        more = quota;
    for (uint32_t i = 0; status == TKZ_OK && i < own->count && i < more; i++)
        tkz__pruner_drop(pruner, own->losses[i].id);
    return status;
}

tkz_status tkz__prune_likelihood(tkz__pruner *pruner, uint32_t size, bool *is_short)
{
    judge own = {.pruner = pruner};
    tkz__byte_map_init(&own.pieces, &pruner->allocator);
    own.losses = tkz__allocate_array(&pruner->allocator, pruner->count, sizeof *own.losses);
    tkz_status status = own.losses != NULL
                            ? TKZ_OK
                            : tkz__error_memory(pruner->error, pruner->count * sizeof *own.losses);
    while (status == TKZ_OK && pruner->tokens > size && !*is_short) {
        uint32_t before = pruner->tokens;
        status = prune_round(&own, size);
        *is_short = pruner->tokens == before;
    }
    tkz__release_array(&pruner->allocator, own.losses, pruner->count, sizeof *own.losses);
    tkz__byte_map_free(&own.pieces);
    return status;
}
