/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of a regular expression that is being compiled, and what its parts share: steps and atoms
 * (pattern_atom), what stands behind a backslash (pattern_escape), groups (pattern_group), repeats and
 * the whole (pattern_compile).
 * Leans on pattern_parts.
 */
#ifndef TKZ_TEXT_PATTERN_COMPILER_H
#define TKZ_TEXT_PATTERN_COMPILER_H

#include <string.h>

#include "text/pattern_parts.h"

enum {
    TKZ__PATTERN_MOST_GROUPS = 200,
    TKZ__PATTERN_MOST_CAPTURES = 40, /* of an expression with back references: two slots each */
    TKZ__PATTERN_MOST_REPEATS = 100000 /* Oniguruma's */
};

#define TKZ__NO_STEP UINT32_MAX
#define TKZ__WIDE UINT32_MAX /* no bound */

/* What a repeat would come behind. */
typedef enum tkz__repeatable {
    TKZ__REPEAT_NOTHING, /* the start of an alternative, or in Rust another repeat */
    TKZ__REPEAT_REFUSED, /* what no repeat may follow: looks, options, \K */
    TKZ__REPEAT_PLACE,   /* a place, which Rust lets repeat: one step */
    TKZ__REPEAT_ATOM
} tkz__repeatable;

typedef struct tkz__open_group {
    uint8_t code;     /* CODE_JUMP: it has no step of its own; else the step that its CUT ends */
    bool is_behind;   /* looks behind: each alternative begins with BACK */
    bool is_implicit; /* of (?i) up to the end of the group around it */
    bool is_condition; /* its first alternative is for where the slot `checked` is set */
    bool keeps_options; /* those that are set in it stay behind it: Rust's, but of (?: and (?i: */
    uint16_t checked;
    bool folds;       /* options before it */
    bool any_newline;
    bool lines;
    bool extended;
    uint32_t start;       /* its first step */
    uint32_t alternative; /* the first step of the last alternative */
    uint32_t jumps;       /* the last JUMP to its end; each has the one before as `least` */
    uint32_t least, most; /* characters that the alternatives before this one take */
    bool has_widths;
    uint32_t own_least, own_most; /* and this one, without the last atom */
    tkz__repeatable last;
    uint32_t atom;                /* first step of the last atom; TKZ__NO_STEP: nothing to repeat */
    uint32_t atom_least, atom_most;
    uint32_t last_folded; /* the folded letter without case that came last, or 0 */
    uint32_t number;      /* of a group that captures; 0: it does not */
    uint32_t hard;        /* `hard` of the compiler where the last alternative began */
} tkz__open_group;

/* What is known of a group that captures. */
typedef struct tkz__capture {
    bool is_closed;
    bool folds, any_newline, lines, extended; /* options where it begins */
    uint16_t slot; /* of its start; the next one is of its end; 0: none yet */
    uint32_t open; /* it and the calls of it that have not ended */
    size_t place;  /* of its first alternative in the expression */
    uint32_t least, most; /* characters */
    const char *name;
    size_t name_size; /* 0: none */
} tkz__capture;

typedef struct tkz__compiler {
    tkz__pattern_source source;
    tkz__pattern *pattern;
    bool folds;       /* (?i) */
    bool any_newline; /* . takes newlines: (?m) of Oniguruma, (?s) of Rust */
    bool lines;       /* (?m) of Rust */
    bool extended;    /* (?x) */
    tkz__char_set *set;
    tkz__open_group groups[TKZ__PATTERN_MOST_GROUPS + 1];
    size_t depth; /* of open groups; the first is the whole */
    bool captures;  /* there are back references, calls or conditions */
    bool is_second; /* the expression was read once: all groups are known */
    bool wants_second; /* a call, or a reference to what comes later, could not be compiled */
    bool has_names; /* there are groups with names: in Oniguruma the others do not capture then, */
    bool has_numbers; /* and back references with numbers are none */
    uint32_t hard;  /* of what cannot stand in a look behind of changing width, so many so far */
    uint32_t capture_count; /* that are known */
    uint32_t opened; /* that begin before this place of the expression */
    tkz__capture known[TKZ__PATTERN_MOST_CAPTURES + 1];
} tkz__compiler;

static inline bool has(const tkz__compiler *own, const char *text)
{
    size_t size = strlen(text);
    return own->source.size - own->source.at >= size &&
           memcmp(own->source.text + own->source.at, text, size) == 0;
}

static inline bool skip(tkz__compiler *own, const char *text)
{
    bool there = has(own, text);
    own->source.at += there ? strlen(text) : 0;
    return there;
}

static inline tkz__open_group *inner(tkz__compiler *own)
{
    return &own->groups[own->depth - 1];
}

static inline uint32_t step_count(const tkz__compiler *own)
{
    return (uint32_t)own->pattern->step_count;
}

/* Refusals with the byte: "at byte N: WHAT". UNSUPPORTED: it is not read here; BAD_FORMAT: it is none. */
tkz_status tkz__compiler_unsupported(const tkz__compiler *own, size_t place, const char *what);
tkz_status tkz__compiler_malformed(const tkz__compiler *own, size_t place, const char *what);

/* ---- Steps. Errors: LIMIT, OUT_OF_MEMORY. ------------------------------- */

TKZ_CHECKED tkz_status tkz__compiler_reserve(tkz__compiler *own, size_t more);

/* Puts a step at `place`, before what stands there; to the end. */
TKZ_CHECKED tkz_status tkz__compiler_insert(tkz__compiler *own, uint32_t place,
                                            tkz__pattern_step step);
TKZ_CHECKED tkz_status tkz__compiler_append(tkz__compiler *own, tkz__pattern_step step);

/* Copies `count` steps from `place` to the end. */
TKZ_CHECKED tkz_status tkz__compiler_copy(tkz__compiler *own, uint32_t place, uint32_t count);

/* Slots behind those that there are; the first is that of \K. */
TKZ_CHECKED tkz_status tkz__compiler_reserve_slots(tkz__compiler *own, uint16_t count);

/* ---- Atoms: what a repeat would repeat. Errors: UNSUPPORTED, LIMIT, OUT_OF_MEMORY. */

/* Sums and products of numbers of characters; TKZ__WIDE is no bound. */
uint32_t tkz__wide_add(uint32_t a, uint32_t b);
uint32_t tkz__wide_multiply(uint32_t a, uint32_t b);

/* What comes now is an atom that starts at `start` and takes so many characters; there is none. */
void tkz__compiler_set_atom(tkz__compiler *own, uint32_t start, uint32_t least, uint32_t most);
void tkz__compiler_end_atom(tkz__compiler *own);

/* own->set, a character, what holds at a place, a border of words, every character or all but a newline. */
TKZ_CHECKED tkz_status tkz__compiler_append_set(tkz__compiler *own);
TKZ_CHECKED tkz_status tkz__compiler_append_character(tkz__compiler *own, size_t place,
                                                      uint32_t character);
TKZ_CHECKED tkz_status tkz__compiler_append_place(tkz__compiler *own, uint8_t code);
TKZ_CHECKED tkz_status tkz__compiler_append_border(tkz__compiler *own, uint8_t code);
TKZ_CHECKED tkz_status tkz__compiler_append_any(tkz__compiler *own, bool with_newline);

/* ---- What is read. Errors: those of tkz__pattern_new. -------------------- */

/* A number; false: there is none, or it is too large. */
bool tkz__compiler_read_number(tkz__compiler *own, uint32_t *number);

/* A name up to `end`, which is read too. */
TKZ_CHECKED tkz_status tkz__compiler_read_name(tkz__compiler *own, char end, const char **name,
                                               size_t *size);

/* Whether one of the open groups is a look behind, with this sign or any (JUMP). */
bool tkz__compiler_looks_behind(const tkz__compiler *own, uint8_t code);

/* Whether a group is referred to by a number, which is counted back or on from here where it has a sign, or
 * by a name: TKZ__NO_GROUP where there is none, yet. Errors: a number beside groups with names. */
#define TKZ__NO_GROUP UINT32_MAX
TKZ_CHECKED tkz_status tkz__compiler_read_group_name(tkz__compiler *own, char end, bool may_follow,
                                                     uint32_t *number);

/* The start of a group's two slots. Errors: LIMIT. */
TKZ_CHECKED tkz_status tkz__compiler_group_slot(tkz__compiler *own, uint32_t number, uint16_t *slot);

/* name>, 1>, -1>, what is before it being read. */
TKZ_CHECKED tkz_status tkz__compiler_refer_by_name(tkz__compiler *own, char end);

/* The same for a call of the group. */
TKZ_CHECKED tkz_status tkz__compiler_call(tkz__compiler *own, char end);

/* Passes over comments and, under (?x), white space. */
TKZ_CHECKED tkz_status tkz__compiler_skip_space(tkz__compiler *own);

/* One thing of the expression. */
TKZ_CHECKED tkz_status tkz__compiler_read_next(tkz__compiler *own);

/* ---- Groups --------------------------------------------------------------- */

/* A group begins that is what `code` says, JUMP: nothing of its own. */
TKZ_CHECKED tkz_status tkz__compiler_open_group(tkz__compiler *own, uint8_t code, bool is_behind);

/* A |, a ) or the end of the expression, a ( is read. */
TKZ_CHECKED tkz_status tkz__compiler_next_alternative(tkz__compiler *own);
TKZ_CHECKED tkz_status tkz__compiler_close_group(tkz__compiler *own);
TKZ_CHECKED tkz_status tkz__compiler_read_group(tkz__compiler *own);

/* What stands behind a backslash, which is read. */
TKZ_CHECKED tkz_status tkz__compiler_read_escape(tkz__compiler *own);

#endif
