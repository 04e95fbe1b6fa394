/* SPDX-License-Identifier: Apache-2.0
 *
 * The best path through a short part of a text, and by how much it is better than the second best.
 * Leans on
 * the encoder.
 *
 * A path is a sum of scores; rounding makes each addition wrong by at most half a unit in the last
 * place
 * of its result, which is at most u * M where M bounds all sums on the way: the sum before the part,
 * and B, as much as the scores of the part can add to it. The reference picks the path whose
 * rounded sum is
 * greatest. So if the exact sums of the best and the second best path are further apart than 2 * N
 * * u * M, N being
 * the characters of the part (a path has no more tokens), it is the exactly best one that the
 * reference picks, whatever
 * it does on the way. Solved for M this is the limit that an entry keeps.
 */
#include <math.h>

#include "subword/unigram_encoder.h"

enum { MOST = TKZ__UNIGRAM_SHORT + 3 };

/* The two best ways to reach a place, and where the better one comes from. */
typedef struct place {
    double best;
    double second;
    double score; /* of the last piece */
    uint32_t unit;
    uint32_t from;
} place;

static void reach(place *to, const place *from, uint32_t at, uint32_t unit, double score)
{
    double best = from->best + score, second = from->second + score;
    if (best > to->best || to->unit == 0) {
        to->second = to->best > second ? to->best : second;
        to->best = best;
        to->score = score;
        to->unit = unit;
        to->from = at;
    } else if (best > to->second) {
        to->second = best;
    }
}

/* Fills the places of a part of `count` characters. */
static void search_part(const tkz__unigram *model, const uint32_t *codes, uint32_t count,
                        place *places)
{
    for (uint32_t i = 1; i <= count; i++)
        places[i] = (place){.best = -HUGE_VAL, .second = -HUGE_VAL};
    places[0] = (place){.second = -HUGE_VAL};
    for (uint32_t at = 0; at < count; at++) {
        uint32_t unit = codes[at];
        uint32_t flags = unit == 0 ? 0 : tkz__unigram_base(model, unit);
        if ((flags & TKZ__UNIGRAM_IS_PIECE) == 0)
            reach(&places[at + 1], &places[at], at, TKZ__UNIGRAM_UNKNOWN, model->unknown_score);
        for (uint32_t end = at + 1; unit != 0; end++) {
            if ((flags & TKZ__UNIGRAM_IS_PIECE) != 0)
                reach(&places[end], &places[at], at, unit, tkz__unigram_score(model, unit));
            if (end == count)
                break;
            unit = tkz__unigram_child(model, unit, flags, codes[end]);
            flags = unit == 0 ? 0 : tkz__unigram_base(model, unit);
        }
    }
}

/* Up to where the best path holds. What the sums of this file are off by themselves is taken off
 * the margin:
 * they have 53 bits. sentencepiece takes the sum back at 100,000, which changes roundings. */
static float limit_of(const tkz__unigram *model, const place *last, uint32_t count)
{
    double bound = count * model->greatest;
    double margin = last->best - last->second - 4 * count * 0x1p-53 * bound;
    double steps = model->single ? 0x1p24 : 0x1p53;
    double limit = margin / (2.0 * count) * steps * 0.999 - bound;
    double most = model->single ? 99999.0 - bound : 1e30;
    return limit > 0 && most > 0 ? (float)(limit < most ? limit : most) : 0; /* 0 for no numbers */
}

/* Reads the codes of a part and where its characters end. */
static uint32_t read_part(const tkz__unigram *model, const uint8_t *text, uint32_t size,
                          uint32_t *codes, uint32_t *ends)
{
    uint32_t count = 0;
    for (uint32_t at = 0; at < size; ends[++count] = at)
        at += (uint32_t)tkz__unigram_read(model, text + at, size - at, &codes[count]);
    return count;
}

/* Keeps a path of `tokens` tokens, found from its end on; false if it cannot be kept. */
static bool keep_path(const tkz__unigram *model, const place *places, uint32_t count,
                      uint32_t tokens, tkz__unigram_entry *entry)
{
    for (uint32_t i = count; i > 0; i = places[i].from) {
        uint32_t id = tkz__unigram_id(model, places[i].unit);
        if ((id != TKZ__UNIGRAM_NO_ID && id >= model->token_count) ||
            (double)(float)places[i].score != places[i].score)
            return false;
        if (id == TKZ__UNIGRAM_NO_ID)
            entry->facts |= TKZ__UNIGRAM_HAS_UNKNOWN;
        tokens--;
        entry->ids[tokens] = id;
        entry->scores[tokens] = (float)places[i].score;
    }
    return true;
}

void tkz__unigram_part(const tkz__unigram *model, const uint8_t *text, uint32_t size,
                       tkz__unigram_entry *entry)
{
    uint32_t codes[MOST], ends[MOST + 1] = {0}, bits, tokens = 0, first = 0;
    place places[MOST + 1];
    uint32_t count = read_part(model, text, size, codes, ends);
    search_part(model, codes, count, places);
    for (uint32_t i = count; i > 0; i = places[i].from) {
        tokens++;
        first = i;
    }
    memset(entry->ids, 0, sizeof entry->ids);
    memset(entry->scores, 0, sizeof entry->scores);
    if (tokens > TKZ__UNIGRAM_MOST_TOKENS || !keep_path(model, places, count, tokens, entry))
        return;
    float limit = limit_of(model, &places[count], count);
    memcpy(&bits, &limit, sizeof bits);
    entry->facts |= ends[first] << 5 | tokens << 9 | (bits & UINT32_C(0xFFFF0000));
}
