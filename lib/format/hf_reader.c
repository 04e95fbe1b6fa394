/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads tokenizer.json: finds its parts in one pass, reads them in the order in
 * which they need each other, and hands them to the builder. Leans on the parts.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "format/hf_file.h"
#include "subword/tokenizer_image.h"

enum {
    SEQUENCE_DEPTH = 8, /* Sequences in Sequences */
    TYPE_SIZE = 40
};

/* ---- Values ------------------------------------------------------------ */

tkz_status tkz__hf_unsupported(tkz__hf_file *file, size_t place, const char *format, ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return tkz__error_set(file->error, TKZ_STATUS_UNSUPPORTED, file->path, place, "%s", text);
}

tkz_status tkz__hf_required(tkz__hf_file *file, size_t object, size_t place, const char *key)
{
    if (place != TKZ__JSON_ABSENT)
        return TKZ_OK;
    return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, object,
                          "this object has no \"%s\"", key);
}

bool tkz__hf_is_null(tkz__hf_file *file, size_t place)
{
    return place == TKZ__JSON_ABSENT || file->json.text[place] == 'n';
}

tkz_status tkz__hf_boolean(tkz__hf_file *file, size_t place, bool *value)
{
    if (tkz__hf_is_null(file, place))
        return TKZ_OK;
    file->json.position = place;
    return tkz__json_reader_boolean(&file->json, value);
}

tkz_status tkz__hf_string(tkz__hf_file *file, size_t place, const char **text, size_t *size)
{
    file->json.position = place;
    return tkz__json_reader_string(&file->json, text, size);
}

bool tkz__hf_is_string(tkz__hf_file *file, size_t place, const char *text)
{
    const char *found;
    size_t size;
    return place != TKZ__JSON_ABSENT && file->json.text[place] == '"' &&
           tkz__hf_string(file, place, &found, &size) == TKZ_OK && strlen(text) == size &&
           memcmp(found, text, size) == 0;
}

/* ---- Sequences --------------------------------------------------------- */

/* A list that is being gone through. */
typedef struct list_place {
    size_t position; /* behind the last item */
    bool is_first;
} list_place;

typedef struct walk {
    tkz__hf_file *file;
    const char *keys[2]; /* "type" and the list's */
    list_place lists[SEQUENCE_DEPTH];
    size_t depth;
    tkz__hf_visit visit;
    void *context;
} walk;

/* Visits an object, or opens its list. */
static tkz_status enter(walk *state, size_t object)
{
    tkz__hf_file *file = state->file;
    size_t places[2];
    const char *text;
    size_t size;
    char type[TYPE_SIZE];
    file->json.position = object;
    tkz_status status = tkz__json_reader_members(&file->json, state->keys, 2, places);
    if (status == TKZ_OK)
        status = tkz__hf_required(file, object, places[0], "type");
    if (status == TKZ_OK)
        status = tkz__hf_string(file, places[0], &text, &size);
    if (status != TKZ_OK)
        return status;
    size = (size_t)tkz__format_shown(text, size, TYPE_SIZE - 1);
    memcpy(type, text, size);
    type[size] = '\0';
    if (strcmp(type, "Sequence") != 0)
        return state->visit(file, object, type, state->context);
    status = tkz__hf_required(file, object, places[1], state->keys[1]);
    if (status != TKZ_OK)
        return status;
    if (state->depth == SEQUENCE_DEPTH)
        return tkz__hf_unsupported(file, object, "Sequences nested more than %d deep",
                                   SEQUENCE_DEPTH);
    file->json.position = places[1];
    status = tkz__json_reader_array(&file->json);
    state->lists[state->depth++] = (list_place){file->json.position, true};
    return status;
}

/* The next item of the innermost list; or the list ends. */
static tkz_status step(walk *state)
{
    tkz__json_reader *json = &state->file->json;
    list_place *list = &state->lists[state->depth - 1];
    tkz__json_kind kind;
    bool more;
    json->position = list->position;
    json->is_first = list->is_first;
    tkz_status status = tkz__json_reader_next_item(json, &more);
    if (status != TKZ_OK)
        return status;
    if (!more) {
        state->depth--;
        return TKZ_OK;
    }
    status = tkz__json_reader_kind(json, &kind); /* goes over white space */
    size_t object = json->position;
    if (status == TKZ_OK)
        status = tkz__json_reader_skip(json);
    *list = (list_place){json->position, false};
    return status == TKZ_OK ? enter(state, object) : status;
}

tkz_status tkz__hf_each(tkz__hf_file *file, size_t part, const char *list, tkz__hf_visit visit,
                        void *context)
{
    if (tkz__hf_is_null(file, part))
        return TKZ_OK;
    walk state = {.file = file, .keys = {"type", list}, .visit = visit, .context = context};
    tkz_status status = enter(&state, part);
    while (status == TKZ_OK && state.depth > 0)
        status = step(&state);
    return status;
}

/* ---- The file ---------------------------------------------------------- */

static const char *const part_keys[TKZ__HF_PARTS] = {
    "version", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model"};

const char *const tkz__hf_model_keys[TKZ__HF_MODEL_PARTS] = {
    "type",          "dropout",       "unk_token", "continuing_subword_prefix", "end_of_word_suffix",
    "fuse_unk",      "byte_fallback", "ignore_merges", "unk_id", "max_input_chars_per_word",
    "vocab",         "merges"};

static size_t part_of(const char *key, size_t size)
{
    size_t part = 0;
    while (part < TKZ__HF_PARTS &&
           (strlen(part_keys[part]) != size || memcmp(part_keys[part], key, size) != 0))
        part++;
    return part;
}

/* Finds all parts in one pass, which checks the whole text. */
static tkz_status find_parts(tkz__hf_file *file)
{
    tkz__json_reader *json = &file->json;
    for (size_t i = 0; i < TKZ__HF_PARTS; i++)
        file->parts[i] = TKZ__JSON_ABSENT;
    tkz_status status = tkz__json_reader_object(json);
    while (status == TKZ_OK) {
        bool more;
        const char *key;
        size_t size;
        tkz__json_kind kind;
        status = tkz__json_reader_next_member(json, &more, &key, &size);
        if (status != TKZ_OK || !more)
            break;
        size_t part = part_of(key, size);
        status = tkz__json_reader_kind(json, &kind);
        if (status == TKZ_OK && part < TKZ__HF_PARTS && file->parts[part] != TKZ__JSON_ABSENT)
            status = tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path,
                                    json->position, "\"%s\" is there twice", part_keys[part]);
        if (status == TKZ_OK && part < TKZ__HF_PARTS)
            file->parts[part] = json->position;
        if (status == TKZ_OK)
            status = part == TKZ__HF_MODEL
                         ? tkz__json_reader_members(json, tkz__hf_model_keys, TKZ__HF_MODEL_PARTS,
                                                    file->model_parts)
                         : tkz__json_reader_skip(json);
    }
    if (status == TKZ_OK)
        status = tkz__json_reader_end(json);
    return status == TKZ_OK ? tkz__hf_required(file, 0, file->parts[TKZ__HF_MODEL], "model")
                            : status;
}

static tkz_status read_parts(tkz__hf_file *file)
{
    tkz_status status = find_parts(file);
    size_t version = file->parts[TKZ__HF_VERSION];
    if (status == TKZ_OK && version != TKZ__JSON_ABSENT &&
        !tkz__hf_is_string(file, version, "1.0"))
        status = tkz__hf_unsupported(file, version, "version: this build reads \"1.0\"");
    if (status == TKZ_OK)
        status = tkz__hf_check_model_type(file);
    if (status == TKZ_OK)
        status = tkz__hf_read_pre_tokenizer(file);
    if (status == TKZ_OK)
        status = tkz__hf_read_decoder(file);
    if (status == TKZ_OK)
        status = tkz__hf_read_post_processor(file);
    if (status == TKZ_OK)
        status = tkz__hf_read_normalizer(file);
    if (status == TKZ_OK)
        status = tkz__hf_read_model(file);
    if (status == TKZ_OK)
        status = tkz__hf_read_added_tokens(file);
    return status == TKZ_OK ? tkz__hf_as_sentencepiece(file) : status;
}

static tkz_status build(tkz__hf_file *file, tkz_tokenizer **tokenizer)
{
    tkz__tokenizer_builder *builder;
    tkz_status status = tkz__tokenizer_builder_new(&builder, file->pre_tokenizer,
                                                   &file->allocator, file->error);
    if (status != TKZ_OK)
        return status;
    tkz__tokenizer_builder_set_whole_chunks(builder, file->whole_chunks);
    status = tkz__tokenizer_builder_set_dropout(builder, file->dropout, file->error);
    if (status == TKZ_OK && file->normalizer.size > 0)
        status = tkz__tokenizer_builder_set_normalizer(builder,
                                                       (const char *)file->normalizer.data,
                                                       file->normalizer.size, file->error);
    if (status == TKZ_OK)
        status = tkz__spelled_vocabulary_give(&file->vocabulary, file->added, file->added_count,
                                              file->whole_chunks, builder);
    if (status == TKZ_OK)
        status = tkz__hf_give_pieces(file, builder);
    if (status == TKZ_OK)
        status = tkz__hf_give_template(file, builder);
    if (status == TKZ_OK)
        status = tkz__format_error_at(
            tkz__tokenizer_builder_finish(builder, tokenizer, file->error), file->path,
            TKZ__NO_OFFSET, file->error);
    tkz__tokenizer_builder_free(builder);
    return status;
}

tkz_status tkz__hf_open(tkz_tokenizer **tokenizer, const char *path, const uint8_t *data,
                        size_t size, const tkz_allocator *allocator, tkz_error *error)
{
    return tkz__hf_open_compat(tokenizer, path, data, size, TKZ_COMPAT_FILE, allocator, error);
}

tkz_status tkz__hf_open_compat(tkz_tokenizer **tokenizer, const char *path, const uint8_t *data,
                               size_t size, int32_t compat, const tkz_allocator *allocator,
                               tkz_error *error)
{
    tkz__hf_file file = {.path = path, .error = error, .compat = compat,
                         .allocator = tkz__allocator_or_default(allocator),
                         .pieces.unknown = TKZ__NO_TOKEN};
    tkz__buffer_init(&file.mark, &file.allocator);
    tkz__buffer_init(&file.decoder, &file.allocator);
    tkz__buffer_init(&file.normalizer, &file.allocator);
    tkz__buffer_init(&file.steps, &file.allocator);
    tkz__byte_map_init(&file.added_contents, &file.allocator);
    tkz__spelled_vocabulary_init(&file.vocabulary, path, size, &file.allocator, error);
    tkz_status status = tkz__json_reader_init(&file.json, (const char *)data, size, path,
                                              &file.allocator, error);
    if (status == TKZ_OK)
        status = read_parts(&file);
    if (status == TKZ_OK)
        status = build(&file, tokenizer);
    tkz__json_reader_free(&file.json);
    tkz__spelled_vocabulary_free(&file.vocabulary);
    tkz__byte_map_free(&file.added_contents);
    tkz__buffer_free(&file.normalizer);
    tkz__buffer_free(&file.steps);
    tkz__buffer_free(&file.mark);
    tkz__buffer_free(&file.decoder);
    tkz__release_array(&file.allocator, file.scores, file.score_capacity, sizeof *file.scores);
    tkz__release_array(&file.allocator, file.added, file.added_capacity, sizeof *file.added);
    return status;
}
