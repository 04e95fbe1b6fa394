/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte pair encoding by carrying out every merge of the model in rank order. Leans on
 * the image.
 */
#include "subword/ranked_merging.h"

/* A token of the piece, at its first byte. Places of bytes that are no longer first have `id`
 * NO_TOKEN. */
typedef struct place {
    uint32_t id;
    uint32_t next; /* place of the token behind it; the size of the piece: there is none */
    uint32_t previous;
} place;

/* What a pair makes. */
typedef struct outcome {
    uint32_t rank;
    uint32_t id;
} outcome;

/* Pairs that were looked up of late, and what they make: nearly all of natural text are among them,
 * and a
 * look-up in the lists reads ten places that the caches do not hold. `number` 0: nothing known. */
enum { KNOWN_BITS = 14 };
typedef struct known_pair {
    uint32_t left;
    uint32_t right;
    uint32_t number; /* of the outcome + 2; 1: they are no merge */
} known_pair;

struct tkz__ranked_merger {
    tkz_allocator allocator;
    const tkz__image *image;
    uint32_t token_count;
    uint32_t merge_count;
    uint32_t *starts;  /* token_count + 1: where the merges of each left half start in: */
    uint32_t *rights;  /* right halves, ascending for one left half, and */
    outcome *outcomes; /* what becomes of them */
    known_pair *known; /* 1 << KNOWN_BITS */
    place *places;
    size_t place_capacity;
    /* A queued merge is rank << 32 | place. Merges that were passed over lie at the end of the same
     * array: the two together are never more than two a byte. */
    uint64_t *queue;
    size_t queue_capacity;
    size_t queued;
    size_t passed;
};

/* ---- The table of pairs ------------------------------------------------ */

static bool is_sound(const tkz__image *image, tkz__image_merge merge)
{
    return merge.left < image->token_count && merge.right < image->token_count &&
           merge.result < image->token_count;
}

/* Counts of the merges of each `half` become the places where those merges start. */
static void sum_counts(uint32_t *starts, uint32_t count)
{
    uint32_t sum = 0;
    for (uint32_t id = 0; id <= count; id++) {
        uint32_t own = starts[id];
        starts[id] = sum;
        sum += own;
    }
}

/* Merges by left half, for each of them by right half, of equal pairs by rank: sorted by right half
 * first (`order`), then stably by left half. */
static void sort_merges(tkz__ranked_merger *merger, uint32_t *order)
{
    const tkz__image *image = merger->image;
    size_t start_size = ((size_t)merger->token_count + 1) * sizeof *merger->starts;
    memset(merger->starts, 0, start_size);
    for (uint32_t i = 0; i < merger->merge_count; i++)
        merger->starts[tkz__image_merge_at(image, i).right]++;
    sum_counts(merger->starts, merger->token_count);
    for (uint32_t i = 0; i < merger->merge_count; i++)
        order[merger->starts[tkz__image_merge_at(image, i).right]++] = i;
    memset(merger->starts, 0, start_size);
    for (uint32_t i = 0; i < merger->merge_count; i++)
        merger->starts[tkz__image_merge_at(image, i).left]++;
    sum_counts(merger->starts, merger->token_count);
    for (uint32_t i = 0; i < merger->merge_count; i++) {
        tkz__image_merge merge = tkz__image_merge_at(image, order[i]);
        uint32_t at = merger->starts[merge.left]++;
        merger->rights[at] = merge.right;
        merger->outcomes[at] = (outcome){tkz__image_merge_rank(image, order[i]), merge.result};
    }
    /* Each start has become its end, which is the start of the next. */
    memmove(merger->starts + 1, merger->starts, start_size - sizeof *merger->starts);
    merger->starts[0] = 0;
}

static tkz_status fill_table(tkz__ranked_merger *merger, tkz_error *error)
{
    for (uint32_t i = 0; i < merger->merge_count; i++) {
        if (!is_sound(merger->image, tkz__image_merge_at(merger->image, i)))
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                                  "the tokenizer image is damaged: its merge %u is not of its "
                                  "tokens; make or copy it again",
                                  i);
    }
    uint32_t *order = tkz__allocate_array(&merger->allocator, merger->merge_count, sizeof *order);
    if (order == NULL)
        return tkz__error_memory(error, (size_t)merger->merge_count * sizeof *order);
    sort_merges(merger, order);
    tkz__release_array(&merger->allocator, order, merger->merge_count, sizeof *order);
    return TKZ_OK;
}

/* What the pair makes, or NULL. Halves are below token_count. */
static const outcome *find_in_lists(const tkz__ranked_merger *merger, uint32_t left,
                                    uint32_t right)
{
    uint32_t low = merger->starts[left], end = merger->starts[left + 1], high = end;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (merger->rights[middle] < right)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end && merger->rights[low] == right ? &merger->outcomes[low] : NULL;
}

static const outcome *find(tkz__ranked_merger *merger, uint32_t left, uint32_t right)
{
    uint64_t key = (uint64_t)left << 32 | right;
    known_pair *known = &merger->known[key * UINT64_C(0x9E3779B97F4A7C15) >> (64 - KNOWN_BITS)];
    if (known->number == 0 || known->left != left || known->right != right) {
        const outcome *found = find_in_lists(merger, left, right);
        *known = (known_pair){left, right,
                              found != NULL ? (uint32_t)(found - merger->outcomes) + 2 : 1};
    }
    return known->number > 1 ? &merger->outcomes[known->number - 2] : NULL;
}

/* ---- The merger -------------------------------------------------------- */

tkz_status tkz__ranked_merger_new(tkz__ranked_merger **merger, const tkz__image *image,
                                  const tkz_allocator *allocator, tkz_error *error)
{
    tkz__ranked_merger *made = tkz__allocate_zeroed(allocator, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = *allocator;
    made->image = image;
    made->token_count = image->token_count;
    made->merge_count = image->merge_count;
    size_t count = made->merge_count;
    made->starts =
        tkz__allocate_array(allocator, (size_t)made->token_count + 1, sizeof *made->starts);
    made->rights = tkz__allocate_array(allocator, count, sizeof *made->rights);
    made->outcomes = tkz__allocate_array(allocator, count, sizeof *made->outcomes);
    made->known = tkz__allocate_zeroed(allocator, sizeof *made->known << KNOWN_BITS);
    tkz_status status = TKZ_OK;
    if (made->starts == NULL || made->rights == NULL || made->outcomes == NULL ||
        made->known == NULL)
        status = tkz__error_memory(error, count * (sizeof *made->rights + sizeof *made->outcomes));
    if (status == TKZ_OK)
        status = fill_table(made, error);
    if (status != TKZ_OK) {
        tkz__ranked_merger_free(made);
        return status;
    }
    *merger = made;
    return TKZ_OK;
}

void tkz__ranked_merger_free(tkz__ranked_merger *merger)
{
    if (merger == NULL)
        return;
    tkz_allocator allocator = merger->allocator;
    size_t count = merger->merge_count;
    tkz__release_array(&allocator, merger->starts, (size_t)merger->token_count + 1,
                       sizeof *merger->starts);
    tkz__release_array(&allocator, merger->rights, count, sizeof *merger->rights);
    tkz__release_array(&allocator, merger->outcomes, count, sizeof *merger->outcomes);
    tkz__release(&allocator, merger->known, sizeof *merger->known << KNOWN_BITS);
    tkz__release_array(&allocator, merger->places, merger->place_capacity,
                       sizeof *merger->places);
    tkz__release_array(&allocator, merger->queue, merger->queue_capacity, sizeof *merger->queue);
    tkz__release(&allocator, merger, sizeof *merger);
}

tkz_status tkz__ranked_merger_reserve(tkz__ranked_merger *merger, size_t size, tkz_error *error)
{
    tkz_status status =
        tkz__array_reserve(&merger->allocator, (void **)&merger->places, &merger->place_capacity,
                           size, sizeof *merger->places, error);
    if (status == TKZ_OK && size > SIZE_MAX / 2)
        return tkz__error_memory(error, size);
    return status == TKZ_OK
               ? tkz__array_reserve(&merger->allocator, (void **)&merger->queue,
                                    &merger->queue_capacity, 2 * size, sizeof *merger->queue,
                                    error)
               : status;
}

/* ---- The queue --------------------------------------------------------- */

/* A binary heap, the least first (Williams, 1964). Puts `value` at `at` or below it. */
static void sink(uint64_t *queue, size_t count, size_t at, uint64_t value)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count)
            break;
        if (child + 1 < count && queue[child + 1] < queue[child])
            child++;
        if (queue[child] >= value)
            break;
        queue[at] = queue[child];
        at = child;
    }
    queue[at] = value;
}

static void push(tkz__ranked_merger *merger, uint64_t value)
{
    uint64_t *queue = merger->queue;
    size_t at = merger->queued++;
    while (at > 0 && queue[(at - 1) / 2] > value) {
        queue[at] = queue[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    queue[at] = value;
}

static uint64_t pop(tkz__ranked_merger *merger)
{
    uint64_t *queue = merger->queue;
    uint64_t least = queue[0];
    size_t count = --merger->queued;
    if (count > 0)
        sink(queue, count, 0, queue[count]);
    return least;
}

static void pass_over(tkz__ranked_merger *merger, uint64_t value)
{
    merger->queue[merger->queue_capacity - ++merger->passed] = value;
}

static void queue_passed(tkz__ranked_merger *merger)
{
    while (merger->passed > 0)
        push(merger, merger->queue[merger->queue_capacity - merger->passed--]);
}

/* ---- Merging ----------------------------------------------------------- */

static uint64_t queued_merge(const outcome *own, size_t at)
{
    return (uint64_t)own->rank << 32 | at;
}

/* Does a byte go on with what stands before it? What composes characters comes before all other merges,
 * and no two such merges meet: each can be carried out as its bytes come. Dropout is not of them. */
static bool composes(tkz__ranked_merger *merger, uint32_t left, uint32_t right, uint32_t *whole)
{
    if (merger->image->composing_count == 0)
        return false;
    const outcome *own = find(merger, left, right);
    if (own == NULL || own->rank >= merger->image->composing_count)
        return false;
    *whole = own->id;
    return true;
}

/* Every byte, or composed character, a token, every pair in the queue. False if the image is
 * damaged. */
static bool start(tkz__ranked_merger *merger, const uint8_t *bytes, size_t size)
{
    place *places = merger->places;
    merger->queued = merger->passed = 0;
    size_t last = size; /* place of the token before */
    for (size_t i = 0; i < size; i++) {
        uint32_t id = tkz__image_item(merger->image, TKZ__SECTION_SYMBOL_IDS, bytes[i]);
        if (id >= merger->token_count)
            return false;
        if (last < size && composes(merger, places[last].id, id, &places[last].id)) {
            places[last].next = (uint32_t)i + 1;
            places[i].id = TKZ__NO_TOKEN;
            continue;
        }
        places[i] = (place){id, (uint32_t)i + 1, (uint32_t)last};
        last = i;
    }
    for (size_t i = 0; places[i].next < size; i = places[i].next) {
        const outcome *own = find(merger, places[i].id, places[places[i].next].id);
        if (own != NULL)
            merger->queue[merger->queued++] = queued_merge(own, i);
    }
    for (size_t i = merger->queued / 2; i > 0; i--)
        sink(merger->queue, merger->queued, i - 1, merger->queue[i - 1]);
    return true;
}

static void queue_pair(tkz__ranked_merger *merger, size_t left, size_t right)
{
    const outcome *own = find(merger, merger->places[left].id, merger->places[right].id);
    if (own != NULL)
        push(merger, queued_merge(own, left));
}

/* Carries out a queued merge, unless one of its halves has been merged since. */
static void merge(tkz__ranked_merger *merger, uint64_t queued, size_t size)
{
    place *places = merger->places;
    size_t at = (uint32_t)queued, right = places[at].next;
    if (places[at].id == TKZ__NO_TOKEN || right == size)
        return;
    const outcome *own = find(merger, places[at].id, places[right].id);
    if (own == NULL || own->rank != queued >> 32)
        return;
    size_t behind = places[right].next;
    places[at].id = own->id;
    places[at].next = (uint32_t)behind;
    places[right].id = TKZ__NO_TOKEN;
    if (behind < size)
        places[behind].previous = (uint32_t)at;
    if (at > 0)
        queue_pair(merger, places[at].previous, at);
    if (behind < size)
        queue_pair(merger, at, behind);
}

size_t tkz__ranked_merge(tkz__ranked_merger *merger, tkz__dropout *dropout, const uint8_t *bytes,
                         size_t size, uint32_t *ids)
{
    if (!start(merger, bytes, size))
        return 0;
    while (merger->queued > 0) {
        uint64_t next = pop(merger);
        if (dropout->bound > 0 && tkz__random_happens(&dropout->random, dropout->bound)) {
            if (!dropout->forgets)
                pass_over(merger, next);
            continue;
        }
        queue_passed(merger);
        merge(merger, next, size);
    }
    size_t count = 0;
    for (size_t at = 0; at < size; at = merger->places[at].next)
        ids[count++] = merger->places[at].id;
    return count;
}
