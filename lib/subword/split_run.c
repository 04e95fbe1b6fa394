/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the steps of a pre-tokenizer: a list of pieces goes from step to step, and the text with it where a
 * step changes it. Leans on split_steps_parts and split_words.
 */
#include "subword/split_steps_parts.h"

#include "subword/split_words.h"

/* ---- Memory of one worker --------------------------------------------------- */

void tkz__splitter_init(tkz__splitter *splitter, const tkz_allocator *allocator)
{
    *splitter = (tkz__splitter){.allocator = *allocator};
    tkz__pattern_search_init(&splitter->search, allocator);
    tkz__buffer_init(&splitter->text, allocator);
    tkz__buffer_init(&splitter->next_text, allocator);
    tkz__span_map_init(&splitter->map, allocator);
    tkz__span_map_init(&splitter->next_map, allocator);
    tkz__span_map_init(&splitter->composed, allocator);
}

static void close_words(tkz__splitter *splitter)
{
    if (splitter->boundaries.open != NULL)
        splitter->boundaries.close(splitter->words);
    splitter->boundaries = (tkz_boundaries){.open = NULL};
    splitter->words = NULL;
}

void tkz__splitter_free(tkz__splitter *splitter)
{
    const tkz_allocator *allocator = &splitter->allocator;
    tkz__pattern_search_free(&splitter->search);
    tkz__release_array(allocator, splitter->pieces.items, splitter->pieces.capacity,
                       sizeof *splitter->pieces.items);
    tkz__release_array(allocator, splitter->next.items, splitter->next.capacity,
                       sizeof *splitter->next.items);
    tkz__buffer_free(&splitter->text);
    tkz__buffer_free(&splitter->next_text);
    tkz__span_map_free(&splitter->map);
    tkz__span_map_free(&splitter->next_map);
    tkz__span_map_free(&splitter->composed);
    close_words(splitter);
}

tkz_status tkz__splitter_use(tkz__splitter *splitter, const tkz_boundaries *boundaries,
                             tkz_error *error)
{
    const tkz_boundaries *own = &splitter->boundaries;
    if (own->open == boundaries->open && own->context == boundaries->context &&
        own->hash == boundaries->hash)
        return TKZ_OK;
    close_words(splitter);
    if (boundaries->open == NULL)
        return TKZ_OK;
    tkz_status status =
        boundaries->open(boundaries->context, &splitter->words, &splitter->allocator, error);
    if (status == TKZ_OK)
        splitter->boundaries = *boundaries;
    return status;
}

/* ---- The run ------------------------------------------------------------- */

static bool has_gaps(const tkz__split_run *now)
{
    const tkz__piece_list *list = &now->own->pieces;
    size_t done = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].start != done)
            return true;
        done = list->items[i].end;
    }
    return done != now->size;
}

static bool has_step_behind_bytes(const tkz__split_steps *steps)
{
    for (size_t i = 0; i + 1 < steps->step_count; i++) {
        if (steps->steps[i].spec.kind == TKZ__SPLIT_BYTES)
            return true;
    }
    return false;
}

static tkz_status run_words(tkz__splitter *own, const tkz__split_steps *steps, const char *text,
                            size_t size, bool want_map, tkz__split_text *result,
                            tkz_error *error)
{
    own->pieces.count = 0;
    tkz__buffer_clear(&own->text);
    tkz__span_map_clear(&own->map);
    tkz_status status = tkz__split_words(text, size, steps->specs[0].kind, &own->allocator,
                                         &own->text, &own->pieces,
                                         want_map ? &own->map : NULL, error);
    *result = (tkz__split_text){own->text.size > 0 ? (const char *)own->text.data : "",
                                own->text.size,
                                own->pieces.items,
                                own->pieces.count,
                                want_map ? &own->map : NULL};
    return status;
}

tkz_status tkz__split_run_begin(tkz__split_run *now)
{
    now->own->pieces.count = now->own->next.count = 0;
    tkz_status status = tkz__split_push(now, 0, now->size);
    tkz__split_take_next(now);
    return status;
}

tkz_status tkz__split_run_rewrite(tkz__split_run *now, const tkz__split_steps *steps, size_t index)
{
    const tkz__ready_step *what = &steps->steps[index];
    now->goes_on = index < now->own->goes_on;
    if (tkz__split_step_changes(what))
        return tkz__split_rewrite(now, TKZ__REWRITE_AS_THE_STEP_SAYS, what);
    return index > 0 && steps->steps[index - 1].spec.kind == TKZ__SPLIT_BYTES
               ? tkz__split_rewrite(now, TKZ__REWRITE_AS_ALPHABET, NULL)
               : TKZ_OK;
}

tkz_status tkz__split_run_cut(tkz__split_run *now, const tkz__split_steps *steps, size_t index)
{
    now->goes_on = index < now->own->goes_on;
    now->goes_behind = index < now->own->goes_behind;
    tkz__pattern_search_allow(&now->own->search, now->size);
    return tkz__split_cut_pieces(now, &steps->steps[index]);
}

tkz_status tkz__split_run_steps(tkz__split_run *now, const tkz__split_steps *steps, size_t first,
                                size_t end)
{
    tkz_status status = TKZ_OK;
    for (size_t i = first; status == TKZ_OK && i < end; i++) {
        status = tkz__split_run_rewrite(now, steps, i);
        if (status == TKZ_OK)
            status = tkz__split_run_cut(now, steps, i);
    }
    return status;
}

tkz_status tkz__split_run_end(tkz__split_run *now, const tkz__split_steps *steps,
                              tkz__split_text *result)
{
    const tkz__splitter *own = now->own;
    tkz_status status = TKZ_OK;
    bool is_alphabet = has_step_behind_bytes(steps);
    tkz__split_rewriting last = is_alphabet == steps->spells_bytes ? TKZ__REWRITE_AS_THEY_ARE
                     : is_alphabet                      ? TKZ__REWRITE_AS_BYTES
                                                        : TKZ__REWRITE_AS_ALPHABET;
    if (last != TKZ__REWRITE_AS_THEY_ARE || has_gaps(now))
        status = tkz__split_rewrite(now, last, NULL);
    *result = (tkz__split_text){now->text, now->size, own->pieces.items, own->pieces.count,
                                now->is_changed && now->want_map ? &own->map : NULL};
    return status;
}

tkz_status tkz__splitter_run(tkz__splitter *splitter, const tkz__split_steps *steps,
                             const char *text, size_t size, bool at_start, bool want_map,
                             tkz__split_text *result, tkz_error *error)
{
    if (steps->is_words)
        return run_words(splitter, steps, text, size, want_map, result, error);
    tkz__split_run now = {.own = splitter, .text = text, .size = size, .at_start = at_start,
               .want_map = want_map, .error = error};
    tkz_status status = tkz__split_run_begin(&now);
    if (status == TKZ_OK)
        status = tkz__split_run_steps(&now, steps, 0, steps->step_count);
    return status == TKZ_OK ? tkz__split_run_end(&now, steps, result) : status;
}
