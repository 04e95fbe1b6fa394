/* SPDX-License-Identifier: Apache-2.0
 *
 * Compiles regular expressions of Oniguruma and of Rust's fancy-regex to the steps of our matcher, in
 * one pass: a group or a repeat is put around steps that are already there. Leans on
 * pattern_compiler.
 *
 * Where the two libraries, or they and this matcher, would differ, the expression is refused: repeats
 * of what may be empty, letters without case that fold to several, back references without case or
 * into a group that is open, what only one of them has.
 */
#include "text/pattern_compiler.h"

static tkz_status read_brackets(tkz__compiler *own)
{
    inner(own)->last_folded = 0;
    tkz_status status = tkz__pattern_read_brackets(&own->source, own->folds, own->set);
    return status == TKZ_OK ? tkz__compiler_append_set(own) : status;
}

static tkz_status read_dot(tkz__compiler *own)
{
    inner(own)->last_folded = 0;
    return tkz__compiler_append_any(own, own->any_newline);
}

/* ---- Repeats ------------------------------------------------------------ */

typedef struct repeat {
    uint32_t least;
    uint32_t most;
    uint8_t mode;
    bool is_fixed; /* {n} */
} repeat;

/* A number of a repeat; *there false: there is none. */
static tkz_status read_times(tkz__compiler *own, uint32_t *number, bool *there)
{
    bool is_rust = own->source.dialect == TKZ__DIALECT_RUST;
    tkz_status status = is_rust ? tkz__compiler_skip_space(own) : TKZ_OK;
    size_t start = own->source.at;
    *there = tkz__compiler_read_number(own, number);
    if (status != TKZ_OK || *there || own->source.at == start)
        return status;
    return is_rust ? tkz__compiler_unsupported(own, start, "more repeats than are counted here")
                   : tkz__compiler_malformed(own, start, "more repeats than Oniguruma counts");
}

/* {n}, {n,}, {n,m}, {,m}, of Rust {,}, the brace being read. *found false: it is none, and anything may have
 * been read. */
static tkz_status read_interval(tkz__compiler *own, repeat *what, bool *found)
{
    bool is_rust = own->source.dialect == TKZ__DIALECT_RUST, has_least, has_most = false;
    tkz_status status = read_times(own, &what->least, &has_least);
    what->most = what->least;
    if (status == TKZ_OK && is_rust)
        status = tkz__compiler_skip_space(own);
    bool has_comma = status == TKZ_OK && skip(own, ",");
    if (has_comma) {
        status = read_times(own, &what->most, &has_most);
        what->least = has_least ? what->least : 0;
        what->most = has_most ? what->most : TKZ__WIDE;
    }
    what->is_fixed = !has_comma;
    if (status == TKZ_OK && is_rust)
        status = tkz__compiler_skip_space(own);
    *found = status == TKZ_OK && (has_least || (has_comma && (has_most || is_rust))) && skip(own, "}");
    return status;
}

/* ? and + behind a repeat. Oniguruma reads them behind a brace as repeats of their own, but for {n,m}? */
static tkz_status read_mode(tkz__compiler *own, repeat *what, bool is_interval)
{
    bool is_rust = own->source.dialect == TKZ__DIALECT_RUST;
    what->mode = TKZ__REPEAT_GREEDY;
    if (is_interval && !is_rust && what->most < what->least) { /* Oniguruma's way to say {m,n}+ */
        uint32_t least = what->most;
        what->most = what->least;
        what->least = least;
        what->mode = TKZ__REPEAT_POSSESSIVE;
        return TKZ_OK;
    }
    tkz_status status = is_rust ? tkz__compiler_skip_space(own) : TKZ_OK;
    if (status != TKZ_OK)
        return status;
    if ((is_rust || !what->is_fixed) && skip(own, "?"))
        what->mode = TKZ__REPEAT_LAZY;
    else if ((!is_interval || is_rust) && skip(own, "+"))
        what->mode = TKZ__REPEAT_POSSESSIVE;
    /* There (a?+ and) a??+ is possessive too. */
    if (is_rust && what->mode == TKZ__REPEAT_LAZY && has(own, "+"))
        return tkz__compiler_unsupported(own, own->source.at, "a lazy repeat that is possessive");
    return TKZ_OK;
}

static tkz_status wrap_atomic(tkz__compiler *own, uint32_t start)
{
    int32_t behind = (int32_t)(step_count(own) - start) + 2;
    tkz_status status =
        tkz__compiler_insert(own, start, (tkz__pattern_step){.code = TKZ__CODE_ATOMIC, .jump = behind});
    return status == TKZ_OK ? tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_CUT,
                                                              .mode = TKZ__CODE_ATOMIC})
                            : status;
}

/* Repeats the steps from `start` on: copies for those that must be, then one loop, or a way around for
 * each of those that may be. */
static tkz_status repeat_steps(tkz__compiler *own, uint32_t start, const repeat *what)
{
    uint32_t size = step_count(own) - start;
    uint8_t mode = what->mode == TKZ__REPEAT_LAZY ? TKZ__REPEAT_LAZY : TKZ__REPEAT_GREEDY;
    uint64_t optional = what->most == TKZ__WIDE ? 1 : what->most - what->least;
    uint64_t total = (what->least + optional) * ((uint64_t)size + 2);
    tkz_status status = total > TKZ__PATTERN_MOST_CODE ? tkz__compiler_reserve(own, (size_t)total) : TKZ_OK;
    /* The first copy is there: it is the last of all, so that the others are copies of it. */
    for (uint32_t i = 0; status == TKZ_OK && i < what->least; i++)
        status = tkz__compiler_copy(own, start, size);
    if (status == TKZ_OK && what->most == TKZ__WIDE) {
        status = tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_SPLIT,
                                                 .mode = mode,
                                                 .jump = (int32_t)size + 2});
        if (status == TKZ_OK)
            status = tkz__compiler_copy(own, start, size);
        if (status == TKZ_OK)
            status = tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_JUMP,
                                                     .jump = -(int32_t)size - 1});
        optional = 0;
    }
    for (uint64_t left = optional; status == TKZ_OK && left > 0; left--) {
        status = tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_SPLIT,
                                                 .mode = mode,
                                                 .jump = (int32_t)(left * (size + 1))});
        if (status == TKZ_OK)
            status = tkz__compiler_copy(own, start, size);
    }
    if (status != TKZ_OK)
        return status;
    tkz__pattern *pattern = own->pattern;
    memmove(pattern->steps + start, pattern->steps + start + size,
            (pattern->step_count - start - size) * sizeof *pattern->steps);
    pattern->step_count -= size;
    return what->mode == TKZ__REPEAT_POSSESSIVE ? wrap_atomic(own, start) : TKZ_OK;
}

static tkz_status apply_repeat(tkz__compiler *own, size_t place, const repeat *what)
{
    tkz__open_group *last = inner(own);
    bool is_rust = own->source.dialect == TKZ__DIALECT_RUST;
    if (last->last < TKZ__REPEAT_PLACE)
        return tkz__compiler_malformed(own, place, "nothing that could be repeated");
    if (what->most < what->least)
        return tkz__compiler_unsupported(own, place, "a repeat with the greater number first");
    own->hard += what->mode == TKZ__REPEAT_POSSESSIVE;
    if (last->last == TKZ__REPEAT_PLACE && tkz__compiler_looks_behind(own, TKZ__CODE_JUMP))
        return tkz__compiler_unsupported(own, place, "a repeat of a place in a look behind");
    if (last->last == TKZ__REPEAT_PLACE) { /* once it holds, it does so any number of times */
        own->pattern->step_count -= what->least == 0;
        last->last = TKZ__REPEAT_NOTHING;
        return TKZ_OK;
    }
    if (is_rust && last->atom == step_count(own))
        return tkz__compiler_unsupported(own, place, "a repeat of what is empty");
    last->last = is_rust ? TKZ__REPEAT_NOTHING : TKZ__REPEAT_ATOM;
    if (what->most == 0) {
        own->pattern->step_count = last->atom;
        last->atom_least = last->atom_most = 0;
        return TKZ_OK;
    }
    if (last->atom_least == 0 && what->most > 1)
        return tkz__compiler_unsupported(own, place, "a repeat of what may be empty");
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
    last->atom_least = tkz__wide_multiply(last->atom_least, what->least);
    last->atom_most = tkz__wide_multiply(last->atom_most, what->most);
    return status;
}

/* The repeat that stands here; *found false: none. */
static tkz_status read_repeat(tkz__compiler *own, bool *found)
{
    size_t place = own->source.at;
    repeat what = {.most = TKZ__WIDE};
    bool is_interval = false;
    tkz_status status = TKZ_OK;
    *found = true;
    if (skip(own, "+")) {
        what.least = 1;
    } else if (skip(own, "?")) {
        what.most = 1;
    } else if (has(own, "{") && own->source.dialect == TKZ__DIALECT_RUST &&
               inner(own)->last == TKZ__REPEAT_NOTHING) {
        *found = false; /* there it is a character */
    } else if (skip(own, "{")) {
        is_interval = true;
        status = read_interval(own, &what, found);
        if (!*found)
            own->source.at = place;
    } else {
        *found = skip(own, "*");
    }
    if (status == TKZ_OK && *found)
        status = read_mode(own, &what, is_interval);
    return status == TKZ_OK && *found ? apply_repeat(own, place, &what) : status;
}

/* ---- The whole ---------------------------------------------------------- */

static tkz_status append_line_place(tkz__compiler *own, bool at_start)
{
    bool lines = own->lines || own->source.dialect == TKZ__DIALECT_ONIGURUMA;
    if (own->lines && at_start) /* Rust's begins behind a newline at the end too */
        return tkz__compiler_unsupported(own, own->source.at - 1, "^ for lines");
    if (at_start)
        return tkz__compiler_append_place(own, lines ? TKZ__CODE_LINE_START : TKZ__CODE_TEXT_START);
    return tkz__compiler_append_place(own, lines ? TKZ__CODE_LINE_END : TKZ__CODE_TEXT_END);
}

static tkz_status read_literal(tkz__compiler *own)
{
    size_t place = own->source.at;
    uint32_t character;
    tkz_status status = tkz__pattern_read_character(&own->source, &character);
    if (status == TKZ_OK && character == 0)
        return tkz__compiler_unsupported(own, place, "U+0000");
    return status == TKZ_OK ? tkz__compiler_append_character(own, place, character) : status;
}

tkz_status tkz__compiler_read_next(tkz__compiler *own)
{
    bool found;
    tkz_status status = tkz__compiler_skip_space(own);
    if (status != TKZ_OK || own->source.at == own->source.size)
        return status;
    status = read_repeat(own, &found);
    if (status != TKZ_OK || found)
        return status;
    if (skip(own, "|"))
        return tkz__compiler_next_alternative(own);
    if (skip(own, "("))
        return tkz__compiler_read_group(own);
    if (skip(own, ")")) {
        bool is_open = false;
        for (size_t i = 1; i < own->depth; i++)
            is_open = is_open || !own->groups[i].is_implicit;
        return is_open ? tkz__compiler_close_group(own)
                       : tkz__compiler_malformed(own, own->source.at - 1, "a ) without a (");
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
        return tkz__compiler_read_escape(own);
    return read_literal(own);
}

/* The comment that begins here, (?#, up to its ). */
static tkz_status skip_comment(tkz__compiler *own)
{
    size_t place = own->source.at;
    for (own->source.at += 3; own->source.at < own->source.size; own->source.at++) {
        char byte = own->source.text[own->source.at];
        if (byte == ')') {
            own->source.at++;
            return TKZ_OK;
        }
        own->source.at += byte == '\\';
    }
    return tkz__compiler_malformed(own, place, "a comment that does not end");
}

tkz_status tkz__compiler_skip_space(tkz__compiler *own)
{
    const char *spaces = own->source.dialect == TKZ__DIALECT_RUST ? " \t\n\r" : " \t\n\r\f";
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && own->source.at < own->source.size) {
        char byte = own->source.text[own->source.at];
        if (has(own, "(?#")) {
            status = skip_comment(own);
        } else if (own->extended && byte == '#') {
            while (own->source.at < own->source.size && own->source.text[own->source.at++] != '\n')
                continue;
        } else if (own->extended && byte != '\0' && strchr(spaces, byte) != NULL) {
            own->source.at++;
        } else {
            break;
        }
    }
    return status;
}

/* False: there is no back reference, call or condition. */
static bool may_refer(const char *text, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++) {
        if (text[i] == '\\' && ((text[i + 1] >= '1' && text[i + 1] <= '9') || text[i + 1] == 'k' ||
                                text[i + 1] == 'g'))
            return true;
        if ((text[i] == 'P' && (text[i + 1] == '=' || text[i + 1] == '>')) ||
            (text[i] == '?' && text[i + 1] == '('))
            return true;
    }
    return false;
}

static tkz_status read_all(tkz__compiler *own)
{
    tkz_status status = tkz__compiler_open_group(own, TKZ__CODE_JUMP, false);
    while (status == TKZ_OK && own->source.at < own->source.size)
        status = tkz__compiler_read_next(own);
    for (size_t i = 1; status == TKZ_OK && i < own->depth; i++) {
        if (!own->groups[i].is_implicit)
            return tkz__compiler_malformed(own, own->source.size, "a ( without a )");
    }
    return status == TKZ_OK ? tkz__compiler_close_group(own) : status;
}

/* Compiled a second time, with what is known of all groups. */
static tkz_status read_again(tkz__compiler *own)
{
    own->source.at = 0;
    own->source.names = 0;
    own->folds = own->any_newline = own->lines = own->extended = false;
    own->hard = own->opened = 0;
    own->depth = 0;
    own->is_second = true;
    for (uint32_t i = 1; i <= own->capture_count; i++) {
        own->known[i].is_closed = false;
        own->known[i].slot = 0;
    }
    own->pattern->step_count = 0;
    own->pattern->slot_count = 0;
    return read_all(own);
}

static tkz_status compile(tkz__compiler *own)
{
    own->captures = may_refer(own->source.text, own->source.size);
    tkz_status status = read_all(own);
    if (status == TKZ_OK && own->wants_second)
        status = read_again(own);
    if (status == TKZ_OK)
        status = tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_MATCH});
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
    tkz__compiler *own = tkz__allocate_zeroed(allocator, sizeof *own);
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
