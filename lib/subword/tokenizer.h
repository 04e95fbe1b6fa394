/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of a tokenizer as model formats need it: its parts, read-only, and
 * the native image. Leans on the image layout.
 */
#ifndef TKZ_SUBWORD_TOKENIZER_H
#define TKZ_SUBWORD_TOKENIZER_H

#include "core/buffer.h"
#include "core/mapped_file.h"
#include "subword/piece_model.h"
#include "subword/pre_tokenizer.h"
#include "tokenize/subword.h"
#include "tokenize/text.h"

/* The image that holds it all; layout in subword/tokenizer_image.h. */
const struct tkz__image *tkz__tokenizer_image(const tkz_tokenizer *tokenizer);
const tkz__pre_tokenizer *tkz__tokenizer_pre_tokenizer(const tkz_tokenizer *tokenizer);
/* What text goes through first, or NULL. */
const tkz_normal_form *tkz__tokenizer_normal_form(const tkz_tokenizer *tokenizer);
/* The steps that cut text where no pre-tokenizer by name does, or NULL. */
const struct tkz__split_steps *tkz__tokenizer_steps(const tkz_tokenizer *tokenizer);
/* Of a model without merges. */
const struct tkz__engine *tkz__tokenizer_engine(const tkz_tokenizer *tokenizer);
/* Tokens of merges that have one rank. */
const struct tkz__tied_tokens *tkz__tokenizer_tied(const tkz_tokenizer *tokenizer);
/* How tokens become text, or NULL: they are its bytes. */
const struct tkz__decode_steps *tkz__tokenizer_decode_steps(const tkz_tokenizer *tokenizer);
/* Of the added tokens that are looked for in raw or in normalized text. */
const struct tkz__added_finder *tkz__tokenizer_finder(const tkz_tokenizer *tokenizer,
                                                      bool normalized);
/* Added tokens in the order of their ids, with their TKZ__ADDED_ flags. */
uint32_t tkz__tokenizer_added_count(const tkz_tokenizer *tokenizer);
uint32_t tkz__tokenizer_added(const tkz_tokenizer *tokenizer, uint32_t index, uint32_t *flags);
/* What token `id`, which is below tkz_tokenizer_size, is decoded from: its bytes, of an added token that is
 * looked for in normalized text the normalized ones. False if there is no such token. */
bool tkz__tokenizer_decoded(const tkz_tokenizer *tokenizer, uint32_t id, const uint8_t **bytes,
                            size_t *size);
/* Is `id`, which is below tkz_tokenizer_size, a special token? */
bool tkz__tokenizer_is_special(const tkz_tokenizer *tokenizer, uint32_t id);
/* All merges of the model in rank order, also those that happen only with dropout: ids of halves and
 * result, TKZ__NO_TOKEN among them in a damaged image. */
uint32_t tkz__tokenizer_merge_count(const tkz_tokenizer *tokenizer);
void tkz__tokenizer_merge(const tkz_tokenizer *tokenizer, uint32_t number, uint32_t *left,
                          uint32_t *right, uint32_t *result);
/* JSON text (`size` bytes, not NUL-terminated), or NULL. */
const char *tkz__tokenizer_provenance(const tkz_tokenizer *tokenizer, size_t *size);

/* What makes its tokens, and how unknown text is treated. */
tkz__model_kind tkz__tokenizer_kind(const tkz_tokenizer *tokenizer);
const tkz__piece_settings *tkz__tokenizer_pieces(const tkz_tokenizer *tokenizer);
/* Of an id below tkz_tokenizer_size. */
double tkz__tokenizer_score(const tkz_tokenizer *tokenizer, uint32_t id);
tkz__piece_type tkz__tokenizer_type(const tkz_tokenizer *tokenizer, uint32_t id);
/* Of WORD_PIECE: how pieces begin that do not begin a word. Not NUL-terminated, as all that follow. */
const char *tkz__tokenizer_mark(const tkz_tokenizer *tokenizer, size_t *size);
/* The steps of its decoder; size 0: tokens are bytes. */
const char *tkz__tokenizer_decoder(const tkz_tokenizer *tokenizer, size_t *size);
/* What the file of the model said that is in no other part; size 0: nothing. */
const uint8_t *tkz__tokenizer_origin(const tkz_tokenizer *tokenizer, size_t *size);

/* The allocator it was made with. */
tkz_allocator tkz__tokenizer_allocator(const tkz_tokenizer *tokenizer);

/* Takes one more reference. */
tkz_tokenizer *tkz__tokenizer_reference(tkz_tokenizer *tokenizer);

/* True if `data` starts like a native image. */
int tkz__tokenizer_image_probe(const void *data, size_t size);
/* Opens a native image; takes over `file` on success. */
TKZ_CHECKED tkz_status tkz__tokenizer_open_image(tkz_tokenizer **tokenizer, const char *path,
                                                 tkz__mapped_file *file,
                                                 const tkz_allocator *allocator,
                                                 tkz_error *error);
/* Reads every byte of the image and checks it: checksums, tokens, merges and the tables made from
 * them. For `check --deep`. Errors: CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__tokenizer_verify_image(const tkz_tokenizer *tokenizer,
                                                   tkz_error *error);
/* Takes over `buffer` (emptied on success), which holds an image, as a tokenizer of its own. */
TKZ_CHECKED tkz_status tkz__tokenizer_from_image(tkz_tokenizer **tokenizer, tkz__buffer *buffer,
                                                 tkz_error *error);
/* The image bytes of a tokenizer. */
TKZ_CHECKED tkz_status tkz__tokenizer_write_image(const tkz_tokenizer *tokenizer,
                                                  tkz__buffer *buffer, tkz_error *error);

#endif
