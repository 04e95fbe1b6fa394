/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of a batch: which ids of its texts a row has, then the row with template and
 * padding. Leans on batch_rows.h.
 */
#include "subword/batch_rows.h"

void tkz__batch_rows_init(tkz__batch_rows *rows, const tkz_allocator *allocator)
{
    memset(rows, 0, sizeof *rows);
    tkz__buffer_init(&rows->ids, allocator);
    tkz__buffer_init(&rows->spans, allocator);
    tkz__buffer_init(&rows->types, allocator);
    tkz__buffer_init(&rows->attention, allocator);
    tkz__buffer_init(&rows->special, allocator);
    tkz__buffer_init(&rows->offsets, allocator);
    tkz__buffer_init(&rows->sources, allocator);
}

void tkz__batch_rows_free(tkz__batch_rows *rows)
{
    tkz__buffer_free(&rows->ids);
    tkz__buffer_free(&rows->spans);
    tkz__buffer_free(&rows->types);
    tkz__buffer_free(&rows->attention);
    tkz__buffer_free(&rows->special);
    tkz__buffer_free(&rows->offsets);
    tkz__buffer_free(&rows->sources);
}

/* What the rows of one call have in common. */
typedef struct arrangement {
    tkz__batch_rows *rows;
    const tkz__image *image;
    const tkz__encoded_texts *texts;
    bool pairs;
    bool add_template;
    uint32_t first_item; /* of the template that is used */
    uint32_t item_count;
    size_t first_text; /* the one that stands first in it */
    uint64_t added;  /* ids that it adds to a row */
    uint64_t length; /* that rows are filled to */
    tkz_error *error;
} arrangement;

/* ---- How much of each text a row has ----------------------------------- */

/* A text of which windows of `most` ids are taken. */
typedef struct source {
    size_t text;
    uint64_t size; /* its ids */
    uint64_t most;
    uint64_t windows; /* that a row is made of, at least 1 */
} source;

static source whole_source(const arrangement *own, size_t text)
{
    uint64_t size = own->texts->id_offsets[text + 1] - own->texts->id_offsets[text];
    return (source){text, size, size, 1};
}

static tkz_status refuse(const arrangement *own, tkz_status status, size_t text, const char *what)
{
    return tkz__error_set(own->error, status, NULL, TKZ__NO_OFFSET, "text %zu: %s", text, what);
}

/* Leaves `most` ids of a text, and counts the windows if they are wanted. */
static tkz_status shorten(const arrangement *own, source *target, uint64_t most)
{
    const tkz_truncation *truncation = &own->rows->truncation;
    if (most >= target->size)
        return TKZ_OK;
    target->most = most;
    if (!truncation->windows)
        return TKZ_OK;
    if (truncation->stride >= most)
        return refuse(own, TKZ_STATUS_INVALID_ARGUMENT, target->text,
                      "windows advance by the ids that are left of it less the stride, which is "
                      "not above 0; make max_length greater or stride smaller");
    uint64_t advance = most - truncation->stride;
    target->windows = 1 + (target->size - most + advance - 1) / advance;
    return TKZ_OK;
}

/* The lengths of two texts that have `room` together: the longer one gives first. */
static void share_room(uint64_t room, const source sources[2], uint64_t lengths[2])
{
    size_t low = sources[0].size > sources[1].size ? 1 : 0;
    uint64_t least = sources[low].size;
    uint64_t most = least > room ? least : room - least > least ? room - least : least;
    if (least + most > room) {
        least = room / 2;
        most = least + room % 2;
    }
    lengths[low] = least;
    lengths[1 - low] = most;
}

static tkz_status truncate(const arrangement *own, source sources[2])
{
    const tkz_truncation *truncation = &own->rows->truncation;
    uint64_t total = sources[0].size + (own->pairs ? sources[1].size : 0);
    uint64_t room = truncation->max_length - own->added;
    uint64_t lengths[2] = {room, 0};
    if (total <= room)
        return TKZ_OK;
    size_t target = truncation->strategy == TKZ_TRUNCATE_SECOND ? 1 : 0;
    if (room == 0) {
        lengths[0] = 0;
    } else if (truncation->strategy != TKZ_TRUNCATE_LONGEST) {
        if (sources[target].size <= total - room)
            return refuse(own, TKZ_STATUS_LIMIT, sources[1 - target].text,
                          "it has more ids than max_length leaves, and only the other text of its "
                          "pair may be cut");
        return shorten(own, &sources[target], sources[target].size - (total - room));
    } else if (own->pairs) {
        share_room(room, sources, lengths);
    }
    tkz_status status = shorten(own, &sources[0], lengths[0]);
    return status == TKZ_OK && own->pairs ? shorten(own, &sources[1], lengths[1]) : status;
}

/* The texts of row group `index`, cut to their lengths. */
static tkz_status find_sources(const arrangement *own, size_t index, source sources[2])
{
    sources[0] = whole_source(own, own->pairs ? 2 * index : index);
    sources[1] = own->pairs ? whole_source(own, 2 * index + 1) : (source){.windows = 1};
    return own->rows->has_truncation ? truncate(own, sources) : TKZ_OK;
}

/* ---- Rows -------------------------------------------------------------- */

static tkz_status append_repeated(tkz__buffer *buffer, uint32_t value, size_t count,
                                  tkz_error *error)
{
    tkz_status status = tkz__buffer_reserve(buffer, count * sizeof value, error);
    if (status != TKZ_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        memcpy(buffer->data + buffer->size + i * sizeof value, &value, sizeof value);
    buffer->size += count * sizeof value;
    return TKZ_OK;
}

/* The masks of `count` ids that are alike. */
static tkz_status append_masks(const arrangement *own, size_t count, uint32_t type,
                               uint8_t attention, uint8_t special)
{
    tkz__batch_rows *rows = own->rows;
    if (!rows->want_masks)
        return TKZ_OK;
    tkz_status status = append_repeated(&rows->types, type, count, own->error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_fill(&rows->attention, attention, count, own->error);
    return status == TKZ_OK ? tkz__buffer_append_fill(&rows->special, special, count, own->error)
                            : status;
}

/* `count` times an id that comes from no text; its span is empty, at `place`. */
static tkz_status append_id(const arrangement *own, uint32_t id, size_t count, uint64_t place)
{
    tkz__batch_rows *rows = own->rows;
    tkz_status status = append_repeated(&rows->ids, id, count, own->error);
    if (status != TKZ_OK || !own->texts->want_spans)
        return status;
    tkz_token_span span = {place, place};
    for (size_t i = 0; status == TKZ_OK && i < count; i++)
        status = tkz__buffer_append(&rows->spans, &span, sizeof span, own->error);
    return status;
}

/* The ids of window number `window` of a text. */
static tkz_status append_window(const arrangement *own, const source *from, uint64_t window)
{
    const tkz_truncation *truncation = &own->rows->truncation;
    uint64_t start = window == 0 ? 0 : window * (from->most - truncation->stride);
    uint64_t count = from->size - start < from->most ? from->size - start : from->most;
    if (own->rows->has_truncation && truncation->side == TKZ_SIDE_LEFT)
        start = from->size - start - count; /* counted from the end */
    uint64_t first = own->texts->id_offsets[from->text] + start;
    tkz_status status = tkz__buffer_append(&own->rows->ids, own->texts->ids + first,
                                           count * sizeof *own->texts->ids, own->error);
    if (status == TKZ_OK && own->texts->want_spans)
        status = tkz__buffer_append(&own->rows->spans, own->texts->spans + first,
                                    count * sizeof *own->texts->spans, own->error);
    return status;
}

static uint64_t window_size(const arrangement *own, const source *from, uint64_t window)
{
    uint64_t start = window == 0 ? 0 : window * (from->most - own->rows->truncation.stride);
    return from->size - start < from->most ? from->size - start : from->most;
}

/* The items of the template in their order, with these windows for the texts. */
static tkz_status append_items(const arrangement *own, const source sources[2],
                               const uint64_t windows[2])
{
    tkz_status status = TKZ_OK;
    uint64_t place = 0;
    for (uint32_t i = 0; status == TKZ_OK && i < own->item_count; i++) {
        tkz__template_item item = tkz__image_template_item(own->image, own->first_item + i);
        if (item.value >= TKZ__TEMPLATE_FIRST) {
            size_t which = item.value - TKZ__TEMPLATE_FIRST;
            size_t text = sources[which].text;
            status = append_window(own, &sources[which], windows[which]);
            if (status == TKZ_OK)
                status = append_masks(own, window_size(own, &sources[which], windows[which]),
                                      item.type, 1, 0);
            place = own->texts->places[text + 1] - own->texts->places[text];
        } else if (own->add_template) {
            status = append_id(own, item.value, 1, place);
            if (status == TKZ_OK)
                status = append_masks(own, 1, item.type, 1, 1);
        }
    }
    return status;
}

/* The row with these windows of the text that stands first in the template, and of the other one. */
static tkz_status append_row(const arrangement *own, size_t index, const source sources[2],
                             uint64_t first_window, uint64_t second_window)
{
    tkz__batch_rows *rows = own->rows;
    const tkz_padding *padding = &rows->padding;
    uint64_t windows[2];
    windows[own->first_text] = first_window;
    windows[1 - own->first_text] = second_window;
    uint64_t source_index = index;
    uint64_t size = own->added + window_size(own, &sources[0], windows[0]) +
                    (own->pairs ? window_size(own, &sources[1], windows[1]) : 0);
    size_t missing = rows->has_padding && size < own->length ? own->length - size : 0;
    bool on_left = missing > 0 && padding->side == TKZ_SIDE_LEFT;
    tkz_status status = TKZ_OK;
    for (int step = 0; status == TKZ_OK && step < 2; step++) {
        if (missing > 0 && on_left == (step == 0)) {
            status = append_id(own, padding->id, missing, 0);
            if (status == TKZ_OK)
                status = append_masks(own, missing, padding->type, 0, 1);
        }
        if (status == TKZ_OK && step == 0)
            status = append_items(own, sources, windows);
    }
    uint64_t end = rows->ids.size / sizeof(uint32_t);
    if (status == TKZ_OK)
        status = tkz__buffer_append(&rows->offsets, &end, sizeof end, own->error);
    return status == TKZ_OK ? tkz__buffer_append(&rows->sources, &source_index,
                                                 sizeof source_index, own->error)
                            : status;
}

/* The rows of one text or pair: the first windows of both; each later one of the text that stands first
 * with all of the other; the later ones of the other with the first of the first. */
static tkz_status append_group(const arrangement *own, size_t index)
{
    source sources[2];
    tkz_status status = find_sources(own, index, sources);
    if (status == TKZ_OK)
        status = append_row(own, index, sources, 0, 0);
    uint64_t first = sources[own->first_text].windows;
    uint64_t second = sources[1 - own->first_text].windows;
    for (uint64_t i = 1; status == TKZ_OK && i < first; i++) {
        for (uint64_t j = 0; status == TKZ_OK && j < second; j++)
            status = append_row(own, index, sources, i, j);
    }
    for (uint64_t j = 1; status == TKZ_OK && j < second; j++)
        status = append_row(own, index, sources, 0, j);
    return status;
}

/* ---- A batch ----------------------------------------------------------- */

/* Chooses the template, and counts what it adds. */
static tkz_status choose_template(arrangement *own)
{
    const tkz__image *image = own->image;
    own->first_item = own->pairs ? image->single_count : 0;
    own->item_count = own->pairs ? image->pair_count : image->single_count;
    if (own->item_count == 0)
        return tkz__error_set(own->error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "the model has no template for two texts");
    own->added = own->add_template ? own->item_count - (own->pairs ? 2 : 1) : 0;
    for (uint32_t i = own->item_count; i-- > 0;) {
        uint32_t value = tkz__image_template_item(image, own->first_item + i).value;
        if (value >= TKZ__TEMPLATE_FIRST)
            own->first_text = value - TKZ__TEMPLATE_FIRST;
    }
    const tkz_truncation *truncation = &own->rows->truncation;
    if (!own->rows->has_truncation)
        return TKZ_OK;
    if (truncation->max_length < own->added)
        return tkz__error_set(own->error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "max_length is %llu, and the template alone has %llu ids",
                              (unsigned long long)truncation->max_length,
                              (unsigned long long)own->added);
    if (truncation->strategy == TKZ_TRUNCATE_SECOND && !own->pairs)
        return tkz__error_set(own->error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "the second texts are to be cut, and there are none");
    return TKZ_OK;
}

/* The length that rows are filled to: the longest first row of a text or pair, or the one that was
 * asked
 * for, rounded up. */
static tkz_status find_length(arrangement *own, size_t groups)
{
    const tkz_padding *padding = &own->rows->padding;
    uint64_t length = padding->length;
    for (size_t i = 0; length == 0 && i < groups; i++) {
        source sources[2];
        tkz_status status = find_sources(own, i, sources);
        if (status != TKZ_OK)
            return status;
        uint64_t size = own->added + sources[0].most + (own->pairs ? sources[1].most : 0);
        own->length = size > own->length ? size : own->length;
    }
    own->length = length > 0 ? length : own->length;
    if (padding->multiple > 0 && own->length % padding->multiple > 0)
        own->length += padding->multiple - own->length % padding->multiple;
    return TKZ_OK;
}

static void clear(tkz__batch_rows *rows)
{
    tkz__buffer_clear(&rows->ids);
    tkz__buffer_clear(&rows->spans);
    tkz__buffer_clear(&rows->types);
    tkz__buffer_clear(&rows->attention);
    tkz__buffer_clear(&rows->special);
    tkz__buffer_clear(&rows->offsets);
    tkz__buffer_clear(&rows->sources);
}

tkz_status tkz__batch_rows_make(tkz__batch_rows *rows, const tkz__image *image,
                                const tkz__encoded_texts *texts, bool pairs, bool add_template,
                                tkz_batch *batch, tkz_error *error)
{
    arrangement own = {.rows = rows, .image = image, .texts = texts, .pairs = pairs,
                       .add_template = add_template, .error = error};
    size_t groups = pairs ? texts->count / 2 : texts->count;
    uint64_t start = 0;
    clear(rows);
    tkz_status status = choose_template(&own);
    if (status == TKZ_OK && rows->has_padding)
        status = find_length(&own, groups);
    if (status == TKZ_OK)
        status = tkz__buffer_append(&rows->offsets, &start, sizeof start, error);
    for (size_t i = 0; status == TKZ_OK && i < groups; i++)
        status = append_group(&own, i);
    if (status != TKZ_OK)
        return status;
    *batch = (tkz_batch){
        .ids = (const uint32_t *)(const void *)rows->ids.data,
        .offsets = (const uint64_t *)(const void *)rows->offsets.data,
        .count = rows->sources.size / sizeof(uint64_t),
        .spans = texts->want_spans ? (const tkz_token_span *)(const void *)rows->spans.data
                                      : NULL,
        .sources = (const uint64_t *)(const void *)rows->sources.data,
    };
    if (rows->want_masks) {
        batch->types = (const uint32_t *)(const void *)rows->types.data;
        batch->attention = rows->attention.data;
        batch->special = rows->special.data;
    }
    return TKZ_OK;
}
