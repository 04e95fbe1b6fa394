/* SPDX-License-Identifier: Apache-2.0
 *
 * Umbrella of libtokenize: everything public.
 *
 * Rules for the whole interface. Objects are opaque. Functions that can fail
 * return a tkz_status and fill an optional tkz_error, always the last
 * parameter. Text is a pointer and a length in bytes, UTF-8 unless said; NUL
 * is a legal byte in it. Objects called immutable may be used from any thread;
 * all others by one thread at a time. Nothing here prints, exits, reads the
 * environment or keeps global state.
 */
#ifndef TOKENIZE_TOKENIZE_H
#define TOKENIZE_TOKENIZE_H

#include "tokenize/base.h"
#include "tokenize/classify.h"
#include "tokenize/clean.h"
#include "tokenize/corpus.h"
#include "tokenize/count.h"
#include "tokenize/edit.h"
#include "tokenize/evaluate.h"
#include "tokenize/io.h"
#include "tokenize/morph.h"
#include "tokenize/ngram.h"
#include "tokenize/pii.h"
#include "tokenize/pipeline.h"
#include "tokenize/subword.h"
#include "tokenize/text.h"
#include "tokenize/train.h"
#include "tokenize/vocabulary.h"

#endif /* TOKENIZE_TOKENIZE_H */
