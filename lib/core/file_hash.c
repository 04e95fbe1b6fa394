/* SPDX-License-Identifier: Apache-2.0
 *
 * The hash of a file's contents. Leans on mapped_file and hash.
 */
#include "core/file_hash.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/hash.h"
#include "core/mapped_file.h"

tkz_status tkz__file_hash(const char *path, char text[TKZ__FILE_HASH_SIZE], tkz_error *error)
{
    tkz__mapped_file file = {0};
    tkz_status status = tkz__mapped_file_open(&file, path, error);
    text[0] = '\0';
    if (status != TKZ_OK)
        return status;
    tkz__hash128 hash = tkz__hash128_of(file.data, file.size);
    (void)snprintf(text, TKZ__FILE_HASH_SIZE, "%016" PRIx64 "%016" PRIx64, hash.high, hash.low);
    tkz__mapped_file_close(&file);
    return TKZ_OK;
}
