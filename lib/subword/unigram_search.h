/* SPDX-License-Identifier: Apache-2.0
 *
 * The search for the best path, written once for both arithmetics: unigram_best.c includes it with
 * SUM as the
 * type of sums and SEARCH as the function's name. Leans on the encoder.
 *
 * Follows EncodeOptimized of sentencepiece (src/unigram_model.cc), of which HF's encode_optimized is a
 * copy in 64 bits without taking the sum back. Places are characters; a piece ends at whole ones.
 */

/* Searches from `state` on to the next place that no piece spans, and leaves the best path to it in
 * the links. */
static tkz_status SEARCH(tkz__unigram_worker *worker, const tkz__unigram *model, search *state,
                         tkz_error *error)
{
    const uint32_t mask = worker->ring - 1;
    const SUM unknown_score = (SUM)model->unknown_score;
    SUM *sums = (SUM *)worker->sums;
    sums[state->at & mask] = (SUM)worker->sum;
    uint32_t base = state->at, frontier = base;
    do {
        uint32_t at = state->at;
        size_t needed = (size_t)(at - base) + model->longest + 1;
        if (needed > worker->link_capacity) {
            tkz_status status =
                tkz__array_reserve(&worker->allocator, (void **)&worker->links,
                                   &worker->link_capacity, needed, sizeof *worker->links, error);
            if (status != TKZ_OK)
                return status;
        }
        read_ahead(worker, model, state);
#ifdef SEARCH_RUN
        bool has_run;
        tkz_status run_status = SEARCH_RUN(worker, model, state, base, &frontier, &has_run, error);
        if (run_status != TKZ_OK)
            return run_status;
        if (has_run)
            continue;
#endif
        uint32_t *links = worker->links;
        uint32_t limit = state->known - at, depth = 1;
        SUM sum = sums[at & mask];
#ifdef SUM_LIMIT
        if (sum < -SUM_LIMIT || sum > SUM_LIMIT) {
            for (uint32_t i = at; i <= frontier; i++) {
                if (i == at || links[i - base] != 0)
                    sums[i & mask] -= sum;
            }
            sum = 0;
        }
#endif
        uint32_t unit = worker->codes[at & mask];
        uint32_t flags = unit == 0 ? 0 : tkz__unigram_base(model, unit);
        if ((flags & TKZ__UNIGRAM_IS_PIECE) == 0) {
            SUM candidate = unknown_score + sum;
            if (frontier == at || links[at + 1 - base] == 0 || candidate > sums[(at + 1) & mask]) {
                sums[(at + 1) & mask] = candidate;
                links[at + 1 - base] = TKZ__UNIGRAM_UNKNOWN;
            }
            frontier += frontier == at;
        }
        if (chain_serves(worker, state)) {
            for (uint32_t i = 0; i < state->chain_count; i++) {
                uint32_t end = at + state->chain_depths[i];
                SUM candidate = (SUM)state->chain_scores[i] + sum;
                while (frontier < end)
                    links[++frontier - base] = 0;
                /* Written always: which of so many is better is nobody's guess. */
                uint32_t own = links[end - base];
                SUM best = sums[end & mask];
                bool is_better = (own == 0) | (candidate > best);
                sums[end & mask] = is_better ? candidate : best;
                links[end - base] = is_better ? state->chain_units[i] : own;
            }
            unit = 0;
        } else if (state->same_end - at >= LEAST_CHAIN &&
                   (state->chain_size == 0 || state->chain_code != unit)) {
            learn_chain(worker, model, state);
        }
        while (unit != 0) {
            uint32_t end = at + depth;
            if ((flags & TKZ__UNIGRAM_IS_PIECE) != 0) {
                SUM candidate = (SUM)tkz__unigram_score(model, unit) + sum;
                while (frontier < end)
                    links[++frontier - base] = 0;
                if (links[end - base] == 0 || candidate > sums[end & mask]) {
                    sums[end & mask] = candidate;
                    links[end - base] = unit;
                }
            }
            if (depth >= limit)
                break;
            uint32_t child =
                tkz__unigram_child(model, unit, flags, worker->codes[end & mask]);
            unit = child;
            flags = child == 0 ? 0 : tkz__unigram_base(model, child);
            depth++;
        }
        state->at++;
    } while (state->at < frontier);
    worker->sum = (double)sums[state->at & mask];
    return TKZ_OK;
}
