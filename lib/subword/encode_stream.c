/* SPDX-License-Identifier: Apache-2.0
 *
 * One text that comes in parts to ids, in bounded memory. Leans on stream_tokens, the
 * normalizer, encode_text.c and the index of characters.
 *
 * A row of stages, each of which gives on what no later byte can change and holds the rest:
 *   added tokens in raw text (stream_tokens.h says what is held);
 *   the normalizer, up to the last place where the text may be cut (stream_pieces.h);
 *   added tokens in normalized text;
 *   chunks: all but the last OPEN_CHUNKS of what is there; of models of pieces, whose chunk is the whole
 *   text, up to the last place where no piece crosses; behind steps up to where these are known and cut, or
 *   leave alone what no piece crosses (split_places.h).
 * A token, and the end of the text, end the part before it: all stages behind are emptied.
 *
 * Why two chunks are open. A pattern takes chunks from left to right and looks ahead only. So those of
 * the start of a text are those of the whole up to the first whose match read the end of the start.
 * Let the start end with a whole character. Nearly all alternatives read one character behind what
 * they take: only the last chunk has read the end. These read more:
 *   `\s*[\r\n]+` all white space: "\n", and the white space behind it that is the last chunk;
 *   a word of o200k and tekken the capitals behind letters without case, which end in a word of their
 *   own or with small letters in this one: "漢字", and "ABC" that is the last chunk;
 *   a word of o200k a contraction behind it, and contractions of gpt2 and command_r up to three
 *   characters: "don" and "'r", "'" and "r", to be "don're", "'re".
 * In each what is read beyond the match is at most one chunk, the last, and what comes before these
 * two ends where nothing of them was read. The suite encode_stream tests it for all scanners with
 * every start of random texts.
 *
 * Each stage reads what it holds again only when as much is new, so that the cost is linear however
 * small the parts are.
 */
#include <string.h>

#include "core/span_map.h"
#include "subword/dropout.h"
#include "subword/encoder_parts.h"
#include "subword/split_places.h"
#include "subword/stream_pieces.h"
#include "subword/stream_tokens.h"
#include "text/normal_form.h"
#include "text/spm_normalize.h"
#include "text/utf8.h"

enum {
    OPEN_CHUNKS = 2,
    SLICE = 1 << 16 /* bytes that are worked on at a time: what is held does not grow with a part */
};

struct tkz__encode_stream {
    tkz_encoder *encoder;
    tkz__encoder_settings settings; /* of the text */
    bool is_running;
    tkz__token_stream raw;
    tkz__token_stream normal;
    /* The part of the text between two tokens of the raw text. */
    bool is_open;
    bool is_begun; /* the normalizer has had its start */
    uint64_t part_start; /* its place in the text */
    tkz__buffer unnormalized;
    tkz__stream_places places; /* where it may be cut */
    size_t unnormalized_wait; /* bytes that are to be there before it is worth looking */
    tkz__span_map map; /* of the normalized part from `text_start` on, where offsets are wanted */
    tkz__buffer text;  /* normalized; its chunks are not known */
    uint64_t text_start; /* its place in the normalized part */
    bool is_within; /* its start was encoded, up to the middle of a chunk: of a Unigram model the sum goes on */
    size_t goes_on; /* for the first of the pre-tokenizer's steps, as many, it goes on with that */
    size_t text_wait;
    /* Where offsets are wanted in characters: of the text that is held somewhere. */
    tkz__character_index characters;
    char unread[4]; /* the start of a character whose end has not come */
    size_t unread_size;
};

typedef struct tkz__encode_stream text_stream;

/* ---- Characters ---------------------------------------------------------- */

/* Bytes at the end that may begin a character whose end is not there: 0 to 3. */
static size_t unfinished(const char *text, size_t size)
{
    for (size_t back = 1; back <= 3 && back <= size; back++) {
        uint8_t byte = (uint8_t)text[size - back];
        if ((byte & 0xC0) == 0x80)
            continue;
        size_t length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
        return back < length ? back : 0;
    }
    return 0;
}

/* ---- Chunks -------------------------------------------------------------- */

static void drop_front(tkz__buffer *buffer, size_t count)
{
    buffer->size -= count;
    if (count > 0)
        memmove(buffer->data, buffer->data + count, buffer->size);
}

static void source_range(const text_stream *own, uint64_t start, uint64_t end, uint64_t *from,
                         uint64_t *to)
{
    *from = start;
    *to = end;
    if (own->encoder->normalizer != NULL && own->encoder->image->pieces.sentencepiece) {
        *from = tkz__spm_source_of(&own->map, start);
        *to = tkz__spm_source_of(&own->map, end);
    } else if (own->encoder->normalizer != NULL) {
        tkz__span_map_to_source(&own->map, start, end, from, to);
    }
    *from += own->part_start;
    *to += own->part_start;
}

/* Runs of the map that lie before the text that is held. The last one stays: the next begins behind
 * it. */
static void drop_map(text_stream *own)
{
    tkz__span_map *map = &own->map;
    size_t count = 0;
    while (count + 1 < map->count &&
           map->runs[count].target_start + map->runs[count].target_size <= own->text_start)
        count++;
    map->count -= count;
    if (count > 0)
        memmove(map->runs, map->runs + count, map->count * sizeof *map->runs);
}

/* The text is cut by steps: the chunks of what they are sure of, or of all there is. They may change it;
 * `part` is what they made of it then. */
static tkz_status run_steps(text_stream *own, bool is_end, size_t *end, tkz__document_part *part,
                            tkz_error *error)
{
    tkz_encoder *encoder = own->encoder;
    bool at_start = own->part_start + own->text_start == 0;
    bool wants_map = tkz__encoder_wants_spans(encoder);
    tkz__split_start start = {.may_cut = tkz__stream_cuts_chunks(encoder) ? tkz__stream_may_cut : NULL,
                              .context = encoder,
                              .end = part->size};
    tkz__split_text text = {.text = part->text};
    tkz_status status = TKZ_OK;
    encoder->splitter.goes_on = own->goes_on;
    if (!is_end && tkz__split_steps_cut_words(encoder->steps)) {
        start.end = tkz__split_steps_last_cut(encoder->steps, part->text, part->size);
        is_end = true; /* of what is looked at */
    }
    if (!is_end)
        status = tkz__splitter_run_start(&encoder->splitter, encoder->steps, part->text, part->size,
                                         at_start, wants_map, &start, &text, error);
    else if (start.end > 0)
        status = tkz__splitter_run(&encoder->splitter, encoder->steps, part->text, start.end, at_start,
                                   wants_map, &text, error);
    encoder->splitter.goes_on = 0;
    if (status != TKZ_OK)
        return status;
    encoder->first_chunk = encoder->next_chunk = text.chunks;
    encoder->last_chunk = text.chunks + text.chunk_count;
    *end = start.end;
    part->text = text.text;
    part->size = text.size;
    part->cuts = text.map;
    if (start.end > 0) {
        own->is_within = start.is_within;
        own->goes_on = start.goes_on;
    }
    return TKZ_OK;
}

/* The chunks of a text; of a model of pieces, whose chunk is all of it or what steps make of it, what is in
 * front of the last place where it may be cut. `part` is what was encoded. */
static tkz_status encode_start(text_stream *own, const char *text, size_t size, bool is_end,
                               size_t *end, tkz__document_part *part, tkz_error *error)
{
    tkz_encoder *encoder = own->encoder;
    *part = (tkz__document_part){.text = text, .size = size, .start = own->text_start};
    if (encoder->image->kind == TKZ__MODEL_BYTE_BPE && encoder->steps == NULL) {
        tkz_status status =
            tkz__encode_text_start(encoder, text, size, is_end ? 0 : OPEN_CHUNKS, end, error);
        part->size = *end;
        return status;
    }
    bool was_within = own->is_within;
    tkz_status status = TKZ_OK;
    *end = size;
    if (encoder->steps != NULL) {
        status = run_steps(own, is_end, end, part, error);
    } else if (!is_end) {
        part->size = *end = tkz__stream_cut_pieces(encoder, (const uint8_t *)text, size);
        own->is_within = own->is_within || *end > 0;
    }
    if (status != TKZ_OK || part->size == 0)
        return status;
    encoder->engine.unigram.goes_on = was_within;
    status = tkz__encode_text(encoder, part->text, part->size, error);
    encoder->engine.unigram.goes_on = false;
    return status;
}

/* Encodes the chunks of the text that is held, all (`is_end`) or those that are known. */
static tkz_status encode_held(text_stream *own, bool is_end, tkz_error *error)
{
    tkz_encoder *encoder = own->encoder;
    const char *text = (const char *)own->text.data;
    size_t size = own->text.size;
    if (!is_end)
        size -= unfinished(text, size);
    if (size >= UINT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a chunk of the text has 4 GiB or more; cut it first");
    size_t first = encoder->id_count, first_span = encoder->span_count, end = 0;
    tkz__document_part part;
    tkz_status status = TKZ_OK;
    if (size > 0)
        status = encode_start(own, text, size, is_end, &end, &part, error);
    if (status == TKZ_OK && end > 0 && part.size > 0 && tkz__encoder_wants_spans(encoder))
        status = tkz__encoder_push_spans(encoder, &part, 0, part.size, first, error);
    if (status != TKZ_OK)
        return status;
    for (size_t i = first_span; i < encoder->span_count; i++) {
        tkz_token_span *span = &encoder->spans[i];
        source_range(own, span->start, span->end, &span->start, &span->end);
    }
    drop_front(&own->text, end);
    own->text_start += end;
    drop_map(own);
    own->text_wait = 2 * own->text.size;
    return TKZ_OK;
}

/* A part between tokens of the normalized text. */
static tkz_status add_text(void *context, const char *text, size_t size, uint64_t place,
                           tkz_error *error)
{
    text_stream *own = context;
    if (own->text.size == 0)
        own->text_start = place;
    tkz_status status = tkz__buffer_append(&own->text, text, size, error);
    if (status != TKZ_OK || own->text.size < own->text_wait)
        return status;
    return encode_held(own, false, error);
}

static tkz_status end_text(text_stream *own, tkz_error *error)
{
    tkz_status status = encode_held(own, true, error);
    own->text_wait = 0;
    own->is_within = false;
    own->goes_on = 0;
    return status;
}

/* A token of the normalized text. */
static tkz_status add_normal_token(void *context, uint32_t id, uint64_t start, uint64_t end,
                                   tkz_error *error)
{
    text_stream *own = context;
    uint64_t from, to;
    tkz_status status = end_text(own, error);
    source_range(own, start, end, &from, &to);
    return status == TKZ_OK ? tkz__encoder_push_token(own->encoder, id, from, to, error) : status;
}

/* ---- The normalizer ------------------------------------------------------ */

static tkz_status add_normal(text_stream *own, const char *text, size_t size, tkz_error *error)
{
    tkz__token_stream_steps steps = {own, add_text, add_normal_token};
    return tkz__token_stream_next(&own->normal, text, size, &steps, error);
}

static tkz_status add_runs(text_stream *own, const tkz_normalized *result, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < result->span_count; i++) {
        const tkz_span *run = &result->spans[i];
        status = tkz__span_map_append(&own->map, run->source_size, run->target_size,
                                      run->identity != 0, error);
    }
    return status;
}

/* The first `size` bytes of what is not normalized. */
static tkz_status normalize_held(text_stream *own, size_t size, bool is_end, tkz_error *error)
{
    tkz_encoder *encoder = own->encoder;
    bool wanted = tkz__encoder_wants_spans(encoder);
    const char *text = (const char *)own->unnormalized.data;
    tkz_normalized result;
    tkz__normalizer_take_parts(encoder->normalizer, own->is_begun, !is_end);
    tkz_status status = tkz_normalizer_run(encoder->normalizer, text, size, wanted, &result, error);
    tkz__normalizer_take_parts(encoder->normalizer, false, false);
    own->is_begun = true;
    if (status == TKZ_OK && wanted)
        status = add_runs(own, &result, error);
    if (status == TKZ_OK)
        status = add_normal(own, result.text, result.size, error);
    drop_front(&own->unnormalized, size);
    own->unnormalized_wait = 2 * own->unnormalized.size;
    return status;
}

/* A part between tokens of the raw text. */
static tkz_status add_raw(void *context, const char *text, size_t size, uint64_t place,
                          tkz_error *error)
{
    text_stream *own = context;
    if (!own->is_open)
        own->part_start = place;
    own->is_open = true;
    if (own->encoder->normalizer == NULL)
        return add_normal(own, text, size, error);
    tkz__buffer *held = &own->unnormalized;
    tkz_status status = tkz__buffer_append(held, text, size, error);
    if (status != TKZ_OK || held->size < own->unnormalized_wait)
        return status;
    const char *all = (const char *)held->data;
    size_t whole = held->size - unfinished(all, held->size);
    size_t cut = tkz__stream_cut_text(&own->places, all, whole);
    own->unnormalized_wait = 2 * held->size;
    return cut > 0 ? normalize_held(own, cut, false, error) : TKZ_OK;
}

/* The stages behind a part are ready for another one. */
static void close_part(text_stream *own)
{
    own->is_open = own->is_begun = own->is_within = false;
    tkz__buffer_clear(&own->unnormalized);
    tkz__token_stream_clear(&own->normal, own->settings.allow_special);
    tkz__buffer_clear(&own->text);
    tkz__span_map_clear(&own->map);
    own->text_start = 0;
    own->goes_on = 0;
    own->unnormalized_wait = own->text_wait = 0;
}

static tkz_status end_part(text_stream *own, tkz_error *error)
{
    tkz__token_stream_steps steps = {own, add_text, add_normal_token};
    tkz_status status = TKZ_OK;
    if (!own->is_open)
        return TKZ_OK;
    if (own->unnormalized.size > 0)
        status = normalize_held(own, own->unnormalized.size, true, error);
    if (status == TKZ_OK)
        status = tkz__token_stream_end(&own->normal, &steps, error);
    if (status == TKZ_OK)
        status = end_text(own, error);
    close_part(own);
    return status;
}

static tkz_status add_raw_token(void *context, uint32_t id, uint64_t start, uint64_t end,
                                tkz_error *error)
{
    text_stream *own = context;
    tkz_status status = end_part(own, error);
    return status == TKZ_OK ? tkz__encoder_push_token(own->encoder, id, start, end, error)
                            : status;
}

/* ---- Offsets in characters ----------------------------------------------- */

/* Bytes of the text, the last ones of which may wait for the end of their character. */
static tkz_status read_characters(text_stream *own, const char *text, size_t size, bool is_end,
                                  tkz_error *error)
{
    tkz_status status = TKZ_OK;
    /* First what was begun, byte by byte. */
    while (status == TKZ_OK && own->unread_size > 0 && size > 0) {
        own->unread[own->unread_size++] = *text++;
        size--;
        size_t left = unfinished(own->unread, own->unread_size);
        size_t whole = own->unread_size - left;
        status = tkz__character_index_append(&own->characters, own->unread, whole, error);
        memmove(own->unread, own->unread + whole, left);
        own->unread_size = left;
    }
    if (status == TKZ_OK && size > 0) {
        size_t left = unfinished(text, size);
        status = tkz__character_index_append(&own->characters, text, size - left, error);
        memcpy(own->unread, text + size - left, left);
        own->unread_size = left;
    }
    if (status == TKZ_OK && is_end) {
        status = tkz__character_index_append(&own->characters, own->unread, own->unread_size,
                                             error);
        own->unread_size = 0;
    }
    return status;
}

/* The first place that a later span may have a part of. */
static uint64_t first_place(const text_stream *own)
{
    uint64_t place = own->raw.start;
    if (own->is_open) {
        uint64_t held = own->text.size > 0 ? own->text_start
                                           : own->normal.start + own->normal.passed;
        uint64_t end;
        source_range(own, held, held, &held, &end);
        if (held < place)
            place = held;
    }
    return place;
}

/* ---- The text ------------------------------------------------------------ */

static void clear(text_stream *own)
{
    own->is_running = false;
    tkz__token_stream_clear(&own->raw, own->settings.allow_special);
    close_part(own);
    tkz__character_index_clear(&own->characters);
    own->unread_size = 0;
}

void tkz__encode_stream_free(text_stream *own, const tkz_allocator *allocator)
{
    if (own == NULL)
        return;
    tkz__token_stream_free(&own->raw);
    tkz__token_stream_free(&own->normal);
    tkz__buffer_free(&own->unnormalized);
    tkz__span_map_free(&own->map);
    tkz__buffer_free(&own->text);
    tkz__character_index_free(&own->characters);
    tkz__stream_places_free(&own->places);
    tkz__release(allocator, own, sizeof *own);
}

static text_stream *new_stream(tkz_encoder *encoder)
{
    const tkz_allocator *allocator = &encoder->allocator;
    text_stream *made = tkz__allocate_zeroed(allocator, sizeof *made);
    if (made == NULL)
        return NULL;
    made->encoder = encoder;
    tkz__token_stream_init(&made->raw, tkz__tokenizer_finder(encoder->tokenizer, false), allocator);
    tkz__token_stream_init(&made->normal, tkz__tokenizer_finder(encoder->tokenizer, true),
                           allocator);
    tkz__buffer_init(&made->unnormalized, allocator);
    tkz__stream_places_init(&made->places, allocator);
    tkz__span_map_init(&made->map, allocator);
    tkz__buffer_init(&made->text, allocator);
    tkz__character_index_init(&made->characters, allocator);
    return made;
}

/* A stream, if the model has places where a text may be cut. */
static tkz_status prepare(tkz_encoder *encoder, tkz_error *error)
{
    const tkz_normal_form *form = tkz__tokenizer_normal_form(encoder->tokenizer);
    text_stream *made = new_stream(encoder);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    tkz_status status = tkz__stream_check_pieces(encoder, error);
    if (status == TKZ_OK)
        status = tkz__stream_read_steps(&made->places, form, error);
    if (status == TKZ_OK)
        encoder->stream = made;
    else
        tkz__encode_stream_free(made, &encoder->allocator);
    return status;
}

static tkz_status begin(tkz_encoder *encoder, tkz_error *error)
{
    if (tkz__batch_rows_needed(&encoder->rows))
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "truncation, padding and masks are of rows that are whole texts; "
                              "switch them off for a text that comes in parts");
    if (tkz__dropout_is_on(encoder))
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "what dropout does to a text depends on all of it; switch it off "
                              "for a text that comes in parts");
    if (encoder->settings.samples)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "what sampling does to a text depends on all of it; switch it off for a "
                              "text that comes in parts");
    tkz_status status = encoder->stream == NULL ? prepare(encoder, error) : TKZ_OK;
    if (status != TKZ_OK)
        return status;
    encoder->stream->settings = encoder->settings;
    clear(encoder->stream);
    encoder->stream->is_running = true;
    return tkz__encoder_push_template(encoder, false, 0, error);
}

/* At most SLICE bytes of the text. */
static tkz_status encode_slice(text_stream *own, const char *text, size_t size, bool is_end,
                               tkz_error *error)
{
    tkz_encoder *encoder = own->encoder;
    tkz__token_stream_steps steps = {own, add_raw, add_raw_token};
    bool in_characters = encoder->settings.offsets == TKZ_OFFSETS_CHARACTERS;
    size_t first = encoder->span_count;
    tkz_status status = TKZ_OK;
    if (in_characters)
        status = read_characters(own, text, size, is_end, error);
    if (status == TKZ_OK)
        status = tkz__token_stream_next(&own->raw, text, size, &steps, error);
    if (status == TKZ_OK && is_end)
        status = tkz__token_stream_end(&own->raw, &steps, error);
    if (status == TKZ_OK && is_end)
        status = end_part(own, error);
    if (status == TKZ_OK && is_end)
        status = tkz__encoder_push_template(encoder, true, own->raw.start + own->raw.held.size,
                                            error);
    if (status == TKZ_OK && in_characters) {
        tkz__character_index_convert(&own->characters, encoder->spans + first,
                                     encoder->span_count - first);
        tkz__character_index_drop(&own->characters, first_place(own));
    }
    return status;
}

static tkz_status encode_part(tkz_encoder *encoder, const char *data, size_t size, bool is_last,
                              tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (encoder->stream == NULL || !encoder->stream->is_running)
        status = begin(encoder, error);
    size_t at = 0;
    while (status == TKZ_OK && (at < size || is_last)) {
        size_t count = size - at < SLICE ? size - at : SLICE;
        bool is_end = is_last && at + count == size;
        status = encode_slice(encoder->stream, data + at, count, is_end, error);
        at += count;
        if (is_end)
            break;
    }
    return status;
}

tkz_status tkz_encoder_encode_next(tkz_encoder *encoder, const char *data, size_t size,
                                   int32_t is_last, const tkz_batch **batch, tkz_error *error)
{
    tkz__encoder_settings settings = encoder->settings;
    if (encoder->stream != NULL && encoder->stream->is_running)
        encoder->settings = encoder->stream->settings;
    tkz_status status = tkz__encoder_begin_rows(encoder, 1, error);
    if (status == TKZ_OK)
        status = encode_part(encoder, data, size, is_last != 0, error);
    if (status == TKZ_OK)
        *batch = tkz__encoder_end_row(encoder);
    if (encoder->stream != NULL && (status != TKZ_OK || is_last != 0))
        clear(encoder->stream);
    encoder->settings = settings;
    return status;
}
