/* SPDX-License-Identifier: Apache-2.0
 *
 * Passes in sequence: two buffers in turn, maps composed on the way.
 * Leans on phases.h.
 */
#include "text/phases.h"

typedef struct phase_run {
    const char *text; /* so far */
    size_t size;
    tkz__buffer buffers[2];
    size_t turn;
    bool maps;
    tkz__span_map whole;
    tkz__span_map one;
    tkz__span_map composed;
} phase_run;

static void swap_maps(tkz__span_map *a, tkz__span_map *b)
{
    tkz__span_map swap = *a;
    *a = *b;
    *b = swap;
}

static bool is_one_identity(const tkz__span_map *map)
{
    return map->count == 1 && map->runs[0].identity;
}

/* Second after first, in place of the first. */
static tkz_status add_to_whole(phase_run *state, tkz_error *error)
{
    if (is_one_identity(&state->whole)) {
        swap_maps(&state->whole, &state->one);
        return TKZ_OK;
    }
    tkz__span_map_clear(&state->composed);
    tkz_status status =
        tkz__span_map_compose(&state->whole, &state->one, &state->composed, error);
    swap_maps(&state->whole, &state->composed);
    return status;
}

static tkz_status run_phase(phase_run *state, const tkz__phase *phase,
                            const tkz__normal_step *step, tkz__arena *scratch, tkz_error *error)
{
    if (phase->unchanged != NULL && phase->unchanged(step, state->text, state->size) == state->size)
        return TKZ_OK;
    tkz__buffer *target = &state->buffers[state->turn];
    tkz__buffer_clear(target);
    tkz__span_map_clear(&state->one);
    tkz__edit edit = {
        .target = target, .map = state->maps ? &state->one : NULL, .scratch = scratch};
    tkz_status status = tkz__buffer_reserve(target, state->size, error);
    if (status == TKZ_OK)
        status = phase->run(step, state->text, state->size, &edit, error);
    if (status != TKZ_OK)
        return status;
    state->text = target->size > 0 ? (const char *)target->data : "";
    state->size = target->size;
    state->turn ^= 1;
    return state->maps ? add_to_whole(state, error) : TKZ_OK;
}

static tkz_status hand_over(phase_run *state, tkz__edit *edit, tkz_error *error)
{
    tkz_status status = tkz__buffer_append(edit->target, state->text, state->size, error);
    if (status == TKZ_OK && edit->map != NULL && edit->map->count == 0) {
        swap_maps(edit->map, &state->whole);
        return TKZ_OK;
    }
    for (size_t i = 0; i < state->whole.count && status == TKZ_OK; i++) {
        const tkz__span_run *run = &state->whole.runs[i];
        status = tkz__edit_record(edit, run->source_size, run->target_size, run->identity != 0,
                                  error);
    }
    return status;
}

tkz_status tkz__run_phases(const tkz__phase *phases, size_t count, const tkz__normal_step *step,
                           const char *text, size_t size, tkz__edit *edit, tkz_error *error)
{
    const tkz_allocator *allocator = &edit->target->allocator;
    phase_run state = {.text = text, .size = size, .maps = edit->map != NULL};
    for (size_t i = 0; i < 2; i++)
        tkz__buffer_init(&state.buffers[i], allocator);
    tkz__span_map_init(&state.whole, allocator);
    tkz__span_map_init(&state.one, allocator);
    tkz__span_map_init(&state.composed, allocator);
    tkz_status status = TKZ_OK;
    if (state.maps)
        status = tkz__span_map_append(&state.whole, size, size, true, error);
    for (size_t i = 0; i < count && status == TKZ_OK; i++)
        status = run_phase(&state, &phases[i], step, edit->scratch, error);
    if (status == TKZ_OK)
        status = hand_over(&state, edit, error);
    tkz__span_map_free(&state.composed);
    tkz__span_map_free(&state.one);
    tkz__span_map_free(&state.whole);
    for (size_t i = 0; i < 2; i++)
        tkz__buffer_free(&state.buffers[i]);
    return status;
}
