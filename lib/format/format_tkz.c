/* SPDX-License-Identifier: Apache-2.0
 *
 * The native image (doc/formats/tokenizer-image.md) as a file format. Leans on
 * subword, which owns the image.
 */
#include "format/format.h"

static bool probe(const uint8_t *data, size_t size)
{
    return tkz__tokenizer_image_probe(data, size) != 0;
}

static tkz_status open_file(tkz_tokenizer **tokenizer, const char *path, tkz__mapped_file *file,
                            const tkz__open_options *options, const tkz_allocator *allocator,
                            tkz_error *error)
{
    (void)options; /* the file says it */
    return tkz__tokenizer_open_image(tokenizer, path, file, allocator, error);
}

extern const tkz__format tkz__format_tkz;
const tkz__format tkz__format_tkz = {
    .info = {"tkz", "native image: mapped as it is, opens in no time; the extension is .tkz", 1,
             1},
    .probe = probe,
    .open = open_file,
    .write = tkz__tokenizer_write_image,
};
