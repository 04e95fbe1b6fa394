/* SPDX-License-Identifier: Apache-2.0
 *
 * Compiles regular expressions of Oniguruma and of Rust's fancy-regex to the steps of our matcher, in
 * one pass: a group or a repeat is put around steps that are already there. Leans on
 * pattern_parts.
 *
 * Where the two libraries, or they and this matcher, would differ, the expression is refused:
 * back references, repeats of what may be empty, looks behind of changing width, letters beyond ASCII
 * without case, and what only one of them has.
 */
#include "text/pattern_parts.h"

enum {
    MOST_GROUPS = 200,
    MOST_REPEATS = 100000 /* Oniguruma's */
};

#define NONE UINT32_MAX
#define WIDE UINT32_MAX /* no bound */

typedef struct group {
    uint8_t code;     /* CODE_JUMP: it has no step of its own; else the step that its CUT ends */
    bool is_behind;   /* looks behind: each alternative begins with BACK */
    bool is_implicit; /* of (?i) up to the end of the group around it */
    bool folds;       /* options before it */
    bool any_newline;
    bool lines;
    uint32_t start;       /* its first step */
    uint32_t alternative; /* the first step of the last alternative */
    uint32_t jumps;       /* the last JUMP to its end; each has the one before as `least` */
    uint32_t least, most; /* characters that the alternatives before this one take */
    bool has_widths;
    uint32_t own_least, own_most; /* and this one, without the last atom */
    uint32_t atom;                /* first step of the last atom; NONE: nothing to repeat */
    uint32_t atom_least, atom_most;
    uint32_t last_folded; /* the ASCII letter without case that came last, or 0 */
} group;

typedef struct compiler {
    tkz__pattern_source source;
    tkz__pattern *pattern;
    bool folds;       /* (?i) */
    bool any_newline; /* . takes newlines: (?m) of Oniguruma, (?s) of Rust */
    bool lines;       /* (?m) of Rust */
    tkz__char_set *set;
    group groups[MOST_GROUPS + 1];
    size_t depth; /* of open groups; the first is the whole */
} compiler;

static tkz_status unsupported(const compiler *own, size_t place, const char *what)
{
    return tkz__pattern_refuse(&own->source, TKZ_STATUS_UNSUPPORTED, place, what);
}

static tkz_status malformed(const compiler *own, size_t place, const char *what)
{
    return tkz__pattern_refuse(&own->source, TKZ_STATUS_BAD_FORMAT, place, what);
}

static bool has(const compiler *own, const char *text)
{
    size_t size = strlen(text);
    return own->source.size - own->source.at >= size &&
           memcmp(own->source.text + own->source.at, text, size) == 0;
}

static bool skip(compiler *own, const char *text)
{
    bool there = has(own, text);
    own->source.at += there ? strlen(text) : 0;
    return there;
}

static group *inner(compiler *own)
{
    return &own->groups[own->depth - 1];
}

/* ---- Steps -------------------------------------------------------------- */

static uint32_t step_count(const compiler *own)
{
    return (uint32_t)own->pattern->step_count;
}

static tkz_status reserve_steps(compiler *own, size_t more)
{
    tkz__pattern *pattern = own->pattern;
    if (more > TKZ__PATTERN_MOST_CODE || pattern->step_count + more > TKZ__PATTERN_MOST_CODE)
        return tkz__pattern_refuse(&own->source, TKZ_STATUS_LIMIT, own->source.at,
                                   "it has become too large");
    return tkz__array_reserve(&pattern->allocator, (void **)&pattern->steps,
                              &pattern->step_capacity, pattern->step_count + more,
                              sizeof *pattern->steps, own->source.error);
}

/* Puts a step at `place`, before what stands there. */
static tkz_status insert(compiler *own, uint32_t place, tkz__pattern_step step)
{
    tkz__pattern *pattern = own->pattern;
    tkz_status status = reserve_steps(own, 1);
    if (status != TKZ_OK)
        return status;
    memmove(pattern->steps + place + 1, pattern->steps + place,
            (pattern->step_count - place) * sizeof step);
    step.starts = TKZ__NO_STARTS;
    pattern->steps[place] = step;
    pattern->step_count++;
    return TKZ_OK;
}

static tkz_status append(compiler *own, tkz__pattern_step step)
{
    return insert(own, step_count(own), step);
}

/* Copies `count` steps from `place` to the end. */
static tkz_status append_copy(compiler *own, uint32_t place, uint32_t count)
{
    tkz_status status = reserve_steps(own, count);
    if (status != TKZ_OK)
        return status;
    tkz__pattern *pattern = own->pattern;
    memcpy(pattern->steps + pattern->step_count, pattern->steps + place,
           count * sizeof *pattern->steps);
    pattern->step_count += count;
    return TKZ_OK;
}

/* ---- Atoms -------------------------------------------------------------- */

static uint32_t wide_add(uint32_t a, uint32_t b)
{
    return a == WIDE || b == WIDE || a > WIDE - 1 - b ? WIDE : a + b;
}

static uint32_t wide_multiply(uint32_t a, uint32_t b)
{
    uint64_t product = (uint64_t)a * b;
    if (a == 0 || b == 0)
        return 0;
    return a == WIDE || b == WIDE || product >= WIDE ? WIDE : (uint32_t)product;
}

/* What comes now is an atom that starts at `start` and takes so many characters. */
static void set_atom(compiler *own, uint32_t start, uint32_t least, uint32_t most)
{
    group *last = inner(own);
    if (last->atom != NONE) {
        last->own_least = wide_add(last->own_least, last->atom_least);
        last->own_most = wide_add(last->own_most, last->atom_most);
    }
    last->atom = start;
    last->atom_least = least;
    last->atom_most = most;
}

/* Nothing to repeat from here on. */
static void end_atom(compiler *own)
{
    set_atom(own, NONE, 0, 0);
}

static tkz_status append_set(compiler *own)
{
    tkz__pattern_step step = {.code = TKZ__CODE_ONE};
    set_atom(own, step_count(own), 1, 1);
    tkz_status status =
        tkz__pattern_add_class(own->pattern, own->set, &step.class_index, own->source.error);
    return status == TKZ_OK ? append(own, step) : status;
}

/* Oniguruma folds some pairs of letters to one character: ss and U+00DF, fi and U+FB01. */
static bool is_folded_pair(uint32_t first, uint32_t second)
{
    static const char pairs[] = "ss ff fi fl st";
    for (const char *pair = pairs;; pair += 3) {
        if ((uint8_t)pair[0] == first && (uint8_t)pair[1] == second)
            return true;
        if (pair[2] == '\0')
            return false;
    }
}

static tkz_status append_character(compiler *own, size_t place, uint32_t character)
{
    bool is_letter = character < 0x80 && (character | 32) >= 'a' && (character | 32) <= 'z';
    if (own->folds && (is_letter || character >= 0x80)) {
        memset(own->set, 0, sizeof *own->set);
        tkz__set_add(own->set, character);
        if (!tkz__set_fold(own->set))
            return unsupported(own, place, "a letter beyond ASCII without case");
        uint32_t lower = is_letter ? character | 32 : 0;
        if (own->source.dialect == TKZ__DIALECT_ONIGURUMA &&
            is_folded_pair(inner(own)->last_folded, lower))
            return unsupported(own, place, "letters without case that may be one character");
        inner(own)->last_folded = lower;
        if (is_letter)
            return append_set(own);
    }
    set_atom(own, step_count(own), 1, 1);
    return append(own, (tkz__pattern_step){.code = TKZ__CODE_ONE,
                                           .class_index = TKZ__NO_CLASS,
                                           .character = character});
}

/* What holds at a place: no characters, and no repeat of it. */
static tkz_status append_place(compiler *own, uint8_t code)
{
    end_atom(own);
    return append(own, (tkz__pattern_step){.code = code});
}

static tkz_status append_border(compiler *own, uint8_t code)
{
    if (own->pattern->word_class == TKZ__NO_CLASS) {
        memset(own->set, 0, sizeof *own->set);
        tkz__set_add_word(own->set, own->source.dialect);
        tkz_status status = tkz__pattern_add_class(own->pattern, own->set,
                                                   &own->pattern->word_class, own->source.error);
        if (status != TKZ_OK)
            return status;
    }
    return append_place(own, code);
}

/* Behind a backslash. */
static tkz_status read_escape(compiler *own)
{
    size_t place = own->source.at - 1;
    bool is_class;
    uint32_t character;
    if (skip(own, "b"))
        return append_border(own, TKZ__CODE_WORD_BORDER);
    if (skip(own, "B"))
        return append_border(own, TKZ__CODE_NO_WORD_BORDER);
    if (skip(own, "A"))
        return append_place(own, TKZ__CODE_TEXT_START);
    if (skip(own, "z"))
        return append_place(own, TKZ__CODE_TEXT_END);
    if (own->source.dialect == TKZ__DIALECT_ONIGURUMA && skip(own, "Z"))
        return append_place(own, TKZ__CODE_LAST_LINE_END);
    memset(own->set, 0, sizeof *own->set);
    tkz_status status =
        tkz__pattern_read_escape(&own->source, false, &is_class, &character, own->set);
    if (status != TKZ_OK)
        return status;
    if (!is_class)
        return append_character(own, place, character);
    inner(own)->last_folded = 0;
    /* Oniguruma has no other cases for such a class, Rust has. */
    if (own->folds && own->source.dialect == TKZ__DIALECT_RUST && !tkz__set_fold(own->set))
        return unsupported(own, place, "a class without case that has letters beyond ASCII");
    return append_set(own);
}

static tkz_status read_brackets(compiler *own)
{
    inner(own)->last_folded = 0;
    tkz_status status = tkz__pattern_read_brackets(&own->source, own->folds, own->set);
    return status == TKZ_OK ? append_set(own) : status;
}

static tkz_status read_dot(compiler *own)
{
    inner(own)->last_folded = 0;
    memset(own->set, 0, sizeof *own->set);
    if (!own->any_newline)
        tkz__set_add(own->set, '\n');
    tkz__set_invert(own->set);
    return append_set(own);
}

/* ---- Repeats ------------------------------------------------------------ */

typedef struct repeat {
    uint32_t least;
    uint32_t most;
    uint8_t mode;
} repeat;

/* A number; false: there is none, or it is too large. */
static bool read_number(compiler *own, uint32_t *number)
{
    size_t start = own->source.at;
    *number = 0;
    while (own->source.at < own->source.size && *number <= MOST_REPEATS) {
        char byte = own->source.text[own->source.at];
        if (byte < '0' || byte > '9')
            break;
        *number = *number * 10 + (uint32_t)(byte - '0');
        own->source.at++;
    }
    return own->source.at > start && *number <= MOST_REPEATS;
}

/* {n}, {n,}, {n,m}, {,m} of Oniguruma, the brace being read. False, and nothing is read: it is none. */
static bool read_interval(compiler *own, repeat *what)
{
    size_t start = own->source.at;
    bool has_least = read_number(own, &what->least);
    what->most = what->least;
    if (skip(own, ",")) {
        bool has_most = read_number(own, &what->most);
        if (!has_most)
            what->most = WIDE;
        if (skip(own, "}") &&
            (has_least || (has_most && own->source.dialect == TKZ__DIALECT_ONIGURUMA)))
            return true;
    } else if (has_least && skip(own, "}")) {
        return true;
    }
    own->source.at = start;
    return false;
}

/* ? and + behind a repeat. Oniguruma reads them behind a brace as repeats of their own, but for {n,m}? */
static void read_mode(compiler *own, repeat *what, bool is_interval)
{
    bool is_rust = own->source.dialect == TKZ__DIALECT_RUST;
    what->mode = TKZ__REPEAT_GREEDY;
    if ((!is_interval || is_rust || what->least != what->most) && skip(own, "?"))
        what->mode = TKZ__REPEAT_LAZY;
    else if ((!is_interval || is_rust) && skip(own, "+"))
        what->mode = TKZ__REPEAT_POSSESSIVE;
}

static tkz_status wrap_atomic(compiler *own, uint32_t start)
{
    int32_t behind = (int32_t)(step_count(own) - start) + 2;
    tkz_status status =
        insert(own, start, (tkz__pattern_step){.code = TKZ__CODE_ATOMIC, .jump = behind});
    return status == TKZ_OK ? append(own, (tkz__pattern_step){.code = TKZ__CODE_CUT,
                                                              .mode = TKZ__CODE_ATOMIC})
                            : status;
}

/* Repeats the steps from `start` on: copies for those that must be, then one loop, or a way around for
 * each of those that may be. */
static tkz_status repeat_steps(compiler *own, uint32_t start, const repeat *what)
{
    uint32_t size = step_count(own) - start;
    uint8_t mode = what->mode == TKZ__REPEAT_LAZY ? TKZ__REPEAT_LAZY : TKZ__REPEAT_GREEDY;
    uint64_t optional = what->most == WIDE ? 1 : what->most - what->least;
    uint64_t total = (what->least + optional) * ((uint64_t)size + 2);
    tkz_status status = total > TKZ__PATTERN_MOST_CODE ? reserve_steps(own, (size_t)total) : TKZ_OK;
    /* The first copy is there: it is the last of all, so that the others are copies of it. */
    for (uint32_t i = 0; status == TKZ_OK && i < what->least; i++)
        status = append_copy(own, start, size);
    if (status == TKZ_OK && what->most == WIDE) {
        status = append(own, (tkz__pattern_step){.code = TKZ__CODE_SPLIT,
                                                 .mode = mode,
                                                 .jump = (int32_t)size + 2});
        if (status == TKZ_OK)
            status = append_copy(own, start, size);
        if (status == TKZ_OK)
            status = append(own, (tkz__pattern_step){.code = TKZ__CODE_JUMP,
                                                     .jump = -(int32_t)size - 1});
        optional = 0;
    }
    for (uint64_t left = optional; status == TKZ_OK && left > 0; left--) {
        status = append(own, (tkz__pattern_step){.code = TKZ__CODE_SPLIT,
                                                 .mode = mode,
                                                 .jump = (int32_t)(left * (size + 1))});
        if (status == TKZ_OK)
            status = append_copy(own, start, size);
    }
    if (status != TKZ_OK)
        return status;
    tkz__pattern *pattern = own->pattern;
    memmove(pattern->steps + start, pattern->steps + start + size,
            (pattern->step_count - start - size) * sizeof *pattern->steps);
    pattern->step_count -= size;
    return what->mode == TKZ__REPEAT_POSSESSIVE ? wrap_atomic(own, start) : TKZ_OK;
}

static tkz_status apply_repeat(compiler *own, size_t place, const repeat *what)
{
    group *last = inner(own);
    if (last->atom == NONE)
        return malformed(own, place, "nothing that could be repeated");
    if (what->most == 0 || what->most < what->least)
        return unsupported(own, place, "a repeat of no times, or with the greater number first");
    if (last->atom_least == 0 && what->most > 1)
        return unsupported(own, place, "a repeat of what may be empty");
    last->last_folded = 0;
    tkz__pattern_step *step = &own->pattern->steps[last->atom];
    tkz_status status = TKZ_OK;
    if (step_count(own) - last->atom == 1 && step->code == TKZ__CODE_ONE) {
        step->code = TKZ__CODE_REPEAT;
        step->least = what->least;
        step->most = what->most;
        step->mode = what->mode;
    } else {
        status = repeat_steps(own, last->atom, what);
    }
    last->atom_least = wide_multiply(last->atom_least, what->least);
    last->atom_most = wide_multiply(last->atom_most, what->most);
    return status;
}

/* The repeat that stands here; *found false: none. */
static tkz_status read_repeat(compiler *own, bool *found)
{
    size_t place = own->source.at;
    repeat what = {0, WIDE, TKZ__REPEAT_GREEDY};
    bool is_interval = false;
    *found = true;
    if (skip(own, "+")) {
        what.least = 1;
    } else if (skip(own, "?")) {
        what.most = 1;
    } else if (skip(own, "{")) {
        is_interval = true;
        *found = read_interval(own, &what);
        if (!*found)
            own->source.at = place;
    } else {
        *found = skip(own, "*");
    }
    if (!*found)
        return TKZ_OK;
    read_mode(own, &what, is_interval);
    return apply_repeat(own, place, &what);
}

/* ---- Groups ------------------------------------------------------------- */

static tkz_status open_group(compiler *own, uint8_t code, bool is_behind)
{
    if (own->depth > MOST_GROUPS)
        return tkz__pattern_refuse(&own->source, TKZ_STATUS_LIMIT, own->source.at,
                                   "more than 200 groups in one another");
    uint32_t start = step_count(own);
    tkz_status status =
        code == TKZ__CODE_JUMP ? TKZ_OK : append(own, (tkz__pattern_step){.code = code});
    if (status != TKZ_OK)
        return status;
    uint32_t folded = own->depth > 0 ? inner(own)->last_folded : 0;
    own->groups[own->depth++] = (group){
        .code = code, .is_behind = is_behind, .folds = own->folds,
        .any_newline = own->any_newline, .lines = own->lines, .start = start,
        .alternative = step_count(own), .jumps = NONE, .atom = NONE, .last_folded = folded};
    return TKZ_OK;
}

/* The last alternative is complete: its width counts, and a look behind goes back by it. */
static tkz_status end_alternative(compiler *own)
{
    group *last = inner(own);
    end_atom(own);
    last->least = !last->has_widths || last->own_least < last->least ? last->own_least : last->least;
    last->most = !last->has_widths || last->own_most > last->most ? last->own_most : last->most;
    last->has_widths = true;
    if (!last->is_behind)
        return TKZ_OK;
    if (last->own_least != last->own_most)
        return unsupported(own, own->source.at, "a look behind that has no one width");
    return insert(own, last->alternative,
                  (tkz__pattern_step){.code = TKZ__CODE_BACK, .least = last->own_least});
}

/* A | is read. */
static tkz_status next_alternative(compiler *own)
{
    tkz_status status = end_alternative(own);
    group *last = inner(own);
    if (status == TKZ_OK)
        status = insert(own, last->alternative,
                        (tkz__pattern_step){.code = TKZ__CODE_SPLIT,
                                            .jump = (int32_t)(step_count(own) -
                                                              last->alternative) +
                                                    2});
    if (status != TKZ_OK)
        return status;
    uint32_t jump = step_count(own);
    status = append(own, (tkz__pattern_step){.code = TKZ__CODE_JUMP, .least = last->jumps});
    last->jumps = jump;
    last->alternative = jump + 1;
    last->own_least = last->own_most = 0;
    last->last_folded = 0;
    return status;
}

/* The innermost group ends; it is an atom of the one around it. */
static tkz_status end_group(compiler *own)
{
    group last = *inner(own);
    tkz_status status = end_alternative(own);
    if (status != TKZ_OK)
        return status;
    last = *inner(own);
    for (uint32_t jump = last.jumps; jump != NONE;) {
        tkz__pattern_step *step = &own->pattern->steps[jump];
        step->jump = (int32_t)(step_count(own) - jump);
        jump = step->least;
        step->least = 0;
    }
    if (last.code != TKZ__CODE_JUMP) {
        own->pattern->steps[last.start].jump = (int32_t)(step_count(own) - last.start) + 1;
        status = append(own, (tkz__pattern_step){.code = TKZ__CODE_CUT, .mode = last.code});
    }
    own->folds = last.folds;
    own->any_newline = last.any_newline;
    own->lines = last.lines;
    own->depth--;
    if (own->depth == 0)
        return status;
    inner(own)->last_folded = last.last_folded;
    if (last.code == TKZ__CODE_LOOK || last.code == TKZ__CODE_LOOK_NOT)
        end_atom(own);
    else
        set_atom(own, last.start, last.least, last.most);
    return status;
}

/* A ) is read, or the end: groups of (?i) end with the one around them. */
static tkz_status close_group(compiler *own)
{
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && inner(own)->is_implicit)
        status = end_group(own);
    return status == TKZ_OK ? end_group(own) : status;
}

/* Options behind (?, as in (?i-m). */
static tkz_status read_options(compiler *own)
{
    size_t place = own->source.at;
    bool is_rust = own->source.dialect == TKZ__DIALECT_RUST;
    bool folds = own->folds, any_newline = own->any_newline, lines = own->lines, on = true;
    while (!has(own, ")") && !has(own, ":")) {
        if (skip(own, "-"))
            on = false;
        else if (skip(own, "i"))
            folds = on;
        else if (skip(own, "m"))
            *(is_rust ? &lines : &any_newline) = on;
        else if (is_rust && skip(own, "s"))
            any_newline = on;
        else if (is_rust && on && skip(own, "u"))
            continue; /* is so already */
        else
            return unsupported(own, place, "a group or option of this kind");
    }
    tkz_status status = TKZ_OK;
    bool is_isolated = skip(own, ")");
    if (!is_isolated)
        own->source.at++;
    /* In Rust they count up to the end of the group around them, in Oniguruma they begin a group. */
    if (!is_isolated || !is_rust) {
        status = open_group(own, TKZ__CODE_JUMP, false);
        if (status == TKZ_OK)
            inner(own)->is_implicit = is_isolated;
    } else {
        end_atom(own);
    }
    own->folds = folds;
    own->any_newline = any_newline;
    own->lines = lines;
    return status;
}

/* (?<name>, (?'name', (?P<name> of Rust, behind the sign before the name. */
static tkz_status open_named(compiler *own, char end)
{
    size_t place = own->source.at;
    while (own->source.at < own->source.size && own->source.text[own->source.at] != end) {
        char byte = own->source.text[own->source.at++];
        bool is_letter = (byte | 32) >= 'a' && (byte | 32) <= 'z';
        if (!is_letter && byte != '_' && (byte < '0' || byte > '9'))
            return unsupported(own, place, "a group with such a name");
    }
    if (own->source.at == own->source.size || own->source.at == place)
        return malformed(own, place, "a name that does not end");
    own->source.at++;
    return open_group(own, TKZ__CODE_JUMP, false);
}

/* Behind a (. */
static tkz_status read_group(compiler *own)
{
    bool is_rust = own->source.dialect == TKZ__DIALECT_RUST;
    if (!has(own, "?"))
        return has(own, "*") ? unsupported(own, own->source.at, "a callout")
                             : open_group(own, TKZ__CODE_JUMP, false);
    own->source.at++;
    if (skip(own, ":"))
        return open_group(own, TKZ__CODE_JUMP, false);
    if (skip(own, "="))
        return open_group(own, TKZ__CODE_LOOK, false);
    if (skip(own, "!"))
        return open_group(own, TKZ__CODE_LOOK_NOT, false);
    if (skip(own, "<="))
        return open_group(own, TKZ__CODE_LOOK, true);
    if (skip(own, "<!"))
        return open_group(own, TKZ__CODE_LOOK_NOT, true);
    if (skip(own, ">"))
        return open_group(own, TKZ__CODE_ATOMIC, false);
    if (skip(own, "<") || (is_rust && skip(own, "P<")))
        return open_named(own, '>');
    if (!is_rust && skip(own, "'"))
        return open_named(own, '\'');
    return read_options(own);
}

/* ---- The whole ---------------------------------------------------------- */

static tkz_status append_line_place(compiler *own, bool at_start)
{
    bool lines = own->lines || own->source.dialect == TKZ__DIALECT_ONIGURUMA;
    if (own->lines && at_start) /* Rust's begins behind a newline at the end too */
        return unsupported(own, own->source.at - 1, "^ for lines");
    if (at_start)
        return append_place(own, lines ? TKZ__CODE_LINE_START : TKZ__CODE_TEXT_START);
    return append_place(own, lines ? TKZ__CODE_LINE_END : TKZ__CODE_TEXT_END);
}

static tkz_status read_literal(compiler *own)
{
    size_t place = own->source.at;
    uint32_t character;
    if (own->source.dialect == TKZ__DIALECT_RUST && has(own, "{"))
        return unsupported(own, place, "a brace that is no repeat");
    tkz_status status = tkz__pattern_read_character(&own->source, &character);
    if (status == TKZ_OK && character == 0)
        return unsupported(own, place, "U+0000");
    return status == TKZ_OK ? append_character(own, place, character) : status;
}

static tkz_status read_next(compiler *own)
{
    bool found;
    tkz_status status = read_repeat(own, &found);
    if (status != TKZ_OK || found)
        return status;
    if (skip(own, "|"))
        return next_alternative(own);
    if (skip(own, "("))
        return read_group(own);
    if (skip(own, ")")) {
        bool is_open = false;
        for (size_t i = 1; i < own->depth; i++)
            is_open = is_open || !own->groups[i].is_implicit;
        return is_open ? close_group(own)
                       : malformed(own, own->source.at - 1, "a ) without a (");
    }
    if (skip(own, "["))
        return read_brackets(own);
    if (skip(own, "."))
        return read_dot(own);
    if (skip(own, "^"))
        return append_line_place(own, true);
    if (skip(own, "$"))
        return append_line_place(own, false);
    if (skip(own, "\\"))
        return read_escape(own);
    return read_literal(own);
}

static tkz_status compile(compiler *own)
{
    tkz_status status = open_group(own, TKZ__CODE_JUMP, false);
    while (status == TKZ_OK && own->source.at < own->source.size)
        status = read_next(own);
    for (size_t i = 1; status == TKZ_OK && i < own->depth; i++) {
        if (!own->groups[i].is_implicit)
            return malformed(own, own->source.size, "a ( without a )");
    }
    if (status == TKZ_OK)
        status = close_group(own);
    if (status == TKZ_OK)
        status = append(own, (tkz__pattern_step){.code = TKZ__CODE_MATCH});
    return status == TKZ_OK ? tkz__pattern_find_starts(own->pattern, own->source.error) : status;
}

tkz_status tkz__pattern_new(tkz__pattern **pattern, tkz__regex_dialect dialect, const char *text,
                            size_t size, const tkz_allocator *allocator, tkz_error *error)
{
    if (size > TKZ__PATTERN_MOST_BYTES)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a regular expression of more than %d bytes",
                              TKZ__PATTERN_MOST_BYTES);
    tkz__pattern *made = tkz__pattern_allocate(allocator);
    compiler *own = tkz__allocate_zeroed(allocator, sizeof *own);
    tkz__char_set *set = tkz__allocate(allocator, sizeof *set);
    tkz_status status = TKZ_OK;
    if (made == NULL || own == NULL || set == NULL) {
        status = tkz__error_memory(error, sizeof *own);
    } else {
        own->source = (tkz__pattern_source){.text = text, .size = size, .dialect = dialect,
                                            .allocator = allocator, .error = error};
        own->pattern = made;
        own->set = set;
        status = compile(own);
    }
    tkz__release(allocator, own, sizeof *own);
    tkz__release(allocator, set, sizeof *set);
    if (status != TKZ_OK)
        tkz__pattern_free(made);
    else
        *pattern = made;
    return status;
}
