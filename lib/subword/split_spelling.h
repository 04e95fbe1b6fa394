/* SPDX-License-Identifier: Apache-2.0
 *
 * The steps of a pre-tokenizer that is none of those by name, as text: what the image holds and what
 * `vocab info` shows, such as
 *
 *     split-hf0.23:regex=\\s+:behavior=removed:invert=false,byte_level-hf0.23:prefix_space=true:regex=false
 *
 * Steps stand between commas, options behind colons; a backslash takes the character behind it as
 * it is. Each step is that of the library and version in its name. Leans on buffer.
 */
#ifndef TKZ_SUBWORD_SPLIT_SPELLING_H
#define TKZ_SUBWORD_SPLIT_SPELLING_H

#include "core/buffer.h"

enum {
    TKZ__SPLIT_MOST_STEPS = 64,
    TKZ__SPLIT_MOST_BYTES = 1 << 16, /* of the text of all steps */
    TKZ__SPLIT_MOST_TEXT = 1 << 14,  /* of one option */
    TKZ__SPLIT_MOST_LENGTH = 100000000, /* of FIXED_LENGTH */
    TKZ__SPLIT_HASH_DIGITS = 16
};

/* The pre-tokenizers of HF tokenizers (src/pre_tokenizers), the one that tiktoken has, and two of
 * BertJapaneseTokenizer of transformers: the words of a dictionary, and their lower case. */
typedef enum tkz__split_kind {
    TKZ__SPLIT_PATTERN,
    TKZ__SPLIT_NUMERIC,
    TKZ__SPLIT_PUNCTUATION,
    TKZ__SPLIT_WHITESPACE,
    TKZ__SPLIT_WHITESPACE_SPLIT,
    TKZ__SPLIT_DELIMITER,
    TKZ__SPLIT_BERT,
    TKZ__SPLIT_SCRIPTS,
    TKZ__SPLIT_FIXED_LENGTH,
    TKZ__SPLIT_METASPACE,
    TKZ__SPLIT_BYTES,
    TKZ__SPLIT_TIKTOKEN,
    TKZ__SPLIT_MORPH,
    TKZ__SPLIT_LOWERCASE,
    TKZ__SPLIT_KINDS
} tkz__split_kind;

/* What becomes of a match: SplitDelimiterBehavior. */
typedef enum tkz__split_behavior {
    TKZ__BEHAVIOR_REMOVED,
    TKZ__BEHAVIOR_ISOLATED,
    TKZ__BEHAVIOR_MERGED_WITH_PREVIOUS,
    TKZ__BEHAVIOR_MERGED_WITH_NEXT,
    TKZ__BEHAVIOR_CONTIGUOUS,
    TKZ__BEHAVIORS
} tkz__split_behavior;

extern const char *const tkz__behavior_names[TKZ__BEHAVIORS];

enum { TKZ__PREPEND_ALWAYS, TKZ__PREPEND_NEVER, TKZ__PREPEND_FIRST, TKZ__PREPENDS };
extern const char *const tkz__prepend_names[TKZ__PREPENDS];

typedef struct tkz__split_spec {
    tkz__split_kind kind;
    char *text; /* NUL-terminated: a pattern, DELIMITER's and METASPACE's character */
    size_t text_size;
    bool is_regex; /* of PATTERN; of BYTES: it cuts by its own */
    tkz__split_behavior behavior; /* of PATTERN and PUNCTUATION */
    bool is_inverted;
    bool each;        /* of NUMERIC: a digit is a chunk; of METASPACE: it cuts */
    uint32_t length;  /* of FIXED_LENGTH */
    uint8_t prepend;  /* of METASPACE */
    bool space_first; /* of BYTES: a space before what begins without one */
    uint64_t dictionary; /* of MORPH: its hash */
} tkz__split_spec;

/* The values of a step where nothing is said. */
tkz__split_spec tkz__split_spec_default(tkz__split_kind kind);

/* Appends a step to a text of steps. Errors: UNSUPPORTED (a text with U+0000), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__split_spec_append(const tkz__split_spec *spec, tkz__buffer *steps,
                                              tkz_error *error);

/* A hash of a dictionary, in TKZ__SPLIT_HASH_DIGITS digits of base 16, small letters. */
bool tkz__split_read_hash(const char *digits, size_t size, uint64_t *hash);

/* Whether a text begins with the name of a step. */
bool tkz__split_is_spelling(const char *steps, size_t size);

/* Reads a text of steps. Errors: BAD_FORMAT, LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__split_specs_read(tkz__split_spec **specs, size_t *count,
                                             const char *steps, size_t size,
                                             const tkz_allocator *allocator, tkz_error *error);
void tkz__split_specs_free(tkz__split_spec *specs, size_t count, const tkz_allocator *allocator);

#endif
