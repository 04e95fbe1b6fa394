/* SPDX-License-Identifier: Apache-2.0
 *
 * A growing byte buffer, and its hand-over to the public tkz_bytes. Leans on memory.
 */
#ifndef TKZ_CORE_BUFFER_H
#define TKZ_CORE_BUFFER_H

#include "core/little_endian.h"
#include "core/memory.h"

typedef struct tkz__buffer {
    uint8_t *data;
    size_t size;     /* bytes in use */
    size_t capacity; /* bytes allocated */
    tkz_allocator allocator;
} tkz__buffer;

/* An empty buffer; allocates nothing. `allocator` is copied. */
void tkz__buffer_init(tkz__buffer *buffer, const tkz_allocator *allocator);
void tkz__buffer_free(tkz__buffer *buffer); /* leaves it empty and usable */
void tkz__buffer_clear(tkz__buffer *buffer); /* keeps the memory */

/* Makes room for `extra` more bytes behind `size`. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__buffer_reserve(tkz__buffer *buffer, size_t extra, tkz_error *error);
TKZ_CHECKED tkz_status tkz__buffer_append(tkz__buffer *buffer, const void *data, size_t size,
                                          tkz_error *error);
TKZ_CHECKED tkz_status tkz__buffer_append_byte(tkz__buffer *buffer, uint8_t byte,
                                               tkz_error *error);
/* Appends `size` bytes of one value. */
TKZ_CHECKED tkz_status tkz__buffer_append_fill(tkz__buffer *buffer, uint8_t value, size_t size,
                                               tkz_error *error);
/* Appends a NUL-terminated text without its NUL. */
TKZ_CHECKED tkz_status tkz__buffer_append_text(tkz__buffer *buffer, const char *text,
                                               tkz_error *error);
TKZ_CHECKED tkz_status tkz__buffer_append_format(tkz__buffer *buffer, tkz_error *error,
                                                 const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Little-endian integers. */
TKZ_CHECKED tkz_status tkz__buffer_append_u32(tkz__buffer *buffer, uint32_t value,
                                              tkz_error *error);
TKZ_CHECKED tkz_status tkz__buffer_append_u64(tkz__buffer *buffer, uint64_t value,
                                              tkz_error *error);

/* Hands the memory to `bytes`; the buffer is empty afterwards. */
void tkz__buffer_release(tkz__buffer *buffer, tkz_bytes *bytes);

#endif
