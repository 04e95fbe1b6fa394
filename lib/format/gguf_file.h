/* SPDX-License-Identifier: Apache-2.0
 *
 * The metadata of a GGUF file that describe its tokenizer (ggml: docs/gguf.md), for the readers of
 * the models in it. Tensors are never looked at. Leans on format.h and the builder.
 */
#ifndef TKZ_FORMAT_GGUF_FILE_H
#define TKZ_FORMAT_GGUF_FILE_H

#include <string.h>

#include "format/format.h"
#include "subword/tokenizer_builder.h"

/* The types of values, by their numbers in the file. */
typedef enum tkz__gguf_type {
    TKZ__GGUF_U8,
    TKZ__GGUF_I8,
    TKZ__GGUF_U16,
    TKZ__GGUF_I16,
    TKZ__GGUF_U32,
    TKZ__GGUF_I32,
    TKZ__GGUF_F32,
    TKZ__GGUF_BOOL,
    TKZ__GGUF_STRING, /* u64 size, bytes */
    TKZ__GGUF_ARRAY,  /* u32 type of its items, u64 count, items */
    TKZ__GGUF_U64,
    TKZ__GGUF_I64,
    TKZ__GGUF_F64,
    TKZ__GGUF_TYPES
} tkz__gguf_type;

/* The keys that are read, each behind "tokenizer.ggml.". */
typedef enum tkz__gguf_key {
    TKZ__GGUF_MODEL,
    TKZ__GGUF_PRE,
    TKZ__GGUF_TOKENS,
    TKZ__GGUF_SCORES,
    TKZ__GGUF_TOKEN_TYPE,
    TKZ__GGUF_MERGES,
    TKZ__GGUF_CHARSMAP,
    TKZ__GGUF_ADD_SPACE_PREFIX,
    TKZ__GGUF_REMOVE_EXTRA_WHITESPACES,
    TKZ__GGUF_ESCAPE_WHITESPACES,
    TKZ__GGUF_ADD_BOS,
    TKZ__GGUF_ADD_EOS,
    TKZ__GGUF_BOS,
    TKZ__GGUF_EOS,
    TKZ__GGUF_UNKNOWN,
    TKZ__GGUF_KEYS
} tkz__gguf_key;

/* Where the value of a key is. */
typedef struct tkz__gguf_value {
    bool is_there;
    tkz__gguf_type type; /* of an array: that of its items */
    bool is_array;
    size_t start; /* of the value, of the bytes of a string, of the first item */
    size_t end;
    uint64_t count; /* items; 1 of other values */
} tkz__gguf_value;

/* A string in the file. */
typedef struct tkz__gguf_text {
    size_t start;
    size_t size;
} tkz__gguf_text;

typedef struct tkz__gguf_file {
    const char *path;
    const uint8_t *data;
    size_t size;
    tkz_error *error;
    tkz_allocator allocator;
    tkz__gguf_value values[TKZ__GGUF_KEYS];
    tkz__gguf_text *tokens; /* by id */
    uint32_t token_count;
    tkz__tokenizer_builder *builder;
    bool adds_bos; /* where the file does not say it */
    bool is_big;   /* numbers are big-endian */
    bool as_hf;    /* SentencePiece models are to encode as HF tokenizers would */
} tkz__gguf_file;

/* Names of the keys without "tokenizer.ggml.". */
extern const char *const tkz__gguf_keys[TKZ__GGUF_KEYS];

/* Reads the metadata and the list of tokens. Errors: BAD_FORMAT, UNSUPPORTED, LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__gguf_read(tkz__gguf_file *file);

/* "WHAT" at a place: BAD_FORMAT. */
tkz_status tkz__gguf_bad(const tkz__gguf_file *file, size_t place, const char *what);

/* The value of a key; what is not there leaves the result as it is. Errors: BAD_FORMAT (another
 * type, an
 * id of no token). */
TKZ_CHECKED tkz_status tkz__gguf_flag(const tkz__gguf_file *file, tkz__gguf_key key, bool *flag);
TKZ_CHECKED tkz_status tkz__gguf_id(const tkz__gguf_file *file, tkz__gguf_key key, uint32_t *id);

/* The value of a key that must be there. Errors: BAD_FORMAT. */
TKZ_CHECKED tkz_status tkz__gguf_string(const tkz__gguf_file *file, tkz__gguf_key key,
                                        tkz__gguf_text *text);
TKZ_CHECKED tkz_status tkz__gguf_array(const tkz__gguf_file *file, tkz__gguf_key key,
                                       tkz__gguf_type type);

/* The next string of an array, which is UTF-8; `*place` starts at the first item. Errors:
 * BAD_FORMAT. */
TKZ_CHECKED tkz_status tkz__gguf_next_text(const tkz__gguf_file *file, size_t *place,
                                           tkz__gguf_text *text);

/* The types of the tokens must be there, one for each, as tkz__piece_type has them; the list may be
 * missing where `is_needed` is false. Errors: BAD_FORMAT. */
TKZ_CHECKED tkz_status tkz__gguf_check_types(const tkz__gguf_file *file, bool is_needed);
tkz__piece_type tkz__gguf_token_type(const tkz__gguf_file *file, uint32_t id);

/* The scores must be there, a number for each token. Errors: BAD_FORMAT. */
TKZ_CHECKED tkz_status tkz__gguf_check_scores(const tkz__gguf_file *file);
float tkz__gguf_score(const tkz__gguf_file *file, uint32_t id);

static inline const char *tkz__gguf_bytes(const tkz__gguf_file *file, tkz__gguf_text text)
{
    return (const char *)file->data + text.start;
}

static inline bool tkz__gguf_equals(const tkz__gguf_file *file, tkz__gguf_text text,
                                    const char *wanted)
{
    return text.size == strlen(wanted) && memcmp(file->data + text.start, wanted, text.size) == 0;
}

/* Models: each makes file->builder and gives it all but the template. Errors: those of reading and
 * of the
 * builder. */
TKZ_CHECKED tkz_status tkz__gguf_give_bytes(tkz__gguf_file *file);  /* "gpt2" */
TKZ_CHECKED tkz_status tkz__gguf_give_merges(tkz__gguf_file *file); /* "llama" */
TKZ_CHECKED tkz_status tkz__gguf_give_unigram(tkz__gguf_file *file); /* "t5" */

TKZ_CHECKED tkz_status tkz__gguf_give_plamo(tkz__gguf_file *file); /* "plamo2" */

/* "bert": makes the tokenizer itself. */
TKZ_CHECKED tkz_status tkz__gguf_open_words(tkz__gguf_file *file, tkz_tokenizer **tokenizer);

#endif
