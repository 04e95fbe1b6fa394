/* SPDX-License-Identifier: Apache-2.0
 *
 * Brings words to where a list of merges left them, without counting: how training goes on from a
 * saved state. Leans on bpe_trainer.h and index's pair table.
 *
 * Merging all words by one merge after the other gives each word what BPE encoding gives it: the
 * merge of the lowest rank first, of one rank the leftmost place first. So words are done one by one,
 * with a heap of the places where a merge could happen; a place that has changed since is passed over
 * when it comes up. What a merge makes takes part in later ones only, so ranks only rise.
 */
#include <string.h>

#include "index/pair_table.h"
#include "train/bpe_trainer.h"

typedef struct replayer {
    tkz__bpe_words *words;
    const tkz__bpe_tokens *tokens;
    uint32_t alphabet;
    tkz__pair_table ranks; /* pair -> rank of its merge */
    uint64_t *heap;        /* rank << 32 | place; the least first */
    size_t count;
    size_t capacity;
    tkz_allocator allocator;
    tkz_error *error;
} replayer;

/* ---- The heap -------------------------------------------------------------------- */

static tkz_status push(replayer *own, uint64_t item)
{
    tkz_status status = tkz__array_reserve(&own->allocator, (void **)&own->heap, &own->capacity,
                                           own->count + 1, sizeof *own->heap, own->error);
    if (status != TKZ_OK)
        return status;
    size_t at = own->count++;
    for (; at > 0 && item < own->heap[(at - 1) / 2]; at = (at - 1) / 2)
        own->heap[at] = own->heap[(at - 1) / 2];
    own->heap[at] = item;
    return TKZ_OK;
}

static uint64_t pop(replayer *own)
{
    uint64_t least = own->heap[0], item = own->heap[--own->count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= own->count)
            break;
        if (child + 1 < own->count && own->heap[child + 1] < own->heap[child])
            child++;
        if (item <= own->heap[child])
            break;
        own->heap[at] = own->heap[child];
        at = child;
    }
    own->heap[at] = item;
    return least;
}

/* ---- One word -------------------------------------------------------------------- */

/* Notes the merge of the token at `place` with the next one, if there is one. */
static tkz_status note(replayer *own, uint32_t place)
{
    uint32_t left = own->words->places[place];
    uint32_t right = own->words->places[place + own->tokens->lengths[left]];
    const uint32_t *rank = right == TKZ__BPE_BORDER
                               ? NULL
                               : tkz__pair_table_find(&own->ranks, tkz__pair_key(left, right));
    return rank == NULL ? TKZ_OK : push(own, (uint64_t)*rank << 32 | place);
}

/* Merges at `place` by the merge of this rank, if it can still happen there. */
static tkz_status merge_at(replayer *own, uint32_t rank, uint32_t place)
{
    uint32_t *places = own->words->places, made = own->alphabet + rank;
    const uint32_t *lengths = own->tokens->lengths;
    const tkz__bpe_token *token = &own->tokens->tokens[made];
    if (places[place] != token->left)
        return TKZ_OK;
    uint32_t middle = place + lengths[token->left];
    if (places[middle] != token->right)
        return TKZ_OK;
    uint32_t before = places[place - 1];
    uint32_t end = middle + lengths[token->right];
    places[middle - 1] = places[middle] = TKZ__BPE_INSIDE;
    places[place] = places[end - 1] = made;
    tkz_status status = note(own, place);
    if (status == TKZ_OK && before != TKZ__BPE_BORDER)
        status = note(own, place - lengths[before]);
    return status;
}

/* The word that starts at `place`, up to the next border; *end is that. */
static tkz_status replay_word(replayer *own, uint32_t place, uint32_t *end)
{
    const uint32_t *places = own->words->places;
    tkz_status status = TKZ_OK;
    own->count = 0;
    for (*end = place; places[*end] != TKZ__BPE_BORDER; ++*end)
        if (status == TKZ_OK)
            status = note(own, *end);
    while (status == TKZ_OK && own->count > 0) {
        uint64_t item = pop(own);
        status = merge_at(own, (uint32_t)(item >> 32), (uint32_t)item);
    }
    return status;
}

tkz_status tkz__bpe_replay(tkz__bpe_words *words, const tkz__bpe_tokens *tokens,
                           uint32_t alphabet, const tkz_allocator *allocator, tkz_error *error)
{
    replayer own = {.words = words, .tokens = tokens, .alphabet = alphabet, .error = error};
    own.allocator = tkz__allocator_or_default(allocator);
    tkz__pair_table_init(&own.ranks, &own.allocator);
    tkz_status status = TKZ_OK;
    for (size_t id = alphabet; status == TKZ_OK && id < tokens->count; id++)
        status = tkz__pair_table_set(
            &own.ranks, tkz__pair_key(tokens->tokens[id].left, tokens->tokens[id].right),
            (uint32_t)(id - alphabet), error);
    for (uint32_t place = 1, end; status == TKZ_OK && place < words->size; place = end + 1)
        status = replay_word(&own, place, &end);
    tkz__release_array(&own.allocator, own.heap, own.capacity, sizeof *own.heap);
    tkz__pair_table_free(&own.ranks);
    return status;
}
