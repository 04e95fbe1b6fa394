/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a list of one item a line. Leans on mapped_file.
 */
#include "clean/line_file.h"

#include <string.h>

#include "core/mapped_file.h"
#include "tokenize/text.h"

typedef struct reader {
    const char *path;
    tkz_status (*add)(void *context, const char *line, size_t size, tkz_error *error);
    void *context;
} reader;

/* One line; complaints name the place. */
static tkz_status read_line(const reader *in, const char *line, size_t size, uint32_t number,
                            tkz_error *error)
{
    tkz_error fault;
    tkz_status status = TKZ_OK;
    if (tkz_utf8_valid_prefix(line, size) < size)
        status = tkz__error_set(&fault, TKZ_STATUS_BAD_UTF8, NULL, TKZ__NO_OFFSET,
                                "this is not UTF-8; 'tokenize text convert' converts lists in other "
                                "charsets");
    else if (size > 0)
        status = in->add(in->context, line, size, &fault);
    if (status == TKZ_OK)
        return TKZ_OK;
    (void)tkz__error_set(error, status, in->path, TKZ__NO_OFFSET, "line %u: %s", number,
                         fault.message);
    if (error != NULL)
        error->line = number;
    return status;
}

tkz_status tkz__line_file_read(const char *path,
                               tkz_status (*add)(void *context, const char *line, size_t size,
                                                 tkz_error *error),
                               void *context, tkz_error *error)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const reader in = {path, add, context};
    tkz__mapped_file file = {0};
    tkz_status status = tkz__mapped_file_open(&file, path, error);
    const char *at = (const char *)file.data;
    size_t left = status == TKZ_OK ? file.size : 0;
    if (left >= sizeof mark - 1 && memcmp(at, mark, sizeof mark - 1) == 0)
        at += sizeof mark - 1, left -= sizeof mark - 1;
    for (uint32_t number = 1; left > 0 && status == TKZ_OK; number++) {
        const char *end = memchr(at, '\n', left);
        size_t size = end != NULL ? (size_t)(end - at) : left;
        size_t step = end != NULL ? size + 1 : size;
        bool returns = size > 0 && at[size - 1] == '\r';
        status = read_line(&in, at, size - returns, number, error);
        at += step;
        left -= step;
    }
    tkz__mapped_file_close(&file);
    return status;
}
