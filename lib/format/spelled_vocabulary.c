/* SPDX-License-Identifier: Apache-2.0
 *
 * Vocabularies by spelling. Leans on subword and the hash maps.
 */
#include "format/spelled_vocabulary.h"

#include <string.h>

#include "format/format.h"
#include "subword/byte_level.h"
#include "subword/tokenizer_image.h"
#include "text/utf8.h"
#include "tokenize/text.h"

typedef struct tkz__spelled_merge {
    uint32_t left; /* id; TKZ__NO_TOKEN: a later merge of the same halves counts */
    uint32_t right;
    uint32_t result;
    uint32_t before; /* number + 1 of the one before that makes the same entry; 0: none */
} spelled_merge;

/* A value of `spellings`: the id, three notes, and where the file has it. */
enum {
    ID_BITS = 24, /* TKZ__IMAGE_COUNT_LIMIT */
    NOTE_BYTES = 1 << 24,  /* bytes can be spelled like this */
    NOTE_MERGED = 1 << 25, /* a merge names it */
    NOTE_ADDED = 1 << 26,  /* an added token has this content */
    OFFSET_SHIFT = 27
};

static uint32_t id_of(uint64_t value)
{
    return (uint32_t)value & (TKZ__IMAGE_COUNT_LIMIT - 1);
}

void tkz__spelled_vocabulary_init(tkz__spelled_vocabulary *vocabulary, const char *where,
                                  size_t size, const tkz_allocator *allocator, tkz_error *error)
{
    *vocabulary = (tkz__spelled_vocabulary){.where = where, .error = error,
                                            .greatest_id = tkz__format_greatest_id(size)};
    tkz__byte_map_init(&vocabulary->spellings, allocator);
    tkz__buffer_init(&vocabulary->bytes, allocator);
    tkz__buffer_init(&vocabulary->unread, allocator);
}

void tkz__spelled_vocabulary_free(tkz__spelled_vocabulary *vocabulary)
{
    const tkz_allocator *allocator = &vocabulary->bytes.allocator;
    tkz__byte_map_free(&vocabulary->spellings);
    tkz__release_array(allocator, vocabulary->merges, vocabulary->merge_capacity,
                       sizeof *vocabulary->merges);
    tkz__release_array(allocator, vocabulary->last_merges, vocabulary->last_count,
                       sizeof *vocabulary->last_merges);
    vocabulary->merges = NULL;
    vocabulary->last_merges = NULL;
    tkz__buffer_free(&vocabulary->bytes);
    tkz__buffer_free(&vocabulary->unread);
}

/* ---- Spellings --------------------------------------------------------- */

/* The byte that a character stands for, or -1: byte_level.h the other way round. */
static int byte_of(uint32_t character)
{
    if (character >= 0x100 + 33 + 34)
        return character == 0x100 + 33 + 34 ? 173 : -1;
    if (character >= 0x100 + 33)
        return (int)(character - 0x100 - 33 + 127);
    if (character >= 0x100)
        return (int)(character - 0x100);
    return tkz__byte_level_character((uint8_t)character) == character ? (int)character : -1;
}

/* Puts the bytes that are spelled so into vocabulary->bytes; `*is_bytes` false: there are none. */
static tkz_status read_bytes(tkz__spelled_vocabulary *vocabulary, const char *spelling, size_t size,
                             bool *is_bytes)
{
    tkz__buffer_clear(&vocabulary->bytes);
    tkz_status status = tkz__buffer_reserve(&vocabulary->bytes, size, vocabulary->error);
    *is_bytes = vocabulary->is_plain;
    if (status == TKZ_OK && vocabulary->is_plain)
        return tkz__buffer_append(&vocabulary->bytes, spelling, size, vocabulary->error);
    for (size_t at = 0; status == TKZ_OK && at < size;) {
        uint32_t character;
        at += tkz__utf8_decode(spelling + at, size - at, &character);
        int byte = byte_of(character);
        if (byte < 0)
            return TKZ_OK;
        vocabulary->bytes.data[vocabulary->bytes.size++] = (uint8_t)byte;
    }
    *is_bytes = true;
    return status;
}

static tkz_status bad(const tkz__spelled_vocabulary *vocabulary, uint64_t offset, const char *what)
{
    return tkz__error_set(vocabulary->error, TKZ_STATUS_BAD_FORMAT, vocabulary->where, offset,
                          "%s", what);
}

tkz_status tkz__spelled_vocabulary_add(tkz__spelled_vocabulary *vocabulary, const char *spelling,
                                       size_t size, uint32_t id, uint64_t offset)
{
    if (size == 0)
        return bad(vocabulary, offset, "an entry of the vocabulary is empty");
    if (id >= TKZ__IMAGE_COUNT_LIMIT || id > vocabulary->greatest_id)
        return tkz__error_set(vocabulary->error, TKZ_STATUS_LIMIT, vocabulary->where, offset,
                              "the id %u is out of range: ids are below %d and leave few holes",
                              id, TKZ__IMAGE_COUNT_LIMIT);
    bool is_bytes, is_new;
    uint64_t *value;
    tkz_status status = read_bytes(vocabulary, spelling, size, &is_bytes);
    if (status == TKZ_OK)
        status = tkz__byte_map_insert(&vocabulary->spellings, spelling, size, &value, &is_new,
                                      vocabulary->error);
    if (status != TKZ_OK)
        return status;
    if (!is_new)
        return bad(vocabulary, offset, "an entry of the vocabulary is there twice");
    *value = offset << OFFSET_SHIFT | (is_bytes ? NOTE_BYTES : 0) | id;
    return TKZ_OK;
}

uint32_t tkz__spelled_vocabulary_find(const tkz__spelled_vocabulary *vocabulary,
                                      const char *spelling, size_t size)
{
    const uint64_t *value = tkz__byte_map_find(&vocabulary->spellings, spelling, size);
    return value != NULL ? id_of(*value) : TKZ__NO_TOKEN;
}

uint32_t tkz__spelled_vocabulary_id(const tkz__spelled_vocabulary *vocabulary, size_t index)
{
    return id_of(vocabulary->spellings.entries[index].value);
}

uint32_t tkz__spelled_vocabulary_missing_byte(const tkz__spelled_vocabulary *vocabulary)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        char spelling[4];
        size_t size = tkz__utf8_encode(tkz__byte_level_character((uint8_t)byte), spelling);
        if (tkz__byte_map_find(&vocabulary->spellings, spelling, size) == NULL)
            return byte;
    }
    return 256;
}

/* ---- Merges ------------------------------------------------------------ */

static tkz_status no_entry(const tkz__spelled_vocabulary *vocabulary, uint64_t offset,
                           const char *spelling, size_t size)
{
    return tkz__error_set(vocabulary->error, TKZ_STATUS_BAD_FORMAT, vocabulary->where, offset,
                          "a merge names \"%.*s\", which is not in the vocabulary",
                          tkz__format_shown(spelling, size, 200), spelling);
}

/* Room for the next merge; all entries are there when the first comes. */
static tkz_status reserve_merge(tkz__spelled_vocabulary *vocabulary, uint64_t offset)
{
    const tkz_allocator *allocator = &vocabulary->bytes.allocator;
    size_t count = vocabulary->spellings.count;
    if (vocabulary->merge_count >= UINT32_MAX / 8)
        return tkz__error_set(vocabulary->error, TKZ_STATUS_LIMIT, vocabulary->where, offset,
                              "more than %u merges", UINT32_MAX / 8);
    if (vocabulary->last_merges == NULL) {
        vocabulary->last_merges =
            tkz__allocate_zeroed(allocator, count * sizeof *vocabulary->last_merges);
        if (vocabulary->last_merges == NULL)
            return tkz__error_memory(vocabulary->error, count * sizeof *vocabulary->last_merges);
        vocabulary->last_count = count;
    }
    return tkz__array_reserve(allocator, (void **)&vocabulary->merges, &vocabulary->merge_capacity,
                              vocabulary->merge_count + 1, sizeof *vocabulary->merges,
                              vocabulary->error);
}

/* Remembers a merge under the next rank and forgets an earlier one of the same halves, which makes the
 * same entry: there are fewer ways to make one than it has bytes. */
static void append_merge(tkz__spelled_vocabulary *vocabulary, uint32_t left, uint32_t right,
                         const uint64_t *whole)
{
    const char *values = (const char *)&vocabulary->spellings.entries->value;
    size_t entry = (size_t)((const char *)whole - values) / sizeof *vocabulary->spellings.entries;
    uint32_t *last = &vocabulary->last_merges[entry];
    for (uint32_t *link = last; *link != 0; link = &vocabulary->merges[*link - 1].before) {
        spelled_merge *merge = &vocabulary->merges[*link - 1];
        if (merge->left != left || merge->right != right)
            continue;
        merge->left = TKZ__NO_TOKEN;
        *link = merge->before;
        break;
    }
    vocabulary->merges[vocabulary->merge_count++] =
        (spelled_merge){left, right, id_of(*whole), *last};
    *last = (uint32_t)vocabulary->merge_count;
}

/* Looks up a pair that has been read. */
static tkz_status join_pair(tkz__spelled_vocabulary *vocabulary, const tkz__spelled_pair *pair)
{
    const tkz__byte_map *map = &vocabulary->spellings;
    const char *spelling = (const char *)vocabulary->unread.data + pair->start;
    size_t left = pair->left, right = pair->size - left;
    uint64_t *first = tkz__byte_map_find_hashed(map, pair->hashes[0], spelling, left);
    uint64_t *second = tkz__byte_map_find_hashed(map, pair->hashes[1], spelling + left, right);
    const char *both = (const char *)vocabulary->unread.data + pair->whole;
    uint64_t *whole = tkz__byte_map_find_hashed(map, pair->hashes[2], both, pair->whole_size);
    if (first == NULL)
        return no_entry(vocabulary, pair->offset, spelling, left);
    if (second == NULL)
        return no_entry(vocabulary, pair->offset, spelling + left, right);
    if (whole == NULL)
        return no_entry(vocabulary, pair->offset, both, pair->whole_size);
    if ((*first & *second & NOTE_BYTES) == 0)
        return TKZ_OK; /* no text is spelled so */
    *first |= NOTE_MERGED;
    *second |= NOTE_MERGED;
    *whole |= NOTE_MERGED;
    tkz_status status = reserve_merge(vocabulary, pair->offset);
    if (status == TKZ_OK)
        append_merge(vocabulary, id_of(*first), id_of(*second), whole);
    return status;
}

tkz_status tkz__spelled_vocabulary_end_joins(tkz__spelled_vocabulary *vocabulary)
{
    const tkz__byte_map *map = &vocabulary->spellings;
    size_t count = vocabulary->pair_count;
    for (size_t i = 0; i < count * 3; i++)
        tkz__byte_map_fetch_entry(map, vocabulary->pairs[i / 3].hashes[i % 3]);
    for (size_t i = 0; i < count * 3; i++)
        tkz__byte_map_fetch_key(map, vocabulary->pairs[i / 3].hashes[i % 3]);
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < count; i++)
        status = join_pair(vocabulary, &vocabulary->pairs[i]);
    vocabulary->pair_count = 0;
    tkz__buffer_clear(&vocabulary->unread);
    return status;
}

/* What a marked merge makes, behind the spelling of both halves. */
static tkz_status spell_whole(tkz__spelled_vocabulary *vocabulary, tkz__spelled_pair *pair)
{
    tkz__buffer *unread = &vocabulary->unread;
    size_t right = pair->size - pair->left, whole_size = pair->size - vocabulary->mark_size;
    if (right < vocabulary->mark_size)
        return tkz__error_set(vocabulary->error, TKZ_STATUS_BAD_FORMAT, vocabulary->where,
                              pair->offset, "a merge whose right half is shorter than the mark");
    pair->whole = unread->size;
    pair->whole_size = whole_size;
    tkz_status status = tkz__buffer_reserve(unread, whole_size, vocabulary->error);
    if (status != TKZ_OK)
        return status;
    const uint8_t *spelling = unread->data + pair->start;
    memcpy(unread->data + unread->size, spelling, pair->left);
    memcpy(unread->data + unread->size + pair->left,
           spelling + pair->left + vocabulary->mark_size, right - vocabulary->mark_size);
    unread->size += whole_size;
    pair->hashes[2] = tkz__byte_map_hash(unread->data + pair->whole, whole_size);
    return TKZ_OK;
}

tkz_status tkz__spelled_vocabulary_join(tkz__spelled_vocabulary *vocabulary, const char *spelling,
                                        size_t left, size_t size, uint64_t offset)
{
    tkz__spelled_pair *pair = &vocabulary->pairs[vocabulary->pair_count];
    size_t start = vocabulary->unread.size;
    *pair = (tkz__spelled_pair){start,
                                left,
                                size,
                                start,
                                size,
                                offset,
                                {tkz__byte_map_hash(spelling, left),
                                 tkz__byte_map_hash(spelling + left, size - left),
                                 tkz__byte_map_hash(spelling, size)}};
    tkz_status status =
        tkz__buffer_append(&vocabulary->unread, spelling, size, vocabulary->error);
    if (status == TKZ_OK && vocabulary->mark_size > 0)
        status = spell_whole(vocabulary, pair);
    if (status != TKZ_OK)
        return status;
    for (size_t i = 0; i < 3; i++)
        tkz__byte_map_fetch_slot(&vocabulary->spellings, pair->hashes[i]);
    vocabulary->pair_count++;
    return vocabulary->pair_count < TKZ__SPELLED_BATCH
               ? TKZ_OK
               : tkz__spelled_vocabulary_end_joins(vocabulary);
}

/* What merges make that stand between others of one token has that token's score: lists are sorted by
 * scores. */
tkz_status tkz__spelled_vocabulary_take_scores(tkz__spelled_vocabulary *vocabulary, double *scores,
                                               size_t count)
{
    const tkz_allocator *allocator = &vocabulary->bytes.allocator;
    size_t *last = tkz__allocate_array(allocator, count, sizeof *last); /* merge of each id */
    size_t end = 0; /* behind the merges of the score at hand */
    double score = 0;
    if (last == NULL)
        return tkz__error_memory(vocabulary->error, count * sizeof *last);
    for (size_t i = 0; i < vocabulary->merge_count; i++)
        last[vocabulary->merges[i].result] = i;
    for (size_t i = 0; i < vocabulary->merge_count; i++) {
        const spelled_merge *merge = &vocabulary->merges[i];
        if (merge->left == TKZ__NO_TOKEN)
            continue;
        score -= i >= end;
        scores[merge->result] = score;
        if (last[merge->result] >= end)
            end = last[merge->result] + 1;
    }
    vocabulary->merge_count = 0;
    tkz__release_array(allocator, last, count, sizeof *last);
    return TKZ_OK;
}

/* ---- Giving ------------------------------------------------------------ */

/* An entry that an added token is spelled like, though it stands for other bytes: HF encodes those
 * bytes as the id and reads the id as them. Whether encoding can ever come to it: texts are UTF-8. */
static bool is_needed(const tkz__spelled_vocabulary *vocabulary, uint64_t value, bool whole_chunks)
{
    const tkz__buffer *bytes = &vocabulary->bytes;
    return (value & NOTE_MERGED) != 0 || bytes->size == 1 ||
           (whole_chunks &&
            tkz_utf8_valid_prefix((const char *)bytes->data, bytes->size) == bytes->size);
}

static tkz_status give_entry(tkz__spelled_vocabulary *vocabulary,
                             const tkz__byte_map_entry *entry, bool whole_chunks,
                             tkz__tokenizer_builder *builder)
{
    const char *spelling = (const char *)tkz__byte_map_key(&vocabulary->spellings, entry);
    size_t size = entry->key_size;
    uint64_t value = entry->value;
    const tkz__buffer *bytes = &vocabulary->bytes;
    bool is_bytes;
    tkz_status status = read_bytes(vocabulary, spelling, size, &is_bytes);
    if (status != TKZ_OK)
        return status;
    if (!is_bytes)
        return (value & NOTE_ADDED) != 0
                   ? TKZ_OK
                   : tkz__tokenizer_builder_add_added(builder, id_of(value), spelling, size,
                                                      TKZ__ADDED_SILENT, vocabulary->error);
    bool as_spelled = bytes->size == size && memcmp(bytes->data, spelling, size) == 0;
    if ((value & NOTE_ADDED) != 0 && !as_spelled) {
        if (!is_needed(vocabulary, value, whole_chunks))
            return TKZ_OK;
        return tkz__error_set(vocabulary->error, TKZ_STATUS_UNSUPPORTED, vocabulary->where,
                              TKZ__NO_OFFSET,
                              "the added token \"%.*s\" is spelled like a token of other bytes; "
                              "this build keeps one content for each id",
                              tkz__format_shown(spelling, size, 200), spelling);
    }
    return tkz__tokenizer_builder_add_token(builder, id_of(value), bytes->data, bytes->size,
                                            vocabulary->error);
}

static void note_added(tkz__spelled_vocabulary *vocabulary, const tkz__spelled_added *added,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t *value =
            tkz__byte_map_find(&vocabulary->spellings, added[i].content, added[i].size);
        if (value != NULL)
            *value |= NOTE_ADDED;
    }
}

tkz_status tkz__spelled_vocabulary_give(tkz__spelled_vocabulary *vocabulary,
                                        const tkz__spelled_added *added, size_t count,
                                        bool whole_chunks, tkz__tokenizer_builder *builder)
{
    tkz_status (*join)(tkz__tokenizer_builder *builder, uint32_t left, uint32_t right,
                       uint32_t result, tkz_error *error) =
        vocabulary->is_marked ? tkz__tokenizer_builder_join_marked : tkz__tokenizer_builder_join_to;
    note_added(vocabulary, added, count);
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < vocabulary->spellings.count; i++) {
        const tkz__byte_map_entry *entry = &vocabulary->spellings.entries[i];
        status = give_entry(vocabulary, entry, whole_chunks, builder);
        status = tkz__format_error_at(status, vocabulary->where, entry->value >> OFFSET_SHIFT,
                                      vocabulary->error);
    }
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        status = tkz__tokenizer_builder_add_added(builder, added[i].id, added[i].content,
                                                  added[i].size, added[i].flags,
                                                  vocabulary->error);
        status = tkz__format_error_at(status, vocabulary->where, added[i].offset,
                                      vocabulary->error);
    }
    for (size_t i = 0; status == TKZ_OK && i < vocabulary->merge_count; i++) {
        const spelled_merge *merge = &vocabulary->merges[i];
        if (merge->left != TKZ__NO_TOKEN)
            status = join(builder, merge->left, merge->right, merge->result, vocabulary->error);
        status = tkz__format_error_at(status, vocabulary->where, TKZ__NO_OFFSET,
                                      vocabulary->error);
    }
    return status;
}
