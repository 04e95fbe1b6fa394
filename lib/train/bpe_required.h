/* SPDX-License-Identifier: Apache-2.0
 *
 * The tokens of a finished BPE vocabulary: merges as training has found them, and among them those that required tokens
 * need. Leans on bpe_trainer.h.
 */
#ifndef TKZ_TRAIN_BPE_REQUIRED_H
#define TKZ_TRAIN_BPE_REQUIRED_H

#include "train/bpe_trainer.h"

/* What a vocabulary of one size has behind its alphabet. */
typedef struct tkz__bpe_vocabulary {
    const tkz__bpe_tokens *tokens; /* the trainer's, or `own` */
    size_t merges;                 /* of `tokens` behind the alphabet */
    tkz__bpe_tokens own;
} tkz__bpe_vocabulary;

/* That of `size` ids (0: all there are), which must not move: the trainer's first merges; with required tokens as many of
 * these as leave room for the merges that make the tokens out of what they give. Errors: INVALID_ARGUMENT (not so many
 * ids, or fewer than the base), INVALID_OPTION (too few for the required tokens, or a rule is in their way),
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_vocabulary_init(tkz__bpe_vocabulary *vocabulary, const tkz_bpe_trainer *trainer,
                                                uint32_t size, tkz_error *error);
void tkz__bpe_vocabulary_free(tkz__bpe_vocabulary *vocabulary); /* accepts an all-zero struct */

/* Can each required token be one, and does nothing contradict it? Its characters are required of the alphabet from here on.
 * Before the alphabet is chosen. Errors: INVALID_OPTION, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_required_check(tkz_bpe_options *options, tkz_error *error);

/* Does the pre-tokenizer leave each of them whole? Errors: INVALID_OPTION, those of steps, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_required_check_cuts(const tkz_bpe_options *options, tkz_error *error);

/* Merges that they need behind the first `found` ones of the trainer. Errors: INVALID_OPTION, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__bpe_required_count(const tkz_bpe_trainer *trainer, size_t found, uint32_t *count,
                                               tkz_error *error);

#endif
