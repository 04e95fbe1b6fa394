/* SPDX-License-Identifier: Apache-2.0
 *
 * Named pre-tokenizers: each cuts text into the chunks that merges never cross.
 * Hand-written scanners over pinned class tables; the name fixes pattern and
 * Unicode version. Leans on text, and on its names for the libraries whose expressions they are.
 */
#ifndef TKZ_SUBWORD_PRE_TOKENIZER_H
#define TKZ_SUBWORD_PRE_TOKENIZER_H

#include <stddef.h>
#include <stdint.h>

#include "text/pattern.h"
#include "tokenize/subword.h"

/* One of the steps of a pre-tokenizer of HF that is a Sequence. */
typedef struct tkz__split_step {
    enum {
        TKZ__SPLIT_REGEX,     /* Split with a regular expression, isolated */
        TKZ__SPLIT_DIGITS,    /* Digits, each alone */
        TKZ__SPLIT_BYTE_LEVEL /* ByteLevel with its regular expression, that of gpt2 */
    } kind;
    const char *pattern; /* of REGEX, else NULL */
} tkz__split_step;

/* A regular expression that cuts like a scanner, and in which libraries that was tested. */
typedef struct tkz__spelling {
    unsigned dialects;
    const char *pattern;
} tkz__spelling;

typedef size_t tkz__pre_tokenizer_cut(const char *text, size_t size, uint32_t *ends, size_t room);

typedef struct tkz__pre_tokenizer {
    union {
        tkz_pre_tokenizer_info info; /* what the public list shows; the same four texts */
        struct {
            const char *name;            /* "llama3" */
            const char *pattern;         /* the regular expression it equals, in the syntax of HF
                                          * tokenizers; of a Sequence for the reader's eye only */
            const char *unicode_version; /* of \p{..} and \s in that reference */
            const char *description;
        };
    };
    /* Length in bytes of the chunk that starts at `text`: what `cut` gives with room for one. */
    size_t (*next)(const char *text, size_t size);
    /* Cuts the start of `text`, which begins at a chunk border and reaches to the end of the
     * document (size > 0, below 4 GiB). Writes where each chunk ends, in bytes from `text`,
     * ascending, at most `room` (>= 1) of them; returns how many, at least 1. Calling again behind
     * the last end gives the same chunks as one call with more room. Linear in the bytes of the
     * chunks written and about as many in front of them; a room of 256 and more costs nothing.
     * An invalid byte is a character that is no letter, mark, number, sign or white space. */
    tkz__pre_tokenizer_cut *cut;
    /* What `cut` chooses from, by tkz__scan_path (scan_planes.h), NULL where not compiled in: so that
     * tests can compare those that the processor has. */
    tkz__pre_tokenizer_cut *paths[3];
    /* The steps of the Sequence that it equals, in order; NULL: one Split with `pattern`. */
    const tkz__split_step *steps;
    size_t step_count;
    /* Other regular expressions that one Split may have instead; `pattern` is known to be equal in
     * the dialects of `pattern_dialects` (0: none, as there are steps). */
    const tkz__spelling *spellings;
    size_t spelling_count;
    unsigned pattern_dialects;
    /* It is none by name: `pattern` is the text of its steps (split_steps.h), which `cut` does not run:
     * it takes all for one chunk. */
    bool is_spelled;
} tkz__pre_tokenizer;

/* What the image holds: the name, or the steps. */
static inline const char *tkz__pre_tokenizer_spelling(const tkz__pre_tokenizer *one)
{
    return one->is_spelled ? one->pattern : one->name;
}

/* One with these steps (NUL-terminated), which must live as long. */
tkz__pre_tokenizer tkz__pre_tokenizer_of_steps(const char *steps);

/* It cuts nothing: a text is one chunk, as for sentencepiece. It has no name; the image holds no
 * text. */
extern const tkz__pre_tokenizer tkz__pre_tokenizer_none;

/* The pre-tokenizer called `name`, or NULL. The public list is in tokenize/subword.h. */
const tkz__pre_tokenizer *tkz__pre_tokenizer_find(const char *name, size_t size);

/* The one that cuts as one Split with `pattern` in HF's tokenizer.json, or NULL: only spellings that
 * were compared with the library (tests/oracle/compare_pre_tokenizers). */
const tkz__pre_tokenizer *tkz__pre_tokenizer_by_pattern(const char *pattern, size_t size);

/* The same with the library named. */
const tkz__pre_tokenizer *tkz__pre_tokenizer_by_dialect(tkz__regex_dialect dialect,
                                                        const char *pattern, size_t size);

/* The one that cuts as a Sequence of these steps, or NULL. One step that is a REGEX is looked up as
 * by its pattern. */
const tkz__pre_tokenizer *tkz__pre_tokenizer_by_steps(const tkz__split_step *steps, size_t count);

#endif
