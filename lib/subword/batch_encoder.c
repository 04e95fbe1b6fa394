/* SPDX-License-Identifier: Apache-2.0
 *
 * Batches on the threads of the caller's executor. Leans on encoders, one for each thread.
 *
 * The texts are divided into shares of about the same bytes. Each thread takes one after the
 * other and puts their ids behind those that it has. When all are done, the threads copy the ids
 * to where they belong: the result depends on the shares' order alone, not on who did which.
 */
#include <stdatomic.h>
#include <string.h>

#include "subword/encoder_parts.h"

enum {
    SHARES = 16,          /* for each thread, so that none waits long for the last */
    LEAST_SHARE = 1 << 14 /* bytes; less is not worth being taken by itself */
};

/* Texts first .. end - 1, and where their ids are. */
typedef struct share {
    size_t first;
    size_t end;
    const tkz_encoder *encoder; /* NULL: not encoded, as something had failed */
    size_t start;               /* in the ids of the encoder */
    uint64_t place;             /* in the result */
} share;

typedef struct worker {
    tkz_encoder *encoder;
    tkz_status status;
    size_t failed; /* the text */
    tkz_error error;
} worker;

struct tkz_batch_encoder {
    tkz_allocator allocator;
    const tkz_executor *executor; /* NULL: the calling thread alone */
    worker *workers;
    uint32_t worker_count;
    share *shares;
    size_t share_count;
    size_t share_capacity;
    atomic_size_t next_share;
    atomic_bool has_failed;
    /* The batch that is being encoded, and its result. */
    const char *data;
    const uint64_t *input;
    uint32_t *ids;
    size_t id_capacity;
    tkz_token_span *spans;
    size_t span_capacity;
    uint64_t *offsets;
    size_t offset_capacity;
    bool arranged;    /* rows are to be made of the texts */
    uint64_t *places; /* where these begin then, in what spans count */
    size_t place_capacity;
    tkz_batch batch;
};

/* ---- Making -------------------------------------------------------------- */

tkz_status tkz_batch_encoder_new(tkz_batch_encoder **batch_encoder, tkz_tokenizer *tokenizer,
                                 const tkz_executor *executor, const tkz_allocator *allocator,
                                 tkz_error *error)
{
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz_batch_encoder *made = tkz__allocate_zeroed(&chosen, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = chosen;
    made->executor = executor;
    uint32_t count = executor == NULL || executor->width == 0 ? 1 : executor->width;
    made->workers = tkz__allocate_array(&chosen, count, sizeof *made->workers);
    if (made->workers == NULL) {
        tkz_batch_encoder_free(made);
        return tkz__error_memory(error, count * sizeof *made->workers);
    }
    made->worker_count = count;
    memset(made->workers, 0, count * sizeof *made->workers);
    for (uint32_t i = 0; i < count; i++) {
        tkz_status status =
            tkz_encoder_new(&made->workers[i].encoder, tokenizer, &chosen, error);
        if (status != TKZ_OK) {
            tkz_batch_encoder_free(made);
            return status;
        }
    }
    *batch_encoder = made;
    return TKZ_OK;
}

void tkz_batch_encoder_free(tkz_batch_encoder *batch_encoder)
{
    if (batch_encoder == NULL)
        return;
    tkz_allocator allocator = batch_encoder->allocator;
    for (uint32_t i = 0; i < batch_encoder->worker_count; i++)
        tkz_encoder_free(batch_encoder->workers[i].encoder);
    tkz__release_array(&allocator, batch_encoder->workers, batch_encoder->worker_count,
                       sizeof *batch_encoder->workers);
    tkz__release_array(&allocator, batch_encoder->shares, batch_encoder->share_capacity,
                       sizeof *batch_encoder->shares);
    tkz__release_array(&allocator, batch_encoder->ids, batch_encoder->id_capacity,
                       sizeof *batch_encoder->ids);
    tkz__release_array(&allocator, batch_encoder->spans, batch_encoder->span_capacity,
                       sizeof *batch_encoder->spans);
    tkz__release_array(&allocator, batch_encoder->offsets, batch_encoder->offset_capacity,
                       sizeof *batch_encoder->offsets);
    tkz__release_array(&allocator, batch_encoder->places, batch_encoder->place_capacity,
                       sizeof *batch_encoder->places);
    tkz__release(&allocator, batch_encoder, sizeof *batch_encoder);
}

tkz_encoder *tkz_batch_encoder_settings(tkz_batch_encoder *batch_encoder)
{
    return batch_encoder->workers[0].encoder;
}

/* ---- Shares -------------------------------------------------------------- */

/* Divides the texts; room for `most` shares is there. */
static void divide(tkz_batch_encoder *own, size_t count, size_t most)
{
    const uint64_t *offsets = own->input;
    uint64_t least = (offsets[count] - offsets[0]) / most + 1;
    if (least < LEAST_SHARE)
        least = LEAST_SHARE;
    own->share_count = 0;
    for (size_t first = 0; first < count;) {
        size_t end = first + 1;
        /* The last one that there is room for takes all. */
        bool is_last = own->share_count + 1 == most;
        while (end < count && (is_last || offsets[end] - offsets[first] < least))
            end++;
        own->shares[own->share_count++] = (share){.first = first, .end = end};
        first = end;
    }
}

/* The texts of a share; false if one fails. */
static bool encode_share(tkz_batch_encoder *own, worker *one, share *work)
{
    tkz_encoder *encoder = one->encoder;
    work->start = encoder->id_count;
    for (size_t i = work->first; i < work->end; i++) {
        size_t before = encoder->id_count, size = (size_t)(own->input[i + 1] - own->input[i]);
        const char *text = own->data + own->input[i];
        one->status = own->arranged ? tkz__encode_inside(encoder, text, size, &one->error)
                                    : tkz__encode_document(encoder, text, size, &one->error);
        if (one->status != TKZ_OK) {
            one->failed = i;
            return false;
        }
        own->offsets[i + 1] = encoder->id_count - before; /* their number, at first */
        if (own->arranged)
            own->places[i + 1] = tkz__encoder_extent(encoder, size);
    }
    work->encoder = encoder;
    return true;
}

/* A thread: takes shares until there are none. Shares are taken in order, and each that is taken is
 * done up to its own failure: the first text that fails is found, whoever comes upon one first. */
static void encode_shares(void *argument, uint32_t index)
{
    tkz_batch_encoder *own = argument;
    worker *one = &own->workers[index];
    one->status = TKZ_OK;
    one->encoder->id_count = one->encoder->span_count = 0;
    while (!atomic_load(&own->has_failed)) {
        size_t number = atomic_fetch_add(&own->next_share, 1);
        if (number >= own->share_count)
            return;
        if (!encode_share(own, one, &own->shares[number])) {
            atomic_store(&own->has_failed, true);
            return;
        }
    }
}

/* ---- The result ---------------------------------------------------------- */

static void copy_shares(void *argument, uint32_t index)
{
    tkz_batch_encoder *own = argument;
    (void)index;
    for (;;) {
        size_t number = atomic_fetch_add(&own->next_share, 1);
        if (number >= own->share_count)
            return;
        const share *work = &own->shares[number];
        size_t count = (size_t)(own->offsets[work->end] - work->place);
        if (count == 0)
            continue;
        memcpy(own->ids + work->place, work->encoder->ids + work->start, count * sizeof *own->ids);
        if (tkz__encoder_wants_spans(work->encoder))
            memcpy(own->spans + work->place, work->encoder->spans + work->start,
                   count * sizeof *own->spans);
    }
}

/* Sizes of items 1 .. count become the ends of each. */
static void add_up(uint64_t *ends, size_t count)
{
    ends[0] = 0;
    for (size_t i = 0; i < count; i++)
        ends[i + 1] += ends[i];
}

/* Numbers of ids become offsets, and room is made for the ids. */
static tkz_status place_shares(tkz_batch_encoder *own, size_t count, tkz_error *error)
{
    add_up(own->offsets, count);
    for (size_t i = 0; i < own->share_count; i++)
        own->shares[i].place = own->offsets[own->shares[i].first];
    size_t total = (size_t)own->offsets[count];
    tkz_status status = tkz__array_reserve(&own->allocator, (void **)&own->ids, &own->id_capacity,
                                           total, sizeof *own->ids, error);
    if (status == TKZ_OK && tkz__encoder_wants_spans(own->workers[0].encoder))
        status = tkz__array_reserve(&own->allocator, (void **)&own->spans, &own->span_capacity,
                                    total, sizeof *own->spans, error);
    return status;
}

/* The failure of the first text that has one. */
static tkz_status first_failure(const tkz_batch_encoder *own, uint32_t count, tkz_error *error)
{
    const worker *first = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const worker *one = &own->workers[i];
        if (one->status != TKZ_OK && (first == NULL || one->failed < first->failed))
            first = one;
    }
    if (first == NULL)
        return TKZ_OK;
    if (error != NULL)
        *error = first->error;
    return first->status;
}

static tkz_status run(tkz_batch_encoder *own, uint32_t count,
                      void (*task)(void *argument, uint32_t index), tkz_error *error)
{
    atomic_store(&own->next_share, 0);
    if (count == 1) {
        task(own, 0);
        return TKZ_OK;
    }
    tkz_status status = own->executor->run(own->executor->context, count, task, own);
    if (status != TKZ_OK)
        return tkz__error_set(error, status, NULL, TKZ__NO_OFFSET,
                              "the executor does not run %u tasks", count);
    return TKZ_OK;
}

/* Room for what is said of each text, and the shares. */
static tkz_status prepare(tkz_batch_encoder *own, size_t count, tkz_error *error)
{
    size_t most = (size_t)own->worker_count * SHARES;
    tkz_status status =
        tkz__array_reserve(&own->allocator, (void **)&own->offsets, &own->offset_capacity,
                           count + 1, sizeof *own->offsets, error);
    if (status == TKZ_OK && own->arranged)
        status = tkz__array_reserve(&own->allocator, (void **)&own->places, &own->place_capacity,
                                    count + 1, sizeof *own->places, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&own->allocator, (void **)&own->shares, &own->share_capacity,
                                    most, sizeof *own->shares, error);
    if (status == TKZ_OK)
        divide(own, count, most);
    return status;
}

/* The ids of all texts, in their order. */
static tkz_status encode_texts(tkz_batch_encoder *own, size_t count, tkz_error *error)
{
    tkz_status status = prepare(own, count, error);
    if (status != TKZ_OK)
        return status;
    uint32_t threads = own->share_count < own->worker_count ? (uint32_t)own->share_count
                                                            : own->worker_count;
    threads += threads == 0;
    for (uint32_t i = 1; i < threads; i++)
        own->workers[i].encoder->settings = own->workers[0].encoder->settings;
    atomic_store(&own->has_failed, false);
    status = run(own, threads, encode_shares, error);
    if (status == TKZ_OK)
        status = first_failure(own, threads, error);
    if (status == TKZ_OK)
        status = place_shares(own, count, error);
    return status == TKZ_OK ? run(own, threads, copy_shares, error) : status;
}

tkz_status tkz_batch_encoder_encode(tkz_batch_encoder *batch_encoder, const char *data,
                                    const uint64_t *offsets, size_t count,
                                    const tkz_batch **batch, tkz_error *error)
{
    tkz_batch_encoder *own = batch_encoder;
    tkz_encoder *settings = own->workers[0].encoder;
    bool want_spans = tkz__encoder_wants_spans(settings);
    own->data = data;
    own->input = offsets;
    own->arranged = tkz__batch_rows_needed(&settings->rows);
    tkz_status status = tkz__encoder_check_offsets(offsets, count, error);
    if (status == TKZ_OK)
        status = encode_texts(own, count, error);
    if (status == TKZ_OK && own->arranged) {
        add_up(own->places, count);
        tkz__encoded_texts texts = {own->ids, own->spans, want_spans,
                                    own->offsets, own->places, count};
        status = tkz__batch_rows_make(&settings->rows, settings->image, &texts, false,
                                      settings->settings.add_template, &own->batch, error);
    } else {
        own->batch = (tkz_batch){.ids = own->ids, .offsets = own->offsets, .count = count,
                                 .spans = want_spans ? own->spans : NULL};
    }
    if (status == TKZ_OK)
        *batch = &own->batch;
    return status;
}
