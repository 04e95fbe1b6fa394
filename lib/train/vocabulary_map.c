/* SPDX-License-Identifier: Apache-2.0
 *
 * From the ids of one vocabulary to those of another. Leans on vocabulary_rows and core's byte map.
 */
#include <inttypes.h>
#include <string.h>

#include "core/byte_map.h"
#include "tokenize/vocabulary.h"
#include "train/vocabulary_rows.h"

struct tkz_vocabulary_map {
    tkz_allocator allocator;
    uint64_t *offsets; /* rows + 1 */
    uint64_t rows;
    uint32_t *ids;
    size_t capacity;
    size_t count;
};

typedef struct mapper {
    tkz_vocabulary_map *map;
    const tkz_tokenizer *from; /* the old one */
    const tkz_tokenizer *to;
    bool from_marks;
    bool to_marks;
    tkz__byte_map ordinary; /* tokens of the old one, as text of its own spelling */
    tkz__byte_map special;
    uint32_t byte_ids[256]; /* of the old one; TKZ__NO_TOKEN: none */
    tkz__buffer texts;      /* of all new tokens, as the old model spells them */
    uint64_t *places;       /* new ids + 1 */
    tkz_error *error;
} mapper;

#define MARK "\xE2\x96\x81"

/* ---- Texts of tokens ------------------------------------------------------------------ */

/* The byte that a piece of bytes stands for, or -1. */
static int byte_of(const tkz_tokenizer *tokenizer, uint32_t id, const uint8_t *bytes, size_t size)
{
    return tkz__tokenizer_kind(tokenizer) != TKZ__MODEL_BYTE_BPE &&
                   tkz__tokenizer_pieces(tokenizer)->byte_fallback &&
                   tkz__vocabulary_is_wall(tokenizer, id)
               ? tkz__piece_byte(bytes, size)
               : -1;
}

/* Appends the text of a token with the other spelling of spaces, if there is one. */
static tkz_status put_text(mapper *own, const uint8_t *bytes, size_t size)
{
    tkz_status status = TKZ_OK;
    for (size_t at = 0; status == TKZ_OK && at < size;) {
        if (own->from_marks && bytes[at] == ' ') {
            status = tkz__buffer_append(&own->texts, MARK, 3, own->error);
            at++;
        } else if (own->to_marks && !own->from_marks && size - at >= 3 &&
                   memcmp(bytes + at, MARK, 3) == 0) {
            status = tkz__buffer_append_byte(&own->texts, ' ', own->error);
            at += 3;
        } else {
            status = tkz__buffer_append_byte(&own->texts, bytes[at++], own->error);
        }
    }
    return status;
}

/* The tokens of the old model by their texts. */
static tkz_status list_old(mapper *own)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; i < 256; i++)
        own->byte_ids[i] = TKZ__NO_TOKEN;
    for (uint32_t id = 0; status == TKZ_OK && id < tkz_tokenizer_size(own->from); id++) {
        const uint8_t *bytes;
        size_t size;
        uint64_t *value;
        bool is_new;
        if (tkz_tokenizer_token(own->from, id, &bytes, &size, NULL, NULL) != TKZ_OK)
            continue;
        int byte = byte_of(own->from, id, bytes, size);
        if (byte >= 0) {
            own->byte_ids[byte] = id;
            continue;
        }
        bool is_special = tkz__tokenizer_is_special(own->from, id);
        status = tkz__byte_map_insert(is_special ? &own->special : &own->ordinary, bytes, size,
                                      &value, &is_new, own->error);
        if (status == TKZ_OK && is_new)
            *value = id;
    }
    return status;
}

/* ---- Rows ----------------------------------------------------------------------------- */

static tkz_status put_id(mapper *own, uint32_t id)
{
    tkz_vocabulary_map *map = own->map;
    tkz_status status = tkz__array_reserve(&map->allocator, (void **)&map->ids, &map->capacity,
                                           map->count + 1, sizeof *map->ids, own->error);
    if (status == TKZ_OK)
        map->ids[map->count++] = id;
    return status;
}

/* A token that the old vocabulary has: its id, else TKZ__NO_TOKEN. */
static uint32_t find_same(const mapper *own, uint32_t id, const uint8_t *bytes, size_t size,
                          const uint8_t *text, size_t text_size)
{
    const uint64_t *found;
    int byte = byte_of(own->to, id, bytes, size);
    if (byte >= 0 && own->byte_ids[byte] != TKZ__NO_TOKEN)
        return own->byte_ids[byte]; /* <0x41> is another token than A */
    if (tkz__tokenizer_is_special(own->to, id)) {
        found = tkz__byte_map_find(&own->special, bytes, size);
        return found != NULL ? (uint32_t)*found : TKZ__NO_TOKEN;
    }
    found = tkz__byte_map_find(&own->ordinary, text, text_size);
    if (found != NULL)
        return (uint32_t)*found;
    return text_size == 1 ? own->byte_ids[text[0]] : TKZ__NO_TOKEN;
}

static tkz_status put_row(mapper *own, uint32_t id, const tkz__vocabulary_rows *rows)
{
    const uint8_t *bytes, *text = own->texts.data + own->places[id];
    size_t size;
    if (tkz_tokenizer_token(own->to, id, &bytes, &size, NULL, NULL) != TKZ_OK)
        return TKZ_OK;
    uint32_t same =
        find_same(own, id, bytes, size, text, (size_t)(own->places[id + 1] - own->places[id]));
    if (same != TKZ__NO_TOKEN)
        return put_id(own, same);
    tkz_status status = TKZ_OK;
    for (uint64_t i = rows->offsets[id]; status == TKZ_OK && i < rows->offsets[id + 1]; i++) {
        uint32_t part = rows->ids[i];
        const uint8_t *spelled;
        size_t spelled_size;
        bool is_unknown =
            tkz__vocabulary_is_wall(own->from, part) &&
            (tkz_tokenizer_token(own->from, part, &spelled, &spelled_size, NULL, NULL) != TKZ_OK ||
             byte_of(own->from, part, spelled, spelled_size) < 0);
        if (!is_unknown && !tkz__tokenizer_is_special(own->to, id))
            status = put_id(own, part);
    }
    return status;
}

static tkz_status spell_new(mapper *own)
{
    tkz_status status = TKZ_OK;
    uint32_t count = tkz_tokenizer_size(own->to);
    own->places[0] = 0;
    for (uint32_t id = 0; status == TKZ_OK && id < count; id++) {
        const uint8_t *bytes;
        size_t size;
        if (tkz_tokenizer_token(own->to, id, &bytes, &size, NULL, NULL) == TKZ_OK) {
            int byte = byte_of(own->to, id, bytes, size);
            status = byte >= 0 ? tkz__buffer_append_byte(&own->texts, (uint8_t)byte, own->error)
                               : put_text(own, bytes, size);
        }
        own->places[id + 1] = own->texts.size;
    }
    return status;
}

static tkz_status fill(mapper *own)
{
    tkz_vocabulary_map *map = own->map;
    uint32_t count = tkz_tokenizer_size(own->to);
    tkz_tokenizer *bare;
    tkz__vocabulary_rows rows;
    tkz_status status = list_old(own);
    if (status == TKZ_OK)
        status = spell_new(own);
    if (status == TKZ_OK)
        status = tkz__vocabulary_bare(own->from, &map->allocator, &bare, own->error);
    if (status != TKZ_OK)
        return status;
    const tkz_word_list words = {(const char *)own->texts.data, own->places, NULL, count};
    status = tkz__vocabulary_rows_make(&rows, bare, &words, false, &map->allocator, own->error);
    tkz_tokenizer_free(bare);
    if (status != TKZ_OK)
        return status;
    map->offsets[0] = 0;
    for (uint64_t row = 0; status == TKZ_OK && row < map->rows; row++) {
        if (row < count)
            status = put_row(own, (uint32_t)row, &rows);
        map->offsets[row + 1] = map->count;
    }
    tkz__vocabulary_rows_free(&rows);
    return status;
}

tkz_status tkz_vocabulary_map_new(tkz_vocabulary_map **map, const tkz_tokenizer *old_vocabulary,
                                  const tkz_tokenizer *new_vocabulary, uint64_t rows,
                                  const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    uint32_t count = tkz_tokenizer_size(new_vocabulary);
    *map = NULL;
    if (rows == 0)
        rows = count;
    if (rows < count || rows > UINT32_MAX)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "%" PRIu64 " rows for %" PRIu32 " ids", rows, count);
    tkz_vocabulary_map *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    made->rows = rows;
    mapper own = {.map = made, .from = old_vocabulary, .to = new_vocabulary, .error = error,
                  .from_marks = tkz__vocabulary_has_marks(old_vocabulary),
                  .to_marks = tkz__vocabulary_has_marks(new_vocabulary)};
    tkz__byte_map_init(&own.ordinary, &memory);
    tkz__byte_map_init(&own.special, &memory);
    tkz__buffer_init(&own.texts, &memory);
    size_t places = (size_t)count + 1;
    made->offsets = tkz__allocate_array(&memory, (size_t)rows + 1, sizeof *made->offsets);
    own.places = tkz__allocate_array(&memory, places, sizeof *own.places);
    tkz_status status = made->offsets != NULL && own.places != NULL
                            ? fill(&own)
                            : tkz__error_memory(error, ((size_t)rows + 1) * sizeof *own.places);
    tkz__release_array(&memory, own.places, places, sizeof *own.places);
    tkz__buffer_free(&own.texts);
    tkz__byte_map_free(&own.special);
    tkz__byte_map_free(&own.ordinary);
    if (status == TKZ_OK)
        *map = made;
    else
        tkz_vocabulary_map_free(made);
    return status;
}

void tkz_vocabulary_map_free(tkz_vocabulary_map *map)
{
    if (map == NULL)
        return;
    tkz_allocator allocator = map->allocator;
    tkz__release_array(&allocator, map->offsets, (size_t)map->rows + 1, sizeof *map->offsets);
    tkz__release_array(&allocator, map->ids, map->capacity, sizeof *map->ids);
    tkz__release(&allocator, map, sizeof *map);
}

uint64_t tkz_vocabulary_map_rows(const tkz_vocabulary_map *map)
{
    return map->rows;
}

void tkz_vocabulary_map_row(const tkz_vocabulary_map *map, uint64_t row, const uint32_t **ids,
                            size_t *count)
{
    *ids = map->ids;
    *count = 0;
    if (row >= map->rows)
        return;
    *ids = map->ids + map->offsets[row];
    *count = (size_t)(map->offsets[row + 1] - map->offsets[row]);
}

/* ---- Files ---------------------------------------------------------------------------- */

static tkz_status write_tsv(const tkz_vocabulary_map *map, tkz__buffer *buffer, tkz_error *error)
{
    tkz_status status = tkz__buffer_append_text(buffer, "new\told\tweight\n", error);
    for (uint64_t row = 0; status == TKZ_OK && row < map->rows; row++) {
        const uint32_t *ids;
        size_t count;
        tkz_vocabulary_map_row(map, row, &ids, &count);
        if (count == 0)
            status = tkz__buffer_append_format(buffer, error, "%" PRIu64 "\t\t\n", row);
        for (size_t i = 0; status == TKZ_OK && i < count; i++)
            status = tkz__buffer_append_format(buffer, error, "%" PRIu64 "\t%" PRIu32 "\t%.9g\n",
                                               row, ids[i], (double)(float)(1.0 / (double)count));
    }
    return status;
}

/* numpy.lib.format, version 1.0: magic, the length of the head as u16, the head, padded with blanks to a
 * multiple of 64 and ended by a line feed. */
static tkz_status write_npy(const tkz_vocabulary_map *map, tkz__buffer *buffer, tkz_error *error)
{
    enum { PREFIX = 10, ALIGNMENT = 64 };
    tkz__buffer head;
    tkz__buffer_init(&head, &map->allocator);
    tkz_status status = tkz__buffer_append_format(
        &head, error,
        "{'descr': [('new', '<u4'), ('old', '<u4'), ('weight', '<f4')], 'fortran_order': False, "
        "'shape': (%zu,), }",
        map->count);
    size_t fill = ALIGNMENT - (PREFIX + head.size + 1) % ALIGNMENT;
    if (status == TKZ_OK)
        status = tkz__buffer_append_fill(&head, ' ', fill % ALIGNMENT, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_byte(&head, '\n', error);
    const uint8_t prefix[PREFIX] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (uint8_t)(head.size & 255),
                                    (uint8_t)(head.size >> 8)};
    if (status == TKZ_OK)
        status = tkz__buffer_append(buffer, prefix, PREFIX, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(buffer, head.data, head.size, error);
    tkz__buffer_free(&head);
    for (uint64_t row = 0; status == TKZ_OK && row < map->rows; row++) {
        const uint32_t *ids;
        size_t count;
        tkz_vocabulary_map_row(map, row, &ids, &count);
        float weight = count > 0 ? (float)(1.0 / (double)count) : 0;
        uint32_t bits;
        memcpy(&bits, &weight, sizeof bits);
        for (size_t i = 0; status == TKZ_OK && i < count; i++) {
            status = tkz__buffer_append_u32(buffer, (uint32_t)row, error);
            if (status == TKZ_OK)
                status = tkz__buffer_append_u32(buffer, ids[i], error);
            if (status == TKZ_OK)
                status = tkz__buffer_append_u32(buffer, bits, error);
        }
    }
    return status;
}

tkz_status tkz_vocabulary_map_serialize(const tkz_vocabulary_map *map, int32_t format,
                                        tkz_bytes *bytes, tkz_error *error)
{
    tkz__buffer buffer;
    memset(bytes, 0, sizeof *bytes);
    if (format != TKZ_MAP_TSV && format != TKZ_MAP_NPY)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "there is no such format of maps");
    tkz__buffer_init(&buffer, &map->allocator);
    tkz_status status = format == TKZ_MAP_TSV ? write_tsv(map, &buffer, error)
                                              : write_npy(map, &buffer, error);
    if (status == TKZ_OK)
        tkz__buffer_release(&buffer, bytes);
    tkz__buffer_free(&buffer);
    return status;
}
