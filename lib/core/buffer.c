/* SPDX-License-Identifier: Apache-2.0
 *
 * A growing byte buffer and little-endian integers in it. Leans on memory.
 */
#include "core/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void tkz__buffer_init(tkz__buffer *buffer, const tkz_allocator *allocator)
{
    memset(buffer, 0, sizeof *buffer);
    buffer->allocator = tkz__allocator_or_default(allocator);
}

void tkz__buffer_free(tkz__buffer *buffer)
{
    tkz__release(&buffer->allocator, buffer->data, buffer->capacity);
    buffer->data = NULL;
    buffer->size = 0;
    buffer->capacity = 0;
}

void tkz__buffer_clear(tkz__buffer *buffer)
{
    buffer->size = 0;
}

tkz_status tkz__buffer_reserve(tkz__buffer *buffer, size_t extra, tkz_error *error)
{
    size_t needed;
    if (!tkz__size_add(buffer->size, extra, &needed))
        return tkz__error_memory(error, extra);
    return tkz__array_reserve(&buffer->allocator, (void **)&buffer->data, &buffer->capacity,
                              needed, 1, error);
}

tkz_status tkz__buffer_append(tkz__buffer *buffer, const void *data, size_t size, tkz_error *error)
{
    tkz_status status = tkz__buffer_reserve(buffer, size, error);
    if (status != TKZ_OK)
        return status;
    if (size > 0)
        memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
    return TKZ_OK;
}

tkz_status tkz__buffer_append_byte(tkz__buffer *buffer, uint8_t byte, tkz_error *error)
{
    return tkz__buffer_append(buffer, &byte, 1, error);
}

tkz_status tkz__buffer_append_fill(tkz__buffer *buffer, uint8_t value, size_t size,
                                   tkz_error *error)
{
    tkz_status status = tkz__buffer_reserve(buffer, size, error);
    if (status != TKZ_OK || size == 0)
        return status;
    memset(buffer->data + buffer->size, value, size);
    buffer->size += size;
    return TKZ_OK;
}

tkz_status tkz__buffer_append_text(tkz__buffer *buffer, const char *text, tkz_error *error)
{
    return tkz__buffer_append(buffer, text, strlen(text), error);
}

tkz_status tkz__buffer_append_format(tkz__buffer *buffer, tkz_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return tkz__error_set(error, TKZ_STATUS_INTERNAL, NULL, TKZ__NO_OFFSET, "bad format");

    tkz_status status = tkz__buffer_reserve(buffer, (size_t)length + 1, error);
    if (status != TKZ_OK)
        return status;
    va_start(arguments, format);
    vsnprintf((char *)buffer->data + buffer->size, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->size += (size_t)length;
    return TKZ_OK;
}

tkz_status tkz__buffer_append_u32(tkz__buffer *buffer, uint32_t value, tkz_error *error)
{
    uint8_t bytes[4];
    tkz__store_u32(bytes, value);
    return tkz__buffer_append(buffer, bytes, sizeof bytes, error);
}

tkz_status tkz__buffer_append_u64(tkz__buffer *buffer, uint64_t value, tkz_error *error)
{
    uint8_t bytes[8];
    tkz__store_u64(bytes, value);
    return tkz__buffer_append(buffer, bytes, sizeof bytes, error);
}

void tkz__buffer_release(tkz__buffer *buffer, tkz_bytes *bytes)
{
    bytes->data = buffer->data;
    bytes->size = buffer->size;
    bytes->capacity = buffer->capacity;
    bytes->allocator = buffer->allocator;
    buffer->data = NULL;
    buffer->size = 0;
    buffer->capacity = 0;
}

void tkz_bytes_free(tkz_bytes *bytes)
{
    if (bytes == NULL || bytes->data == NULL)
        return;
    tkz__release(&bytes->allocator, bytes->data, bytes->capacity);
    bytes->data = NULL;
    bytes->size = 0;
    bytes->capacity = 0;
}
