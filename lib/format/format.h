/* SPDX-License-Identifier: Apache-2.0
 *
 * A tokenizer file format: how it is told apart, read and written. One file per
 * format, listed in Makefile.inc. Leans on subword.
 */
#ifndef TKZ_FORMAT_FORMAT_H
#define TKZ_FORMAT_FORMAT_H

#include <stdbool.h>

#include "subword/tokenizer.h"

/* vocab.txt whose text is cut into the words of a dictionary. */
typedef struct tkz__morph_options {
    uint64_t dictionary; /* its hash */
    bool lowercase;      /* words become lower-case */
    bool characters;     /* tokens are characters, not pieces of words */
} tkz__morph_options;

/* How a file is to be read. */
typedef struct tkz__open_options {
    const tkz__pre_tokenizer *named; /* for files that do not say theirs; NULL: none is named */
    int32_t compat;                  /* of tkz_compat; a format that has no choice need not look */
    const tkz__morph_options *morph; /* NULL: the file is read as it is */
} tkz__open_options;

typedef struct tkz__format {
    tkz_format_info info;
    /* True if these bytes are a file of this format. NULL as `open` is. */
    bool (*probe)(const uint8_t *data, size_t size);
    /* Makes a tokenizer of the file; may take `file` over (it is then all zero). NULL: this build
     * does not read the format; foreign_format.c recognises it. */
    tkz_status (*open)(tkz_tokenizer **tokenizer, const char *path, tkz__mapped_file *file,
                       const tkz__open_options *options, const tkz_allocator *allocator,
                       tkz_error *error);
    /* Files of this format do not say by which pre-tokenizer text is cut. */
    bool takes_pre_tokenizer;
    bool takes_morph; /* text may be cut into the words of a dictionary */
    /* Appends the tokenizer to `buffer`. NULL: this build does not write the format. */
    tkz_status (*write)(const tkz_tokenizer *tokenizer, tkz__buffer *buffer, tkz_error *error);
} tkz__format;

/* Which program a tokenizer encodes like, of tkz_compat; FILE where nothing differs between them or
 * neither has such a model. */
int32_t tkz__format_compat(const tkz_tokenizer *tokenizer);

/* Says of an error of the builder where it came from: what the caller of the builder did wrong is
 * what the file says wrong (INVALID_ARGUMENT becomes BAD_FORMAT). Returns the status to pass on. */
tkz_status tkz__format_error_at(tkz_status status, const char *path, uint64_t offset,
                                tkz_error *error);

/* Appends the steps of a pre-tokenizer with a regular expression of tiktoken, and a NUL. Errors: those
 * of tkz__split_steps_new. */
TKZ_CHECKED tkz_status tkz__format_spell_regex(const char *regex, size_t size, tkz__buffer *steps,
                                               tkz_error *error);

/* The greatest id that a file of `size` bytes may name: so that memory stays in proportion to it. */
static inline uint64_t tkz__format_greatest_id(size_t size)
{
    return (uint64_t)size + 65535;
}

/* How many bytes of a text of a file a message shows, for "%.*s": whole characters, about `most`. */
static inline int tkz__format_shown(const char *text, size_t size, size_t most)
{
    if (size <= most)
        return (int)size;
    while (most > 0 && ((unsigned char)text[most] & 0xC0) == 0x80)
        most--;
    return (int)most;
}

/* For a file of no format that is read: a sentence that names a foreign tokenizer format and says
 * what to do, or NULL if the bytes are of none that is known. Static string. */
const char *tkz__foreign_format(const uint8_t *data, size_t size);

#endif
