/* SPDX-License-Identifier: Apache-2.0
 *
 * Word counts and vocabularies made from them.
 */
#ifndef TOKENIZE_TRAIN_H
#define TOKENIZE_TRAIN_H

#include "tokenize/base.h"
#include "tokenize/subword.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Word counts -------------------------------------------------------- */

/* A table word -> count, with the name of the pre-tokenizer that cut the words. One thread at a
 * time while it changes. */
typedef struct tkz_word_counts tkz_word_counts;

/* An empty table for words that the pre-tokenizer of this name cuts. Errors: NOT_FOUND,
 * OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_word_counts_new(tkz_word_counts **counts,
                                                   const char *pre_tokenizer,
                                                   const tkz_allocator *allocator,
                                                   tkz_error *error);
TKZ_API void tkz_word_counts_free(tkz_word_counts *counts); /* accepts NULL */

/* Adds `count` occurrences of a word (any bytes, not empty); adding 0 changes nothing. Errors:
 * INVALID_ARGUMENT, OVERFLOW (the bytes of all occurrences would be above 2^64-1), LIMIT (2^32-2
 * different words of less than 4 GiB), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_word_counts_add(tkz_word_counts *counts, const char *word,
                                                   size_t size, uint64_t count, tkz_error *error);

/* Cuts `text` with the table's pre-tokenizer and counts the chunks. After an error the chunks
 * before the one that failed are counted. Errors: as tkz_word_counts_add. */
TKZ_API TKZ_CHECKED tkz_status tkz_word_counts_add_text(tkz_word_counts *counts, const char *text,
                                                        size_t size, tkz_error *error);

/* counts += other. Both need the same pre-tokenizer (INVALID_ARGUMENT). OVERFLOW leaves `counts` as
 * it was; after LIMIT or OUT_OF_MEMORY it holds a part of `other` too. */
TKZ_API TKZ_CHECKED tkz_status tkz_word_counts_merge(tkz_word_counts *counts,
                                                     const tkz_word_counts *other,
                                                     tkz_error *error);

/* Sums over the table: different words, all occurrences, bytes of all occurrences. Each pointer may
 * be NULL. */
TKZ_API void tkz_word_counts_totals(const tkz_word_counts *counts, uint64_t *types,
                                    uint64_t *tokens, uint64_t *bytes);

/* The table as bytes, sorted by word, and therefore the same for any order of additions. The format
 * is doc/formats/word-counts.md: a header line, then one line per word: count TAB word, with
 * \\ \t \n \r and \xHH for bytes that are not UTF-8. Free with tkz_bytes_free. Errors:
 * OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_word_counts_serialize(tkz_word_counts *counts, tkz_bytes *bytes,
                                                         tkz_error *error);

/* Reads such a table. `error` names the line. Errors: BAD_FORMAT (no such table), BAD_VERSION,
 * NOT_FOUND (the pre-tokenizer), CORRUPT, TRUNCATED (the last line has no end), OVERFLOW, LIMIT,
 * COUNTS_DISAGREE (with the header), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_word_counts_parse(tkz_word_counts **counts, const void *data,
                                                     size_t size, const tkz_allocator *allocator,
                                                     tkz_error *error);

/* ---- Byte-level BPE ----------------------------------------------------- */

/* How to train: an opaque set of options with defaults. */
typedef struct tkz_bpe_options tkz_bpe_options;
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_new(tkz_bpe_options **options,
                                                   const tkz_allocator *allocator,
                                                   tkz_error *error);
TKZ_API void tkz_bpe_options_free(tkz_bpe_options *options); /* accepts NULL */

/* Ids in all, specials and the 256 bytes included: 257 .. 16777216. Default 32000. Errors:
 * INVALID_OPTION. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_set_size(tkz_bpe_options *options, uint32_t size,
                                                        tkz_error *error);

/* Pairs seen less often are never merged. Default 2; 0 means the same as 1. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_set_minimum_count(tkz_bpe_options *options,
                                                                 uint64_t count, tkz_error *error);

/* Adds a special token; ids are given in this order, from 0. Errors: INVALID_OPTION (shorter than
 * two bytes, not UTF-8, or there already), OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_bpe_options_add_special(tkz_bpe_options *options,
                                                           const char *content, size_t size,
                                                           tkz_error *error);

/* Trains byte-level BPE: exact greedy merges, most frequent pair first, ties to the smaller left id
 * and then the smaller right id, as HF tokenizers' BpeTrainer does, but with 64-bit counts, and a
 * pair that spells a special token is never merged. The result does not depend on the order in
 * which words were added. Fewer merges than asked for are made when no pair is left. `counts` is
 * not const because its sorted order is kept in it. `progress` may be NULL. Errors: EMPTY_INPUT,
 * INVALID_OPTION (size too small for the specials and bytes), LIMIT (different words of 4 GiB and
 * more in all), CANCELLED, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_train_bpe(tkz_word_counts *counts,
                                             const tkz_bpe_options *options,
                                             const tkz_progress_callback *progress,
                                             const tkz_allocator *allocator,
                                             tkz_tokenizer **tokenizer, tkz_error *error);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_TRAIN_H */
