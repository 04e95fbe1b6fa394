/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expressions of other libraries, matched as those libraries match them: leftmost, the
 * first alternative that leads to a match, over classes of a pinned Unicode version. What would
 * be read otherwise here is refused. Leans on pattern_set and utf8.
 *
 * The engine is a backtracking matcher of our own: a byte that is no UTF-8 is a character (of no
 * class but negated ones), classes are those of our tables, and the steps of a search are counted, so
 * that no expression hangs.
 */
#ifndef TKZ_TEXT_PATTERN_H
#define TKZ_TEXT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/memory.h"

/* The libraries whose regular expressions are read. One text may mean two things: `$` is the end of a
 * line in Oniguruma. */
typedef enum tkz__regex_dialect {
    TKZ__DIALECT_ONIGURUMA = 1, /* Split and Replace in HF tokenizers: tokenizer.json */
    TKZ__DIALECT_RUST = 2       /* fancy-regex in tiktoken: .tiktoken, tekken.json */
} tkz__regex_dialect;

enum {
    TKZ__PATTERN_MOST_BYTES = 1 << 14, /* of an expression */
    TKZ__PATTERN_MOST_STACK = 1 << 22, /* ways back that one search may keep */
    TKZ__PATTERN_MOST_SLOTS = 128      /* places that an expression remembers: groups, looks behind */
};

/* A compiled expression. Immutable; any thread. */
typedef struct tkz__pattern tkz__pattern;

/* Compiles an expression. Errors, with the byte of the expression as offset: UNSUPPORTED (it has what is
 * not read here), BAD_FORMAT (it is none), LIMIT (it is too large), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__pattern_new(tkz__pattern **pattern, tkz__regex_dialect dialect,
                                        const char *text, size_t size,
                                        const tkz_allocator *allocator, tkz_error *error);

/* Matches the bytes of `text` as they are. Errors: LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__pattern_of_text(tkz__pattern **pattern, const char *text, size_t size,
                                            const tkz_allocator *allocator, tkz_error *error);

/* Matches one character that `contains` says yes to. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__pattern_of_class(tkz__pattern **pattern,
                                             bool (*contains)(uint32_t character),
                                             const tkz_allocator *allocator, tkz_error *error);

void tkz__pattern_free(tkz__pattern *pattern); /* accepts NULL */

/* Of texts that come in parts (pattern_reach.c). Is what the expression does told by the characters that it
 * takes? Else (\X, \G) no place is known where a text may be cut. */
bool tkz__pattern_is_by_characters(const tkz__pattern *pattern);

/* May a match, or a look of it, have this character? Behind one that none has, a whole one, a text may be
 * cut: the matches of what is before it and of what is behind it (tkz__pattern_search_part) are those
 * of the whole. */
bool tkz__pattern_takes(const tkz__pattern *pattern, uint32_t character);

/* Does it take every character? Then there is no such place. */
bool tkz__pattern_takes_all(const tkz__pattern *pattern);

/* Does what it finds from a place on depend on nothing before that place? Then a search may begin anew
 * wherever a match begins or ends. */
bool tkz__pattern_looks_ahead_only(const tkz__pattern *pattern);

/* May a match take no character? Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__pattern_may_be_empty(const tkz__pattern *pattern, bool *may,
                                                 tkz_error *error);

/* A way back that a search has not taken. */
typedef struct tkz__pattern_way {
    size_t at;
    size_t low; /* how far back a repeat may give characters back; how often it was done */
    uint32_t place;
    uint32_t kind;
} tkz__pattern_way;

/* Memory of one worker; one search at a time. */
typedef struct tkz__pattern_search {
    tkz_allocator allocator;
    tkz__pattern_way *ways;
    size_t way_capacity;
    /* Of the text that is searched. */
    const tkz__pattern *pattern;
    const char *text;
    size_t size;
    size_t from;       /* where the next search begins */
    size_t last_end;   /* of the last match; SIZE_MAX: none */
    bool goes_on_before; /* the text is a part: something comes before it */
    bool goes_on_behind;
    bool saw_end;      /* what was found so far may be otherwise if more comes behind the text */
    bool passed;       /* an empty match just before `from` was left out */
    uint64_t steps_left;
    size_t slots[TKZ__PATTERN_MOST_SLOTS]; /* SIZE_MAX: not set */
} tkz__pattern_search;

void tkz__pattern_search_init(tkz__pattern_search *search, const tkz_allocator *allocator);
void tkz__pattern_search_free(tkz__pattern_search *search);

/* How many steps searches may take from now on: about a thousand for each of `size` bytes. */
void tkz__pattern_search_allow(tkz__pattern_search *search, size_t size);

/* Begins to search a text, which must live until the last call of next. */
void tkz__pattern_search_text(tkz__pattern_search *search, const tkz__pattern *pattern,
                              const char *text, size_t size);

/* The text is a part of one, cut behind a character that the expression does not take: its start is none
 * (`before`), its end is none, and an empty match there belongs to what follows (`behind`). */
void tkz__pattern_search_part(tkz__pattern_search *search, bool before, bool behind);

/* The next match [start, end), which may be empty; *found false: there is none. As the iterators of both
 * libraries: no empty match where the one before ended. Errors: LIMIT (the steps that were allowed are
 * taken), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__pattern_search_next(tkz__pattern_search *search, size_t *start,
                                                size_t *end, bool *found, tkz_error *error);

#endif
