/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups of regular expressions that are compiled: alternatives, looks, groups that capture, calls of
 * them, conditions, options. Leans on pattern_compiler.
 */
#include "text/pattern_compiler.h"

tkz_status tkz__compiler_open_group(tkz__compiler *own, uint8_t code, bool is_behind)
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
        .any_newline = own->any_newline, .lines = own->lines, .extended = own->extended, .start = start,
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

/* In Oniguruma a look behind fails to compile whose alternative is several repeats of a character or class,
 * each of which may be left out (regcomp.c, list_reduce_in_look_behind of 6.9.10 answers 1). */
static bool is_all_optional(const tkz__compiler *own, const tkz__open_group *last)
{
    for (uint32_t i = last->alternative; i < step_count(own); i++) {
        const tkz__pattern_step *step = &own->pattern->steps[i];
        if (step->code != TKZ__CODE_REPEAT || step->least > 0 || step->mode == TKZ__REPEAT_POSSESSIVE)
            return false;
    }
    return own->source.dialect == TKZ__DIALECT_ONIGURUMA && step_count(own) - last->alternative > 1;
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
    if (is_all_optional(own, last))
        return tkz__compiler_unsupported(own, own->source.at, "a look behind of several parts that may all be left out");
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
tkz_status tkz__compiler_next_alternative(tkz__compiler *own)
{
    tkz_status status = end_alternative(own);
    tkz__open_group *last = inner(own);
    bool is_check = last->is_condition && last->jumps == TKZ__NO_STEP;
    if (status == TKZ_OK)
        status = tkz__compiler_insert(own, last->alternative,
                        (tkz__pattern_step){.code = is_check ? TKZ__CODE_CHECK : TKZ__CODE_SPLIT,
                                            .least = is_check ? last->checked : 0,
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
    last->last = TKZ__REPEAT_NOTHING;
    last->last_folded = 0;
    return status;
}

static tkz_status end_capture(tkz__compiler *own, const tkz__open_group *ended)
{
    tkz__capture *known = &own->known[ended->number];
    known->is_closed = true;
    known->open--;
    known->least = ended->least;
    known->most = ended->most;
    return tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_SAVE, .least = known->slot + 1u});
}

/* The innermost group ends; it is an atom of the one around it. */
static tkz_status end_group(tkz__compiler *own)
{
    tkz__open_group last = *inner(own);
    tkz_status status = end_alternative(own);
    if (status != TKZ_OK)
        return status;
    last = *inner(own);
    if (last.is_condition && last.jumps == TKZ__NO_STEP) {
        last.least = 0; /* there is no other alternative: nothing */
        status = tkz__compiler_insert(own, last.alternative,
                        (tkz__pattern_step){.code = TKZ__CODE_CHECK, .least = last.checked,
                                            .jump = (int32_t)(step_count(own) - last.alternative) + 1});
        if (status != TKZ_OK)
            return status;
    }
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
    if (!last.keeps_options) {
        own->folds = last.folds;
        own->any_newline = last.any_newline;
        own->lines = last.lines;
        own->extended = last.extended;
    }
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

/* In Rust options that are set in a group which is no (?: or (?i: count behind it too (fancy-regex 0.19,
 * src/parse.rs, parse_group). */
static tkz_status open_keeping(tkz__compiler *own, uint8_t code, bool is_behind)
{
    tkz_status status = tkz__compiler_open_group(own, code, is_behind);
    if (status == TKZ_OK)
        inner(own)->keeps_options = own->source.dialect == TKZ__DIALECT_RUST;
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
    return open_keeping(own, code, is_behind);
}

tkz_status tkz__compiler_group_slot(tkz__compiler *own, uint32_t number, uint16_t *slot)
{
    tkz__capture *known = &own->known[number];
    tkz_status status = known->slot == 0 ? tkz__compiler_reserve_slots(own, 2) : TKZ_OK;
    if (status == TKZ_OK && known->slot == 0)
        known->slot = (uint16_t)(own->pattern->slot_count - 2);
    *slot = known->slot;
    return status;
}

/* A group that is known begins, or a call of it. */
static tkz_status begin_capture(tkz__compiler *own, uint32_t number)
{
    uint16_t slot = 0;
    tkz_status status = open_keeping(own, TKZ__CODE_JUMP, false);
    if (status == TKZ_OK)
        status = tkz__compiler_group_slot(own, number, &slot);
    if (status != TKZ_OK)
        return status;
    inner(own)->number = number;
    own->known[number].open++;
    status = tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_SAVE, .least = slot});
    inner(own)->alternative = step_count(own);
    own->hard++;
    return status;
}

/* A group that back references may name. */
static tkz_status open_capture(tkz__compiler *own, const char *name, size_t name_size)
{
    bool is_oniguruma = own->source.dialect == TKZ__DIALECT_ONIGURUMA;
    if (is_oniguruma && own->has_names && name_size == 0)
        return tkz__compiler_open_group(own, TKZ__CODE_JUMP, false);
    if (is_oniguruma && tkz__compiler_looks_behind(own, TKZ__CODE_LOOK_NOT))
        return tkz__compiler_malformed(own, own->source.at, "a group that captures in (?<!, which Oniguruma refuses");
    if (!own->captures)
        return open_keeping(own, TKZ__CODE_JUMP, false);
    own->opened++;
    for (uint32_t i = 1; i <= own->capture_count; i++) {
        if (own->known[i].place == own->source.at)
            return begin_capture(own, i);
    }
    if (own->capture_count == TKZ__PATTERN_MOST_CAPTURES)
        return tkz__pattern_refuse(&own->source, TKZ_STATUS_LIMIT, own->source.at,
                                   "more than 40 groups, and back references");
    for (uint32_t i = 1; name_size > 0 && i <= own->capture_count; i++) {
        if (own->known[i].name_size == name_size && memcmp(own->known[i].name, name, name_size) == 0)
            return tkz__compiler_unsupported(own, own->source.at, "two groups of one name and back references");
    }
    own->known[++own->capture_count] = (tkz__capture){
        .place = own->source.at, .name = name, .name_size = name_size, .folds = own->folds,
        .any_newline = own->any_newline, .lines = own->lines, .extended = own->extended};
    return begin_capture(own, own->capture_count);
}

/* ---- Calls and conditions --------------------------------------------------- */

/* What cannot be compiled before all groups are known: stands for it the first time. */
static tkz_status append_later(tkz__compiler *own)
{
    own->wants_second = true;
    own->hard++;
    tkz__compiler_set_atom(own, step_count(own), 1, TKZ__WIDE);
    return tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_FAIL});
}

/* The body of a group, read where it stands. No deeper than there are groups: none is in itself. */
static tkz_status read_body(tkz__compiler *own, uint32_t number)
{
    const tkz__capture *known = &own->known[number];
    size_t behind = own->source.at, depth = own->depth;
    uint32_t opened = own->opened;
    bool folds = own->folds, any_newline = own->any_newline, lines = own->lines, extended = own->extended;
    tkz_status status = begin_capture(own, number);
    own->source.at = known->place;
    own->opened = number;
    own->folds = known->folds;
    own->any_newline = known->any_newline;
    own->lines = known->lines;
    own->extended = known->extended;
    while (status == TKZ_OK && own->depth > depth)
        status = tkz__compiler_read_next(own);
    own->source.at = behind;
    own->opened = opened;
    own->folds = folds;
    own->any_newline = any_newline;
    own->lines = lines;
    own->extended = extended;
    return status;
}

tkz_status tkz__compiler_call(tkz__compiler *own, char end)
{
    size_t place = own->source.at;
    uint32_t number;
    tkz_status status = tkz__compiler_read_group_name(own, end, true, &number);
    if (status != TKZ_OK)
        return status;
    if (!own->is_second)
        return append_later(own);
    if (number == TKZ__NO_GROUP)
        return own->source.dialect == TKZ__DIALECT_RUST
                   ? tkz__compiler_unsupported(own, place, "a call of a group that there is not")
                   : tkz__compiler_malformed(own, place, "a call of a group that there is not");
    if (number == 0 || own->known[number].open > 0)
        return tkz__compiler_unsupported(own, place, "a call of a group that it stands in");
    if (tkz__compiler_looks_behind(own, TKZ__CODE_JUMP))
        return tkz__compiler_unsupported(own, place, "a call in a look behind");
    return read_body(own, number);
}

/* (?(1), (?(<name>), its brackets being read. */
static tkz_status open_condition(tkz__compiler *own)
{
    size_t place = own->source.at;
    bool is_rust = own->source.dialect == TKZ__DIALECT_RUST;
    char end = skip(own, "<") ? '>' : skip(own, "'") ? '\'' : ')';
    char first = own->source.at < own->source.size ? own->source.text[own->source.at] : '\0';
    uint32_t number = 0;
    if (end == ')' && (first < '0' || first > '9') && first != '-' && first != '+')
        return tkz__compiler_unsupported(own, place, "a condition that is no group");
    tkz_status status = tkz__compiler_read_group_name(own, end, is_rust, &number);
    if (status != TKZ_OK)
        return status;
    if ((end != ')' && !skip(own, ")")) || has(own, ")") || has(own, "|)"))
        return tkz__compiler_unsupported(own, place, "a condition of this kind");
    if (number == TKZ__NO_GROUP && own->is_second) /* in Rust one that never holds */
        return is_rust ? tkz__compiler_unsupported(own, place, "a condition with a group that there is not")
                       : tkz__compiler_malformed(own, place, "a condition with a group that there is not");
    if (tkz__compiler_looks_behind(own, TKZ__CODE_JUMP) ||
        (is_rust && number != TKZ__NO_GROUP && own->known[number].open > 0))
        return tkz__compiler_unsupported(own, place, "a condition in a look behind, or in the group that it has");
    uint16_t slot = 0;
    own->wants_second = own->wants_second || number == TKZ__NO_GROUP;
    if (number != TKZ__NO_GROUP)
        status = tkz__compiler_group_slot(own, number, &slot);
    if (status == TKZ_OK)
        status = tkz__compiler_open_group(own, TKZ__CODE_JUMP, false);
    if (status != TKZ_OK)
        return status;
    inner(own)->is_condition = true;
    inner(own)->checked = (uint16_t)(slot + !is_rust); /* Oniguruma asks whether it ended */
    own->hard++;
    return TKZ_OK;
}

/* A ) is read, or the end: groups of (?i) end with the one around them. */
tkz_status tkz__compiler_close_group(tkz__compiler *own)
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
    bool extended = own->extended;
    bool is_none = has(own, ")") || (is_rust && (has(own, "-)") || has(own, "-:")));
    while (!has(own, ")") && !has(own, ":")) {
        if ((on || !is_rust) && skip(own, "-"))
            on = false;
        else if (skip(own, "i"))
            folds = on;
        else if (skip(own, "m"))
            *(is_rust ? &lines : &any_newline) = on;
        else if (is_rust && skip(own, "s"))
            any_newline = on;
        else if (skip(own, "x"))
            extended = on;
        else if (is_rust && on && skip(own, "u"))
            continue; /* is so already */
        else
            return tkz__compiler_unsupported(own, place, "a group or option of this kind");
    }
    if (is_none)
        return tkz__compiler_malformed(own, place, "a group without an option");
    tkz_status status = TKZ_OK;
    bool is_isolated = skip(own, ")");
    if (!is_isolated)
        own->source.at++;
    /* In Rust they count up to the end of the group around them, in Oniguruma they begin a group. */
    if (!is_isolated || !is_rust) {
        status = tkz__compiler_open_group(own, TKZ__CODE_JUMP, false);
        if (status == TKZ_OK)
            inner(own)->is_implicit = is_isolated;
    } else {
        tkz__compiler_end_atom(own);
    }
    own->folds = folds;
    own->any_newline = any_newline;
    own->lines = lines;
    own->extended = extended;
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
tkz_status tkz__compiler_read_group(tkz__compiler *own)
{
    bool is_rust = own->source.dialect == TKZ__DIALECT_RUST;
    tkz_status status = is_rust ? tkz__compiler_skip_space(own) : TKZ_OK;
    if (status != TKZ_OK)
        return status;
    if (skip(own, "*FAIL)") || (is_rust && skip(own, "*F)"))) {
        tkz__compiler_end_atom(own);
        return tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_FAIL});
    }
    if (!has(own, "?"))
        return has(own, "*") ? tkz__compiler_unsupported(own, own->source.at, "a callout")
                             : open_capture(own, NULL, 0);
    own->source.at++;
    if (skip(own, ":"))
        return tkz__compiler_open_group(own, TKZ__CODE_JUMP, false);
    if (skip(own, "="))
        return open_look(own, TKZ__CODE_LOOK, false);
    if (skip(own, "!"))
        return open_look(own, TKZ__CODE_LOOK_NOT, false);
    if (skip(own, "<="))
        return open_look(own, TKZ__CODE_LOOK, true);
    if (skip(own, "<!"))
        return open_look(own, TKZ__CODE_LOOK_NOT, true);
    if (skip(own, ">"))
        return open_keeping(own, TKZ__CODE_ATOMIC, false);
    if (skip(own, "("))
        return open_condition(own);
    if (skip(own, "<") || (is_rust && skip(own, "P<")))
        return open_named(own, '>');
    if (skip(own, "'"))
        return open_named(own, '\'');
    if (is_rust && skip(own, "P="))
        return tkz__compiler_refer_by_name(own, ')');
    if (is_rust && skip(own, "P>"))
        return tkz__compiler_call(own, ')');
    return read_options(own);
}

