/* SPDX-License-Identifier: Apache-2.0
 *
 * The model and the added tokens of tokenizer.json: which model it is, and BPE. Leans on
 * hf_file.h.
 */
#include <string.h>

#include "format/hf_file.h"
#include "subword/tokenizer_image.h"

/* ---- Vocabulary and merges --------------------------------------------- */

tkz_status tkz__hf_read_vocabulary(tkz__hf_file *file)
{
    tkz__json_reader *json = &file->json;
    json->position = file->model_parts[TKZ__HF_VOCAB];
    tkz_status status = tkz__json_reader_object(json);
    while (status == TKZ_OK) {
        bool more;
        const char *key;
        size_t size;
        uint32_t id;
        size_t place = json->position;
        status = tkz__json_reader_next_member(json, &more, &key, &size);
        if (status != TKZ_OK || !more)
            break;
        status = tkz__json_reader_u32(json, &id);
        if (status == TKZ_OK)
            status = tkz__spelled_vocabulary_add(&file->vocabulary, key, size, id, place);
    }
    return status;
}

/* A merge as the array of its halves. */
static tkz_status read_pair(tkz__hf_file *file, tkz__buffer *joined, size_t *left)
{
    tkz__json_reader *json = &file->json;
    tkz_status status = tkz__json_reader_array(json);
    for (size_t i = 0; status == TKZ_OK && i < 3; i++) {
        bool more;
        const char *text;
        size_t size;
        status = tkz__json_reader_next_item(json, &more);
        if (status == TKZ_OK && more != (i < 2))
            return tkz__json_reader_expected(json, "a merge of two strings");
        if (status != TKZ_OK || !more)
            break;
        *left = joined->size;
        status = tkz__json_reader_string(json, &text, &size);
        if (status == TKZ_OK)
            status = tkz__buffer_append(joined, text, size, file->error);
    }
    return status;
}

/* A merge as one string with a space between its halves (files of tokenizers before 0.20). */
static tkz_status read_spaced(tkz__hf_file *file, tkz__buffer *joined, size_t *left)
{
    const char *text;
    size_t size;
    size_t place = file->json.position;
    tkz_status status = tkz__json_reader_string(&file->json, &text, &size);
    if (status != TKZ_OK)
        return status;
    const char *space = memchr(text, ' ', size);
    size_t length = space != NULL ? (size_t)(space - text) : 0;
    if (space == NULL || memchr(space + 1, ' ', size - length - 1) != NULL)
        return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, place,
                              "a merge is two tokens with one space between them");
    *left = length;
    status = tkz__buffer_append(joined, text, length, file->error);
    return status == TKZ_OK
               ? tkz__buffer_append(joined, space + 1, size - length - 1, file->error)
               : status;
}

static tkz_status read_merges(tkz__hf_file *file)
{
    tkz__json_reader *json = &file->json;
    tkz__buffer joined;
    tkz__buffer_init(&joined, &file->allocator);
    json->position = file->model_parts[TKZ__HF_MERGES];
    tkz_status status = tkz__json_reader_array(json);
    while (status == TKZ_OK) {
        bool more;
        tkz__json_kind kind;
        size_t left = 0;
        status = tkz__json_reader_next_item(json, &more);
        if (status != TKZ_OK || !more)
            break;
        status = tkz__json_reader_kind(json, &kind);
        size_t place = json->position;
        tkz__buffer_clear(&joined);
        if (status == TKZ_OK)
            status = kind == TKZ__JSON_STRING ? read_spaced(file, &joined, &left)
                                              : read_pair(file, &joined, &left);
        if (status == TKZ_OK)
            status = tkz__spelled_vocabulary_join(&file->vocabulary, (const char *)joined.data,
                                                  left, joined.size, place);
    }
    tkz__buffer_free(&joined);
    if (status == TKZ_OK)
        status = tkz__spelled_vocabulary_end_joins(&file->vocabulary);
    return status;
}

/* ---- The model's fields ------------------------------------------------ */

/* The models, in the order in which HF tries them on a file that does not say which it has, as those
 * before 0.10 (src/models/mod.rs), and what each cannot do without. */
static const struct {
    const char *type;
    tkz__model_kind kind;
    bool is_list; /* its vocabulary is one */
    int required[4];
} models[] = {
    {"BPE", TKZ__MODEL_BYTE_BPE, false, {TKZ__HF_VOCAB, TKZ__HF_MERGES, -1}},
    {"WordPiece",
     TKZ__MODEL_WORD_PIECE,
     false,
     {TKZ__HF_VOCAB, TKZ__HF_UNK_TOKEN, TKZ__HF_SUBWORD_PREFIX, TKZ__HF_WORD_LIMIT}},
    {"WordLevel", TKZ__MODEL_WORD_LEVEL, false, {TKZ__HF_VOCAB, TKZ__HF_UNK_TOKEN, -1}},
    {"Unigram", TKZ__MODEL_UNIGRAM, true, {TKZ__HF_VOCAB, -1}},
};
enum { MODELS = sizeof models / sizeof models[0] };

static bool has_all(tkz__hf_file *file, size_t model)
{
    size_t vocab = file->model_parts[TKZ__HF_VOCAB];
    for (size_t i = 0; i < 4 && models[model].required[i] >= 0; i++) {
        if (file->model_parts[models[model].required[i]] == TKZ__JSON_ABSENT)
            return false;
    }
    return (file->json.text[vocab] == '[') == models[model].is_list;
}

/* Does BPE mark where in a word a token stands? */
static bool has_marks(tkz__hf_file *file)
{
    bool found = false;
    for (size_t i = TKZ__HF_SUBWORD_PREFIX; i <= TKZ__HF_WORD_SUFFIX; i++) {
        size_t place = file->model_parts[i];
        found = found ||
                (!tkz__hf_is_null(file, place) && !tkz__hf_is_string(file, place, ""));
    }
    return found;
}

tkz_status tkz__hf_check_model_type(tkz__hf_file *file)
{
    size_t type = file->model_parts[TKZ__HF_TYPE], own = 0;
    size_t object = file->parts[TKZ__HF_MODEL];
    const char *text;
    size_t size;
    while (own < MODELS && (type == TKZ__JSON_ABSENT
                                ? !has_all(file, own)
                                : !tkz__hf_is_string(file, type, models[own].type)))
        own++;
    if (own == MODELS && type == TKZ__JSON_ABSENT)
        return tkz__hf_unsupported(file, object, "model: it has no type, and is none that is known");
    if (own == MODELS) {
        tkz_status status = tkz__hf_string(file, type, &text, &size);
        if (status != TKZ_OK)
            return status;
        return tkz__hf_unsupported(file, type, "model.type: \"%.*s\" is none that is known",
                                   tkz__format_shown(text, size, 40), text);
    }
    file->kind = models[own].kind;
    if (file->kind == TKZ__MODEL_BYTE_BPE && has_marks(file))
        file->kind = TKZ__MODEL_MARKED_BPE;
    for (size_t i = 0; i < 4 && models[own].required[i] >= 0; i++) {
        int part = models[own].required[i];
        tkz_status status = tkz__hf_required(file, object, file->model_parts[part],
                                             tkz__hf_model_keys[part]);
        if (status != TKZ_OK)
            return status;
    }
    return TKZ_OK;
}

/* The mark of BPE: prefix, NUL, suffix. */
static tkz_status read_marks(tkz__hf_file *file)
{
    tkz_status status = TKZ_OK;
    for (size_t i = TKZ__HF_SUBWORD_PREFIX; status == TKZ_OK && i <= TKZ__HF_WORD_SUFFIX; i++) {
        size_t place = file->model_parts[i], size = 0;
        const char *text = "";
        if (!tkz__hf_is_null(file, place))
            status = tkz__hf_string(file, place, &text, &size);
        if (status == TKZ_OK && size > 0 && memchr(text, '\0', size) != NULL)
            return tkz__hf_unsupported(file, place, "model.%s: a mark with U+0000",
                                       tkz__hf_model_keys[i]);
        if (status == TKZ_OK)
            status = tkz__buffer_append(&file->mark, text, size, file->error);
        if (status == TKZ_OK && i == TKZ__HF_SUBWORD_PREFIX) {
            file->vocabulary.mark_size = size;
            status = tkz__buffer_append_byte(&file->mark, '\0', file->error);
        }
    }
    return status;
}

/* unk_token, fuse_unk and byte_fallback say what becomes of characters that are not in the
 * vocabulary: nothing, if all 256 are. */
static tkz_status check_unknown(tkz__hf_file *file)
{
    uint32_t byte = tkz__spelled_vocabulary_missing_byte(&file->vocabulary);
    bool fallback = false;
    tkz_status status = tkz__hf_boolean(file, file->model_parts[TKZ__HF_BYTE_FALLBACK], &fallback);
    if (status != TKZ_OK || byte == 256)
        return status;
    bool unknown = !tkz__hf_is_null(file, file->model_parts[TKZ__HF_UNK_TOKEN]);
    if (!unknown && !fallback)
        return TKZ_OK; /* such a byte vanishes, here too */
    return tkz__hf_unsupported(
        file, file->model_parts[unknown ? TKZ__HF_UNK_TOKEN : TKZ__HF_BYTE_FALLBACK],
        "model.%s: it counts, as byte 0x%02X has no token; this build reads models with a token "
        "for each byte, or without this field",
        unknown ? "unk_token" : "byte_fallback", (unsigned)byte);
}

static tkz_status read_bpe(tkz__hf_file *file)
{
    tkz_status status = tkz__hf_read_dropout(file);
    if (status == TKZ_OK)
        status = tkz__hf_boolean(file, file->model_parts[TKZ__HF_IGNORE_MERGES],
                                 &file->whole_chunks);
    if (status == TKZ_OK)
        status = tkz__hf_read_vocabulary(file);
    if (status == TKZ_OK)
        status = file->kind == TKZ__MODEL_BYTE_BPE ? check_unknown(file)
                                                   : tkz__hf_read_unknown(file);
    if (status == TKZ_OK && file->kind == TKZ__MODEL_MARKED_BPE)
        status = read_marks(file);
    file->vocabulary.is_marked = file->kind == TKZ__MODEL_MARKED_BPE;
    return status == TKZ_OK ? read_merges(file) : status;
}

tkz_status tkz__hf_read_model(tkz__hf_file *file)
{
    file->vocabulary.is_plain = file->kind != TKZ__MODEL_BYTE_BPE;
    switch (file->kind) {
    case TKZ__MODEL_UNIGRAM:
        return tkz__hf_read_unigram(file);
    case TKZ__MODEL_WORD_PIECE:
    case TKZ__MODEL_WORD_LEVEL:
        return tkz__hf_read_words(file);
    default:
        return read_bpe(file);
    }
}

/* ---- Added tokens ------------------------------------------------------ */

enum { FLAG_COUNT = 5 };

static const struct {
    const char *key;
    uint32_t flag;
} flags[FLAG_COUNT] = {{"special", TKZ__ADDED_SPECIAL},
                       {"single_word", TKZ__ADDED_SINGLE_WORD},
                       {"lstrip", TKZ__ADDED_LSTRIP},
                       {"rstrip", TKZ__ADDED_RSTRIP},
                       {"normalized", TKZ__ADDED_NORMALIZED}};

static tkz_status read_flags(tkz__hf_file *file, size_t object, const size_t *places,
                             uint32_t *value)
{
    *value = 0;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < FLAG_COUNT; i++) {
        bool on = false;
        status = tkz__hf_required(file, object, places[i], flags[i].key);
        if (status == TKZ_OK)
            status = tkz__hf_boolean(file, places[i], &on);
        if (on)
            *value |= flags[i].flag;
    }
    return status;
}

/* Enters an added token. HF does not look at the id that the file gives: a content of the vocabulary
 * has the id from there, others are counted on from the vocabulary's size; of one that is there
 * twice the later flags count (tokenizer/added_vocabulary.rs: add_tokens). */
static tkz_status enter(tkz__hf_file *file, const char *content, size_t size, uint32_t id_flags,
                        size_t place, uint32_t *next_id)
{
    uint64_t *index;
    bool is_new;
    tkz_status status = tkz__byte_map_insert(&file->added_contents, content, size, &index,
                                             &is_new, file->error);
    if (status != TKZ_OK)
        return status;
    if (!is_new) {
        file->added[*index].flags = id_flags;
        return TKZ_OK;
    }
    *index = file->added_count;
    status = tkz__array_reserve(&file->allocator, (void **)&file->added, &file->added_capacity,
                                file->added_count + 1, sizeof *file->added, file->error);
    if (status != TKZ_OK)
        return status;
    uint32_t id = tkz__spelled_vocabulary_find(&file->vocabulary, content, size);
    if (id == TKZ__NO_TOKEN)
        id = (*next_id)++;
    file->added[file->added_count++] =
        (tkz__spelled_added){.size = size, .id = id, .flags = id_flags, .offset = place};
    return TKZ_OK;
}

static tkz_status read_added(tkz__hf_file *file, uint32_t *next_id)
{
    static const char *const keys[FLAG_COUNT + 1] = {"special", "single_word", "lstrip",
                                                     "rstrip",  "normalized",  "content"};
    tkz__json_reader *json = &file->json;
    size_t places[FLAG_COUNT + 1];
    size_t object = json->position;
    tkz_status status = tkz__json_reader_members(json, keys, FLAG_COUNT + 1, places);
    size_t behind = json->position;
    uint32_t value = 0;
    const char *content;
    size_t size;
    if (status == TKZ_OK)
        status = read_flags(file, object, places, &value);
    if (status == TKZ_OK)
        status = tkz__hf_required(file, object, places[FLAG_COUNT], "content");
    if (status == TKZ_OK)
        status = tkz__hf_string(file, places[FLAG_COUNT], &content, &size);
    if (status == TKZ_OK && size > 0) /* HF passes over empty ones */
        status = enter(file, content, size, value, object, next_id);
    json->position = behind;
    return status;
}

tkz_status tkz__hf_read_added_tokens(tkz__hf_file *file)
{
    if (tkz__hf_is_null(file, file->parts[TKZ__HF_ADDED_TOKENS]))
        return TKZ_OK;
    tkz__json_reader *json = &file->json;
    uint32_t next_id = (uint32_t)file->vocabulary.spellings.count;
    json->position = file->parts[TKZ__HF_ADDED_TOKENS];
    tkz_status status = tkz__json_reader_array(json);
    while (status == TKZ_OK) {
        bool more;
        tkz__json_kind kind;
        status = tkz__json_reader_next_item(json, &more);
        if (status != TKZ_OK || !more)
            break;
        status = tkz__json_reader_kind(json, &kind);
        if (status == TKZ_OK)
            status = read_added(file, &next_id);
    }
    /* The map's keys stay where they are from now on. */
    for (size_t i = 0; status == TKZ_OK && i < file->added_count; i++)
        file->added[i].content = (const char *)tkz__byte_map_key(
            &file->added_contents, &file->added_contents.entries[i]);
    return status;
}
