/* SPDX-License-Identifier: Apache-2.0
 *
 * Unigram training with the arithmetic of sentencepiece 0.2.0 and 0.2.3, one thread of it: single
 * precision, its orders and its slips. For comparisons, not for speed. Leans on unigram_lattice32,
 * unigram_seeds and the suffix array.
 *
 * Follows src/unigram_model_trainer.cc of each; what differs between the two is told where it stands.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/suffix_array.h"
#include "text/utf8.h"
#include "train/unigram_em.h"
#include "train/unigram_lattice32.h"
#include "train/unigram_seeds.h"
#include "train/unigram_trainer.h"

struct job {
    const tkz_unigram_options *options;
    const tkz__unigram_sentences *sentences;
    tkz_allocator allocator;
    tkz_error *error;
    tkz__unigram_text text;     /* what is trained on */
    tkz__unigram_pieces pieces; /* `scores` are not used: */
    float *scores;
    size_t score_count;
    float *expected;
    tkz__lattice32 lattice;
    float lowest; /* of the scores */
};

/* ---- Seeds of 0.2.0 --------------------------------------------------------------------------- */

typedef struct seed32 {
    double score;
    size_t place;
    size_t length;
    uint32_t number; /* in the order of the suffix tree */
} seed32;

typedef struct seed32_list {
    struct job *job;
    const uint32_t *text; /* characters, 0 behind each line */
    size_t size;
    seed32 *seeds;
    size_t count;
    size_t capacity;
    uint32_t number;
    tkz__byte_map counts; /* of 0.2.3: sums by text */
} seed32_list;

static uint64_t weigh_one(const void *context, size_t place)
{
    (void)context;
    (void)place;
    return 1;
}

/* The end of a line is a character like others: what always stands before it is no inner node. */
static tkz_status take_020(void *context, const tkz__repeat *repeat, tkz_error *error)
{
    seed32_list *list = context;
    uint32_t number = list->number;
    if (repeat->is_leaf)
        return TKZ_OK;
    list->number++;
    if (repeat->length <= 1 || repeat->place + repeat->length >= list->size ||
        !tkz__piece_rules_allow(&list->job->options->rules, list->text + repeat->place,
                                repeat->length))
        return TKZ_OK;
    tkz_status status =
        tkz__array_reserve(&list->job->allocator, (void **)&list->seeds, &list->capacity,
                           list->count + 1, sizeof *list->seeds, error);
    if (status == TKZ_OK)
        list->seeds[list->count++] = (seed32){(double)(repeat->count * repeat->length),
                                              repeat->place, repeat->length, number};
    return status;
}

/* Bytes, of which a piece may not begin or end inside a character. A line's end belongs to no piece, yet
 * a piece in front of it counts again. */
static tkz_status take_023(void *context, const tkz__repeat *repeat, tkz_error *error)
{
    seed32_list *list = context;
    const uint32_t *text = list->text + repeat->place;
    size_t length = repeat->length, characters = 0;
    uint32_t decoded[512];
    char bytes[4 * 512];
    if (repeat->is_leaf || length <= 1 || repeat->count < 2 || (text[0] & 0xC0) == 0x80 ||
        (repeat->place + length < list->size && (text[length] & 0xC0) == 0x80))
        return TKZ_OK;
    while (length > 0 && text[length - 1] == 0)
        length--;
    if (length > sizeof bytes)
        return TKZ_OK;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == 0)
            return TKZ_OK;
        bytes[i] = (char)text[i];
    }
    for (size_t at = 0; at < length; characters++) {
        if (characters == list->job->options->rules.longest)
            return TKZ_OK;
        at += tkz__utf8_next(bytes + at, length - at, &decoded[characters]);
    }
    if (characters <= 1 ||
        !tkz__piece_rules_allow(&list->job->options->rules, decoded, characters))
        return TKZ_OK;
    uint64_t *value;
    tkz_status status =
        tkz__byte_map_insert(&list->counts, bytes, length, &value, NULL, error);
    if (status == TKZ_OK)
        *value += repeat->count;
    return status;
}

/* All lines, as often as they occur, each with a 0 behind it; of bytes, or of characters. In 0.2.0 a line
 * of a table counts twice, whatever its count says. Sets `*size`; without `target` only that. */
static void write_text(const struct job *job, bool is_bytes, uint32_t *target, size_t *size)
{
    const tkz__unigram_text *lines = &job->sentences->lines;
    *size = 0;
    for (size_t i = 0; i < lines->count; i++) {
        bool is_doubled = !is_bytes && job->options->is_table;
        for (uint64_t k = 0; k < (is_doubled ? 2 : lines->counts[i]); k++) {
            for (uint64_t at = lines->starts[i]; at <= lines->starts[i + 1]; at++) {
                bool is_end = at == lines->starts[i + 1];
                uint32_t character = is_end ? 0 : lines->characters[at];
                char text[4] = {0};
                size_t bytes = is_end ? 1 : tkz__utf8_encode(character, text);
                if (!is_bytes && target != NULL)
                    target[*size] = character;
                for (size_t b = 0; is_bytes && target != NULL && b < bytes; b++)
                    target[*size + b] = (uint8_t)text[b];
                *size += is_bytes ? bytes : 1;
            }
            if (*size > TKZ__SUFFIX_LIMIT)
                return;
        }
    }
}

/* Finds the repeats of the text. */
static tkz_status search_text(seed32_list *list, bool is_bytes, uint32_t *text)
{
    struct job *job = list->job;
    size_t size = list->size;
    int32_t *suffixes = tkz__allocate_array(&job->allocator, size, sizeof *suffixes);
    int32_t *common = tkz__allocate_array(&job->allocator, size, sizeof *common);
    int32_t *scratch = tkz__allocate_array(&job->allocator, size, sizeof *scratch);
    tkz_status status = TKZ_OK;
    if (suffixes == NULL || common == NULL || scratch == NULL)
        status = tkz__error_memory(job->error, size * sizeof *suffixes);
    uint32_t highest = 0;
    write_text(job, is_bytes, text, &size);
    for (size_t i = 0; i < size; i++)
        highest = text[i] > highest ? text[i] : highest;
    if (status == TKZ_OK)
        status = tkz__suffix_array(text, size, highest + 1, suffixes, &job->allocator,
                                   job->error);
    if (status == TKZ_OK) {
        tkz__suffix_common(text, size, UINT32_MAX, suffixes, common, scratch);
        list->text = text;
        status = tkz__repeats_walk(suffixes, common, size, weigh_one,
                                   is_bytes ? take_023 : take_020, list, &job->allocator,
                                   job->error);
    }
    tkz__release_array(&job->allocator, suffixes, size, sizeof *suffixes);
    tkz__release_array(&job->allocator, common, size, sizeof *common);
    tkz__release_array(&job->allocator, scratch, size, sizeof *scratch);
    return status;
}

static int compare_020(const void *left, const void *right)
{
    const seed32 *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

typedef struct text_seed {
    float score;
    const uint8_t *text;
    uint32_t size;
} text_seed;

static int compare_023(const void *left, const void *right)
{
    const text_seed *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    if (a->size != b->size)
        return a->size > b->size ? -1 : 1; /* bytes */
    return memcmp(a->text, b->text, a->size);
}

static tkz_status add_piece(struct job *job, const uint32_t *characters, size_t size, float score)
{
    tkz_status status = tkz__array_reserve(&job->allocator, (void **)&job->scores,
                                           &job->score_count, job->pieces.count + 1,
                                           sizeof *job->scores, job->error);
    if (status == TKZ_OK) {
        job->scores[job->pieces.count] = score;
        status = tkz__unigram_pieces_add(&job->pieces, characters, size, 0, false, job->error);
    }
    return status;
}

static tkz_status add_020(seed32_list *list, size_t wanted)
{
    tkz_status status = TKZ_OK;
    if (list->count > 0)
        qsort(list->seeds, list->count, sizeof *list->seeds, compare_020);
    for (size_t i = 0; status == TKZ_OK && i < list->count && i < wanted; i++)
        status = add_piece(list->job, list->text + list->seeds[i].place, list->seeds[i].length,
                           (float)list->seeds[i].score);
    return status;
}

static tkz_status add_023(seed32_list *list, size_t wanted)
{
    struct job *job = list->job;
    const tkz__byte_map *counts = &list->counts;
    text_seed *seeds = tkz__allocate_array(&job->allocator, counts->count, sizeof *seeds);
    if (seeds == NULL)
        return tkz__error_memory(job->error, counts->count * sizeof *seeds);
    for (size_t i = 0; i < counts->count; i++) {
        const tkz__byte_map_entry *entry = &counts->entries[i];
        const uint8_t *text = tkz__byte_map_key(counts, entry);
        size_t characters = 0;
        for (size_t k = 0; k < entry->key_size; k++)
            characters += (text[k] & 0xC0) != 0x80;
        seeds[i] = (text_seed){(float)entry->value * (float)characters, text, entry->key_size};
    }
    qsort(seeds, counts->count, sizeof *seeds, compare_023);
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < counts->count && i < wanted; i++) {
        uint32_t characters[512];
        size_t size = 0;
        for (size_t at = 0; at < seeds[i].size;)
            at += tkz__utf8_next((const char *)seeds[i].text + at, seeds[i].size - at,
                                 &characters[size++]);
        status = add_piece(job, characters, size, seeds[i].score);
    }
    tkz__release_array(&job->allocator, seeds, counts->count, sizeof *seeds);
    return status;
}

/* Logarithms of the shares; the sum of 0.2.0 is of single precision. */
static void take_logarithms(struct job *job)
{
    float sum = 0;
    double exact = 0;
    for (size_t i = 0; i < job->pieces.count; i++) {
        sum += job->scores[i];
        exact += job->scores[i];
    }
    float rounded = (float)log((double)sum);
    double total = job->options->compat == TKZ__COMPAT_0_2_0 ? rounded : log(exact);
    for (size_t i = 0; i < job->pieces.count; i++)
        job->scores[i] = (float)(log((double)job->scores[i]) - total);
}

/* The characters that occur, most frequent first, then what is repeated. */
static tkz_status make_seeds(struct job *job)
{
    bool is_bytes = job->options->compat == TKZ__COMPAT_0_2_3;
    seed32_list list = {.job = job};
    size_t wanted = tkz__unigram_seed_count(job->options);
    tkz_status status = TKZ_OK;
    tkz__byte_map_init(&list.counts, &job->allocator);
    for (size_t i = 0; status == TKZ_OK && i < job->sentences->alphabet_count; i++)
        if (job->sentences->alphabet[i].count > 0)
            status = add_piece(job, &job->sentences->alphabet[i].character, 1,
                               (float)job->sentences->alphabet[i].count);
    write_text(job, is_bytes, NULL, &list.size);
    /* 0.2.3 works in parts of this size, and forgets the rest of a line's repetitions there. */
    if (status == TKZ_OK && list.size > (is_bytes ? 500U << 20 : TKZ__SUFFIX_LIMIT))
        status = tkz__error_set(job->error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                                "the text is too large for the arithmetic of sentencepiece: train "
                                "without compat");
    uint32_t *text =
        status == TKZ_OK ? tkz__allocate_array(&job->allocator, list.size, sizeof *text) : NULL;
    if (status == TKZ_OK && text == NULL)
        status = tkz__error_memory(job->error, list.size * sizeof *text);
    if (status == TKZ_OK)
        status = search_text(&list, is_bytes, text);
    if (status == TKZ_OK)
        status = is_bytes ? add_023(&list, wanted) : add_020(&list, wanted);
    tkz__release_array(&job->allocator, text, list.size, sizeof *text);
    tkz__release_array(&job->allocator, list.seeds, list.capacity, sizeof *list.seeds);
    tkz__byte_map_free(&list.counts);
    take_logarithms(job);
    return status;
}

/* ---- Rounds ----------------------------------------------------------------------------------- */

/* Removes pieces and their scores. */
static tkz_status select_pieces(struct job *job, const uint8_t *keep)
{
    size_t next = 0;
    for (size_t i = 0; i < job->pieces.count; i++)
        if (keep[i])
            job->scores[next++] = job->scores[i];
    return tkz__unigram_pieces_select(&job->pieces, keep, job->error);
}

static void find_lowest(struct job *job)
{
    job->lowest = HUGE_VALF;
    for (size_t i = 0; i < job->pieces.count; i++)
        job->lowest = job->scores[i] < job->lowest ? job->scores[i] : job->lowest;
}

/* How much less than the lowest score an unknown character has (kUnkPenalty). */
#define UNKNOWN_PENALTY 10

/* The segments of the text, and how often each is gone through with what weight: lines that are not cut
 * into words are trained on one by one. */
static tkz_status load_segment(struct job *job, size_t segment)
{
    const uint32_t *longest = job->pieces.longest + job->text.starts[segment];
    size_t size = (size_t)(job->text.starts[segment + 1] - job->text.starts[segment]);
    return tkz__lattice32_fill(&job->lattice, &job->pieces, job->scores, longest, size,
                               job->lowest - UNKNOWN_PENALTY, job->error);
}

static void times_and_weight(const struct job *job, size_t segment, uint64_t *times, float *weight)
{
    bool is_single = !job->options->rules.split_by_space && !job->options->is_table;
    *times = is_single ? job->text.counts[segment] : 1;
    *weight = is_single ? 1 : (float)(int64_t)job->text.counts[segment];
}

static tkz_status run_round(struct job *job)
{
    size_t count = job->pieces.count;
    tkz_status status = TKZ_OK;
    find_lowest(job);
    memset(job->expected, 0, count * sizeof *job->expected);
    for (size_t i = 0; status == TKZ_OK && i < job->text.count; i++) {
        uint64_t times;
        float weight;
        times_and_weight(job, i, &times, &weight);
        status = load_segment(job, i);
        for (uint64_t k = 0; status == TKZ_OK && k < times; k++)
            tkz__lattice32_expect(&job->lattice, weight,
                                  job->options->compat == TKZ__COMPAT_0_2_3, job->expected);
    }
    uint8_t *keep = tkz__allocate(&job->allocator, count);
    if (status == TKZ_OK && keep == NULL)
        status = tkz__error_memory(job->error, count);
    float sum = 0;
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        keep[i] = !(job->expected[i] < 0.5F);
        if (keep[i])
            sum += job->expected[i];
    }
    float total = status == TKZ_OK ? (float)tkz__unigram_digamma(sum) : 0;
    for (size_t i = 0; status == TKZ_OK && i < count; i++)
        job->scores[i] = keep[i] ? (float)(tkz__unigram_digamma(job->expected[i]) - total) : 0;
    if (status == TKZ_OK)
        status = select_pieces(job, keep);
    tkz__release(&job->allocator, keep, count);
    return status;
}

/* ---- Pruning ---------------------------------------------------------------------------------- */

/* Counts pieces of best paths, and for 0.2.0 the weights of the lines that have each, which is the same
 * number added in the same order: what it calls `inverted` has a line once for each occurrence. */
static tkz_status count_best(struct job *job, float *frequencies, float *lines)
{
    tkz_status status = TKZ_OK;
    memset(frequencies, 0, job->pieces.count * sizeof *frequencies);
    *lines = 0;
    for (size_t i = 0; status == TKZ_OK && i < job->text.count; i++) {
        uint64_t times;
        float weight;
        times_and_weight(job, i, &times, &weight);
        status = load_segment(job, i);
        size_t count = status == TKZ_OK ? tkz__lattice32_best(&job->lattice) : 0;
        for (uint64_t k = 0; k < times; k++) {
            *lines += weight;
            for (size_t p = 0; p < count; p++)
                frequencies[job->lattice.path[p]] += weight;
        }
    }
    return status;
}

typedef struct candidate {
    float loss;
    uint32_t piece;
} candidate;

static int compare_candidates(const void *left, const void *right)
{
    const candidate *a = left, *b = right;
    if (a->loss != b->loss)
        return a->loss > b->loss ? -1 : 1;
    return a->piece < b->piece ? -1 : 1;
}

static tkz_status load_piece(struct job *job, size_t piece)
{
    return tkz__lattice32_fill(&job->lattice, &job->pieces, job->scores,
                               job->pieces.inner + job->pieces.texts.starts[piece],
                               job->pieces.pieces[piece].length, job->lowest - UNKNOWN_PENALTY,
                               job->error);
}

/* The loss of a piece that has another segmentation, which is in the lattice's path. */
static float weigh_piece(const struct job *job, const float *frequencies, float sum, float logsum,
                         float lines, size_t piece, size_t count)
{
    float frequency = frequencies[piece];
    float with = (float)(log((double)frequency) - logsum);
    float total = (float)log((double)(sum + frequency * (float)(count - 1)));
    float without = 0;
    for (size_t i = 0; i < count; i++)
        without = (float)(without +
                          (log((double)(frequencies[job->lattice.path[i]] + frequency)) - total));
    float share = frequency / (job->options->compat == TKZ__COMPAT_0_2_0 ? lines : sum);
    return share * (with - without);
}

/* Sorts the pieces into those that stay (marked in `keep`) and candidates. Returns how many stay. */
static tkz_status weigh_all(struct job *job, const float *frequencies, float lines, uint8_t *keep,
                            candidate *list, size_t *candidates, size_t *kept)
{
    double exact = 0;
    tkz_status status = TKZ_OK;
    /* std::accumulate with 0.0 adds in double precision. */
    for (size_t i = 0; i < job->pieces.count; i++)
        exact += frequencies[i];
    float sum = (float)exact, logsum = (float)log((double)sum);
    for (size_t i = 0; status == TKZ_OK && i < job->pieces.count; i++) {
        size_t first = 0, second = 0;
        status = load_piece(job, i);
        if (status == TKZ_OK)
            status = tkz__lattice32_two_best(&job->lattice, &first, &second, job->error);
        if (status != TKZ_OK || frequencies[i] == 0)
            continue;
        if (second == 0) {
            keep[i] = 1;
            ++*kept;
        } else if (first == 1) {
            list[(*candidates)++] = (candidate){
                weigh_piece(job, frequencies, sum, logsum, lines, i, second), (uint32_t)i};
        }
    }
    return status;
}

/* The order of pieces changes: those that stay without question, then the others by loss. */
static tkz_status reorder(struct job *job, const uint8_t *keep, const candidate *list, size_t candidates,
                          size_t kept, size_t target)
{
    tkz__unigram_pieces old = job->pieces;
    float *scores = job->scores;
    size_t score_count = job->score_count;
    tkz_status status = TKZ_OK;
    job->scores = NULL;
    job->score_count = 0;
    tkz__unigram_pieces_init(&job->pieces, &job->allocator);
    for (size_t i = 0; status == TKZ_OK && i < old.count; i++)
        if (keep[i])
            status = add_piece(job, tkz__unigram_pieces_text(&old, i), old.pieces[i].length,
                               scores[i]);
    for (size_t i = 0; status == TKZ_OK && i < candidates && kept + i != target; i++)
        status = add_piece(job, tkz__unigram_pieces_text(&old, list[i].piece),
                           old.pieces[list[i].piece].length, scores[list[i].piece]);
    if (status == TKZ_OK)
        status = tkz__unigram_pieces_match(&job->pieces, &job->text, job->error);
    tkz__unigram_pieces_free(&old);
    tkz__release_array(&job->allocator, scores, score_count, sizeof *scores);
    return status;
}

static tkz_status prune(struct job *job, size_t wanted)
{
    size_t count = job->pieces.count, candidates = 0, kept = 0;
    float lines;
    find_lowest(job);
    uint8_t *keep = tkz__allocate_zeroed(&job->allocator, count);
    candidate *list = tkz__allocate_array(&job->allocator, count, sizeof *list);
    float *frequencies = tkz__allocate_array(&job->allocator, count, sizeof *frequencies);
    tkz_status status = TKZ_OK;
    if (keep == NULL || list == NULL || frequencies == NULL)
        status = tkz__error_memory(job->error, count * sizeof *list);
    if (status == TKZ_OK)
        status = count_best(job, frequencies, &lines);
    if (status == TKZ_OK)
        status = weigh_all(job, frequencies, lines, keep, list, &candidates, &kept);
    if (status == TKZ_OK) {
        qsort(list, candidates, sizeof *list, compare_candidates);
        size_t target = (size_t)((float)job->options->shrinking_factor * (float)count);
        status = reorder(job, keep, list, candidates, kept, target > wanted ? target : wanted);
    }
    tkz__release(&job->allocator, keep, count);
    tkz__release_array(&job->allocator, list, count, sizeof *list);
    tkz__release_array(&job->allocator, frequencies, count, sizeof *frequencies);
    return status;
}

/* 0.2.3 drops what a path of others beats. */
static tkz_status drop_beaten(struct job *job)
{
    size_t count = job->pieces.count;
    find_lowest(job);
    uint8_t *keep = tkz__allocate(&job->allocator, count);
    tkz_status status = keep == NULL ? tkz__error_memory(job->error, count) : TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        status = load_piece(job, i);
        if (status == TKZ_OK)
            keep[i] = !(tkz__lattice32_best_without(&job->lattice, (uint32_t)i) > job->scores[i]);
    }
    if (status == TKZ_OK)
        status = select_pieces(job, keep);
    tkz__release(&job->allocator, keep, count);
    return status;
}

/* ---- All of it ---------------------------------------------------------------------------------- */

static tkz_status make_text(struct job *job)
{
    const tkz__unigram_text *lines = &job->sentences->lines;
    tkz_status status = TKZ_OK;
    if (job->options->rules.split_by_space)
        return tkz__unigram_sentences_words(job->sentences, job->options, &job->text, job->error);
    for (size_t i = 0; status == TKZ_OK && i < lines->count; i++)
        status = tkz__unigram_text_add(&job->text, lines->characters + lines->starts[i],
                                       (size_t)(lines->starts[i + 1] - lines->starts[i]),
                                       lines->counts[i], job->error);
    return status;
}

/* 0.2.0 looks at the size before pruning, 0.2.3 after it. */
static tkz_status run_rounds(struct job *job, const tkz_progress_callback *progress,
                             tkz_unigram_report *report)
{
    size_t wanted = (size_t)(job->options->vocab_size * 1.1), begun_with = job->pieces.count;
    bool is_late = job->options->compat == TKZ__COMPAT_0_2_3;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK) {
        size_t before = job->pieces.count;
        for (uint32_t i = 0; status == TKZ_OK && i < job->options->sub_iterations; i++)
            status = run_round(job);
        if (status == TKZ_OK)
            status = tkz__unigram_tell(progress, begun_with - job->pieces.count, begun_with,
                                       job->error);
        if (status != TKZ_OK || (!is_late && job->pieces.count <= wanted))
            return status;
        status = prune(job, wanted);
        report->prunings++;
        if (is_late && job->pieces.count <= wanted)
            return status;
        if (status == TKZ_OK && job->pieces.count == before)
            return tkz__error_set(job->error, TKZ_STATUS_INVALID_OPTION, "vocab_size",
                                  TKZ__NO_OFFSET,
                                  "nothing more can be pruned: sentencepiece would not end here");
    }
    return status;
}

static tkz_status train(struct job *job, const tkz_progress_callback *progress,
                        tkz__final_pieces *trained, tkz_unigram_report *report)
{
    tkz_status status = make_text(job);
    if (status == TKZ_OK)
        status = make_seeds(job);
    report->segments = job->text.count;
    report->seeds = job->pieces.count;
    if (status == TKZ_OK)
        status = tkz__unigram_pieces_match(&job->pieces, &job->text, job->error);
    size_t count = job->pieces.count;
    job->expected = tkz__allocate_array(&job->allocator, count, sizeof *job->expected);
    if (status == TKZ_OK && job->expected == NULL)
        status = tkz__error_memory(job->error, count * sizeof *job->expected);
    if (status == TKZ_OK)
        status = run_rounds(job, progress, report);
    if (status == TKZ_OK && job->options->compat == TKZ__COMPAT_0_2_3)
        status = drop_beaten(job);
    for (size_t i = 0; status == TKZ_OK && i < job->pieces.count; i++)
        status = tkz__final_pieces_add(trained, tkz__unigram_pieces_text(&job->pieces, i),
                                       job->pieces.pieces[i].length, job->scores[i], job->error);
    tkz__release_array(&job->allocator, job->expected, count, sizeof *job->expected);
    return status;
}

tkz_status tkz__unigram_train_compat(const tkz_unigram_options *options,
                                     const tkz__unigram_sentences *sentences,
                                     const tkz_progress_callback *progress,
                                     tkz__final_pieces *trained, tkz_unigram_report *report,
                                     tkz_error *error)
{
    struct job job = {.options = options, .sentences = sentences, .allocator = sentences->allocator,
               .error = error};
    tkz__unigram_text_init(&job.text, &job.allocator);
    tkz__unigram_pieces_init(&job.pieces, &job.allocator);
    tkz__lattice32_init(&job.lattice, &job.allocator);
    tkz_status status = train(&job, progress, trained, report);
    tkz__lattice32_free(&job.lattice);
    tkz__release_array(&job.allocator, job.scores, job.score_count, sizeof *job.scores);
    tkz__unigram_pieces_free(&job.pieces);
    tkz__unigram_text_free(&job.text);
    return status;
}
