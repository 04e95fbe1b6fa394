/* SPDX-License-Identifier: Apache-2.0
 *
 * Expectation maximisation for Unigram vocabularies. Leans on unigram_em.h.
 *
 * Probabilities are multiplied as they are, not as logarithms: a segment whose paths become too small
 * is scaled up on the way and the number of times is kept.
 */
#include "train/unigram_em.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where all paths are below the first, they are multiplied by the second: 2^-300, 2^300. A factor that
 * a double takes three times over, and no piece has a probability anywhere near it. */
#define TOO_SMALL 0x1p-300
#define SCALE 0x1p+300

double tkz__unigram_digamma(double x)
{
    /* Recurrence up to 7, then the asymptotic series at x - 1/2. */
    double result = 0;
    for (; x < 7; x++)
        result -= 1 / x;
    x -= 0.5;
    double square = 1 / (x * x), fourth = square * square;
    return result + log(x) + square / 24 - 7.0 / 960 * fourth + 31.0 / 8064 * fourth * square -
           127.0 / 30720 * fourth * fourth;
}

/* ---- Shares --------------------------------------------------------------------------- */

/* Characters of a share at least: smaller ones are not worth a thread. */
enum { SHARE_SIZE = 65536 };

static void divide_text(tkz__unigram_em *em)
{
    const tkz__unigram_text *text = em->text;
    em->shares = text->size / SHARE_SIZE + 1;
    if (em->shares > TKZ__UNIGRAM_SHARES)
        em->shares = TKZ__UNIGRAM_SHARES;
    size_t segment = 0;
    for (size_t i = 0; i < em->shares; i++) {
        em->first[i] = segment;
        uint64_t end = text->size / em->shares * (i + 1);
        while (segment < text->count && (i + 1 == em->shares || text->starts[segment] < end))
            segment++;
    }
    em->first[em->shares] = text->count;
}

static uint64_t longest_segment(const tkz__unigram_text *text)
{
    uint64_t longest = 0;
    for (size_t i = 0; i < text->count; i++)
        if (text->starts[i + 1] - text->starts[i] > longest)
            longest = text->starts[i + 1] - text->starts[i];
    return longest;
}

tkz_status tkz__unigram_em_init(tkz__unigram_em *em, tkz__unigram_pieces *pieces,
                                const tkz__unigram_text *text, const tkz_executor *executor,
                                const tkz_allocator *allocator, tkz_error *error)
{
    memset(em, 0, sizeof *em);
    em->allocator = *allocator;
    em->executor = executor;
    em->text = text;
    em->pieces = pieces;
    divide_text(em);
    for (size_t i = 0; i < pieces->count; i++)
        if (pieces->pieces[i].length > em->longest_piece)
            em->longest_piece = pieces->pieces[i].length;
    /* Two values a place, one mark, and room behind the end for the longest piece. */
    em->scratch_size = 3 * ((size_t)longest_segment(text) + em->longest_piece + 2);
    em->sum_count = pieces->count;
    em->sums = tkz__allocate_array(allocator, em->shares * em->sum_count, sizeof *em->sums);
    em->scratch = tkz__allocate_array(allocator, em->shares * em->scratch_size, sizeof *em->scratch);
    em->losses = tkz__allocate_array(allocator, em->sum_count, sizeof *em->losses);
    if (em->sums != NULL && em->scratch != NULL && em->losses != NULL)
        return TKZ_OK;
    tkz__unigram_em_free(em);
    return tkz__error_memory(error, em->shares * em->sum_count * sizeof *em->sums);
}

tkz_status tkz__unigram_em_widen(tkz__unigram_em *em, uint32_t longest, tkz_error *error)
{
    if (longest <= em->longest_piece)
        return TKZ_OK;
    size_t size = em->scratch_size + 3 * (size_t)(longest - em->longest_piece);
    double *scratch = tkz__allocate_array(&em->allocator, em->shares * size, sizeof *scratch);
    if (scratch == NULL)
        return tkz__error_memory(error, em->shares * size * sizeof *scratch);
    tkz__release_array(&em->allocator, em->scratch, em->shares * em->scratch_size, sizeof *em->scratch);
    em->scratch = scratch;
    em->scratch_size = size;
    em->longest_piece = longest;
    return TKZ_OK;
}

void tkz__unigram_em_free(tkz__unigram_em *em)
{
    if (em->pieces == NULL)
        return;
    tkz__release_array(&em->allocator, em->sums, em->shares * em->sum_count, sizeof *em->sums);
    tkz__release_array(&em->allocator, em->scratch, em->shares * em->scratch_size,
                       sizeof *em->scratch);
    tkz__release_array(&em->allocator, em->losses, em->sum_count, sizeof *em->losses);
    em->sums = em->scratch = em->losses = NULL;
    em->pieces = NULL;
}

uint64_t tkz__unigram_em_need(uint64_t pieces, uint64_t characters, uint64_t longest)
{
    uint64_t shares = characters / SHARE_SIZE + 1;
    if (shares > TKZ__UNIGRAM_SHARES)
        shares = TKZ__UNIGRAM_SHARES;
    return shares * (pieces + 3 * longest) * sizeof(double);
}

/* The shares that each thread works on: one in `width`. */
struct job {
    tkz__unigram_em *em;
    void (*work)(tkz__unigram_em *em, size_t share);
    uint32_t width;
};

static void run_task(void *argument, uint32_t index)
{
    const struct job *job = argument;
    for (size_t share = index; share < job->em->shares; share += job->width)
        job->work(job->em, share);
}

static tkz_status for_all_shares(tkz__unigram_em *em,
                                 void (*work)(tkz__unigram_em *em, size_t share), tkz_error *error)
{
    struct job job = {em, work, em->executor != NULL ? em->executor->width : 1};
    if (job.width > em->shares)
        job.width = (uint32_t)em->shares;
    if (job.width <= 1) {
        job.width = 1;
        run_task(&job, 0);
        return TKZ_OK;
    }
    tkz_status status = em->executor->run(em->executor->context, job.width, run_task, &job);
    return status == TKZ_OK ? TKZ_OK
                            : tkz__error_set(error, status, NULL, TKZ__NO_OFFSET,
                                             "the executor did not run its tasks");
}

/* The sums of all shares in those of the first, added in their order. */
static void add_shares(tkz__unigram_em *em)
{
    for (size_t share = 1; share < em->shares; share++) {
        const double *more = em->sums + share * em->sum_count;
        for (size_t i = 0; i < em->pieces->count; i++)
            em->sums[i] += more[i];
    }
}

/* ---- Expectation ------------------------------------------------------------------------ */

/* Multiplies what is known of the paths that end in the window at `from`, if all of it is small. */
static bool scale_up(double *from, size_t size)
{
    double largest = 0;
    for (size_t i = 0; i < size; i++)
        largest = from[i] > largest ? from[i] : largest;
    if (largest >= TOO_SMALL)
        return false;
    for (size_t i = 0; i < size; i++)
        from[i] *= SCALE;
    return true;
}

/* Probabilities of the paths from the start of a segment to each place, in `before`, scaled where
 * `is_scaled` says so. Returns the logarithm of the last one. */
static double go_forwards(const tkz__unigram_em *em, const uint32_t *longest, size_t size,
                          double *before, double *is_scaled)
{
    const tkz__unigram_piece *pieces = em->pieces->pieces;
    size_t window = em->longest_piece + 1, times = 0;
    memset(before, 0, (size + window) * sizeof *before);
    before[0] = 1;
    for (size_t at = 0; at < size; at++) {
        is_scaled[at] = before[at] < TOO_SMALL && scale_up(before + at, window);
        times += is_scaled[at] != 0;
        double base = before[at];
        for (uint32_t id = longest[at]; id != TKZ__NO_PIECE; id = pieces[id].shorter)
            before[at + pieces[id].length] += base * pieces[id].probability;
    }
    return log(before[size]) - (double)times * 300 * M_LN2;
}

/* Adds what each piece is expected to occur in one segment. `behind` is the probability of the paths
 * from a place to the end over that of all paths, in the scale of `before` there. */
static void go_backwards(const tkz__unigram_em *em, const uint32_t *longest, size_t size,
                         double count, const double *before, const double *is_scaled,
                         double *behind, double *expected)
{
    const tkz__unigram_piece *pieces = em->pieces->pieces;
    size_t window = em->longest_piece + 1;
    behind[size] = 1 / before[size];
    memset(behind + size + 1, 0, window * sizeof *behind);
    for (size_t at = size; at-- > 0;) {
        double base = before[at] * count, sum = 0;
        for (uint32_t id = longest[at]; id != TKZ__NO_PIECE; id = pieces[id].shorter) {
            double part = pieces[id].probability * behind[at + pieces[id].length];
            sum += part;
            expected[id] += base * part;
        }
        behind[at] = sum;
        if (is_scaled[at] != 0)
            for (size_t i = 0; i < window; i++)
                behind[at + i] *= SCALE;
    }
}

static void expect_share(tkz__unigram_em *em, size_t share)
{
    const tkz__unigram_text *text = em->text;
    double *expected = em->sums + share * em->sum_count;
    double *before = em->scratch + share * em->scratch_size;
    double *behind = before + em->scratch_size / 3, *is_scaled = behind + em->scratch_size / 3;
    double likelihood = 0;
    memset(expected, 0, em->pieces->count * sizeof *expected);
    for (size_t i = em->first[share]; i < em->first[share + 1]; i++) {
        const uint32_t *longest = em->pieces->longest + text->starts[i];
        size_t size = (size_t)(text->starts[i + 1] - text->starts[i]);
        double count = (double)text->counts[i];
        double one = go_forwards(em, longest, size, before, is_scaled);
        if (before[size] > 0) {
            likelihood += count * one;
            go_backwards(em, longest, size, count, before, is_scaled, behind, expected);
        }
    }
    em->likelihoods[share] = likelihood;
}

/* Scores of expected counts; those that are too small are kept out, or counted as the least. */
static tkz_status maximise(tkz__unigram_em *em, bool keep_all, tkz_error *error)
{
    tkz__unigram_pieces *pieces = em->pieces;
    uint8_t *keep = tkz__allocate(&em->allocator, pieces->count);
    size_t count = pieces->count, kept = 0;
    double sum = 0;
    if (keep == NULL)
        return tkz__error_memory(error, pieces->count);
    for (size_t i = 0; i < count; i++) {
        keep[i] = em->sums[i] >= TKZ__UNIGRAM_LEAST || keep_all || pieces->is_kept[i];
        if (em->sums[i] < TKZ__UNIGRAM_LEAST)
            em->sums[i] = TKZ__UNIGRAM_LEAST;
        if (keep[i])
            sum += em->sums[i];
        kept += keep[i];
    }
    double total = tkz__unigram_digamma(sum);
    for (size_t i = 0; i < count; i++)
        if (keep[i])
            tkz__unigram_pieces_score(pieces, i, tkz__unigram_digamma(em->sums[i]) - total);
    tkz_status status = kept < count ? tkz__unigram_pieces_select(pieces, keep, error) : TKZ_OK;
    tkz__release(&em->allocator, keep, count);
    return status;
}

tkz_status tkz__unigram_em_round(tkz__unigram_em *em, bool keep_all, tkz_error *error)
{
    tkz_status status = for_all_shares(em, expect_share, error);
    if (status != TKZ_OK)
        return status;
    add_shares(em);
    em->likelihood = 0;
    for (size_t i = 0; i < em->shares; i++)
        em->likelihood += em->likelihoods[i];
    return maximise(em, keep_all, error);
}

void tkz__unigram_em_begin(tkz__unigram_em *em)
{
    const tkz__unigram_pieces *pieces = em->pieces;
    double sum = 0;
    for (size_t i = 0; i < pieces->count; i++)
        sum += (double)pieces->texts.counts[i] * pieces->pieces[i].length;
    for (size_t i = 0; i < pieces->count; i++) {
        double weight = (double)pieces->texts.counts[i] * pieces->pieces[i].length;
        tkz__unigram_pieces_score(em->pieces, i,
                                  log(weight > 0 ? weight : TKZ__UNIGRAM_LEAST) - log(sum));
    }
}

/* ---- Pruning ------------------------------------------------------------------------------ */

/* Counts the pieces of the best segmentations. Of equal paths the one whose last piece is longest. */
static void count_share(tkz__unigram_em *em, size_t share)
{
    const tkz__unigram_text *text = em->text;
    const tkz__unigram_piece *pieces = em->pieces->pieces;
    double *counts = em->sums + share * em->sum_count;
    double *best = em->scratch + share * em->scratch_size;
    uint32_t *last = (uint32_t *)(best + em->scratch_size / 3);
    uint64_t tokens = 0;
    memset(counts, 0, em->pieces->count * sizeof *counts);
    for (size_t i = em->first[share]; i < em->first[share + 1]; i++) {
        const uint32_t *longest = em->pieces->longest + text->starts[i];
        size_t size = (size_t)(text->starts[i + 1] - text->starts[i]);
        for (size_t at = 0; at <= size; at++)
            best[at] = at == 0 ? 0 : -INFINITY;
        for (size_t at = 0; at < size; at++) {
            for (uint32_t id = longest[at]; id != TKZ__NO_PIECE; id = pieces[id].shorter) {
                double score = best[at] + em->pieces->scores[id];
                size_t end = at + pieces[id].length;
                if (score > best[end]) {
                    best[end] = score;
                    last[end] = id;
                }
            }
        }
        for (size_t at = size; at > 0 && best[size] > -INFINITY; at -= pieces[last[at]].length) {
            counts[last[at]] += (double)text->counts[i];
            tokens += text->counts[i];
        }
    }
    em->tokens[share] = tokens;
}

/* The best segmentation of a piece into others: its score, or minus infinity; its pieces from the last
 * on, `*count` of them, in `path`. `best` and `path` have room for its length and one more. */
static double find_alternative(const tkz__unigram_pieces *pieces, size_t piece, double *best,
                               uint32_t *path, size_t *count)
{
    const uint32_t *inner = pieces->inner + pieces->texts.starts[piece];
    size_t length = pieces->pieces[piece].length;
    uint32_t *last = path + length + 1;
    for (size_t at = 0; at <= length; at++)
        best[at] = at == 0 ? 0 : -INFINITY;
    for (size_t at = 0; at < length; at++) {
        for (uint32_t id = inner[at]; id != TKZ__NO_PIECE; id = pieces->pieces[id].shorter) {
            double score = best[at] + pieces->scores[id];
            size_t end = at + pieces->pieces[id].length;
            if (id != piece && score > best[end]) {
                best[end] = score;
                last[end] = id;
            }
        }
    }
    *count = 0;
    if (best[length] > -INFINITY)
        for (size_t at = length; at > 0; at -= pieces->pieces[last[at]].length)
            path[(*count)++] = last[at];
    return best[length];
}

/* What of the scratch of a share serves find_alternative. */
static void alternative_room(tkz__unigram_em *em, size_t share, double **best, uint32_t **path)
{
    *best = em->scratch + share * em->scratch_size;
    *path = (uint32_t *)(*best + em->longest_piece + 1);
}

/* Losses of one in `shares` of the pieces: how much lower the likelihood is without one, if all its
 * occurrences become its best segmentation into others. Infinite: it stays. Negative infinite: it can
 * go, no best segmentation has it. */
static void weigh_share(tkz__unigram_em *em, size_t share)
{
    const tkz__unigram_pieces *pieces = em->pieces;
    const double *counts = em->sums;
    double *best, sum = em->likelihoods[0];
    uint32_t *path;
    alternative_room(em, share, &best, &path);
    for (size_t i = share; i < pieces->count; i += em->shares) {
        size_t length;
        double count = counts[i], other = find_alternative(pieces, i, best, path, &length);
        if (pieces->is_kept[i] || (other == -INFINITY && count > 0)) {
            em->losses[i] = INFINITY;
        } else if (count == 0 || other > pieces->scores[i]) {
            em->losses[i] = -INFINITY;
        } else {
            double total = log(sum + count * (double)(length - 1)), instead = 0;
            for (size_t k = 0; k < length; k++)
                instead += log(counts[path[k]] + count) - total;
            em->losses[i] = count / sum * (log(count) - log(sum) - instead);
        }
    }
}

typedef struct candidate {
    double loss;
    uint32_t piece;
} candidate;

/* The greatest losses first; of equal ones the piece that is first in the list. */
static int compare_candidates(const void *left, const void *right)
{
    const candidate *a = left, *b = right;
    if (a->loss != b->loss)
        return a->loss > b->loss ? -1 : 1;
    return a->piece < b->piece ? -1 : 1;
}

static tkz_status select_pieces(tkz__unigram_em *em, size_t target, tkz_error *error)
{
    size_t count = em->pieces->count, kept = 0, candidates = 0;
    uint8_t *keep = tkz__allocate_zeroed(&em->allocator, count);
    candidate *list = tkz__allocate_array(&em->allocator, count, sizeof *list);
    tkz_status status = TKZ_OK;
    if (keep == NULL || list == NULL)
        status = tkz__error_memory(error, count * sizeof *list);
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        if (em->losses[i] == INFINITY) {
            keep[i] = 1;
            kept++;
        } else if (em->losses[i] != -INFINITY) {
            list[candidates++] = (candidate){em->losses[i], (uint32_t)i};
        }
    }
    if (status == TKZ_OK) {
        size_t wanted = target > kept ? target - kept : 0;
        if (wanted < candidates)
            qsort(list, candidates, sizeof *list, compare_candidates);
        else
            wanted = candidates;
        for (size_t i = 0; i < wanted; i++)
            keep[list[i].piece] = 1;
        status = tkz__unigram_pieces_select(em->pieces, keep, error);
    }
    tkz__release(&em->allocator, keep, count);
    tkz__release_array(&em->allocator, list, count, sizeof *list);
    return status;
}

tkz_status tkz__unigram_em_prune(tkz__unigram_em *em, size_t target, tkz_error *error)
{
    tkz_status status = for_all_shares(em, count_share, error);
    if (status != TKZ_OK)
        return status;
    add_shares(em);
    double sum = 0;
    em->token_count = 0;
    for (size_t i = 0; i < em->pieces->count; i++)
        sum += em->sums[i];
    for (size_t i = 0; i < em->shares; i++)
        em->token_count += em->tokens[i];
    em->likelihoods[0] = sum;
    status = for_all_shares(em, weigh_share, error);
    return status == TKZ_OK ? select_pieces(em, target, error) : status;
}

double tkz__unigram_em_alternative(tkz__unigram_em *em, size_t piece)
{
    size_t length;
    double *best;
    uint32_t *path;
    alternative_room(em, 0, &best, &path);
    return find_alternative(em->pieces, piece, best, path, &length);
}

tkz_status tkz__unigram_em_drop_beaten(tkz__unigram_em *em, tkz_error *error)
{
    size_t count = em->pieces->count;
    double *best;
    uint32_t *path;
    uint8_t *keep = tkz__allocate(&em->allocator, count);
    if (keep == NULL)
        return tkz__error_memory(error, count);
    alternative_room(em, 0, &best, &path);
    for (size_t i = 0; i < count; i++) {
        size_t length;
        double other = find_alternative(em->pieces, i, best, path, &length);
        keep[i] = em->pieces->is_kept[i] || other <= em->pieces->scores[i];
    }
    tkz_status status = tkz__unigram_pieces_select(em->pieces, keep, error);
    tkz__release(&em->allocator, keep, count);
    return status;
}
