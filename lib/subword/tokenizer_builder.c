/* SPDX-License-Identifier: Apache-2.0
 *
 * How model files and trainers make a tokenizer: collects tokens and merges, and
 * refuses what would not be a vocabulary. builder_finish.c writes the image.
 * Leans on the image.
 */
#include "subword/tokenizer_builder.h"

#include "io/json_scanner.h"
#include "subword/byte_level.h"
#include "subword/builder_parts.h"
#include "tokenize/text.h"

tkz_status tkz__tokenizer_builder_new(tkz__tokenizer_builder **builder,
                                      const tkz__pre_tokenizer *pre_tokenizer,
                                      const tkz_allocator *allocator, tkz_error *error)
{
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz__tokenizer_builder *made = tkz__allocate_zeroed(&chosen, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = chosen;
    made->pre_tokenizer = pre_tokenizer;
    tkz__buffer_init(&made->bytes, &chosen);
    tkz__buffer_init(&made->normalizer, &chosen);
    tkz__buffer_init(&made->provenance, &chosen);
    tkz__buffer_init(&made->mark, &chosen);
    tkz__buffer_init(&made->decoder, &chosen);
    tkz__buffer_init(&made->origin, &chosen);
    tkz__buffer_init(&made->engine, &chosen);
    made->pieces.unknown = TKZ__NO_TOKEN;
    tkz__byte_map_init(&made->ordinary_names, &chosen);
    tkz__byte_map_init(&made->added_names, &chosen);
    *builder = made;
    return TKZ_OK;
}

void tkz__tokenizer_builder_empty(tkz__tokenizer_builder *builder)
{
    const tkz_allocator *allocator = &builder->allocator;
    tkz__buffer_free(&builder->bytes);
    tkz__buffer_free(&builder->normalizer);
    tkz__buffer_free(&builder->provenance);
    tkz__buffer_free(&builder->mark);
    tkz__buffer_free(&builder->decoder);
    tkz__buffer_free(&builder->origin);
    tkz__buffer_free(&builder->engine);
    tkz__release_array(allocator, builder->scores, builder->score_capacity,
                       sizeof *builder->scores);
    tkz__release(allocator, builder->types, builder->type_capacity);
    tkz__release_array(allocator, builder->ranks, builder->rank_capacity, sizeof *builder->ranks);
    builder->scores = NULL;
    builder->types = NULL;
    builder->ranks = NULL;
    builder->score_capacity = builder->type_capacity = builder->rank_capacity = 0;
    builder->id_count = builder->composing_count = 0;
    builder->kind = TKZ__MODEL_BYTE_BPE;
    builder->pieces = (tkz__piece_settings){.unknown = TKZ__NO_TOKEN};
    builder->by_score = false;
    tkz__byte_map_free(&builder->ordinary_names);
    tkz__byte_map_free(&builder->added_names);
    tkz__release_array(allocator, builder->tokens, builder->token_capacity,
                       sizeof *builder->tokens);
    tkz__release_array(allocator, builder->added, builder->added_capacity,
                       sizeof *builder->added);
    tkz__release_array(allocator, builder->merges, builder->merge_capacity,
                       sizeof *builder->merges);
    tkz__release_array(allocator, builder->template_items, builder->template_capacity,
                       sizeof *builder->template_items);
    builder->template_items = NULL;
    builder->template_capacity = 0;
    builder->single_count = builder->pair_count = 0;
    builder->tokens = NULL;
    builder->added = NULL;
    builder->merges = NULL;
    builder->token_capacity = builder->added_capacity = builder->merge_capacity = 0;
    builder->token_count = builder->added_count = builder->merge_count = 0;
    builder->flags = 0;
    builder->by_rank = false;
    builder->dropout = 0;
}

void tkz__tokenizer_builder_free(tkz__tokenizer_builder *builder)
{
    if (builder == NULL)
        return;
    tkz__tokenizer_builder_empty(builder);
    tkz_allocator allocator = builder->allocator;
    tkz__release(&allocator, builder, sizeof *builder);
}

static tkz_status invalid(tkz_error *error, const char *what, uint32_t id)
{
    return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                          "token %u: %s", id, what);
}

/* ---- Tokens ------------------------------------------------------------ */

static bool has_token(const tkz__tokenizer_builder *builder, uint32_t id)
{
    return id < builder->token_count && builder->tokens[id].size > 0;
}

bool tkz__tokenizer_builder_has(const tkz__tokenizer_builder *builder, uint32_t id)
{
    return id < builder->token_count && builder->tokens[id].is_ordinary;
}

/* Makes room for token `id` of `size` bytes. */
static tkz_status reserve_token(tkz__tokenizer_builder *builder, uint32_t id, size_t size,
                                tkz_error *error)
{
    if (id >= TKZ__IMAGE_COUNT_LIMIT || size > TKZ__IMAGE_TOKEN_LIMIT ||
        size > UINT32_MAX - builder->bytes.size)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "token %u of %zu bytes: a tokenizer has ids below %d and tokens of "
                              "at most %d bytes, 4 GiB in all",
                              id, size, TKZ__IMAGE_COUNT_LIMIT, TKZ__IMAGE_TOKEN_LIMIT);
    if (size == 0)
        return invalid(error, "it has no bytes", id);
    tkz_status status =
        tkz__array_reserve(&builder->allocator, (void **)&builder->tokens,
                           &builder->token_capacity, (size_t)id + 1, sizeof *builder->tokens,
                           error);
    if (status == TKZ_OK)
        status = tkz__buffer_reserve(&builder->bytes, size, error);
    return status;
}

/* Enters `bytes` among `names`, and under the id unless it is there. On failure nothing changed but
 * the room. */
static tkz_status enter_token(tkz__tokenizer_builder *builder, tkz__byte_map *names, uint32_t id,
                              const void *bytes, size_t size, tkz_error *error)
{
    tkz_status status = reserve_token(builder, id, size, error);
    uint64_t *value;
    bool added;
    if (status == TKZ_OK)
        status = tkz__byte_map_insert(names, bytes, size, &value, &added, error);
    if (status != TKZ_OK)
        return status;
    if (!added)
        return invalid(error, "a token of the same bytes exists", id);
    *value = id;
    while (builder->token_count <= id)
        builder->tokens[builder->token_count++] = (tkz__builder_token){0, 0, false};
    bool is_ordinary = names == &builder->ordinary_names;
    if (has_token(builder, id)) {
        builder->tokens[id].is_ordinary |= is_ordinary;
        return TKZ_OK;
    }
    builder->tokens[id] =
        (tkz__builder_token){(uint32_t)builder->bytes.size, (uint16_t)size, is_ordinary};
    memcpy(builder->bytes.data + builder->bytes.size, bytes, size);
    builder->bytes.size += size;
    return TKZ_OK;
}

tkz_status tkz__tokenizer_builder_add_token(tkz__tokenizer_builder *builder, uint32_t id,
                                            const void *bytes, size_t size, tkz_error *error)
{
    if (has_token(builder, id))
        return invalid(error, "the id is used twice", id);
    return enter_token(builder, &builder->ordinary_names, id, bytes, size, error);
}

tkz_status tkz__tokenizer_builder_add_added(tkz__tokenizer_builder *builder, uint32_t id,
                                            const char *content, size_t size, uint32_t flags,
                                            tkz_error *error)
{
    if (size == 0 || tkz_utf8_valid_prefix(content, size) != size)
        return invalid(error, "an added token is one or more characters of UTF-8", id);
    if (has_token(builder, id)) {
        const tkz__builder_token *token = &builder->tokens[id];
        if (token->size != size || memcmp(builder->bytes.data + token->start, content, size) != 0)
            return invalid(error, "an added token has the id of another token", id);
    }
    tkz_status status =
        tkz__array_reserve(&builder->allocator, (void **)&builder->added,
                           &builder->added_capacity, (size_t)builder->added_count + 1,
                           sizeof *builder->added, error);
    if (status == TKZ_OK)
        status = enter_token(builder, &builder->added_names, id, content, size, error);
    if (status == TKZ_OK)
        builder->added[builder->added_count++] = (tkz__added_token){id, flags};
    return status;
}

tkz_status tkz__tokenizer_builder_add_special(tkz__tokenizer_builder *builder, const char *content,
                                              size_t size, uint32_t *id, tkz_error *error)
{
    uint32_t next = builder->token_count;
    tkz_status status = tkz__tokenizer_builder_add_added(builder, next, content, size,
                                                         TKZ__ADDED_SPECIAL, error);
    if (status == TKZ_OK && id != NULL)
        *id = next;
    return status;
}

tkz_status tkz__tokenizer_builder_add_bytes(tkz__tokenizer_builder *builder, tkz_error *error)
{
    uint8_t order[256];
    tkz__byte_level_order(order);
    size_t there = 0;
    for (size_t i = 0; i < 256; i++)
        there += tkz__byte_map_find(&builder->ordinary_names, &order[i], 1) != NULL;
    if (there == 256)
        return invalid(error, "the 256 bytes have been added before", builder->token_count);
    for (size_t i = 0; i < 256; i++) {
        /* Some may be there from a call whose memory ran out. */
        if (tkz__byte_map_find(&builder->ordinary_names, &order[i], 1) != NULL)
            continue;
        tkz_status status = tkz__tokenizer_builder_add_token(builder, builder->token_count,
                                                             &order[i], 1, error);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

/* ---- Merges ------------------------------------------------------------ */

static tkz_status check_halves(const tkz__tokenizer_builder *builder, uint32_t left,
                               uint32_t right, tkz_error *error)
{
    bool has_left = tkz__tokenizer_builder_has(builder, left);
    if (has_left && tkz__tokenizer_builder_has(builder, right))
        return TKZ_OK;
    return invalid(error, "it is a half of a merge and is not in the vocabulary",
                   has_left ? right : left);
}

/* Puts the bytes of `left` and `right`, joined, into the free room of the token bytes. */
static tkz_status join_bytes(tkz__tokenizer_builder *builder, uint32_t left, uint32_t right,
                             const uint8_t **bytes, size_t *size, tkz_error *error)
{
    tkz_status status = check_halves(builder, left, right, error);
    if (status != TKZ_OK)
        return status;
    const tkz__builder_token *tokens = builder->tokens;
    *size = (size_t)tokens[left].size + tokens[right].size;
    /* Room for it twice: here, and before it the place where enter_token copies it to. */
    status = tkz__buffer_reserve(&builder->bytes, 2 * *size, error);
    if (status != TKZ_OK)
        return status;
    uint8_t *target = builder->bytes.data + builder->bytes.size + *size;
    memcpy(target, builder->bytes.data + tokens[left].start, tokens[left].size);
    memcpy(target + tokens[left].size, builder->bytes.data + tokens[right].start,
           tokens[right].size);
    *bytes = target;
    return TKZ_OK;
}

tkz_status tkz__tokenizer_builder_reserve_merge(tkz__tokenizer_builder *builder, tkz_error *error)
{
    if (builder->merge_count >= UINT32_MAX / 4)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "more than %u merges", UINT32_MAX / 4);
    return tkz__array_reserve(&builder->allocator, (void **)&builder->merges,
                              &builder->merge_capacity, (size_t)builder->merge_count + 1,
                              sizeof *builder->merges, error);
}

tkz_status tkz__tokenizer_builder_join(tkz__tokenizer_builder *builder, uint32_t left,
                                       uint32_t right, tkz_error *error)
{
    const uint8_t *bytes;
    size_t size;
    tkz_status status = join_bytes(builder, left, right, &bytes, &size, error);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_reserve_merge(builder, error);
    if (status != TKZ_OK)
        return status;
    const uint64_t *found = tkz__byte_map_find(&builder->ordinary_names, bytes, size);
    if (found == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "merge %u of the tokens %u and %u gives no token of the vocabulary",
                              builder->merge_count, left, right);
    builder->merges[builder->merge_count++] = (tkz__image_merge){left, right, (uint32_t)*found};
    return TKZ_OK;
}

tkz_status tkz__tokenizer_builder_join_to(tkz__tokenizer_builder *builder, uint32_t left,
                                          uint32_t right, uint32_t result, tkz_error *error)
{
    tkz_status status = check_halves(builder, left, right, error);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_reserve_merge(builder, error);
    if (status != TKZ_OK)
        return status;
    const tkz__builder_token *tokens = builder->tokens;
    const uint8_t *bytes = builder->bytes.data;
    if (!tkz__tokenizer_builder_has(builder, result) ||
        tokens[result].size != tokens[left].size + tokens[right].size ||
        memcmp(bytes + tokens[result].start, bytes + tokens[left].start, tokens[left].size) != 0 ||
        memcmp(bytes + tokens[result].start + tokens[left].size, bytes + tokens[right].start,
               tokens[right].size) != 0)
        return invalid(error, "a merge gives other bytes", result);
    builder->merges[builder->merge_count++] = (tkz__image_merge){left, right, result};
    return TKZ_OK;
}

tkz_status tkz__tokenizer_builder_join_marked(tkz__tokenizer_builder *builder, uint32_t left,
                                              uint32_t right, uint32_t result, tkz_error *error)
{
    tkz_status status = check_halves(builder, left, right, error);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_reserve_merge(builder, error);
    if (status != TKZ_OK)
        return status;
    if (!tkz__tokenizer_builder_has(builder, result))
        return invalid(error, "a merge gives no token", result);
    builder->merges[builder->merge_count++] = (tkz__image_merge){left, right, result};
    return TKZ_OK;
}

tkz_status tkz__tokenizer_builder_add_merge(tkz__tokenizer_builder *builder, uint32_t left,
                                            uint32_t right, uint32_t *id, tkz_error *error)
{
    uint32_t next = builder->token_count;
    const uint8_t *bytes;
    size_t size;
    tkz_status status = join_bytes(builder, left, right, &bytes, &size, error);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_reserve_merge(builder, error);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_add_token(builder, next, bytes, size, error);
    if (status != TKZ_OK)
        return status;
    builder->merges[builder->merge_count++] = (tkz__image_merge){left, right, next};
    if (id != NULL)
        *id = next;
    return TKZ_OK;
}

void tkz__tokenizer_builder_join_by_rank(tkz__tokenizer_builder *builder)
{
    builder->by_rank = true;
}

/* ---- Settings ---------------------------------------------------------- */

void tkz__tokenizer_builder_set_whole_chunks(tkz__tokenizer_builder *builder, bool whole)
{
    builder->flags = whole ? TKZ__IMAGE_WHOLE_CHUNKS : 0;
}

/* Every id has a token, the first text stands in it once, the second one where there are two. */
static tkz_status check_template(const tkz__tokenizer_builder *builder,
                                 const tkz__template_item *items, uint32_t count, bool pair,
                                 tkz_error *error)
{
    uint32_t texts[2] = {0, 0};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t value = items[i].value;
        if (value == TKZ__TEMPLATE_FIRST || value == TKZ__TEMPLATE_SECOND)
            texts[value - TKZ__TEMPLATE_FIRST]++;
        else if (!has_token(builder, value))
            return invalid(error, "the template has it and the vocabulary has not", value);
    }
    if (texts[0] == 1 && texts[1] == (pair ? 1 : 0))
        return TKZ_OK;
    return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                          "a template has each of its texts once");
}

tkz_status tkz__tokenizer_builder_set_template(tkz__tokenizer_builder *builder,
                                               const tkz__template_item *items,
                                               uint32_t single_count, uint32_t pair_count,
                                               tkz_error *error)
{
    size_t count = (size_t)single_count + pair_count;
    if (count > TKZ__TEMPLATE_LIMIT)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "templates of more than %d items", TKZ__TEMPLATE_LIMIT);
    tkz_status status = check_template(builder, items, single_count, false, error);
    if (status == TKZ_OK && pair_count > 0)
        status = check_template(builder, items + single_count, pair_count, true, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&builder->allocator, (void **)&builder->template_items,
                                    &builder->template_capacity, count,
                                    sizeof *builder->template_items, error);
    if (status != TKZ_OK)
        return status;
    memcpy(builder->template_items, items, count * sizeof *items);
    builder->single_count = single_count;
    builder->pair_count = pair_count;
    return TKZ_OK;
}

tkz_status tkz__tokenizer_builder_set_dropout(tkz__tokenizer_builder *builder, double probability,
                                              tkz_error *error)
{
    if (!(probability >= 0 && probability <= 1))
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "a probability of dropout is in 0..1; this is %g", probability);
    builder->dropout = probability;
    return TKZ_OK;
}

static tkz_status replace(tkz__buffer *buffer, const void *text, size_t size, tkz_error *error)
{
    tkz__buffer copy;
    tkz__buffer_init(&copy, &buffer->allocator);
    tkz_status status = tkz__buffer_append(&copy, text, size, error);
    if (status != TKZ_OK)
        return status;
    tkz__buffer_free(buffer);
    *buffer = copy;
    return TKZ_OK;
}

tkz_status tkz__tokenizer_builder_set_normalizer(tkz__tokenizer_builder *builder,
                                                 const char *steps, size_t size, tkz_error *error)
{
    return replace(&builder->normalizer, steps, size, error);
}

tkz_status tkz__tokenizer_builder_set_provenance(tkz__tokenizer_builder *builder, const char *json,
                                                 size_t size, tkz_error *error)
{
    tkz_status status = tkz__json_scan_object(json, size, NULL, NULL, 0, NULL, error);
    return status == TKZ_OK ? replace(&builder->provenance, json, size, error) : status;
}

/* ---- Pieces ------------------------------------------------------------ */

void tkz__tokenizer_builder_set_kind(tkz__tokenizer_builder *builder, tkz__model_kind kind)
{
    builder->kind = kind;
}

void tkz__tokenizer_builder_set_pieces(tkz__tokenizer_builder *builder,
                                       const tkz__piece_settings *settings)
{
    builder->pieces = *settings;
}

void tkz__tokenizer_builder_join_by_score(tkz__tokenizer_builder *builder)
{
    builder->by_score = true;
}

double tkz__tokenizer_builder_score(const tkz__tokenizer_builder *builder, uint32_t id)
{
    return id < builder->score_capacity ? builder->scores[id] : 0;
}

tkz__piece_type tkz__tokenizer_builder_type(const tkz__tokenizer_builder *builder, uint32_t id)
{
    return id < builder->type_capacity ? (tkz__piece_type)builder->types[id] : TKZ__PIECE_NORMAL;
}

tkz_status tkz__builder_reserve_pieces(tkz__tokenizer_builder *builder, size_t count,
                                       tkz_error *error)
{
    size_t scores = builder->score_capacity, types = builder->type_capacity;
    tkz_status status =
        tkz__array_reserve(&builder->allocator, (void **)&builder->scores,
                           &builder->score_capacity, count, sizeof *builder->scores, error);
    if (status == TKZ_OK)
        status = tkz__array_reserve(&builder->allocator, (void **)&builder->types,
                                    &builder->type_capacity, count, 1, error);
    for (size_t i = scores; i < builder->score_capacity; i++)
        builder->scores[i] = 0;
    for (size_t i = types; i < builder->type_capacity; i++)
        builder->types[i] = TKZ__PIECE_NORMAL;
    return status;
}

tkz_status tkz__tokenizer_builder_set_piece(tkz__tokenizer_builder *builder, uint32_t id,
                                            double score, tkz__piece_type type, tkz_error *error)
{
    if (!has_token(builder, id))
        return invalid(error, "there is no such token", id);
    if (!(score - score == 0))
        return invalid(error, "its score is no number", id);
    if (type < TKZ__PIECE_NORMAL || type > TKZ__PIECE_BYTE)
        return invalid(error, "there is no such type of pieces", id);
    tkz_status status = tkz__builder_reserve_pieces(builder, (size_t)id + 1, error);
    if (status != TKZ_OK)
        return status;
    builder->scores[id] = score;
    builder->types[id] = (uint8_t)type;
    return TKZ_OK;
}

tkz_status tkz__tokenizer_builder_set_mark(tkz__tokenizer_builder *builder, const char *mark,
                                           size_t size, tkz_error *error)
{
    return replace(&builder->mark, mark, size, error);
}

tkz_status tkz__tokenizer_builder_set_decoder(tkz__tokenizer_builder *builder, const char *steps,
                                              size_t size, tkz_error *error)
{
    return replace(&builder->decoder, steps, size, error);
}

tkz_status tkz__tokenizer_builder_set_origin(tkz__tokenizer_builder *builder, const void *bytes,
                                             size_t size, tkz_error *error)
{
    return replace(&builder->origin, bytes, size, error);
}
