/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of tokenizer formats, made by make from the names in Makefile.inc, and
 * the public calls that choose one. Leans on the formats.
 */
#include "format/format.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "subword/split_steps.h"
#include "subword/tokenizer_image.h"

#define X(name) extern const tkz__format tkz__format_##name;
#include "format/format_table.inc"
#undef X

static const tkz__format *const table[] = {
#define X(name) &tkz__format_##name,
#include "format/format_table.inc"
#undef X
};

#define TABLE_SIZE (sizeof table / sizeof table[0])

size_t tkz_format_count(void)
{
    return TABLE_SIZE;
}

const tkz_format_info *tkz_format_at(size_t index)
{
    return index < TABLE_SIZE ? &table[index]->info : NULL;
}

tkz_status tkz__format_error_at(tkz_status status, const char *path, uint64_t offset,
                                tkz_error *error)
{
    if (status == TKZ_OK || status == TKZ_STATUS_OUT_OF_MEMORY)
        return status;
    if (status == TKZ_STATUS_INVALID_ARGUMENT)
        status = TKZ_STATUS_BAD_FORMAT;
    if (error == NULL)
        return status;
    tkz_error copy = *error;
    return tkz__error_set(error, status, path, offset, "%s", copy.message);
}

/* Why a file is not opened: what it is, if that is known. */
static tkz_status refuse(const tkz__mapped_file *file, const char *path, tkz_error *error)
{
    if (file->size == 0)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, 0, "the file is empty");
    const char *advice = tkz__foreign_format(file->data, file->size);
    if (advice != NULL)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, path, TKZ__NO_OFFSET, "%s", advice);
    return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, 0,
                          "this is not a tokenizer file of a known format");
}

/* In a directory: the file of a model that says most. */
static const char *const model_files[] = {"tokenizer.json", "tekken.json", "tokenizer.model",
                                          "vocab.json", "vocab.txt"};

/* Maps the file at `path`, or the first of model_files in the directory that it is; `chosen` (freed
 * by the caller) is the path of what was mapped. */
static tkz_status map_model(tkz__mapped_file *file, const char *path,
                            const tkz_allocator *allocator, char **chosen, tkz_error *error)
{
    struct stat info;
    size_t room = strlen(path) + 32;
    *chosen = tkz__allocate(allocator, room);
    if (*chosen == NULL)
        return tkz__error_memory(error, room);
    snprintf(*chosen, room, "%s", path);
    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
        return tkz__mapped_file_open(file, path, error);
    for (size_t i = 0; i < sizeof model_files / sizeof model_files[0]; i++) {
        snprintf(*chosen, room, "%s/%s", path, model_files[i]);
        if (access(*chosen, F_OK) == 0)
            return tkz__mapped_file_open(file, *chosen, error);
    }
    return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, TKZ__NO_OFFSET,
                          "a directory without tokenizer.json, tekken.json, tokenizer.model, "
                          "vocab.json or vocab.txt");
}

static const tkz__format *probe_all(const tkz__mapped_file *file)
{
    for (size_t i = 0; i < TABLE_SIZE; i++) {
        if (table[i]->open != NULL && file->size > 0 && table[i]->probe(file->data, file->size))
            return table[i];
    }
    return NULL;
}

/* What was opened encodes as it was asked to? Models that one program has alone, and images, which were
 * made one way, leave no choice. */
static tkz_status check_compat(const tkz_tokenizer *tokenizer, int32_t wanted, const char *path,
                               tkz_error *error)
{
    static const char *const names[] = {"", "sentencepiece", "hf"};
    const uint32_t both = TKZ__IMAGE_BY_RANK | TKZ__IMAGE_OUT_OF_ORDER;
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    int32_t own = tkz__format_compat(tokenizer);
    /* HF gives each merge a rank of its own: the same unless merges act out of order. */
    if (image->kind == TKZ__MODEL_BYTE_BPE && (image->flags & both) != both)
        own = TKZ_COMPAT_HF;
    if (wanted == TKZ_COMPAT_FILE || wanted == own)
        return TKZ_OK;
    if (own == TKZ_COMPAT_FILE)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, path, TKZ__NO_OFFSET,
                              "neither sentencepiece nor HF tokenizers encodes as this model does");
    return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, path, TKZ__NO_OFFSET,
                          "this tokenizer encodes as \"%s\" does, and of such a file or model "
                          "cannot be read as \"%s\"",
                          names[own], names[wanted]);
}

static tkz_status open_as_wanted(const tkz__format *format, tkz_tokenizer **tokenizer,
                                 const char *path, tkz__mapped_file *file,
                                 const tkz__open_options *options, const tkz_allocator *allocator,
                                 tkz_error *error)
{
    tkz_tokenizer *made;
    tkz_status status = format->open(&made, path, file, options, allocator, error);
    if (status != TKZ_OK)
        return status;
    status = check_compat(made, options->compat, path, error);
    if (status == TKZ_OK)
        *tokenizer = made;
    else
        tkz_tokenizer_free(made);
    return status;
}

static tkz_status open_model(tkz_tokenizer **tokenizer, const char *path,
                             const tkz__open_options *options, const tkz_allocator *allocator,
                             tkz_error *error)
{
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz__mapped_file file = {0};
    char *own_path;
    tkz_status status = map_model(&file, path, &chosen, &own_path, error);
    const tkz__format *format = status == TKZ_OK ? probe_all(&file) : NULL;
    if (status == TKZ_OK && format == NULL)
        status = refuse(&file, own_path, error);
    else if (status == TKZ_OK && options->named != NULL && !format->takes_pre_tokenizer)
        status = tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, own_path, TKZ__NO_OFFSET,
                                "a file of the format \"%s\" says its own pre-tokenizer; none can "
                                "be named for it",
                                format->info.name);
    else if (status == TKZ_OK && options->morph != NULL && !format->takes_morph)
        status = tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, own_path, TKZ__NO_OFFSET,
                                "text is cut into the words of a dictionary for vocab.txt of BERT "
                                "only; this file is of the format \"%s\"",
                                format->info.name);
    else if (status == TKZ_OK)
        status = open_as_wanted(format, tokenizer, own_path, &file, options, allocator, error);
    tkz__mapped_file_close(&file);
    if (own_path != NULL)
        tkz__release(&chosen, own_path, strlen(path) + 32);
    return status;
}

tkz_status tkz_tokenizer_open(tkz_tokenizer **tokenizer, const char *path,
                              const tkz_allocator *allocator, tkz_error *error)
{
    const tkz__open_options options = {.named = NULL};
    return open_model(tokenizer, path, &options, allocator, error);
}

tkz_status tkz_tokenizer_open_compat(tkz_tokenizer **tokenizer, const char *path, int32_t compat,
                                     const tkz_allocator *allocator, tkz_error *error)
{
    const tkz__open_options options = {.compat = compat};
    if (compat < TKZ_COMPAT_FILE || compat > TKZ_COMPAT_HF)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "there is no compat %d", (int)compat);
    return open_model(tokenizer, path, &options, allocator, error);
}

tkz_status tkz__format_spell_regex(const char *regex, size_t size, tkz__buffer *steps,
                                   tkz_error *error)
{
    tkz__split_spec spec = tkz__split_spec_default(TKZ__SPLIT_TIKTOKEN);
    tkz__split_steps *made;
    spec.text = tkz__duplicate(&steps->allocator, regex, size);
    spec.text_size = size;
    if (spec.text == NULL)
        return tkz__error_memory(error, size + 1);
    tkz_status status = tkz__split_spec_append(&spec, steps, error);
    tkz__release(&steps->allocator, spec.text, size + 1);
    if (status == TKZ_OK)
        status = tkz__split_steps_new(&made, (const char *)steps->data, steps->size,
                                      &steps->allocator, error);
    if (status != TKZ_OK)
        return status;
    tkz__split_steps_free(made);
    return tkz__buffer_append_byte(steps, '\0', error);
}

/* A file that does not say how text is cut, with a regular expression of tiktoken. */
static tkz_status open_with_regex(tkz_tokenizer **tokenizer, const char *path, const char *regex,
                                  const tkz_allocator *allocator, tkz_error *error)
{
    const tkz__pre_tokenizer *known =
        tkz__pre_tokenizer_by_dialect(TKZ__DIALECT_RUST, regex, strlen(regex));
    tkz__open_options options = {.named = known};
    if (known != NULL)
        return open_model(tokenizer, path, &options, allocator, error);
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz__buffer steps;
    tkz__buffer_init(&steps, &chosen);
    tkz_status status = tkz__format_spell_regex(regex, strlen(regex), &steps, error);
    if (status == TKZ_OK) {
        tkz__pre_tokenizer own = tkz__pre_tokenizer_of_steps((const char *)steps.data);
        options.named = &own;
        status = open_model(tokenizer, path, &options, allocator, error);
    }
    tkz__buffer_free(&steps);
    return status;
}

/* Takes `word` from the front of a text. */
static bool take(const char **text, const char *word)
{
    size_t size = strlen(word);
    if (strncmp(*text, word, size) != 0)
        return false;
    *text += size;
    return true;
}

/* "HASH", ":lowercase", ":characters". */
static tkz_status open_with_words(tkz_tokenizer **tokenizer, const char *path, const char *words,
                                  const tkz_allocator *allocator, tkz_error *error)
{
    tkz__morph_options morph = {0};
    tkz__open_options options = {.morph = &morph};
    size_t digits = strcspn(words, ":");
    const char *rest = words + digits;
    bool valid = tkz__split_read_hash(words, digits, &morph.dictionary);
    morph.lowercase = take(&rest, ":lowercase");
    morph.characters = take(&rest, ":characters");
    if (!valid || *rest != '\0')
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "\"morph:%s\": behind \"morph:\" comes the hash of a dictionary in 16 "
                              "digits of base 16, then \":lowercase\" and \":characters\" where "
                              "wanted",
                              words);
    return open_model(tokenizer, path, &options, allocator, error);
}

tkz_status tkz_tokenizer_open_as(tkz_tokenizer **tokenizer, const char *path,
                                 const char *pre_tokenizer, const tkz_allocator *allocator,
                                 tkz_error *error)
{
    static const char regex[] = "regex:", morph[] = "morph:";
    const tkz__pre_tokenizer *named =
        tkz__pre_tokenizer_find(pre_tokenizer, strlen(pre_tokenizer));
    if (named == NULL && strncmp(pre_tokenizer, regex, strlen(regex)) == 0)
        return open_with_regex(tokenizer, path, pre_tokenizer + strlen(regex), allocator, error);
    if (named == NULL && strncmp(pre_tokenizer, morph, strlen(morph)) == 0)
        return open_with_words(tokenizer, path, pre_tokenizer + strlen(morph), allocator, error);
    if (named == NULL)
        return tkz__error_set(error, TKZ_STATUS_NOT_FOUND, NULL, TKZ__NO_OFFSET,
                              "there is no pre-tokenizer \"%s\"; `tokenize list pre-tokenizers` "
                              "names all; \"regex:EXPRESSION\" is one of your own",
                              pre_tokenizer);
    const tkz__open_options options = {.named = named};
    return open_model(tokenizer, path, &options, allocator, error);
}

tkz_status tkz_tokenizer_file_format(const char *path, const tkz_format_info **format,
                                     tkz_error *error)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__mapped_file file = {0};
    char *own_path;
    tkz_status status = map_model(&file, path, &allocator, &own_path, error);
    const tkz__format *found = status == TKZ_OK ? probe_all(&file) : NULL;
    if (found != NULL)
        *format = &found->info;
    else if (status == TKZ_OK)
        status = refuse(&file, own_path, error);
    tkz__mapped_file_close(&file);
    if (own_path != NULL)
        tkz__release(&allocator, own_path, strlen(path) + 32);
    return status;
}

tkz_status tkz_tokenizer_serialize(const tkz_tokenizer *tokenizer, const char *format,
                                   tkz_bytes *bytes, tkz_error *error)
{
    const tkz__format *found = NULL;
    for (size_t i = 0; i < TABLE_SIZE; i++) {
        if (strcmp(table[i]->info.name, format) == 0 && table[i]->write != NULL)
            found = table[i];
    }
    if (found == NULL)
        return tkz__error_set(error, TKZ_STATUS_NOT_FOUND, NULL, TKZ__NO_OFFSET,
                              "no tokenizer format \"%s\" is written by this build; "
                              "`tokenize list formats` names those that are",
                              format);
    tkz_allocator allocator = tkz__tokenizer_allocator(tokenizer);
    tkz__buffer buffer;
    tkz__buffer_init(&buffer, &allocator);
    tkz_status status = found->write(tokenizer, &buffer, error);
    if (status == TKZ_OK)
        tkz__buffer_release(&buffer, bytes);
    tkz__buffer_free(&buffer);
    return status;
}
