/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokenizers: text to token ids and back.
 */
#ifndef TOKENIZE_SUBWORD_H
#define TOKENIZE_SUBWORD_H

#include "tokenize/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A vocabulary with all that belongs to it (pre-tokenizer, merges, special tokens). Immutable; any
 * thread. */
typedef struct tkz_tokenizer tkz_tokenizer;

/* Opens a tokenizer file, told apart by its content. This build reads the native image (.tkz);
 * other formats are UNSUPPORTED with a message. The file is mapped: it must not be changed in
 * place while the tokenizer lives. Errors: OPEN_FAILED, BAD_FORMAT, BAD_VERSION, CORRUPT,
 * UNSUPPORTED, IO, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_tokenizer_open(tkz_tokenizer **tokenizer, const char *path,
                                                  const tkz_allocator *allocator,
                                                  tkz_error *error);
TKZ_API void tkz_tokenizer_free(tkz_tokenizer *tokenizer); /* drops one reference; accepts NULL */

/* Writes the tokenizer as bytes in a named format: "tkz" (native image) or "hf" (tokenizer.json of
 * HF tokenizers). Free with tkz_bytes_free. Errors: NOT_FOUND (format), UNSUPPORTED (cannot be said
 * exactly), CORRUPT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_tokenizer_serialize(const tkz_tokenizer *tokenizer,
                                                       const char *format, tkz_bytes *bytes,
                                                       tkz_error *error);

/* Number of ids, 0 .. size-1. */
TKZ_API uint32_t tkz_tokenizer_size(const tkz_tokenizer *tokenizer);

/* The bytes of a token (not NUL-terminated, not always whole characters), owned by the tokenizer.
 * `*is_special` may be NULL. Errors: BAD_ID, CORRUPT. */
TKZ_API TKZ_CHECKED tkz_status tkz_tokenizer_token(const tkz_tokenizer *tokenizer, uint32_t id,
                                                   const uint8_t **bytes, size_t *size,
                                                   int32_t *is_special, tkz_error *error);

/* The id of a special token such as "<|endoftext|>". Errors: NOT_FOUND. */
TKZ_API TKZ_CHECKED tkz_status tkz_tokenizer_special(const tkz_tokenizer *tokenizer,
                                                     const char *content, size_t size,
                                                     uint32_t *id, tkz_error *error);

/* Per-thread worker that encodes and decodes. Holds a reference to its tokenizer. */
typedef struct tkz_encoder tkz_encoder;
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_new(tkz_encoder **encoder, tkz_tokenizer *tokenizer,
                                               const tkz_allocator *allocator, tkz_error *error);
TKZ_API void tkz_encoder_free(tkz_encoder *encoder); /* accepts NULL */

/* Ids of a batch: those of text i are ids[offsets[i]] .. ids[offsets[i+1]-1]. */
typedef struct tkz_batch {
    const uint32_t *ids;
    const uint64_t *offsets; /* count + 1 of them */
    size_t count;
} tkz_batch;

/* Encodes `count` texts: text i is data[offsets[i]] .. data[offsets[i+1]-1], UTF-8; invalid bytes
 * are encoded as they are (every byte has a token). Special tokens are never taken from text. The
 * result is owned by the encoder and valid until its next call. Errors: INVALID_ARGUMENT (offsets
 * not ascending), LIMIT (a text of 4 GiB or more), CORRUPT (damaged image), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_encode(tkz_encoder *encoder, const char *data,
                                                  const uint64_t *offsets, size_t count,
                                                  const tkz_batch **batch, tkz_error *error);

/* Bytes of `count` ids, special tokens as their content unless `skip_special`. Owned by the encoder
 * until its next call. Errors: BAD_ID with the index as offset, CORRUPT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_encoder_decode(tkz_encoder *encoder, const uint32_t *ids,
                                                  size_t count, int32_t skip_special,
                                                  const uint8_t **bytes, size_t *size,
                                                  tkz_error *error);

/* ---- What this build offers, for `tokenize list` ----------------------- */

/* Pre-tokenizers by name. NULL beyond the end; static strings. */
typedef struct tkz_pre_tokenizer_info {
    const char *name;
    const char *pattern;
    const char *unicode_version;
    const char *text;
} tkz_pre_tokenizer_info;
TKZ_API size_t tkz_pre_tokenizer_count(void);
TKZ_API const tkz_pre_tokenizer_info *tkz_pre_tokenizer_at(size_t index);

/* Tokenizer file formats. */
typedef struct tkz_format_info {
    const char *name; /* "tkz", "hf" */
    const char *text;
    int32_t reads;  /* 1 if tkz_tokenizer_open reads it */
    int32_t writes; /* 1 if tkz_tokenizer_serialize writes it */
} tkz_format_info;
TKZ_API size_t tkz_format_count(void);
TKZ_API const tkz_format_info *tkz_format_at(size_t index);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_SUBWORD_H */
