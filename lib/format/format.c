/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of tokenizer formats, made by make from the names in Makefile.inc, and
 * the public calls that choose one. Leans on the formats.
 */
#include "format/format.h"

#include <string.h>

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

tkz_status tkz_tokenizer_open(tkz_tokenizer **tokenizer, const char *path,
                              const tkz_allocator *allocator, tkz_error *error)
{
    tkz__mapped_file file;
    tkz_status status = tkz__mapped_file_open(&file, path, error);
    if (status != TKZ_OK)
        return status;
    const tkz__format *found = NULL;
    for (size_t i = 0; i < TABLE_SIZE && found == NULL; i++) {
        if (table[i]->open != NULL && file.size > 0 && table[i]->probe(file.data, file.size))
            found = table[i];
    }
    if (found != NULL)
        status = found->open(tokenizer, path, &file, allocator, error);
    else
        status = refuse(&file, path, error);
    tkz__mapped_file_close(&file);
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
                              "`tokenize list` names those that are",
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
