/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte-level BPE in GGUF: "gpt2". Tokens and merges are spelled as in tokenizer.json; how text is
 * cut is a
 * name, tokenizer.ggml.pre. Leans on gguf_file.h and spelled_vocabulary.h.
 */
#include <string.h>

#include "format/gguf_file.h"
#include "format/spelled_vocabulary.h"
#include "subword/tokenizer_image.h"

/* The names of llama.cpp (src/llama-vocab.cpp, load) for models whose own tokenizer is known to do
 * the same
 * as ours: the cut, the normal form and whether a chunk that is a token is that token are those of the
 * models' own files, as GGUF holds neither of the last two. What is said of BOS is llama.cpp's
 * default. */
static const struct {
    const char *name;
    const char *pre_tokenizer;
    const char *normalizer;
    bool whole_chunks;
    bool adds_bos;
} cuts[] = {
    {"llama-bpe", "llama3", "", true, true},
    {"llama-v3", "llama3", "", true, true},
    {"llama3", "llama3", "", true, true},
    {"gpt-2", "gpt2", "", false, false},
    {"gpt-4o", "o200k", "", true, false},
    {"qwen2", "qwen2", "nfc-hf0.23", false, false},
    {"deepseek-v3", "deepseek_v3", "", false, false},
    {"tekken", "tekken", "", true, true},
    {"command-r", "command_r", "nfc-hf0.23", false, false},
    {"starcoder", "command_r", "", false, false},
    {"refact", "command_r", "", false, false},
    {"smollm", "command_r", "", false, false},
};
enum { CUTS = sizeof cuts / sizeof cuts[0] };

static tkz_status find_cut(const tkz__gguf_file *file, size_t *cut)
{
    tkz__gguf_text name;
    tkz_status status = tkz__gguf_string(file, TKZ__GGUF_PRE, &name);
    if (status != TKZ_OK)
        return status;
    for (*cut = 0; *cut < CUTS; (*cut)++) {
        if (tkz__gguf_equals(file, name, cuts[*cut].name))
            return TKZ_OK;
    }
    const char *text = tkz__gguf_bytes(file, name);
    return tkz__error_set(file->error, TKZ_STATUS_UNSUPPORTED, file->path, name.start,
                          "tokenizer.ggml.pre: \"%.*s\" is no way to cut text that this build "
                          "knows; open the model's own tokenizer.json",
                          tkz__format_shown(text, name.size, 40), text);
}

/* Tokens that are found before text is cut, or never, are none of the vocabulary. */
typedef struct lists {
    tkz__spelled_vocabulary vocabulary;
    tkz__spelled_added *added;
    size_t added_count;
    size_t added_capacity;
} lists;

static tkz_status add_token(tkz__gguf_file *file, lists *all, uint32_t id)
{
    tkz__gguf_text text = file->tokens[id];
    tkz__piece_type type = tkz__gguf_token_type(file, id);
    const char *bytes = tkz__gguf_bytes(file, text);
    bool is_added = type == TKZ__PIECE_CONTROL || type == TKZ__PIECE_USER_DEFINED ||
                    type == TKZ__PIECE_UNUSED;
    if (!is_added)
        return tkz__spelled_vocabulary_add(&all->vocabulary, bytes, text.size, id, text.start);
    tkz_status status =
        tkz__array_reserve(&file->allocator, (void **)&all->added, &all->added_capacity,
                           all->added_count + 1, sizeof *all->added, file->error);
    if (status != TKZ_OK)
        return status;
    all->added[all->added_count++] =
        (tkz__spelled_added){.content = bytes,
                             .size = text.size,
                             .id = id,
                             .flags = type == TKZ__PIECE_CONTROL  ? TKZ__ADDED_SPECIAL
                                      : type == TKZ__PIECE_UNUSED ? TKZ__ADDED_SILENT
                                                                  : 0,
                             .offset = text.start};
    return TKZ_OK;
}

static tkz_status add_merge(tkz__gguf_file *file, lists *all, tkz__buffer *joined,
                            tkz__gguf_text text)
{
    const char *bytes = tkz__gguf_bytes(file, text);
    const char *space = memchr(bytes, ' ', text.size);
    size_t left = space != NULL ? (size_t)(space - bytes) : 0;
    if (space == NULL || memchr(space + 1, ' ', text.size - left - 1) != NULL)
        return tkz__gguf_bad(file, text.start, "a merge is two tokens with one space between them");
    tkz__buffer_clear(joined);
    tkz_status status = tkz__buffer_append(joined, bytes, left, file->error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(joined, space + 1, text.size - left - 1, file->error);
    return status == TKZ_OK
               ? tkz__spelled_vocabulary_join(&all->vocabulary, (const char *)joined->data, left,
                                              joined->size, text.start)
               : status;
}

static tkz_status read_lists(tkz__gguf_file *file, lists *all)
{
    tkz__buffer joined;
    tkz__buffer_init(&joined, &file->allocator);
    tkz_status status = tkz__gguf_check_types(file, false);
    for (uint32_t id = 0; status == TKZ_OK && id < file->token_count; id++)
        status = add_token(file, all, id);
    if (status == TKZ_OK)
        status = tkz__gguf_array(file, TKZ__GGUF_MERGES, TKZ__GGUF_STRING);
    size_t place = file->values[TKZ__GGUF_MERGES].start;
    for (uint64_t i = 0; status == TKZ_OK && i < file->values[TKZ__GGUF_MERGES].count; i++) {
        tkz__gguf_text text;
        status = tkz__gguf_next_text(file, &place, &text);
        if (status == TKZ_OK)
            status = add_merge(file, all, &joined, text);
    }
    tkz__buffer_free(&joined);
    return status == TKZ_OK ? tkz__spelled_vocabulary_end_joins(&all->vocabulary) : status;
}

static tkz_status give(tkz__gguf_file *file, lists *all, size_t cut)
{
    const char *name = cuts[cut].pre_tokenizer, *normalizer = cuts[cut].normalizer;
    tkz_status status = tkz__tokenizer_builder_new(
        &file->builder, tkz__pre_tokenizer_find(name, strlen(name)), &file->allocator, file->error);
    if (status == TKZ_OK && *normalizer != '\0')
        status = tkz__tokenizer_builder_set_normalizer(file->builder, normalizer,
                                                       strlen(normalizer), file->error);
    if (status != TKZ_OK)
        return status;
    tkz__tokenizer_builder_set_whole_chunks(file->builder, cuts[cut].whole_chunks);
    return tkz__spelled_vocabulary_give(&all->vocabulary, all->added, all->added_count,
                                        cuts[cut].whole_chunks, file->builder);
}

tkz_status tkz__gguf_give_bytes(tkz__gguf_file *file)
{
    size_t cut;
    lists all = {.added = NULL};
    tkz_status status = find_cut(file, &cut);
    if (status != TKZ_OK)
        return status;
    tkz__spelled_vocabulary_init(&all.vocabulary, file->path, file->size, &file->allocator,
                                 file->error);
    status = read_lists(file, &all);
    if (status == TKZ_OK)
        status = give(file, &all, cut);
    file->adds_bos = cuts[cut].adds_bos;
    tkz__release_array(&file->allocator, all.added, all.added_capacity, sizeof *all.added);
    tkz__spelled_vocabulary_free(&all.vocabulary);
    return status;
}
