/* SPDX-License-Identifier: Apache-2.0
 *
 * A batch as rows for training: templates of one or two texts, what is too long cut
 * off or into windows, what is too short filled. Leans on the template of the image.
 */
#ifndef TKZ_SUBWORD_BATCH_ROWS_H
#define TKZ_SUBWORD_BATCH_ROWS_H

#include "core/buffer.h"
#include "subword/tokenizer_image.h"

/* What rows are made by, and those of the last batch. */
typedef struct tkz__batch_rows {
    bool has_truncation;
    bool has_padding;
    bool want_masks;
    tkz_truncation truncation;
    tkz_padding padding;
    tkz__buffer ids;
    tkz__buffer spans;
    tkz__buffer types;
    tkz__buffer attention;
    tkz__buffer special;
    tkz__buffer offsets;
    tkz__buffer sources;
} tkz__batch_rows;

void tkz__batch_rows_init(tkz__batch_rows *rows, const tkz_allocator *allocator);
void tkz__batch_rows_free(tkz__batch_rows *rows);

/* Must a batch of single texts be arranged? Otherwise its rows are the ids as they were encoded. */
static inline bool tkz__batch_rows_needed(const tkz__batch_rows *rows)
{
    return rows->has_truncation || rows->has_padding || rows->want_masks;
}

/* The ids of texts as they were encoded, without a template. */
typedef struct tkz__encoded_texts {
    const uint32_t *ids;
    const tkz_token_span *spans;  /* of the ids */
    bool want_spans;              /* of the rows, too */
    const uint64_t *id_offsets;   /* of text i: id_offsets[i] .. id_offsets[i+1] */
    const uint64_t *places;       /* the same for its bytes, or characters: what spans count */
    size_t count;
} tkz__encoded_texts;

/* Makes the rows of texts, or of pairs of them (`count` is even), as HF tokenizers 0.23 does
 * (src/utils/truncation.rs, src/utils/padding.rs, src/tokenizer/encoding.rs). `add_template`: with the
 * ids of the template. `*batch` points into `rows`. Errors: INVALID_ARGUMENT, LIMIT,
 * UNSUPPORTED (no template for pairs), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__batch_rows_make(tkz__batch_rows *rows, const tkz__image *image,
                                            const tkz__encoded_texts *texts, bool pairs,
                                            bool add_template, tkz_batch *batch,
                                            tkz_error *error);

#endif
