/* SPDX-License-Identifier: Apache-2.0
 *
 * The worker of a normal form: takes a text through its steps, two buffers in
 * turn, and composes their span maps. Leans on normal_form.
 */
#include "text/normal_form.h"

/* Buffers beyond this size are given back once a much smaller text comes. */
enum { KEPT_CAPACITY = 16 * 1024 * 1024 };

struct tkz_normalizer {
    const tkz_normal_form *form;
    tkz__buffer buffers[2];  /* the text after a step, in turn */
    tkz__span_map whole;     /* from the input to the text so far */
    tkz__span_map step;      /* of one step */
    tkz__span_map composed;  /* becomes `whole` */
    tkz__arena scratch;
    uint64_t *counts; /* of the last run, as the form names them */
    size_t count_total;
    bool has_spans; /* `whole` belongs to the last run */
    bool goes_on_before; /* texts are parts */
    bool goes_on_behind;
    tkz_boundaries words; /* `open` NULL: there are none */
    void *words_worker;
    tkz_allocator allocator;
};

tkz_status tkz_normalizer_new(tkz_normalizer **normalizer, const tkz_normal_form *form,
                              const tkz_allocator *allocator, tkz_error *error)
{
    tkz_error_clear(error);
    if (normalizer == NULL || form == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "a normalizer works on a form");
    *normalizer = NULL;
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz_normalizer *made = tkz__allocate_zeroed(&chosen, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->form = form;
    made->allocator = chosen;
    made->count_total = form->count_total;
    made->counts = tkz__allocate_array(&chosen, form->count_total, sizeof *made->counts);
    if (made->counts == NULL) {
        tkz__release(&chosen, made, sizeof *made);
        return tkz__error_memory(error, form->count_total * sizeof *made->counts);
    }
    for (size_t i = 0; i < 2; i++)
        tkz__buffer_init(&made->buffers[i], &chosen);
    tkz__span_map_init(&made->whole, &chosen);
    tkz__span_map_init(&made->step, &chosen);
    tkz__span_map_init(&made->composed, &chosen);
    tkz__arena_init(&made->scratch, &chosen);
    *normalizer = made;
    return TKZ_OK;
}

static void close_words(tkz_normalizer *normalizer)
{
    if (normalizer->words.open != NULL)
        normalizer->words.close(normalizer->words_worker);
    normalizer->words = (tkz_boundaries){0};
    normalizer->words_worker = NULL;
}

tkz_status tkz_normalizer_set_words(tkz_normalizer *normalizer, const tkz_boundaries *words, tkz_error *error)
{
    void *worker = NULL;
    tkz_error_clear(error);
    if (normalizer == NULL || (words != NULL && words->open == NULL))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "a normalizer and a source of words are needed");
    close_words(normalizer);
    if (words == NULL)
        return TKZ_OK;
    tkz_status status = words->open(words->context, &worker, &normalizer->allocator, error);
    if (status != TKZ_OK)
        return status;
    normalizer->words = *words;
    normalizer->words_worker = worker;
    return TKZ_OK;
}

void tkz_normalizer_free(tkz_normalizer *normalizer)
{
    if (normalizer == NULL)
        return;
    tkz_allocator allocator = normalizer->allocator;
    close_words(normalizer);
    for (size_t i = 0; i < 2; i++)
        tkz__buffer_free(&normalizer->buffers[i]);
    tkz__span_map_free(&normalizer->whole);
    tkz__span_map_free(&normalizer->step);
    tkz__span_map_free(&normalizer->composed);
    tkz__arena_free(&normalizer->scratch);
    tkz__release_array(&allocator, normalizer->counts, normalizer->count_total,
                       sizeof *normalizer->counts);
    tkz__release(&allocator, normalizer, sizeof *normalizer);
}

void tkz__normalizer_take_parts(tkz_normalizer *normalizer, bool before, bool behind)
{
    normalizer->goes_on_before = before;
    normalizer->goes_on_behind = behind;
}

/* Second after first, in place of the first. */
static tkz_status add_to_whole(tkz_normalizer *normalizer, tkz_error *error)
{
    tkz__span_map_clear(&normalizer->composed);
    tkz_status status = tkz__span_map_compose(&normalizer->whole, &normalizer->step,
                                              &normalizer->composed, error);
    tkz__span_map swap = normalizer->whole;
    normalizer->whole = normalizer->composed;
    normalizer->composed = swap;
    return status;
}

/* Counts the document as changed by the step; or, where it came out as it was, forgets what was counted. */
static void settle_counts(tkz_normalizer *normalizer, const tkz__normal_step *step, bool changed)
{
    uint64_t *counts = normalizer->counts + step->first_count;
    if (step->kind->count_names == NULL)
        return;
    counts[0] = changed;
    if (!changed)
        memset(counts + 1, 0, step->kind->count_total * sizeof *counts);
}

/* Runs one step on `text` into a buffer; `*result` is the text after it. */
static tkz_status run_step(tkz_normalizer *normalizer, const tkz__normal_step *step,
                           tkz__buffer *target, bool want_spans, tkz_normalized *result,
                           tkz_error *error)
{
    const tkz__normal_kind *kind = step->kind;
    if (kind->unchanged != NULL && kind->unchanged(step, result->text, result->size) == result->size)
        return TKZ_OK;
    tkz__arena_reset(&normalizer->scratch);
    tkz__span_map_clear(&normalizer->step);
    tkz__buffer_clear(target);
    if (target->capacity > KEPT_CAPACITY && target->capacity / 8 > result->size)
        tkz__buffer_free(target);
    tkz__edit edit = {target, want_spans ? &normalizer->step : NULL, &normalizer->scratch,
                      kind->count_names != NULL ? normalizer->counts + step->first_count + 1 : NULL,
                      normalizer->goes_on_before, normalizer->goes_on_behind,
                      normalizer->words.open != NULL ? &normalizer->words : NULL, normalizer->words_worker};
    tkz_status status = kind->run(step, result->text, result->size, &edit, error);
    if (status != TKZ_OK)
        return status;
    if (want_spans && (tkz__span_map_source_size(&normalizer->step) != result->size ||
                       tkz__span_map_target_size(&normalizer->step) != target->size))
        return tkz__error_set(error, TKZ_STATUS_INTERNAL, kind->info.name, TKZ__NO_OFFSET,
                              "the step lost track of its spans, please report it");
    bool own_spans = want_spans && (kind->traits & TKZ__NORMAL_OWN_SPANS) != 0;
    bool same = target->size == result->size &&
                (target->size == 0 || memcmp(target->data, result->text, target->size) == 0);
    settle_counts(normalizer, step, !same);
    if (!own_spans && same)
        return TKZ_OK;
    result->text = target->size > 0 ? (const char *)target->data : "";
    result->size = target->size;
    result->changed = 1;
    return want_spans ? add_to_whole(normalizer, error) : TKZ_OK;
}

tkz_status tkz_normalizer_run(tkz_normalizer *normalizer, const char *text, size_t size,
                              int32_t want_spans, tkz_normalized *result, tkz_error *error)
{
    tkz_error_clear(error);
    if (normalizer == NULL || result == NULL || (text == NULL && size > 0))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "a normalizer, a text and a result are needed");
    const char *input = size > 0 ? text : "";
    *result = (tkz_normalized){.text = input, .size = size, .counts = normalizer->counts};
    if (normalizer->count_total > 0)
        memset(normalizer->counts, 0, normalizer->count_total * sizeof *normalizer->counts);
    normalizer->has_spans = false;
    tkz__span_map_clear(&normalizer->whole);
    tkz_status status = TKZ_OK;
    if (want_spans != 0)
        status = tkz__span_map_append(&normalizer->whole, size, size, true, error);
    for (size_t i = 0, turn = 0; i < normalizer->form->count && status == TKZ_OK; i++) {
        const char *before = result->text;
        status = run_step(normalizer, &normalizer->form->steps[i], &normalizer->buffers[turn],
                          want_spans != 0, result, error);
        if (result->text != before)
            turn ^= 1;
    }
    if (status != TKZ_OK) {
        *result = (tkz_normalized){.text = "", .size = 0};
        return status;
    }
    if (result->changed && result->size == size && memcmp(result->text, input, size) == 0)
        result->changed = 0;
    if (want_spans != 0) {
        normalizer->has_spans = true;
        result->spans = normalizer->whole.runs;
        result->span_count = normalizer->whole.count;
    }
    return TKZ_OK;
}

tkz_status tkz_normalizer_source_range(const tkz_normalizer *normalizer, uint64_t start,
                                       uint64_t end, uint64_t *source_start, uint64_t *source_end,
                                       tkz_error *error)
{
    tkz_error_clear(error);
    if (normalizer == NULL || !normalizer->has_spans || start > end || source_start == NULL ||
        source_end == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "the last run must have been asked for spans, and start <= end");
    tkz__span_map_to_source(&normalizer->whole, start, end, source_start, source_end);
    return TKZ_OK;
}
