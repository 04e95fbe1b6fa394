/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenizer.json of HF tokenizers as a file format: byte-level BPE. Leans on
 * hf_file.h.
 */
#include "format/hf_file.h"
#include "format/json_shape.h"

static bool probe(const uint8_t *data, size_t size)
{
    return tkz__json_shape_of(data, size) == TKZ__SHAPE_TOKENIZER;
}

static tkz_status open_file(tkz_tokenizer **tokenizer, const char *path, tkz__mapped_file *file,
                            const tkz__open_options *options, const tkz_allocator *allocator,
                            tkz_error *error)
{
    return tkz__hf_open_compat(tokenizer, path, file->data, file->size, options->compat, allocator,
                               error);
}

extern const tkz__format tkz__format_hf;
const tkz__format tkz__format_hf = {
    .info = {"hf", "tokenizer.json of HF tokenizers: the same ids in every tool that reads it", 1,
             1},
    .probe = probe,
    .open = open_file,
    .write = tkz__hf_write,
};
