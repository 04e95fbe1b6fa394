/* SPDX-License-Identifier: Apache-2.0
 *
 * The deep check of a native image: reads every byte. Slow and meant for
 * `tokenize check --deep`. Leans on the image layout and its writer.
 */
#include "core/byte_map.h"
#include "core/hash.h"
#include "index/pair_table.h"
#include "subword/matching.h"
#include "subword/merge_selection.h"
#include "subword/tokenizer_image.h"
#include "tokenize/text.h"

/* What the check carries along. */
typedef struct checker {
    const tkz__image *image;
    const tkz_allocator *allocator;
    const char *where;
    tkz_error *error;
} checker;

static tkz_status corrupt(const checker *check, uint64_t offset, const char *what, uint64_t number)
{
    return tkz__error_set(check->error, TKZ_STATUS_CORRUPT, check->where, offset,
                          "the tokenizer image is damaged: %s (number %llu)", what,
                          (unsigned long long)number);
}

/* Checksums of the sections, and zeros between them. */
static tkz_status check_bytes(const checker *check)
{
    const tkz__image *image = check->image;
    size_t end =
        TKZ__IMAGE_HEADER_SIZE + (TKZ__SECTION_END - 1) * (size_t)TKZ__IMAGE_SECTION_SIZE + 8;
    for (uint32_t kind = 1; kind < TKZ__SECTION_END; kind++) {
        const uint8_t *entry = image->data + TKZ__IMAGE_HEADER_SIZE +
                               (size_t)(kind - 1) * TKZ__IMAGE_SECTION_SIZE;
        size_t start = (size_t)(image->sections[kind] - image->data);
        for (; end < start; end++) {
            if (image->data[end] != 0)
                return corrupt(check, end, "bytes between its sections", kind);
        }
        if (tkz__hash64(image->sections[kind], image->sizes[kind]) != tkz__load_u64(entry + 24))
            return corrupt(check, start, "the checksum of a section does not match", kind);
        end = start + image->sizes[kind];
    }
    return end == image->size ? TKZ_OK
                              : corrupt(check, end, "bytes behind its last section", end);
}

/* Offsets ascend and end where the bytes end; no token is too long. */
static tkz_status check_tokens(const checker *check)
{
    const tkz__image *image = check->image;
    uint32_t end = tkz__image_item(image, TKZ__SECTION_TOKEN_OFFSETS, 0);
    if (end != 0)
        return corrupt(check, TKZ__NO_OFFSET, "the first token does not start at 0", 0);
    for (uint32_t id = 0; id < image->token_count; id++) {
        uint32_t next = tkz__image_item(image, TKZ__SECTION_TOKEN_OFFSETS, (size_t)id + 1);
        if (next < end || next - end > TKZ__IMAGE_TOKEN_LIMIT)
            return corrupt(check, TKZ__NO_OFFSET, "a token has an impossible length", id);
        end = next;
    }
    if (end != image->sizes[TKZ__SECTION_TOKEN_BYTES])
        return corrupt(check, TKZ__NO_OFFSET, "token bytes that belong to no token", end);
    return TKZ_OK;
}

/* Added tokens ascend, have known flags and are UTF-8, and no two are equal. */
static tkz_status check_added(const checker *check)
{
    const tkz__image *image = check->image;
    tkz__byte_map contents;
    tkz__byte_map_init(&contents, check->allocator);
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && i < image->added_count; i++) {
        uint32_t id = tkz__image_item(image, TKZ__SECTION_ADDED, (size_t)i * 2);
        uint32_t flags = tkz__image_item(image, TKZ__SECTION_ADDED, (size_t)i * 2 + 1);
        const uint8_t *bytes;
        size_t size;
        if (id >= image->token_count || (flags & ~(uint32_t)TKZ__ADDED_FLAGS) != 0 ||
            (i > 0 && id <= tkz__image_item(image, TKZ__SECTION_ADDED, (size_t)i * 2 - 2)) ||
            !tkz__image_token(image, id, &bytes, &size) ||
            tkz_utf8_valid_prefix((const char *)bytes, size) != size) {
            status = corrupt(check, TKZ__NO_OFFSET, "an added token is impossible", id);
            break;
        }
        uint64_t *value;
        bool added;
        status = tkz__byte_map_insert(&contents, bytes, size, &value, &added, check->error);
        if (status == TKZ_OK && !added)
            status = corrupt(check, TKZ__NO_OFFSET, "two added tokens are equal", id);
    }
    tkz__byte_map_free(&contents);
    return status;
}

/* The bytes of a symbol; false if it has no such token. */
static bool symbol_bytes(const tkz__image *image, uint32_t symbol, const uint8_t **bytes,
                         size_t *size)
{
    uint32_t id = tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, symbol);
    return id < image->token_count && tkz__image_token(image, id, bytes, size);
}

static tkz_status check_byte_tokens(const checker *check)
{
    const tkz__image *image = check->image;
    for (uint32_t byte = 0; byte < TKZ__SYMBOL_BYTES; byte++) {
        const uint8_t *bytes;
        size_t size;
        if (tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, byte) == TKZ__NO_TOKEN)
            continue;
        if (!symbol_bytes(image, byte, &bytes, &size) || size != 1 || bytes[0] != byte)
            return corrupt(check, TKZ__NO_OFFSET, "a byte has the wrong token", byte);
    }
    return TKZ_OK;
}

/* What every merge makes is its two halves, both of them symbols before it that are tokens, and
 * merges of lower rank leave them side by side. */
static tkz_status check_merges(const checker *check)
{
    const tkz__image *image = check->image;
    for (uint32_t symbol = TKZ__SYMBOL_BYTES; symbol < image->symbol_count; symbol++) {
        uint32_t left, right;
        const uint8_t *bytes[3];
        size_t sizes[3];
        if (!tkz__image_halves(image, symbol, &left, &right) ||
            !symbol_bytes(image, symbol, &bytes[0], &sizes[0]) ||
            !symbol_bytes(image, left, &bytes[1], &sizes[1]) ||
            !symbol_bytes(image, right, &bytes[2], &sizes[2]))
            return corrupt(check, TKZ__NO_OFFSET, "the merges are out of order", symbol);
        if (sizes[0] != sizes[1] + sizes[2] || memcmp(bytes[0], bytes[1], sizes[1]) != 0 ||
            memcmp(bytes[0] + sizes[1], bytes[2], sizes[2]) != 0)
            return corrupt(check, TKZ__NO_OFFSET, "a merge does not give its result", symbol);
        if (!tkz__match_stays(image, left, right, symbol))
            return corrupt(check, TKZ__NO_OFFSET, "a merge can never happen", symbol);
    }
    return TKZ_OK;
}

/* What a merge of the model makes is its two halves. */
static bool is_merge(const tkz__image *image, tkz__image_merge merge)
{
    const uint8_t *bytes[3];
    size_t sizes[3];
    return merge.left < image->token_count && merge.right < image->token_count &&
           merge.result < image->token_count &&
           tkz__image_token(image, merge.left, &bytes[0], &sizes[0]) &&
           tkz__image_token(image, merge.right, &bytes[1], &sizes[1]) &&
           tkz__image_token(image, merge.result, &bytes[2], &sizes[2]) &&
           sizes[2] == sizes[0] + sizes[1] && memcmp(bytes[2], bytes[0], sizes[0]) == 0 &&
           memcmp(bytes[2] + sizes[0], bytes[1], sizes[1]) == 0;
}

/* The merges of the model: each once, ranks ascending. */
static tkz_status check_list(const checker *check)
{
    const tkz__image *image = check->image;
    uint32_t before = 0;
    tkz__pair_table pairs;
    tkz__pair_table_init(&pairs, check->allocator);
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && i < image->merge_count; i++) {
        tkz__image_merge merge = tkz__image_merge_at(image, i);
        uint64_t key = tkz__pair_key(merge.left, merge.right);
        uint32_t rank = tkz__image_merge_rank(image, i);
        if (!is_merge(image, merge) || rank < before)
            status = corrupt(check, TKZ__NO_OFFSET, "a merge of its list is impossible", i);
        else if (tkz__pair_table_find(&pairs, key) != NULL)
            status = corrupt(check, TKZ__NO_OFFSET, "a merge is listed twice", i);
        else
            status = tkz__pair_table_set(&pairs, key, i, check->error);
        before = rank;
    }
    tkz__pair_table_free(&pairs);
    return status;
}

/* Are the symbols those that the selection gives? */
static bool is_selection(const tkz__image *image, const tkz__merge_selection *selection)
{
    if (selection->out_of_order || (image->flags & TKZ__IMAGE_OUT_OF_ORDER) != 0)
        return selection->out_of_order == ((image->flags & TKZ__IMAGE_OUT_OF_ORDER) != 0);
    if (selection->symbol_count != image->symbol_count)
        return false;
    for (uint32_t i = TKZ__SYMBOL_BYTES; i < image->symbol_count; i++) {
        uint32_t left = 0, right = 0;
        size_t merge = i - TKZ__SYMBOL_BYTES;
        (void)tkz__image_halves(image, i, &left, &right);
        if (tkz__image_symbol_id(image, i) != selection->symbol_ids[i] ||
            selection->halves[merge * 2] != left || selection->halves[merge * 2 + 1] != right)
            return false;
    }
    return true;
}

/* The merges of the symbols are those of the list that can happen. */
static tkz_status check_selection(const checker *check)
{
    const tkz__image *image = check->image;
    uint32_t byte_ids[TKZ__SYMBOL_BYTES];
    for (uint32_t byte = 0; byte < TKZ__SYMBOL_BYTES; byte++)
        byte_ids[byte] = tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, byte);
    tkz__merge_selection selection;
    tkz_status status = tkz__merge_selection_start(
        &selection, byte_ids, image->token_count,
        image->merge_count < image->token_count ? image->merge_count : image->token_count,
        check->allocator, check->error);
    for (uint32_t i = 0; status == TKZ_OK && i < image->merge_count && !selection.out_of_order;
         i++) {
        tkz__image_merge merge = tkz__image_merge_at(image, i);
        status = tkz__merge_selection_offer(&selection, merge.left, merge.right, merge.result,
                                            check->error);
    }
    if (status == TKZ_OK && !is_selection(image, &selection))
        status = corrupt(check, TKZ__NO_OFFSET, "its symbols are not those of its merges",
                         image->symbol_count);
    tkz__merge_selection_free(&selection);
    return status;
}

/* No two symbols are equal: a symbol's bytes say which it is. */
static tkz_status check_symbols(const checker *check)
{
    const tkz__image *image = check->image;
    tkz__byte_map names;
    tkz__byte_map_init(&names, check->allocator);
    tkz_status status = TKZ_OK;
    for (uint32_t symbol = 0; status == TKZ_OK && symbol < image->symbol_count; symbol++) {
        const uint8_t *bytes;
        size_t size;
        if (!symbol_bytes(image, symbol, &bytes, &size))
            continue;
        uint64_t *value;
        bool added;
        status = tkz__byte_map_insert(&names, bytes, size, &value, &added, check->error);
        if (status == TKZ_OK && !added)
            status = corrupt(check, TKZ__NO_OFFSET, "two symbols are equal", symbol);
    }
    tkz__byte_map_free(&names);
    return status;
}

static tkz__image_merge *load_merges(const checker *check)
{
    size_t count = check->image->merge_count;
    tkz__image_merge *merges = tkz__allocate_array(check->allocator, count, sizeof *merges);
    for (size_t i = 0; merges != NULL && i < count; i++)
        merges[i] = tkz__image_merge_at(check->image, i);
    return merges;
}

static void free_integers(const tkz_allocator *allocator, uint32_t *values, size_t count)
{
    tkz__release_array(allocator, values, count, sizeof *values);
}

static uint32_t *load_integers(const checker *check, tkz__image_section section, size_t count)
{
    uint32_t *values = tkz__allocate_array(check->allocator, count, sizeof *values);
    for (size_t i = 0; values != NULL && i < count; i++)
        values[i] = tkz__image_item(check->image, section, i);
    return values;
}

static double *load_scores(const checker *check)
{
    size_t count = check->image->id_count;
    double *scores = tkz__allocate_array(check->allocator, count, sizeof *scores);
    for (size_t id = 0; scores != NULL && id < count; id++)
        scores[id] = tkz__image_score(check->image, (uint32_t)id);
    return scores;
}

/* What an image is written from, loaded from one. */
typedef struct loaded {
    uint32_t *offsets;
    uint32_t *added;
    uint32_t *symbol_ids;
    uint32_t *halves;
    uint32_t *template_items;
    uint32_t *ranks;
    double *scores;
    tkz__image_merge *merges;
    size_t counts[6];
} loaded;

static void unload(const checker *check, loaded *parts)
{
    free_integers(check->allocator, parts->offsets, parts->counts[0]);
    free_integers(check->allocator, parts->added, parts->counts[1]);
    free_integers(check->allocator, parts->symbol_ids, parts->counts[2]);
    free_integers(check->allocator, parts->halves, parts->counts[3]);
    free_integers(check->allocator, parts->template_items, parts->counts[4]);
    free_integers(check->allocator, parts->ranks, parts->counts[5]);
    tkz__release_array(check->allocator, parts->scores, check->image->id_count,
                       sizeof *parts->scores);
    tkz__release_array(check->allocator, parts->merges, check->image->merge_count,
                       sizeof *parts->merges);
}

static tkz_status load(const checker *check, loaded *parts)
{
    const tkz__image *image = check->image;
    bool merges = tkz__image_merges(image->kind);
    parts->counts[0] = (size_t)image->token_count + 1;
    parts->counts[1] = (size_t)image->added_count * 2;
    parts->counts[2] = image->symbol_count;
    parts->counts[3] = merges ? (size_t)(image->symbol_count - TKZ__SYMBOL_BYTES) * 2 : 0;
    parts->counts[4] = 2 * ((size_t)image->single_count + image->pair_count);
    parts->offsets = load_integers(check, TKZ__SECTION_TOKEN_OFFSETS, parts->counts[0]);
    parts->added = load_integers(check, TKZ__SECTION_ADDED, parts->counts[1]);
    parts->symbol_ids = load_integers(check, TKZ__SECTION_SYMBOL_IDS, parts->counts[2]);
    parts->halves = load_integers(check, TKZ__SECTION_HALVES, parts->counts[3]);
    parts->template_items = load_integers(check, TKZ__SECTION_TEMPLATE, parts->counts[4]);
    parts->counts[5] = image->sizes[TKZ__SECTION_RANKS] / 4;
    parts->ranks = load_integers(check, TKZ__SECTION_RANKS, parts->counts[5]);
    parts->scores = load_scores(check);
    parts->merges = load_merges(check);
    if (parts->ranks != NULL && parts->scores != NULL && parts->offsets != NULL &&
        parts->added != NULL && parts->symbol_ids != NULL &&
        parts->halves != NULL && parts->template_items != NULL && parts->merges != NULL)
        return TKZ_OK;
    return tkz__error_memory(check->error, (parts->counts[0] + parts->counts[3]) * 4);
}

/* The tables made from tokens and merges are what the writer makes of them: the whole image is
 * written again and compared. */
static tkz_status check_derived(const checker *check)
{
    const tkz__image *image = check->image;
    loaded own;
    tkz__buffer copy;
    tkz__buffer_init(&copy, check->allocator);
    tkz_status status = load(check, &own);
    if (status == TKZ_OK) {
        bool has_mark = image->sizes[TKZ__SECTION_PIECES] > TKZ__IMAGE_PIECES_SIZE;
        tkz__image_parts parts = {
            .kind = image->kind,
            .pre_tokenizer = image->pre_tokenizer,
            .normalizer = (const char *)image->sections[TKZ__SECTION_NORMALIZER],
            .normalizer_size = image->sizes[TKZ__SECTION_NORMALIZER],
            .flags = image->flags,
            .token_offsets = own.offsets,
            .token_bytes = image->sections[TKZ__SECTION_TOKEN_BYTES],
            .token_count = image->token_count,
            .id_count = image->id_count,
            .added = (const tkz__added_token *)(const void *)own.added,
            .added_count = image->added_count,
            .symbol_ids = own.symbol_ids,
            .symbol_count = image->symbol_count,
            .halves = own.halves,
            .merges = own.merges,
            .merge_count = image->merge_count,
            .ranks = image->sizes[TKZ__SECTION_RANKS] > 0 ? own.ranks : NULL,
            .dropout = image->dropout,
            .template_items = (const tkz__template_item *)(const void *)own.template_items,
            .single_count = image->single_count,
            .pair_count = image->pair_count,
            .provenance = (const char *)image->sections[TKZ__SECTION_PROVENANCE],
            .provenance_size = image->sizes[TKZ__SECTION_PROVENANCE],
            .pieces = image->pieces,
            .mark = has_mark ? (const char *)image->sections[TKZ__SECTION_PIECES] +
                                   TKZ__IMAGE_PIECES_SIZE
                             : NULL,
            .mark_size = has_mark ? image->sizes[TKZ__SECTION_PIECES] - TKZ__IMAGE_PIECES_SIZE : 0,
            .scores = image->sizes[TKZ__SECTION_SCORES] > 0 ? own.scores : NULL,
            .types = image->sizes[TKZ__SECTION_TYPES] > 0 ? image->sections[TKZ__SECTION_TYPES]
                                                          : NULL,
            .engine = image->sections[TKZ__SECTION_ENGINE],
            .engine_size = image->sizes[TKZ__SECTION_ENGINE],
            .decoder = (const char *)image->sections[TKZ__SECTION_DECODER],
            .decoder_size = image->sizes[TKZ__SECTION_DECODER],
            .origin = image->sections[TKZ__SECTION_ORIGIN],
            .origin_size = image->sizes[TKZ__SECTION_ORIGIN],
        };
        status = tkz__image_write(&parts, &copy, check->error);
    }
    if (status == TKZ_OK &&
        (copy.size != image->size || memcmp(copy.data, image->data, copy.size) != 0))
        status = corrupt(check, TKZ__NO_OFFSET,
                         "its tables are not those of its tokens and merges", copy.size);
    tkz__buffer_free(&copy);
    unload(check, &own);
    return status;
}

static tkz_status check_types(const checker *check)
{
    const tkz__image *image = check->image;
    for (uint32_t id = 0; id < image->id_count; id++) {
        int type = tkz__image_type(image, id);
        if (type < TKZ__PIECE_NORMAL || type > TKZ__PIECE_BYTE)
            return corrupt(check, TKZ__NO_OFFSET, "a piece has an impossible type", id);
    }
    return TKZ_OK;
}

/* Symbols and merges. */
static tkz_status check_merging(const checker *check)
{
    tkz_status status = check_byte_tokens(check);
    if (status == TKZ_OK)
        status = check_symbols(check);
    if (status == TKZ_OK)
        status = check_merges(check);
    if (status == TKZ_OK)
        status = check_list(check);
    return status == TKZ_OK ? check_selection(check) : status;
}

tkz_status tkz__image_verify(const tkz__image *image, const tkz_allocator *allocator,
                             const char *where, tkz_error *error)
{
    checker check = {image, allocator, where, error};
    tkz_status status = check_bytes(&check);
    if (status == TKZ_OK)
        status = check_tokens(&check);
    if (status == TKZ_OK)
        status = check_added(&check);
    if (status == TKZ_OK)
        status = check_types(&check);
    if (status == TKZ_OK && tkz__image_merges(image->kind))
        status = check_merging(&check);
    if (status == TKZ_OK)
        status = check_derived(&check);
    return status;
}
