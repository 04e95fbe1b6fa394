/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of tkz_output: frames that were compressed elsewhere. Leans on the public header.
 */
#ifndef TKZ_IO_OUTPUT_FILE_H
#define TKZ_IO_OUTPUT_FILE_H

#include "tokenize/io.h"

/* Writes a zstd frame (`stored`) into a compressed output, behind what was written before, which ends its own frame there: so
 * workers compress, and the bytes depend on what is written alone. Errors: as tkz_output_write. */
TKZ_CHECKED tkz_status tkz__output_write_frame(tkz_output *output, const void *stored, size_t size,
                                               tkz_error *error);

#endif
