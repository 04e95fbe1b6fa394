/* SPDX-License-Identifier: Apache-2.0
 *
 * How model files and trainers make a tokenizer: they only call this builder. Leans on
 * the pre-tokenizer and the native image.
 */
#ifndef TKZ_SUBWORD_TOKENIZER_BUILDER_H
#define TKZ_SUBWORD_TOKENIZER_BUILDER_H

#include <stdbool.h>

#include "core/memory.h"
#include "subword/piece_model.h"
#include "subword/pre_tokenizer.h"
#include "subword/template_item.h"
#include "tokenize/subword.h"

typedef struct tkz__tokenizer_builder tkz__tokenizer_builder;

TKZ_CHECKED tkz_status tkz__tokenizer_builder_new(tkz__tokenizer_builder **builder,
                                                  const tkz__pre_tokenizer *pre_tokenizer,
                                                  const tkz_allocator *allocator,
                                                  tkz_error *error);
void tkz__tokenizer_builder_free(tkz__tokenizer_builder *builder); /* accepts NULL */

/* ---- A vocabulary that exists ------------------------------------------ */

/* A token by its id and its 1 or more bytes; ids may come in any order and leave holes. Single bytes
 * are symbols of merging; a byte that gets no token is dropped from texts.
 * Errors: INVALID_ARGUMENT (the id or the bytes are there already), LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_add_token(tkz__tokenizer_builder *builder,
                                                        uint32_t id, const void *bytes,
                                                        size_t size, tkz_error *error);

/* The next merge in rank order, by ids of tokens: a pair that was not there before. Their joined
 * bytes must be a token.
 * Errors: INVALID_ARGUMENT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_join(tkz__tokenizer_builder *builder, uint32_t left,
                                                   uint32_t right, tkz_error *error);

/* The same where the token is known that they make: saves the search for it. */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_join_to(tkz__tokenizer_builder *builder,
                                                      uint32_t left, uint32_t right,
                                                      uint32_t result, tkz_error *error);

/* The same for MARKED_BPE, where marks are between the halves' bytes that the token does not have. */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_join_marked(tkz__tokenizer_builder *builder,
                                                          uint32_t left, uint32_t right,
                                                          uint32_t result, tkz_error *error);

/* Instead of merges: ids are ranks, and any two tokens merge whose joined bytes are a token, the one
 * of the lowest rank first (openai/tiktoken: src/lib.rs). */
void tkz__tokenizer_builder_join_by_rank(tkz__tokenizer_builder *builder);

/* Instead of merges, for CHARACTER_BPE: any two symbols merge whose joined characters are a piece,
 * that of
 * the greatest score first, of equal ones the leftmost; characters that are no piece take part, and of
 * NORMAL, USER_DEFINED and UNUSED pieces all (sentencepiece: src/bpe_model.cc). */
void tkz__tokenizer_builder_join_by_score(tkz__tokenizer_builder *builder);

/* The kind of the model: BYTE_BPE unless this is called. Tokens of the other kinds are added as the
 * model
 * spells them. */
void tkz__tokenizer_builder_set_kind(tkz__tokenizer_builder *builder, tkz__model_kind kind);

/* How pieces are found; of all kinds but BYTE_BPE. */
void tkz__tokenizer_builder_set_pieces(tkz__tokenizer_builder *builder,
                                       const tkz__piece_settings *settings);

/* Score and type of a token that was added; 0 and NORMAL unless this is called. Errors:
 * INVALID_ARGUMENT
 * (no such token or type, a score that is no number), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_set_piece(tkz__tokenizer_builder *builder,
                                                        uint32_t id, double score,
                                                        tkz__piece_type type, tkz_error *error);

/* Of WORD_PIECE: how pieces begin that do not begin a word. Of MARKED_BPE: the same, a NUL, how those end
 * that end one. */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_set_mark(tkz__tokenizer_builder *builder,
                                                       const char *mark, size_t size,
                                                       tkz_error *error);

/* Steps by which tokens become text; none: tokens are bytes. */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_set_decoder(tkz__tokenizer_builder *builder,
                                                          const char *steps, size_t size,
                                                          tkz_error *error);

/* What the model's file says beyond all this, for writing it again: bytes of any kind that begin with
 * the name of the format and a line feed. */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_set_origin(tkz__tokenizer_builder *builder,
                                                         const void *bytes, size_t size,
                                                         tkz_error *error);

/* An added token: its id, its content (UTF-8) and TKZ__ADDED_ flags of tokenizer_image.h. It may be
 * a token of the vocabulary too, of the same bytes.
 * Errors: INVALID_ARGUMENT (content empty, not UTF-8 or added before; the id has other bytes), LIMIT,
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_add_added(tkz__tokenizer_builder *builder,
                                                        uint32_t id, const char *content,
                                                        size_t size, uint32_t flags,
                                                        tkz_error *error);

/* A chunk that is a token becomes that token, whatever merging would give. */
void tkz__tokenizer_builder_set_whole_chunks(tkz__tokenizer_builder *builder, bool whole);

/* The probability of dropout that the model says; encoders do not start with it. Errors:
 * INVALID_ARGUMENT (it is not in 0..1). */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_set_dropout(tkz__tokenizer_builder *builder,
                                                          double probability, tkz_error *error);

/* Steps that text goes through before it is cut into chunks, as tkz_normalizer_new takes them. */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_set_normalizer(tkz__tokenizer_builder *builder,
                                                             const char *steps, size_t size,
                                                             tkz_error *error);

/* The templates of one text and of two: ids such as BOS and EOS, and the places of the texts. The first
 * text stands in each once, the second one once in that of two; `pair_count` 0: there is none of two.
 * Ids must be tokens by now. Errors: INVALID_ARGUMENT, LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_set_template(tkz__tokenizer_builder *builder,
                                                           const tkz__template_item *items,
                                                           uint32_t single_count,
                                                           uint32_t pair_count, tkz_error *error);

/* ---- A vocabulary that is being made: ids in the order of the calls ----- */

TKZ_CHECKED tkz_status tkz__tokenizer_builder_add_special(tkz__tokenizer_builder *builder,
                                                          const char *content, size_t size,
                                                          uint32_t *id, tkz_error *error);
/* The 256 single bytes, in the order that HF's BpeTrainer gives its byte-level alphabet: ascending
 * by the code point that stands for the byte (subword/byte_level.h). */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_add_bytes(tkz__tokenizer_builder *builder,
                                                        tkz_error *error);
/* The next merge in rank order, and a token for it: left and right are ids of tokens.
 * INVALID_ARGUMENT too if a token of the same bytes exists: two ways to one token have one rank. */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_add_merge(tkz__tokenizer_builder *builder,
                                                        uint32_t left, uint32_t right,
                                                        uint32_t *id, tkz_error *error);

/* ---- Both -------------------------------------------------------------- */

/* Free-form provenance kept in the native image: one JSON text (how the vocabulary was made). */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_set_provenance(tkz__tokenizer_builder *builder,
                                                             const char *json, size_t size,
                                                             tkz_error *error);

/* Makes the tokenizer; the builder is empty afterwards and must still be freed. Errors: LIMIT,
 * OUT_OF_MEMORY, INVALID_ARGUMENT (there is no token). */
TKZ_CHECKED tkz_status tkz__tokenizer_builder_finish(tkz__tokenizer_builder *builder,
                                                     tkz_tokenizer **tokenizer, tkz_error *error);

#endif
