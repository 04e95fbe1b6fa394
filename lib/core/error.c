/* SPDX-License-Identifier: Apache-2.0
 *
 * Status names and the caller-owned error detail. Leans on nothing; no globals.
 */
#include "core/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(tkz_error) == 512, "tkz_error never changes its size");

const char *tkz_status_name(tkz_status status)
{
    switch (status) {
#define NAME(name, number, text)                                                                  \
    case number:                                                                                  \
        return #name;
        TKZ_STATUS_LIST(NAME)
#undef NAME
    default:
        return "UNKNOWN";
    }
}

const char *tkz_status_text(tkz_status status)
{
    switch (status) {
#define TEXT(name, number, text)                                                                  \
    case number:                                                                                  \
        return text;
        TKZ_STATUS_LIST(TEXT)
#undef TEXT
    default:
        return "unknown status";
    }
}

void tkz_error_clear(tkz_error *error)
{
    if (error == NULL)
        return;
    memset(error, 0, sizeof *error);
    error->offset = TKZ__NO_OFFSET;
}

/* Removes the bytes of a character that a full buffer cut in the middle. */
static void trim_partial_character(char *text, size_t length)
{
    size_t start = length;
    while (start > 0 && length - start < 4 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (need > length - start + 1)
        text[start - 1] = '\0';
}

static void copy_text(char *target, size_t capacity, const char *source)
{
    size_t length = strlen(source);
    if (length < capacity) {
        memcpy(target, source, length + 1);
        return;
    }
    memcpy(target, source, capacity - 1);
    target[capacity - 1] = '\0';
    trim_partial_character(target, capacity - 1);
}

tkz_status tkz__error_set(tkz_error *error, tkz_status status, const char *where, uint64_t offset,
                          const char *format, ...)
{
    if (error == NULL)
        return status;
    tkz_error_clear(error);
    error->code = status;
    error->offset = offset;
    copy_text(error->where, sizeof error->where, where != NULL ? where : "");

    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof error->message)
        trim_partial_character(error->message, sizeof error->message - 1);
    return status;
}

tkz_status tkz__error_system(tkz_error *error, const char *where, const char *what,
                             int error_number)
{
    tkz_status status = TKZ_STATUS_IO;
    const char *hint = "";
    char text[160];

    if (error_number == ENOSPC || error_number == EDQUOT) {
        status = TKZ_STATUS_NO_SPACE;
        hint = "; free some space and run the same command again";
    } else if (error_number == ENOMEM) {
        status = TKZ_STATUS_OUT_OF_MEMORY;
    } else if (error_number == ENOENT || error_number == EACCES || error_number == ENOTDIR ||
               error_number == EISDIR || error_number == EPERM || error_number == ELOOP) {
        status = TKZ_STATUS_OPEN_FAILED;
    }
    /* The XSI strerror_r: thread-safe, unlike strerror. */
    if (strerror_r(error_number, text, sizeof text) != 0)
        snprintf(text, sizeof text, "error %d", error_number);
    return tkz__error_set(error, status, where, TKZ__NO_OFFSET, "cannot %s: %s%s", what, text,
                          hint);
}

tkz_status tkz__error_memory(tkz_error *error, size_t size)
{
    return tkz__error_set(error, TKZ_STATUS_OUT_OF_MEMORY, NULL, TKZ__NO_OFFSET,
                          "out of memory: %zu more bytes were needed", size);
}
