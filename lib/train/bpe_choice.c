/* SPDX-License-Identifier: Apache-2.0
 *
 * The best of many counted pairs. Leans on bpe_choice.h and index's pair queue, which has the worst first here.
 */
#include "train/bpe_choice.h"

#include <string.h>

static tkz__pair_count pair_of(const tkz__bpe_counted *pair)
{
    return (tkz__pair_count){pair->count, (uint32_t)(pair->key >> 32), (uint32_t)pair->key};
}

/* Of two of equal count, is `a` the worse one? */
static bool is_worse(const void *context, const tkz__pair_count *a, const tkz__pair_count *b)
{
    const tkz__bpe_choice *choice = context;
    tkz__pair_count one = pair_of(&choice->best[a->left]), other = pair_of(&choice->best[b->left]);
    return tkz__pair_queue_is_before(&choice->pairs->queue, &other, &one);
}

void tkz__bpe_choice_init(tkz__bpe_choice *choice, const tkz__bpe_pairs *pairs, size_t most)
{
    memset(choice, 0, sizeof *choice);
    choice->pairs = pairs;
    choice->most = most;
    tkz__pair_queue_init(&choice->worst, &pairs->allocator);
    choice->worst.order = is_worse;
    choice->worst.context = choice;
}

void tkz__bpe_choice_free(tkz__bpe_choice *choice)
{
    tkz__release_array(&choice->worst.allocator, choice->best, choice->capacity, sizeof *choice->best);
    tkz__pair_queue_free(&choice->worst);
    choice->best = NULL;
    choice->count = choice->capacity = 0;
}

static bool is_behind_all(const tkz__bpe_choice *choice, tkz__pair_count pair)
{
    tkz__pair_count last = pair_of(&choice->best[tkz__pair_queue_first(&choice->worst)->left]);
    return tkz__bpe_pairs_is_behind(choice->pairs, pair, &last);
}

tkz_status tkz__bpe_choice_offer(tkz__bpe_choice *choice, const tkz__bpe_counted *pair, tkz_error *error)
{
    size_t index = choice->count;
    if (index == choice->most) {
        choice->is_full = true;
        if (is_behind_all(choice, pair_of(pair)))
            return TKZ_OK;
        index = tkz__pair_queue_first(&choice->worst)->left;
        tkz__pair_queue_pop(&choice->worst);
    } else {
        tkz_status status = tkz__array_reserve(&choice->worst.allocator, (void **)&choice->best, &choice->capacity,
                                               index + 1, sizeof *choice->best, error);
        if (status != TKZ_OK)
            return status;
        choice->count++;
    }
    choice->best[index] = *pair;
    return tkz__pair_queue_push(&choice->worst, (tkz__pair_count){~pair->count, (uint32_t)index, 0}, error);
}

bool tkz__bpe_choice_is_hopeless(const tkz__bpe_choice *choice, uint64_t key, uint64_t most)
{
    return choice->count == choice->most &&
           is_behind_all(choice, (tkz__pair_count){most, (uint32_t)(key >> 32), (uint32_t)key});
}

void tkz__bpe_choice_fit(tkz__bpe_choice *choice, uint64_t room, tkz__pair_count *last)
{
    uint64_t need = 0;
    for (size_t i = 0; i < choice->count; i++)
        need += tkz__bpe_counted_need(&choice->best[i]);
    while (need > room && choice->worst.count > 1) {
        need -= tkz__bpe_counted_need(&choice->best[tkz__pair_queue_first(&choice->worst)->left]);
        tkz__pair_queue_pop(&choice->worst);
    }
    *last = pair_of(&choice->best[tkz__pair_queue_first(&choice->worst)->left]);
}

uint64_t tkz__bpe_counted_need(const tkz__bpe_counted *pair)
{
    return TKZ__BPE_PAIR_NEED + pair->places * (uint64_t)sizeof(uint32_t);
}
