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
} repeat;

/* {n}, {n,}, {n,m}, {,m} of Oniguruma, the brace being read. False, and nothing is read: it is none. */
static bool read_interval(tkz__compiler *own, repeat *what)
{
    size_t start = own->source.at;
    bool has_least = tkz__compiler_read_number(own, &what->least);
    what->most = what->least;
    if (skip(own, ",")) {
        bool has_most = tkz__compiler_read_number(own, &what->most);
        if (!has_most)
            what->most = TKZ__WIDE;
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
static void read_mode(tkz__compiler *own, repeat *what, bool is_interval)
{
    bool is_rust = own->source.dialect == TKZ__DIALECT_RUST;
    what->mode = TKZ__REPEAT_GREEDY;
    if ((!is_interval || is_rust || what->least != what->most) && skip(own, "?"))
        what->mode = TKZ__REPEAT_LAZY;
    else if ((!is_interval || is_rust) && skip(own, "+"))
        what->mode = TKZ__REPEAT_POSSESSIVE;
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
    if (last->atom == TKZ__NO_STEP)
        return tkz__compiler_malformed(own, place, "nothing that could be repeated");
    if (what->most == 0 || what->most < what->least)
        return tkz__compiler_unsupported(own, place, "a repeat of no times, or with the greater number first");
    if (last->atom_least == 0 && what->most > 1)
        return tkz__compiler_unsupported(own, place, "a repeat of what may be empty");
    last->last_folded = 0;
    own->hard += what->mode == TKZ__REPEAT_POSSESSIVE;
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
    repeat what = {0, TKZ__WIDE, TKZ__REPEAT_GREEDY};
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

static tkz_status open_group(tkz__compiler *own, uint8_t code, bool is_behind)
{
    if (own->depth > TKZ__PATTERN_MOST_GROUPS)
        return tkz__pattern_refuse(&own->source, TKZ_STATUS_LIMIT, own->source.at,
                                   "more than 200 groups in one another");
    uint32_t start = step_count(own);
    tkz_status status =
        code == TKZ__CODE_JUMP ? TKZ_OK : tkz__compiler_append(own, (tkz__pattern_step){.code = code});
    if (status != TKZ_OK)
        return status;
    uint32_t folded = own->depth > 0 ? inner(own)->last_folded : 0;
    own->groups[own->depth++] = (tkz__open_group){
        .hard = own->hard, .code = code, .is_behind = is_behind, .folds = own->folds,
        .any_newline = own->any_newline, .lines = own->lines, .start = start,
        .alternative = step_count(own), .jumps = TKZ__NO_STEP, .atom = TKZ__NO_STEP, .last_folded = folded};
    return TKZ_OK;
}

/* A look behind of changing width ends where it began: the slot that is new. */
static tkz_status end_at_start(tkz__compiler *own, const tkz__open_group *last)
{
    if (own->hard != last->hard)
        return tkz__compiler_unsupported(own, own->source.at,
                           "a look behind without one width that has more than plain parts");
    tkz_status status = tkz__compiler_reserve_slots(own, 1);
    return status == TKZ_OK ? tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_AT,
                                                              .least = own->pattern->slot_count - 1u})
                            : status;
}

/* The last alternative is complete: its width counts, and a look behind goes back by it. */
static tkz_status end_alternative(tkz__compiler *own)
{
    tkz__open_group *last = inner(own);
    tkz__compiler_end_atom(own);
    last->least = !last->has_widths || last->own_least < last->least ? last->own_least : last->least;
    last->most = !last->has_widths || last->own_most > last->most ? last->own_most : last->most;
    last->has_widths = true;
    if (!last->is_behind)
        return TKZ_OK;
    tkz_status status = TKZ_OK;
    bool is_one = last->own_least == last->own_most;
    if (!is_one)
        status = end_at_start(own, last);
    if (status == TKZ_OK)
        status = tkz__compiler_insert(own, last->alternative,
                        (tkz__pattern_step){.code = TKZ__CODE_BACK, .least = last->own_least,
                                            .most = last->own_most});
    last->hard = own->hard;
    return is_one || status != TKZ_OK
               ? status
               : tkz__compiler_insert(own, last->alternative,
                        (tkz__pattern_step){.code = TKZ__CODE_SAVE,
                                            .least = own->pattern->slot_count - 1u});
}

/* A | is read. */
static tkz_status next_alternative(tkz__compiler *own)
{
    tkz_status status = end_alternative(own);
    tkz__open_group *last = inner(own);
    if (status == TKZ_OK)
        status = tkz__compiler_insert(own, last->alternative,
                        (tkz__pattern_step){.code = TKZ__CODE_SPLIT,
                                            .jump = (int32_t)(step_count(own) -
                                                              last->alternative) +
                                                    2});
    if (status != TKZ_OK)
        return status;
    uint32_t jump = step_count(own);
    status = tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_JUMP, .least = last->jumps});
    last->jumps = jump;
    last->alternative = jump + 1;
    last->own_least = last->own_most = 0;
    last->last_folded = 0;
    return status;
}

static tkz_status end_capture(tkz__compiler *own, const tkz__open_group *ended)
{
    own->known[ended->number].is_closed = true;
    own->known[ended->number].least = ended->least;
    own->known[ended->number].most = ended->most;
    return tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_SAVE, .least = own->known[ended->number].slot + 1u});
}

/* The innermost group ends; it is an atom of the one around it. */
static tkz_status end_group(tkz__compiler *own)
{
    tkz__open_group last = *inner(own);
    tkz_status status = end_alternative(own);
    if (status != TKZ_OK)
        return status;
    last = *inner(own);
    for (uint32_t jump = last.jumps; jump != TKZ__NO_STEP;) {
        tkz__pattern_step *step = &own->pattern->steps[jump];
        step->jump = (int32_t)(step_count(own) - jump);
        jump = step->least;
        step->least = 0;
    }
    if (last.number != 0)
        status = end_capture(own, &last);
    if (last.code != TKZ__CODE_JUMP) {
        own->pattern->steps[last.start].jump = (int32_t)(step_count(own) - last.start) + 1;
        status = tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_CUT, .mode = last.code});
    }
    own->folds = last.folds;
    own->any_newline = last.any_newline;
    own->lines = last.lines;
    own->depth--;
    if (own->depth == 0)
        return status;
    inner(own)->last_folded = last.last_folded;
    own->hard += last.code != TKZ__CODE_JUMP;
    if (last.code == TKZ__CODE_LOOK || last.code == TKZ__CODE_LOOK_NOT)
        tkz__compiler_end_atom(own);
    else
        tkz__compiler_set_atom(own, last.start, last.least, last.most);
    return status;
}

/* Oniguruma's looks behind have no looks ahead in them, (?<= no (?<!. */
static tkz_status open_look(tkz__compiler *own, uint8_t code, bool is_behind)
{
    bool is_oniguruma = own->source.dialect == TKZ__DIALECT_ONIGURUMA;
    if (is_oniguruma && ((!is_behind && tkz__compiler_looks_behind(own, TKZ__CODE_JUMP)) ||
                         (is_behind && code == TKZ__CODE_LOOK_NOT &&
                          tkz__compiler_looks_behind(own, TKZ__CODE_LOOK))))
        return tkz__compiler_malformed(own, own->source.at, "a look in a look behind that Oniguruma refuses");
    return open_group(own, code, is_behind);
}

/* A group that back references may name. */
static tkz_status open_capture(tkz__compiler *own, const char *name, size_t name_size)
{
    bool is_oniguruma = own->source.dialect == TKZ__DIALECT_ONIGURUMA;
    if (is_oniguruma && own->has_names && name_size == 0)
        return open_group(own, TKZ__CODE_JUMP, false);
    if (is_oniguruma && tkz__compiler_looks_behind(own, TKZ__CODE_LOOK_NOT))
        return tkz__compiler_malformed(own, own->source.at, "a group that captures in (?<!, which Oniguruma refuses");
    if (!own->captures)
        return open_group(own, TKZ__CODE_JUMP, false);
    if (own->capture_count == TKZ__PATTERN_MOST_CAPTURES)
        return tkz__pattern_refuse(&own->source, TKZ_STATUS_LIMIT, own->source.at,
                                   "more than 40 groups, and back references");
    for (uint32_t i = 1; name_size > 0 && i <= own->capture_count; i++) {
        if (own->known[i].name_size == name_size && memcmp(own->known[i].name, name, name_size) == 0)
            return tkz__compiler_unsupported(own, own->source.at, "two groups of one name and back references");
    }
    tkz_status status = open_group(own, TKZ__CODE_JUMP, false);
    if (status == TKZ_OK)
        status = tkz__compiler_reserve_slots(own, 2);
    if (status != TKZ_OK)
        return status;
    uint32_t number = ++own->capture_count;
    uint16_t slot = (uint16_t)(own->pattern->slot_count - 2);
    own->known[number] = (tkz__capture){.slot = slot, .name = name, .name_size = name_size};
    inner(own)->number = number;
    status = tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_SAVE, .least = slot});
    inner(own)->alternative = step_count(own);
    own->hard++;
    return status;
}

/* A ) is read, or the end: groups of (?i) end with the one around them. */
static tkz_status close_group(tkz__compiler *own)
{
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && inner(own)->is_implicit)
        status = end_group(own);
    return status == TKZ_OK ? end_group(own) : status;
}

/* Options behind (?, as in (?i-m). */
static tkz_status read_options(tkz__compiler *own)
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
            return tkz__compiler_unsupported(own, place, "a group or option of this kind");
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
        tkz__compiler_end_atom(own);
    }
    own->folds = folds;
    own->any_newline = any_newline;
    own->lines = lines;
    return status;
}

/* (?<name>, (?'name', (?P<name> of Rust, behind the sign before the name. */
static tkz_status open_named(tkz__compiler *own, char end)
{
    const char *name;
    size_t size;
    size_t place = own->source.at;
    tkz_status status = tkz__compiler_read_name(own, end, &name, &size);
    if (status == TKZ_OK && name[0] >= '0' && name[0] <= '9')
        status = tkz__compiler_unsupported(own, place, "a group whose name is a number");
    own->has_names = true;
    if (status == TKZ_OK && own->has_numbers && own->source.dialect == TKZ__DIALECT_ONIGURUMA)
        status = tkz__compiler_malformed(own, place, "a group with a name and, before it, a back reference with a "
                                       "number, which Oniguruma refuses");
    return status == TKZ_OK ? open_capture(own, name, size) : status;
}

/* Behind a (. */
static tkz_status read_group(tkz__compiler *own)
{
    bool is_rust = own->source.dialect == TKZ__DIALECT_RUST;
    if (!has(own, "?"))
        return has(own, "*") ? tkz__compiler_unsupported(own, own->source.at, "a callout")
                             : open_capture(own, NULL, 0);
    own->source.at++;
    if (skip(own, ":"))
        return open_group(own, TKZ__CODE_JUMP, false);
    if (skip(own, "="))
        return open_look(own, TKZ__CODE_LOOK, false);
    if (skip(own, "!"))
        return open_look(own, TKZ__CODE_LOOK_NOT, false);
    if (skip(own, "<="))
        return open_look(own, TKZ__CODE_LOOK, true);
    if (skip(own, "<!"))
        return open_look(own, TKZ__CODE_LOOK_NOT, true);
    if (skip(own, ">"))
        return open_group(own, TKZ__CODE_ATOMIC, false);
    if (skip(own, "<") || (is_rust && skip(own, "P<")))
        return open_named(own, '>');
    if (!is_rust && skip(own, "'"))
        return open_named(own, '\'');
    if (is_rust && skip(own, "P="))
        return tkz__compiler_refer_by_name(own, ')');
    return read_options(own);
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
    if (own->source.dialect == TKZ__DIALECT_RUST && has(own, "{"))
        return tkz__compiler_unsupported(own, place, "a brace that is no repeat");
    tkz_status status = tkz__pattern_read_character(&own->source, &character);
    if (status == TKZ_OK && character == 0)
        return tkz__compiler_unsupported(own, place, "U+0000");
    return status == TKZ_OK ? tkz__compiler_append_character(own, place, character) : status;
}

static tkz_status read_next(tkz__compiler *own)
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

/* False: there is no back reference. */
static bool may_refer(const char *text, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++) {
        if (text[i] == '\\' && ((text[i + 1] >= '1' && text[i + 1] <= '9') || text[i + 1] == 'k'))
            return true;
        if (text[i] == 'P' && text[i + 1] == '=')
            return true;
    }
    return false;
}

static tkz_status compile(tkz__compiler *own)
{
    own->captures = may_refer(own->source.text, own->source.size);
    tkz_status status = open_group(own, TKZ__CODE_JUMP, false);
    while (status == TKZ_OK && own->source.at < own->source.size)
        status = read_next(own);
    for (size_t i = 1; status == TKZ_OK && i < own->depth; i++) {
        if (!own->groups[i].is_implicit)
            return tkz__compiler_malformed(own, own->source.size, "a ( without a )");
    }
    if (status == TKZ_OK)
        status = close_group(own);
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
