/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte pair encoding by carrying out every merge of the model in rank order. Leans on
 * the image, its table of pairs and UTF-8.
 */
#include "subword/ranked_merging_parts.h"

#include "subword/chunk_borders.h"
#include "subword/image_tables.h"

typedef tkz__ranked_place place;
typedef tkz__ranked_outcome outcome;

enum {
    MORE_SLOT_BITS = 4,
    CHARACTERS = 0x10000, /* that composing merges may make, by their code points */
    FEW = TKZ__RANKED_FEW
};

/* ---- The table of pairs ------------------------------------------------ */

static bool is_sound(const tkz__image *image, tkz__image_merge merge)
{
    return merge.left < image->token_count && merge.right < image->token_count &&
           merge.result < image->token_count;
}

/* False if the merges collide too often for a table of so many slots. */
static bool fill_slots(tkz__ranked_merger *merger)
{
    merger->reach = 0;
    memset(merger->slots, 0xFF, (size_t)4 << merger->slot_bits);
    for (uint32_t i = 0; i < merger->merge_count; i++) {
        tkz__image_merge merge = tkz__image_merge_at(merger->image, i);
        const uint32_t halves[2] = {merge.left, merge.right};
        if (!tkz__image_pairs_add(merger->slots, merger->slot_bits, halves, i, &merger->reach))
            return false;
    }
    return true;
}

static void free_slots(tkz__ranked_merger *merger)
{
    if (merger->slots != NULL)
        tkz__release(&merger->allocator, merger->slots, (size_t)4 << merger->slot_bits);
    merger->slots = NULL;
}

/* At most two of three slots are taken. */
static tkz_status make_slots(tkz__ranked_merger *merger, tkz_error *error)
{
    uint32_t bits = 2;
    while ((UINT64_C(1) << bits) < (uint64_t)merger->merge_count * 3 / 2)
        bits++;
    for (uint32_t last = bits + MORE_SLOT_BITS;
         bits <= last && merger->merge_count < TKZ__IMAGE_COUNT_LIMIT; bits++) {
        merger->slot_bits = bits;
        merger->slots = tkz__allocate(&merger->allocator, (size_t)4 << bits);
        if (merger->slots == NULL)
            return tkz__error_memory(error, (size_t)4 << bits);
        if (fill_slots(merger))
            return TKZ_OK;
        free_slots(merger);
    }
    return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                          "the merges collide too often for a table of pairs");
}

/* A word for twelve merges or fewer, in which each has three bits (see pair_memory.h): one other pair in 25
 * passes with eight merges. */
static tkz_status make_filter(tkz__ranked_merger *merger, tkz_error *error)
{
    enum { MERGES_PER_WORD = 12 };
    uint32_t bits = 4;
    while (((uint64_t)MERGES_PER_WORD << bits) < merger->merge_count)
        bits++;
    merger->filter = tkz__allocate_zeroed(&merger->allocator, sizeof *merger->filter << bits);
    if (merger->filter == NULL)
        return tkz__error_memory(error, sizeof *merger->filter << bits);
    merger->filter_bits = bits;
    for (uint32_t i = 0; i < merger->merge_count; i++) {
        tkz__image_merge merge = tkz__image_merge_at(merger->image, i);
        uint64_t hash = tkz__ranked_hash(merge.left, merge.right);
        *tkz__ranked_filter(merger, hash) |= tkz__ranked_filter_mask(hash);
    }
    return TKZ_OK;
}

/* The character that these bytes are the whole of, or CHARACTERS. */
static uint32_t whole_character(const uint8_t *bytes, size_t size)
{
    uint32_t character;
    size_t length = tkz__utf8_decode((const char *)bytes, size, &character);
    return length == size && character < CHARACTERS ? character : CHARACTERS;
}

/* Most bytes of what is no text compose nothing, which need not be looked up. */
static tkz_status mark_bytes(tkz__ranked_merger *merger, tkz_error *error)
{
    const tkz__image *image = merger->image;
    uint8_t *is_right = tkz__allocate_zeroed(&merger->allocator, merger->token_count);
    if (is_right == NULL)
        return tkz__error_memory(error, merger->token_count);
    for (uint32_t i = 0; i < image->composing_count && i < merger->merge_count; i++)
        is_right[tkz__image_merge_at(image, i).right] = 1;
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t id = tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, byte);
        merger->goes_on[byte] = id < merger->token_count && is_right[id] != 0;
    }
    tkz__release(&merger->allocator, is_right, merger->token_count);
    return TKZ_OK;
}

static tkz_status make_characters(tkz__ranked_merger *merger, tkz_error *error)
{
    const tkz__image *image = merger->image;
    if (image->composing_count == 0)
        return TKZ_OK;
    tkz_status status = mark_bytes(merger, error);
    if (status != TKZ_OK)
        return status;
    merger->characters = tkz__allocate_array(&merger->allocator, CHARACTERS, 4);
    if (merger->characters == NULL)
        return tkz__error_memory(error, (size_t)CHARACTERS * 4);
    memset(merger->characters, 0xFF, (size_t)CHARACTERS * 4);
    for (uint32_t i = 0; i < image->composing_count; i++) {
        const uint8_t *bytes;
        size_t size;
        uint32_t id = tkz__image_merge_at(image, i).result;
        if (!tkz__image_token(image, id, &bytes, &size))
            continue; /* a damaged image */
        uint32_t character = whole_character(bytes, size);
        if (character < CHARACTERS)
            merger->characters[character] = id;
    }
    return TKZ_OK;
}

static tkz_status fill_table(tkz__ranked_merger *merger, tkz_error *error)
{
    for (uint32_t i = 0; i < merger->merge_count; i++) {
        if (!is_sound(merger->image, tkz__image_merge_at(merger->image, i)))
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                                  "the tokenizer image is damaged: its merge %u is not of its "
                                  "tokens; make or copy it again",
                                  i);
        if (tkz__image_merge_rank(merger->image, i) >= TKZ__RANKED_LIMIT)
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                                  "the tokenizer image is damaged: its merge %u has a rank that is no "
                                  "number of one; make or copy it again",
                                  i);
    }
    tkz_status status = make_slots(merger, error);
    if (status == TKZ_OK)
        status = make_filter(merger, error);
    return status == TKZ_OK ? make_characters(merger, error) : status;
}

bool tkz__ranked_ask(const tkz__ranked_merger *merger, uint32_t left, uint32_t right,
                     outcome *made)
{
    uint64_t hash = tkz__image_pair_hash(left, right);
    uint32_t shift = 64 - merger->slot_bits, print = tkz__image_fingerprint(hash, shift);
    uint32_t slot = (uint32_t)(hash >> shift), mask = (UINT32_C(1) << merger->slot_bits) - 1;
    for (uint32_t step = 0; step <= merger->reach; step++) {
        uint32_t found = tkz__image_u32(merger->slots + 4 * (size_t)slot);
        if (found == UINT32_MAX)
            break;
        if (found >> 24 == print) {
            uint32_t number = found & 0xFFFFFF;
            tkz__image_merge merge = tkz__image_merge_at(merger->image, number);
            if (merge.left == left && merge.right == right) {
                *made = (outcome){tkz__image_merge_rank(merger->image, number), merge.result};
                return true;
            }
        }
        slot = (slot + 1) & mask;
    }
    return false;
}

static inline bool find(tkz__ranked_merger *merger, uint32_t left, uint32_t right, outcome *made)
{
    return tkz__ranked_find(merger, left, right, made);
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
    made->known = tkz__allocate_zeroed(allocator, sizeof *made->known << TKZ__RANKED_KNOWN_BITS);
    made->several = tkz__ranked_several_new(allocator);
    tkz_status status = TKZ_OK;
    if (made->known == NULL || made->several == NULL)
        status = tkz__error_memory(error, sizeof *made->known << TKZ__RANKED_KNOWN_BITS);
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
    free_slots(merger);
    tkz__release_array(&allocator, merger->characters, CHARACTERS, 4);
    tkz__ranked_several_free(merger->several, &allocator);
    if (merger->filter != NULL)
        tkz__release(&allocator, merger->filter, sizeof *merger->filter << merger->filter_bits);
    tkz__release(&allocator, merger->known, sizeof *merger->known << TKZ__RANKED_KNOWN_BITS);
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

static uint64_t queued_merge(outcome own, size_t at)
{
    return (uint64_t)own.rank << 32 | at;
}

/* The token of the character of three bytes at `bytes`, most of Japanese, if it has one. */
static inline bool three_bytes(const tkz__ranked_merger *merger, const uint8_t *bytes, size_t left,
                               uint32_t *id)
{
    if (left < 3 || merger->characters == NULL)
        return false;
    uint32_t word = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16;
    if (!tkz__border_is_three(word))
        return false;
    *id = merger->characters[tkz__border_number_of_three(word)];
    return *id != TKZ__NO_TOKEN;
}

/* Does a byte go on with what stands before it? What composes characters comes before all other merges,
 * and no two such merges meet: each can be carried out as its bytes come. Dropout is not of them. */
static bool composes(tkz__ranked_merger *merger, uint32_t left, uint32_t right, uint32_t *whole)
{
    outcome own;
    if (!find(merger, left, right, &own) || own.rank >= merger->image->composing_count)
        return false;
    *whole = own.id;
    return true;
}

/* Every byte, or composed character, a token. Returns how many; 0 if the image is damaged. */
static size_t read_tokens(tkz__ranked_merger *merger, const uint8_t *bytes, size_t size,
                          uint32_t *ids)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        uint32_t id;
        if (three_bytes(merger, bytes + i, size - i, &id)) {
            ids[count++] = id;
            i += 2;
            continue;
        }
        id = tkz__image_item(merger->image, TKZ__SECTION_SYMBOL_IDS, bytes[i]);
        if (id >= merger->token_count)
            return 0;
        if (count == 0 || !merger->goes_on[bytes[i]] ||
            !composes(merger, ids[count - 1], id, &ids[count - 1]))
            ids[count++] = id;
    }
    return count;
}

/* ---- A run of one token ------------------------------------------------ */

/* Runs of spaces and of signs, of which some vocabularies have every length: all of the run goes the same
 * way, so it is kept as a token and how often it stands there, and what is behind it as it is. */
enum { LEAST_RUN = 48, BEHIND = FEW + 64, MOST_TURNS = 4096 };

typedef struct token_run {
    uint32_t token;
    size_t times;
    uint32_t behind[BEHIND]; /* from `first` on */
    size_t first;
} token_run;

/* The pair of the lowest rank, of equal ones the leftmost: in the run (0), at its end (1), or of
 * behind[which - 2] and the next. Its rank is UINT32_MAX if there is none. */
static size_t least_of_run(tkz__ranked_merger *merger, const token_run *own, outcome *least)
{
    size_t which = 0;
    outcome next;
    *least = (outcome){UINT32_MAX, 0};
    if (own->times > 1)
        (void)find(merger, own->token, own->token, least);
    for (size_t i = own->first; i < BEHIND; i++) {
        bool at_end = i == own->first;
        if (at_end && own->times == 0)
            continue;
        uint32_t left = at_end ? own->token : own->behind[i - 1];
        if (find(merger, left, own->behind[i], &next) && next.rank < least->rank) {
            *least = next;
            which = at_end ? 1 : i + 1;
        }
    }
    return which;
}

/* Merges the run in pairs. False if one of these would merge on before the last of them is there. */
static bool halve_run(tkz__ranked_merger *merger, token_run *own, outcome made)
{
    outcome next;
    if (own->first == 0 ||
        (find(merger, made.id, own->token, &next) && next.rank <= made.rank) ||
        (find(merger, made.id, made.id, &next) && next.rank <= made.rank))
        return false;
    if (own->times % 2 == 1)
        own->behind[--own->first] = own->token;
    own->token = made.id;
    own->times /= 2;
    return true;
}

/* Puts a token behind others, of which no two merge at `rank` or before, with `next` behind it, and merges
 * as far as that goes: all that is left to do at these ranks lies further right. Returns how many `next` it
 * took, at most `times`. */
static size_t settle(tkz__ranked_merger *merger, uint32_t *ids, size_t *count, uint32_t next,
                     size_t times, uint32_t rank)
{
    size_t taken = 0;
    for (;;) {
        uint32_t last = ids[*count - 1];
        outcome before = {UINT32_MAX, 0}, behind = {UINT32_MAX, 0};
        if (*count > 1)
            (void)find(merger, ids[*count - 2], last, &before);
        if (taken < times)
            (void)find(merger, last, next, &behind);
        if (before.rank <= behind.rank && before.rank <= rank) {
            ids[--*count - 1] = before.id;
        } else if (behind.rank <= rank) {
            ids[*count - 1] = behind.id;
            taken++;
        } else {
            return taken;
        }
    }
}

/* The same where those pairs do merge on at once, as they do if all lengths have one rank: from the left.
 * Returns how many tokens stand at the start of `ids` then; what is left of the run is shorter than a
 * pair. */
static size_t merge_from_left(tkz__ranked_merger *merger, token_run *own, outcome made, uint32_t *ids)
{
    size_t count = 0;
    while (own->times > 1) {
        ids[count++] = made.id;
        own->times -= 2;
        own->times -= settle(merger, ids, &count, own->token, own->times, made.rank);
    }
    return count;
}

/* Writes what a run has become behind `count` tokens; returns how many there are. */
static size_t write_run(const token_run *own, uint32_t *ids, size_t count)
{
    for (size_t i = 0; i < own->times; i++)
        ids[count++] = own->token;
    memcpy(ids + count, own->behind + own->first, (BEHIND - own->first) * sizeof *ids);
    return count + BEHIND - own->first;
}

/* Merges tokens most of which are one run at the start, in place, as far as that goes; others stay as they
 * are. Returns how many are left. */
static size_t merge_run(tkz__ranked_merger *merger, uint32_t *ids, size_t count)
{
    token_run own = {.token = ids[0], .times = 1};
    while (own.times < count && ids[own.times] == ids[0])
        own.times++;
    if (count < LEAST_RUN || count - own.times > FEW)
        return count;
    own.first = BEHIND - (count - own.times);
    memcpy(own.behind + own.first, ids + own.times, (count - own.times) * sizeof *ids);
    for (int turn = 0; turn < MOST_TURNS; turn++) {
        outcome made;
        size_t which = least_of_run(merger, &own, &made), at = which - 2;
        if (made.rank == UINT32_MAX)
            break;
        if (which == 0) {
            if (!halve_run(merger, &own, made))
                return write_run(&own, ids, merge_from_left(merger, &own, made, ids));
        } else if (which == 1) {
            own.behind[own.first] = made.id;
            own.times--;
        } else {
            own.behind[at + 1] = made.id;
            memmove(own.behind + own.first + 1, own.behind + own.first,
                    (at - own.first) * sizeof *own.behind);
            own.first++;
        }
    }
    return write_run(&own, ids, 0);
}

/* ---- Many tokens ------------------------------------------------------- */

/* Every pair in the queue. */
static void start(tkz__ranked_merger *merger, const uint32_t *ids, size_t count)
{
    merger->queued = merger->passed = 0;
    for (size_t i = 0; i < count; i++) {
        outcome own;
        merger->places[i] = (place){ids[i], (uint32_t)i + 1, (uint32_t)i - 1};
        if (i + 1 < count && find(merger, ids[i], ids[i + 1], &own))
            merger->queue[merger->queued++] = queued_merge(own, i);
    }
    for (size_t i = merger->queued / 2; i > 0; i--)
        sink(merger->queue, merger->queued, i - 1, merger->queue[i - 1]);
}

static void queue_pair(tkz__ranked_merger *merger, size_t left, size_t right)
{
    outcome own;
    if (find(merger, merger->places[left].id, merger->places[right].id, &own))
        push(merger, queued_merge(own, left));
}

/* Carries out a queued merge, unless one of its halves has been merged since. */
static void merge(tkz__ranked_merger *merger, uint64_t queued, size_t count)
{
    place *places = merger->places;
    size_t at = (uint32_t)queued, right = places[at].next;
    outcome own;
    if (places[at].id == TKZ__NO_TOKEN || right == count)
        return;
    if (!find(merger, places[at].id, places[right].id, &own) || own.rank != queued >> 32)
        return;
    size_t behind = places[right].next;
    places[at].id = own.id;
    places[at].next = (uint32_t)behind;
    places[right].id = TKZ__NO_TOKEN;
    if (behind < count)
        places[behind].previous = (uint32_t)at;
    if (at > 0)
        queue_pair(merger, places[at].previous, at);
    if (behind < count)
        queue_pair(merger, at, behind);
}

size_t tkz__ranked_merge(tkz__ranked_merger *merger, tkz__dropout *dropout, const uint8_t *bytes,
                         size_t size, uint32_t *ids)
{
    size_t places = read_tokens(merger, bytes, size, ids), count = 0;
    if (places <= FEW && dropout->bound == 0)
        return tkz__ranked_merge_few(merger, ids, places);
    if (places > 0 && dropout->bound == 0)
        places = merge_run(merger, ids, places);
    if (places <= TKZ__RANKED_SEVERAL && dropout->bound == 0)
        return tkz__ranked_merge_several(merger, ids, places);
    start(merger, ids, places);
    while (merger->queued > 0) {
        uint64_t next = pop(merger);
        if (dropout->bound > 0 && tkz__random_happens(&dropout->random, dropout->bound)) {
            if (!dropout->forgets)
                pass_over(merger, next);
            continue;
        }
        queue_passed(merger);
        merge(merger, next, places);
    }
    for (size_t at = 0; at < places; at = merger->places[at].next)
        ids[count++] = merger->places[at].id;
    return count;
}
