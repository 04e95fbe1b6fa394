/* SPDX-License-Identifier: Apache-2.0
 *
 * How text is cut into the words that are counted: a pre-tokenizer, further rules, and a boundary
 * source; a word ends wherever one of them says so. Leans on subword's pre-tokenizers and steps
 * and on text's classes.
 */
#ifndef TKZ_TRAIN_WORD_CUT_H
#define TKZ_TRAIN_WORD_CUT_H

#include "core/boundary.h"
#include "subword/pre_tokenizer.h"
#include "subword/split_steps.h"

/* The rules, of Unicode 16. */
enum {
    TKZ__CUT_DIGITS = 1,      /* "digits": a decimal digit is a word */
    TKZ__CUT_LINES = 2,       /* "lines": a word ends behind each LF */
    TKZ__CUT_PUNCTUATION = 4, /* "punctuation": a character of P*, or a sign of ASCII, is a word */
    TKZ__CUT_SCRIPTS = 8      /* "scripts": a word ends where the script changes; Han, Hiragana and
                               * Katakana are three, a prolonged sound mark goes with the kana before
                               * it, marks with what is before them, white space with what follows;
                               * what belongs to no script (Common) is one of its own */
};

/* Immutable; any thread. */
typedef struct tkz__word_rules {
    tkz_allocator allocator;
    const tkz__pre_tokenizer *pre_tokenizer; /* NULL: `steps`, or none */
    tkz__split_steps *steps;                 /* NULL: none */
    char *pre_tokenizer_name;                /* a name, steps, or "none" */
    uint32_t cuts;
    char cut_names[48]; /* "lines,punctuation", in this order; "" for none */
} tkz__word_rules;

/* `pre_tokenizer` is a name, "none", or the text of steps; `cuts` is a list of rules with commas
 * between, in any order, or NULL. Errors: NOT_FOUND (a name; the message lists the rules),
 * BAD_FORMAT and others of steps, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__word_rules_init(tkz__word_rules *rules, const char *pre_tokenizer,
                                            const char *cuts, const tkz_allocator *allocator,
                                            tkz_error *error);
void tkz__word_rules_free(tkz__word_rules *rules); /* accepts an all-zero struct */

/* Memory of one thread. */
typedef struct tkz__word_cutter {
    const tkz__word_rules *rules;
    tkz__splitter splitter; /* for steps */
    bool has_splitter;

    const char *text; /* what is cut: the given text, or what steps made of it */
    size_t size;
    size_t start; /* of the next word */

    size_t chunk_end; /* of the chunk that holds `start` */
    uint32_t scanned[256];
    size_t scanned_base;
    size_t scanned_count;
    size_t scanned_next;
    const tkz__split_piece *pieces; /* of steps */
    size_t piece_count;
    size_t piece_next;

    size_t rule_end; /* the first border of the rules behind `start` */
    size_t rule_at;  /* characters before it were looked at */
    uint32_t rule_last;  /* the one before it */
    uint32_t rule_script; /* its script */

    const tkz__boundary_source *source; /* NULL: none */
    size_t portion_end;                 /* text before it was shown to the source */
    size_t portion_start;
    const uint64_t *ends; /* from portion_start */
    size_t end_count;
    size_t end_next;

    uint64_t cut_words; /* words that had to be cut at TKZ__WORD_LIMIT, since init */
} tkz__word_cutter;

void tkz__word_cutter_init(tkz__word_cutter *cutter, const tkz__word_rules *rules);
void tkz__word_cutter_free(tkz__word_cutter *cutter); /* accepts an all-zero struct */

/* Begins a text of less than 4 GiB. `source` may be NULL; it is asked about whole lines, some
 * 64 KiB of them at a time, so that its ends need no memory that grows with the text. Errors: LIMIT,
 * those of steps. */
TKZ_CHECKED tkz_status tkz__word_cutter_begin(tkz__word_cutter *cutter, const char *text,
                                              size_t size, const tkz__boundary_source *source,
                                              tkz_error *error);

/* The next words of `cutter->text`: where each ends, at most `room` of them; `*count` is 0 at the
 * end. The first begins at 0, each other one where the one before ends. Errors: those of the
 * source. */
TKZ_CHECKED tkz_status tkz__word_cutter_next(tkz__word_cutter *cutter, uint32_t *ends, size_t room,
                                             size_t *count, tkz_error *error);

#endif
