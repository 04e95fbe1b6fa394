/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding added tokens in a text that comes in parts: gives on what no later byte can
 * change and holds the rest. Leans on the finder.
 *
 * What a token at a place needs to be known: its content, at most as long as the longest
 * one; one character behind it, for tokens that stand alone; the white space behind it up to
 * its end, for those that take it in; the character before it. The white space before a
 * place that is not decided is held too if some token could take it in.
 */
#ifndef TKZ_SUBWORD_STREAM_TOKENS_H
#define TKZ_SUBWORD_STREAM_TOKENS_H

#include "subword/added_tokens.h"

/* Places are of the text that went in. */
typedef struct tkz__token_stream {
    const tkz__added_finder *finder;
    bool allow_special;
    tkz__buffer held;
    uint64_t start; /* the place of what is held */
    size_t passed;  /* in what is held: before it all was given on */
    size_t taken;   /* where the last token ended */
    size_t at;      /* where the search goes on */
    size_t wait;    /* bytes that are to be held before it is worth looking again */
} tkz__token_stream;

/* Where the parts between tokens and the tokens go, in the order of the text. `plain` gets a part in
 * any number of pieces; a token, or the end of the text, ends it. */
typedef struct tkz__token_stream_steps {
    void *context;
    tkz_status (*plain)(void *context, const char *text, size_t size, uint64_t place,
                        tkz_error *error);
    tkz_status (*token)(void *context, uint32_t id, uint64_t start, uint64_t end,
                        tkz_error *error);
} tkz__token_stream_steps;

void tkz__token_stream_init(tkz__token_stream *stream, const tkz__added_finder *finder,
                            const tkz_allocator *allocator);
void tkz__token_stream_free(tkz__token_stream *stream);

/* A new text. */
void tkz__token_stream_clear(tkz__token_stream *stream, bool allow_special);

/* The next bytes. Errors: OUT_OF_MEMORY, and those of the steps. */
TKZ_CHECKED tkz_status tkz__token_stream_next(tkz__token_stream *stream, const char *text,
                                              size_t size, const tkz__token_stream_steps *steps,
                                              tkz_error *error);

/* The text ends: gives on what is held. */
TKZ_CHECKED tkz_status tkz__token_stream_end(tkz__token_stream *stream,
                                             const tkz__token_stream_steps *steps,
                                             tkz_error *error);

#endif
