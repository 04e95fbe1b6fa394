/* SPDX-License-Identifier: Apache-2.0
 *
 * vocab.json with merges.txt beside it: GPT-2's two files. They do not say how text is
 * cut; unless the caller does, it is GPT-2's way. Leans on spelled_vocabulary.h and io.
 */
#include <string.h>

#include "format/format.h"
#include "format/json_shape.h"
#include "format/spelled_vocabulary.h"
#include "io/json_reader.h"
#include "tokenize/text.h"

static bool probe(const uint8_t *data, size_t size)
{
    return tkz__json_shape_of(data, size) == TKZ__SHAPE_VOCAB;
}

static tkz_status read_vocabulary(tkz__spelled_vocabulary *vocabulary, const char *path,
                                  const tkz__mapped_file *file, const tkz_allocator *allocator,
                                  tkz_error *error)
{
    tkz__json_reader json;
    tkz_status status = tkz__json_reader_init(&json, (const char *)file->data, file->size, path,
                                              allocator, error);
    if (status == TKZ_OK)
        status = tkz__json_reader_object(&json);
    while (status == TKZ_OK) {
        bool more;
        const char *key;
        size_t size;
        uint32_t id;
        size_t place = json.position;
        status = tkz__json_reader_next_member(&json, &more, &key, &size);
        if (status != TKZ_OK || !more)
            break;
        status = tkz__json_reader_u32(&json, &id);
        if (status == TKZ_OK)
            status = tkz__spelled_vocabulary_add(vocabulary, key, size, id, place);
    }
    if (status == TKZ_OK)
        status = tkz__json_reader_end(&json);
    tkz__json_reader_free(&json);
    return status;
}

/* A line of merges.txt: two tokens with one space between them. */
static tkz_status read_merge(tkz__spelled_vocabulary *vocabulary, const char *line, size_t size,
                             tkz__buffer *joined, const char *path, size_t at, tkz_error *error)
{
    const char *space = memchr(line, ' ', size);
    size_t left = space != NULL ? (size_t)(space - line) : 0;
    if (space == NULL || memchr(space + 1, ' ', size - left - 1) != NULL)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, at,
                              "a line of merges.txt is two tokens with one space between them");
    tkz__buffer_clear(joined);
    tkz_status status = tkz__buffer_append(joined, line, left, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(joined, space + 1, size - left - 1, error);
    return status == TKZ_OK
               ? tkz__spelled_vocabulary_join(vocabulary, (const char *)joined->data, left,
                                              joined->size, at)
               : status;
}

/* Lines that start with "#version" are passed over, wherever they stand, and a line may end in CR
 * LF, as in HF (models/bpe/model.rs: convert_merges_to_hashmap). */
static tkz_status read_merges(tkz__spelled_vocabulary *vocabulary, const char *path,
                              const tkz__mapped_file *file, tkz_error *error)
{
    static const char version[] = "#version";
    const char *data = (const char *)file->data;
    size_t valid = tkz_utf8_valid_prefix(data, file->size);
    if (valid < file->size)
        return tkz__error_set(error, TKZ_STATUS_BAD_UTF8, path, valid,
                              "not UTF-8: byte 0x%02X does not belong here", file->data[valid]);
    tkz__buffer joined;
    tkz__buffer_init(&joined, &vocabulary->bytes.allocator);
    tkz_status status = TKZ_OK;
    vocabulary->where = path;
    for (size_t at = 0; status == TKZ_OK && at < file->size;) {
        const char *end = memchr(data + at, '\n', file->size - at);
        size_t next = end != NULL ? (size_t)(end - data) + 1 : file->size;
        size_t size = (end != NULL ? next - 1 : next) - at;
        if (end != NULL && size > 0 && data[at + size - 1] == '\r')
            size--;
        if (size < strlen(version) || memcmp(data + at, version, strlen(version)) != 0)
            status = read_merge(vocabulary, data + at, size, &joined, path, at, error);
        at = next;
    }
    tkz__buffer_free(&joined);
    return status == TKZ_OK ? tkz__spelled_vocabulary_end_joins(vocabulary) : status;
}

/* "DIRECTORY/PREFIXvocab.json" gives "DIRECTORY/PREFIXmerges.txt". */
static tkz_status merges_path(const char *path, tkz__buffer *target, tkz_error *error)
{
    static const char vocab[] = "vocab.json";
    size_t size = strlen(path);
    if (size < strlen(vocab) || strcmp(path + size - strlen(vocab), vocab) != 0)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, path, TKZ__NO_OFFSET,
                              "this is the vocabulary of a tokenizer without its merges, which are "
                              "looked for beside a file that is called vocab.json");
    tkz_status status = tkz__buffer_append(target, path, size - strlen(vocab), error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_text(target, "merges.txt", error);
    return status == TKZ_OK ? tkz__buffer_append_byte(target, 0, error) : status;
}

static tkz_status build(tkz__spelled_vocabulary *vocabulary, const char *path,
                        const tkz__pre_tokenizer *pre_tokenizer, const tkz_allocator *allocator,
                        tkz_tokenizer **tokenizer, tkz_error *error)
{
    tkz__tokenizer_builder *builder;
    tkz_status status = tkz__tokenizer_builder_new(&builder, pre_tokenizer, allocator, error);
    if (status != TKZ_OK)
        return status;
    vocabulary->where = path;
    status = tkz__spelled_vocabulary_give(vocabulary, NULL, 0, false, builder);
    if (status == TKZ_OK)
        status = tkz__format_error_at(tkz__tokenizer_builder_finish(builder, tokenizer, error),
                                      path, TKZ__NO_OFFSET, error);
    tkz__tokenizer_builder_free(builder);
    return status;
}

static tkz_status open_file(tkz_tokenizer **tokenizer, const char *path, tkz__mapped_file *file,
                            const tkz__open_options *options, const tkz_allocator *allocator,
                            tkz_error *error)
{
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz__mapped_file merges = {0};
    tkz__spelled_vocabulary vocabulary;
    tkz__buffer other;
    tkz__buffer_init(&other, &chosen);
    tkz__spelled_vocabulary_init(&vocabulary, path, file->size, &chosen, error);
    tkz_status status = merges_path(path, &other, error);
    if (status == TKZ_OK)
        status = tkz__mapped_file_open(&merges, (const char *)other.data, error);
    if (status == TKZ_OK)
        status = read_vocabulary(&vocabulary, path, file, &chosen, error);
    if (status == TKZ_OK)
        status = read_merges(&vocabulary, (const char *)other.data, &merges, error);
    if (status == TKZ_OK)
        status = build(&vocabulary, path,
                       options->named != NULL ? options->named
                                              : tkz__pre_tokenizer_find("gpt2", 4), &chosen,
                       tokenizer, error);
    tkz__mapped_file_close(&merges);
    tkz__spelled_vocabulary_free(&vocabulary);
    tkz__buffer_free(&other);
    return status;
}

extern const tkz__format tkz__format_vocab;
const tkz__format tkz__format_vocab = {
    .info = {"vocab", "vocab.json of GPT-2 and others, with merges.txt beside it", 1, 0},
    .probe = probe,
    .open = open_file,
    .takes_pre_tokenizer = true,
};
