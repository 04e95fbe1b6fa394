/* SPDX-License-Identifier: Apache-2.0
 *
 * tekken.json of Mistral (mistral-common: tokens/tokenizers/tekken.py): ranks with a
 * pattern, and special tokens in front of them. Leans on subword and io.
 */
#include <string.h>

#include "format/format.h"
#include "format/json_shape.h"
#include "io/json_reader.h"
#include "io/json_scanner.h"
#include "subword/tokenizer_builder.h"
#include "subword/tokenizer_image.h"

enum {
    LAST_VERSION_WITHOUT_LIST = 7, /* later files list their special tokens */
    SPECIAL_LIMIT = 65536          /* files have 1000; fillers need no byte of the file */
};

/* What files of version 7 and before have (DEPRECATED_SPECIAL_TOKENS). */
static const char *const default_specials[] = {
    "<unk>",           "<s>",         "</s>",        "[INST]",           "[/INST]",
    "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]",
    "[IMG]",           "<pad>",       "[IMG_BREAK]", "[IMG_END]",        "[PREFIX]",
    "[MIDDLE]",        "[SUFFIX]",    "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]"};

enum { CONFIG, VOCAB, SPECIAL_TOKENS, PARTS };
enum { PATTERN, SIZE, SPECIAL_COUNT, VERSION, CONFIG_PARTS };

typedef struct tekken_file {
    tkz__json_reader json;
    const char *path;
    tkz_error *error;
    size_t parts[PARTS];
    size_t config[CONFIG_PARTS];
    uint32_t size; /* ids in all */
    uint32_t special_count;
    uint32_t version;
    tkz__tokenizer_builder *builder;
    tkz__buffer bytes; /* of a token */
    tkz__buffer steps; /* of a pre-tokenizer that is none of ours, and */
    tkz__pre_tokenizer pre_tokenizer; /* what is made of them */
} tekken_file;

static bool probe(const uint8_t *data, size_t size)
{
    return tkz__json_shape_of(data, size) == TKZ__SHAPE_TEKKEN;
}

static tkz_status bad(tekken_file *file, size_t place, const char *what)
{
    return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, place, "%s", what);
}

static tkz_status required(tekken_file *file, size_t object, size_t place, const char *key)
{
    if (place != TKZ__JSON_ABSENT)
        return TKZ_OK;
    return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, object,
                          "this object has no \"%s\"", key);
}

/* ---- config ------------------------------------------------------------ */

/* "v3" and so on. */
static tkz_status read_version(tekken_file *file)
{
    static const char *const known[] = {"v1", "v2", "v3", "v7", "v11", "v13", "v15"};
    static const uint32_t numbers[] = {1, 2, 3, 7, 11, 13, 15};
    const char *text;
    size_t size;
    file->json.position = file->config[VERSION];
    tkz_status status = tkz__json_reader_string(&file->json, &text, &size);
    if (status != TKZ_OK)
        return status;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i]) == size && memcmp(known[i], text, size) == 0) {
            file->version = numbers[i];
            return TKZ_OK;
        }
    }
    return tkz__error_set(file->error, TKZ_STATUS_UNSUPPORTED, file->path, file->config[VERSION],
                          "config.version: \"%.*s\"; this build reads v1 to v15",
                          tkz__format_shown(text, size, 40), text);
}

static tkz_status read_counts(tekken_file *file)
{
    file->json.position = file->config[SIZE];
    tkz_status status = tkz__json_reader_u32(&file->json, &file->size);
    file->json.position = file->config[SPECIAL_COUNT];
    if (status == TKZ_OK)
        status = tkz__json_reader_u32(&file->json, &file->special_count);
    if (status != TKZ_OK)
        return status;
    if (file->special_count > SPECIAL_LIMIT)
        return tkz__error_set(file->error, TKZ_STATUS_LIMIT, file->path,
                              file->config[SPECIAL_COUNT], "more than %d special tokens",
                              SPECIAL_LIMIT);
    if (file->size <= file->special_count)
        return bad(file, file->config[SIZE], "default_vocab_size leaves no token beside the "
                                             "special ones");
    return TKZ_OK;
}

/* The pre-tokenizer with a regular expression of tiktoken, by whose place errors are told. */
static tkz_status choose_pre_tokenizer(tekken_file *file, const char *text, size_t size,
                                       const tkz__pre_tokenizer **pre_tokenizer)
{
    *pre_tokenizer = tkz__pre_tokenizer_by_dialect(TKZ__DIALECT_RUST, text, size);
    if (*pre_tokenizer != NULL)
        return TKZ_OK;
    tkz_status status = tkz__format_spell_regex(text, size, &file->steps, file->error);
    if (status != TKZ_OK)
        return tkz__format_error_at(status, file->path, file->config[PATTERN], file->error);
    file->pre_tokenizer = tkz__pre_tokenizer_of_steps((const char *)file->steps.data);
    *pre_tokenizer = &file->pre_tokenizer;
    return TKZ_OK;
}

static tkz_status read_config(tekken_file *file, const tkz__pre_tokenizer **pre_tokenizer)
{
    static const char *const keys[CONFIG_PARTS] = {"pattern", "default_vocab_size",
                                                   "default_num_special_tokens", "version"};
    const char *text;
    size_t size;
    file->json.position = file->parts[CONFIG];
    tkz_status status = tkz__json_reader_members(&file->json, keys, CONFIG_PARTS, file->config);
    for (size_t i = 0; status == TKZ_OK && i < CONFIG_PARTS; i++)
        status = required(file, file->parts[CONFIG], file->config[i], keys[i]);
    if (status == TKZ_OK)
        status = read_version(file);
    if (status == TKZ_OK)
        status = read_counts(file);
    file->json.position = file->config[PATTERN];
    if (status == TKZ_OK)
        status = tkz__json_reader_string(&file->json, &text, &size);
    if (status != TKZ_OK)
        return status;
    return choose_pre_tokenizer(file, text, size, pre_tokenizer);
}

/* ---- special_tokens ---------------------------------------------------- */

static tkz_status add_special(tekken_file *file, uint32_t id, const char *content, size_t size,
                              uint64_t place)
{
    if (id >= file->special_count)
        return bad(file, place, "more special tokens than default_num_special_tokens says");
    return tkz__format_error_at(tkz__tokenizer_builder_add_added(file->builder, id, content, size,
                                                                 TKZ__ADDED_SPECIAL, file->error),
                                file->path, place, file->error);
}

/* An object of a list with its rank, which is its place there, and a string called `key`. Goes on
 * behind the object. `*place`: of the string in the file. */
static tkz_status read_ranked(tekken_file *file, uint32_t expected, const char *key,
                              const char *order, const char **text, size_t *size, size_t *place)
{
    const char *const keys[] = {"rank", key};
    size_t places[2];
    uint32_t rank;
    size_t object = file->json.position;
    tkz_status status = tkz__json_reader_members(&file->json, keys, 2, places);
    size_t behind = file->json.position;
    for (size_t i = 0; status == TKZ_OK && i < 2; i++)
        status = required(file, object, places[i], keys[i]);
    file->json.position = places[0];
    if (status == TKZ_OK)
        status = tkz__json_reader_u32(&file->json, &rank);
    if (status == TKZ_OK && rank != expected)
        return bad(file, places[0], order);
    file->json.position = *place = places[1];
    if (status == TKZ_OK)
        status = tkz__json_reader_string(&file->json, text, size);
    file->json.position = behind;
    return status;
}

/* One of the list of special tokens. */
static tkz_status read_special(tekken_file *file, uint32_t id)
{
    const char *text;
    size_t size, place, object = file->json.position;
    tkz_status status =
        read_ranked(file, id, "token_str", "special tokens are listed by their rank, from 0", &text,
                    &size, &place);
    return status == TKZ_OK ? add_special(file, id, text, size, object) : status;
}

static tkz_status read_list(tekken_file *file, uint32_t *count)
{
    file->json.position = file->parts[SPECIAL_TOKENS];
    tkz_status status = tkz__json_reader_array(&file->json);
    while (status == TKZ_OK) {
        bool more;
        tkz__json_kind kind;
        status = tkz__json_reader_next_item(&file->json, &more);
        if (status != TKZ_OK || !more)
            break;
        status = tkz__json_reader_kind(&file->json, &kind);
        if (status == TKZ_OK)
            status = read_special(file, (*count)++);
    }
    return status;
}

static tkz_status read_specials(tekken_file *file)
{
    size_t place = file->parts[SPECIAL_TOKENS];
    uint32_t count = 0;
    tkz_status status = TKZ_OK;
    if (place != TKZ__JSON_ABSENT && file->json.text[place] != 'n') {
        status = read_list(file, &count);
    } else if (file->version > LAST_VERSION_WITHOUT_LIST) {
        return bad(file, 0, "files later than v7 list their special_tokens; this one does not");
    } else {
        size_t known = sizeof default_specials / sizeof default_specials[0];
        for (; status == TKZ_OK && count < known; count++)
            status = add_special(file, count, default_specials[count],
                                 strlen(default_specials[count]), file->config[SPECIAL_COUNT]);
    }
    for (; status == TKZ_OK && count < file->special_count; count++) {
        tkz__buffer_clear(&file->bytes);
        status = tkz__buffer_append_format(&file->bytes, file->error, "<SPECIAL_%u>", count);
        if (status == TKZ_OK)
            status = add_special(file, count, (const char *)file->bytes.data, file->bytes.size,
                                 file->config[SPECIAL_COUNT]);
    }
    return status;
}

/* ---- vocab ------------------------------------------------------------- */

/* An entry; the first 256 are the bytes. */
static tkz_status read_entry(tekken_file *file, uint32_t rank)
{
    const char *text;
    size_t size, place, object = file->json.position;
    bool is_valid;
    tkz_status status = read_ranked(file, rank, "token_bytes",
                                    "tokens are listed by their rank, from 0", &text, &size,
                                    &place);
    tkz__buffer_clear(&file->bytes);
    if (status == TKZ_OK)
        status = tkz__append_base64_decoded(&file->bytes, text, size, &is_valid, file->error);
    if (status == TKZ_OK && !is_valid)
        return bad(file, place, "token_bytes is not in base64");
    if (status == TKZ_OK && rank < 256 && (file->bytes.size != 1 || file->bytes.data[0] != rank))
        return bad(file, place, "the first 256 tokens are the bytes in order; this is none");
    if (status != TKZ_OK)
        return status;
    return tkz__format_error_at(
        tkz__tokenizer_builder_add_token(file->builder, file->special_count + rank,
                                         file->bytes.data, file->bytes.size, file->error),
        file->path, object, file->error);
}

static tkz_status read_vocab(tekken_file *file)
{
    uint32_t wanted = file->size - file->special_count;
    file->json.position = file->parts[VOCAB];
    tkz_status status = tkz__json_reader_array(&file->json);
    for (uint32_t rank = 0; status == TKZ_OK && rank < wanted; rank++) {
        bool more;
        tkz__json_kind kind;
        status = tkz__json_reader_next_item(&file->json, &more);
        if (status == TKZ_OK && !more)
            return bad(file, file->config[SIZE],
                       "vocab has fewer tokens than default_vocab_size says");
        if (status == TKZ_OK)
            status = tkz__json_reader_kind(&file->json, &kind);
        if (status == TKZ_OK)
            status = read_entry(file, rank);
    }
    return status;
}

/* ---- The file ---------------------------------------------------------- */

static tkz_status build(tekken_file *file, tkz_tokenizer **tokenizer,
                        const tkz_allocator *allocator)
{
    static const char *const keys[PARTS] = {"config", "vocab", "special_tokens"};
    const tkz__pre_tokenizer *pre_tokenizer = NULL;
    tkz_status status = tkz__json_reader_members(&file->json, keys, PARTS, file->parts);
    if (status == TKZ_OK)
        status = tkz__json_reader_end(&file->json);
    for (size_t i = CONFIG; status == TKZ_OK && i <= VOCAB; i++)
        status = required(file, 0, file->parts[i], keys[i]);
    if (status == TKZ_OK)
        status = read_config(file, &pre_tokenizer);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_new(&file->builder, pre_tokenizer, allocator, file->error);
    if (status != TKZ_OK)
        return status;
    /* mistral-common hands the ranks to tiktoken. */
    tkz__tokenizer_builder_set_whole_chunks(file->builder, true);
    tkz__tokenizer_builder_join_by_rank(file->builder);
    status = read_specials(file);
    if (status == TKZ_OK)
        status = read_vocab(file);
    return status == TKZ_OK
               ? tkz__format_error_at(
                     tkz__tokenizer_builder_finish(file->builder, tokenizer, file->error),
                     file->path, TKZ__NO_OFFSET, file->error)
               : status;
}

static tkz_status open_file(tkz_tokenizer **tokenizer, const char *path, tkz__mapped_file *mapped,
                            const tkz__open_options *options, const tkz_allocator *allocator,
                            tkz_error *error)
{
    (void)options; /* the file says it */
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tekken_file file = {.path = path, .error = error};
    tkz__buffer_init(&file.bytes, &chosen);
    tkz__buffer_init(&file.steps, &chosen);
    tkz_status status = tkz__json_reader_init(&file.json, (const char *)mapped->data, mapped->size,
                                              path, &chosen, error);
    if (status == TKZ_OK)
        status = build(&file, tokenizer, &chosen);
    tkz__tokenizer_builder_free(file.builder);
    tkz__json_reader_free(&file.json);
    tkz__buffer_free(&file.bytes);
    tkz__buffer_free(&file.steps);
    return status;
}

extern const tkz__format tkz__format_tekken;
const tkz__format tkz__format_tekken = {
    .info = {"tekken", "tekken.json of Mistral: ranks, their pattern and special tokens", 1, 0},
    .probe = probe,
    .open = open_file,
};
