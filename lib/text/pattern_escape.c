/* SPDX-License-Identifier: Apache-2.0
 *
 * What a backslash begins outside of brackets: back references, \K, \G, \R, \X and other classes and
 * places. Leans on pattern_compiler.
 */
#include "text/pattern_compiler.h"

/* A number; false: there is none, or it is too large. */
bool tkz__compiler_read_number(tkz__compiler *own, uint32_t *number)
{
    size_t start = own->source.at;
    *number = 0;
    while (own->source.at < own->source.size && *number <= TKZ__PATTERN_MOST_REPEATS) {
        char byte = own->source.text[own->source.at];
        if (byte < '0' || byte > '9')
            break;
        *number = *number * 10 + (uint32_t)(byte - '0');
        own->source.at++;
    }
    return own->source.at > start && *number <= TKZ__PATTERN_MOST_REPEATS;
}

/* Whether one of the open groups is a look behind, with this sign or any (JUMP). */
bool tkz__compiler_looks_behind(const tkz__compiler *own, uint8_t code)
{
    for (size_t i = 0; i < own->depth; i++) {
        const tkz__open_group *open = &own->groups[i];
        if (open->is_behind && (code == TKZ__CODE_JUMP || open->code == code))
            return true;
    }
    return false;
}

/* ---- Back references ------------------------------------------------------ */

/* What a group took comes again. */
static tkz_status append_reference(tkz__compiler *own, size_t place, uint32_t number)
{
    bool is_there = number != TKZ__NO_GROUP && number != 0;
    if (!is_there && (own->is_second || number == 0))
        return tkz__compiler_malformed(own, place, "a back reference to a group that there is not");
    if (is_there && own->known[number].open > 0)
        return tkz__compiler_unsupported(own, place, "a back reference into the group that it stands in");
    if (own->folds)
        return tkz__compiler_unsupported(own, place, "a back reference without case");
    bool is_closed = is_there && own->known[number].is_closed;
    uint16_t slot = 0;
    tkz_status status = is_there ? tkz__compiler_group_slot(own, number, &slot) : TKZ_OK;
    if (status != TKZ_OK)
        return status;
    own->wants_second = own->wants_second || !is_there;
    inner(own)->last_folded = 0;
    own->hard++;
    /* One that may have been left out before is taken as empty at the least. */
    tkz__compiler_set_atom(own, step_count(own), is_closed ? own->known[number].least : 0,
                           is_closed ? own->known[number].most : TKZ__WIDE);
    return tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_REFER, .least = slot});
}

/* A name up to `end`, which is read too. */
tkz_status tkz__compiler_read_name(tkz__compiler *own, char end, const char **name, size_t *size)
{
    size_t place = own->source.at;
    *name = own->source.text + place;
    while (own->source.at < own->source.size && own->source.text[own->source.at] != end) {
        char byte = own->source.text[own->source.at++];
        bool is_letter = (byte | 32) >= 'a' && (byte | 32) <= 'z';
        if (!is_letter && byte != '_' && (byte < '0' || byte > '9'))
            return tkz__compiler_unsupported(own, place, "a group with such a name");
    }
    if (own->source.at == own->source.size || own->source.at == place)
        return tkz__compiler_malformed(own, place, "a name that does not end");
    *size = own->source.at++ - place;
    return TKZ_OK;
}

/* A number is read that `sign` stands before, or 0. */
static tkz_status find_number(tkz__compiler *own, size_t place, char sign, uint32_t *number)
{
    own->has_numbers = true;
    if (own->has_names && own->source.dialect == TKZ__DIALECT_ONIGURUMA)
        return tkz__compiler_malformed(own, place, "a back reference or call with a number beside groups with "
                                       "names, which Oniguruma refuses");
    if (sign == '-')
        *number = *number <= own->opened && *number > 0 ? own->opened + 1 - *number : 0;
    else if (sign == '+')
        *number += own->opened;
    if (*number > own->capture_count)
        *number = TKZ__NO_GROUP;
    return TKZ_OK;
}

tkz_status tkz__compiler_read_group_name(tkz__compiler *own, char end, bool may_follow,
                                         uint32_t *number)
{
    size_t place = own->source.at, size;
    const char *name;
    bool is_oniguruma = own->source.dialect == TKZ__DIALECT_ONIGURUMA;
    char sign = has(own, "-") || (is_oniguruma && has(own, "+")) ? own->source.text[own->source.at++] : '\0';
    if (own->source.at < own->source.size && own->source.text[own->source.at] >= '0' &&
        own->source.text[own->source.at] <= '9') {
        if (!tkz__compiler_read_number(own, number) || own->source.at == own->source.size ||
            own->source.text[own->source.at++] != end)
            return tkz__compiler_unsupported(own, place, "a group with such a number");
        return find_number(own, place, sign, number);
    }
    tkz_status status = tkz__compiler_read_name(own, end, &name, &size);
    *number = TKZ__NO_GROUP;
    for (uint32_t i = 1; status == TKZ_OK && i <= own->capture_count; i++) {
        if (own->known[i].name_size == size && memcmp(own->known[i].name, name, size) == 0 &&
            (may_follow || own->known[i].place <= place))
            *number = i;
    }
    if (status == TKZ_OK && *number == TKZ__NO_GROUP && !may_follow)
        status = tkz__compiler_malformed(own, place, "a reference to a name that no group before it has");
    return status;
}

tkz_status tkz__compiler_refer_by_name(tkz__compiler *own, char end)
{
    size_t place = own->source.at;
    uint32_t number;
    tkz_status status = tkz__compiler_read_group_name(own, end, false, &number);
    return status == TKZ_OK ? append_reference(own, place, number) : status;
}

/* What stands behind a backslash begins with 1 to 9. *found false: it is no group. */
static tkz_status refer_by_number(tkz__compiler *own, size_t place, bool *found)
{
    uint32_t number;
    size_t start = own->source.at;
    *found = tkz__compiler_read_number(own, &number);
    if (own->source.dialect == TKZ__DIALECT_ONIGURUMA && number > 9 && number > own->opened)
        *found = false;
    if (!*found) {
        own->source.at = start;
        return TKZ_OK;
    }
    tkz_status status = find_number(own, place, '\0', &number);
    return status == TKZ_OK ? append_reference(own, place, number) : status;
}

/* \R: CR LF or one character that ends a line, with no way back from the one to the other. */
static tkz_status append_line_end(tkz__compiler *own)
{
    static const uint32_t others[] = {0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029};
    const tkz__pattern_step first[] = {
        {.code = TKZ__CODE_ATOMIC, .jump = 7},
        {.code = TKZ__CODE_SPLIT, .jump = 4},
        {.code = TKZ__CODE_ONE, .class_index = TKZ__NO_CLASS, .character = '\r'},
        {.code = TKZ__CODE_ONE, .class_index = TKZ__NO_CLASS, .character = '\n'},
        {.code = TKZ__CODE_JUMP, .jump = 2},
    };
    tkz__pattern_step other = {.code = TKZ__CODE_ONE};
    memset(own->set, 0, sizeof *own->set);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        tkz__set_add(own->set, others[i]);
    tkz__compiler_set_atom(own, step_count(own), 1, 2);
    tkz_status status =
        tkz__pattern_add_class(own->pattern, own->set, &other.class_index, own->source.error);
    for (size_t i = 0; status == TKZ_OK && i < sizeof first / sizeof first[0]; i++)
        status = tkz__compiler_append(own, first[i]);
    if (status == TKZ_OK)
        status = tkz__compiler_append(own, other);
    return status == TKZ_OK ? tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_CUT,
                                                              .mode = TKZ__CODE_ATOMIC})
                            : status;
}

/* \K: the match begins here. */
static tkz_status append_keep(tkz__compiler *own, size_t place)
{
    for (size_t i = 0; i < own->depth; i++) {
        if (own->groups[i].code == TKZ__CODE_LOOK || own->groups[i].code == TKZ__CODE_LOOK_NOT)
            return tkz__compiler_unsupported(own, place, "\\K in a look");
    }
    tkz__compiler_end_atom(own);
    tkz_status status = tkz__compiler_reserve_slots(own, 0);
    return status == TKZ_OK
               ? tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_SAVE, .least = TKZ__SLOT_KEEP})
               : status;
}

/* What only stands outside of brackets; *found false: it is something else. */
static tkz_status read_special(tkz__compiler *own, bool *found)
{
    size_t place = own->source.at - 1;
    bool is_oniguruma = own->source.dialect == TKZ__DIALECT_ONIGURUMA;
    char next = own->source.at < own->source.size ? own->source.text[own->source.at] : '\0';
    *found = true;
    if (next >= '1' && next <= '9')
        return refer_by_number(own, place, found);
    if (skip(own, "g<"))
        return tkz__compiler_call(own, '>');
    if (skip(own, "g'"))
        return tkz__compiler_call(own, '\'');
    if (skip(own, "k<"))
        return tkz__compiler_refer_by_name(own, '>');
    if (skip(own, "k'"))
        return tkz__compiler_refer_by_name(own, '\'');
    if (next == '\0' || strchr(is_oniguruma ? "KGRNOX" : "KGRNO", next) == NULL) {
        *found = false;
        return TKZ_OK;
    }
    own->source.at++;
    inner(own)->last_folded = 0;
    own->hard += next != 'N' && next != 'O';
    if (next == 'K')
        return append_keep(own, place);
    if (next == 'G')
        return tkz__compiler_append_place(own, is_oniguruma ? TKZ__CODE_SEARCH_START : TKZ__CODE_LAST_END);
    if (next == 'R')
        return append_line_end(own);
    if (next == 'N' || next == 'O')
        return tkz__compiler_append_any(own, next == 'O');
    tkz__compiler_set_atom(own, step_count(own), 1, TKZ__WIDE);
    return tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_CLUSTER});
}

tkz_status tkz__compiler_read_escape(tkz__compiler *own)
{
    size_t place = own->source.at - 1;
    bool is_class, is_special;
    uint32_t character;
    tkz_status status = read_special(own, &is_special);
    if (status != TKZ_OK || is_special)
        return status;
    if (own->source.dialect == TKZ__DIALECT_RUST && (has(own, "b{") || has(own, "B{")) &&
        own->source.size - own->source.at > 2 &&
        strchr("0123456789,", own->source.text[own->source.at + 2]) == NULL)
        return tkz__compiler_unsupported(own, place, "a border of words of this kind");
    if (skip(own, "b"))
        return tkz__compiler_append_border(own, TKZ__CODE_WORD_BORDER);
    if (skip(own, "B"))
        return tkz__compiler_append_border(own, TKZ__CODE_NO_WORD_BORDER);
    if (skip(own, "A"))
        return tkz__compiler_append_place(own, TKZ__CODE_TEXT_START);
    bool is_oniguruma = own->source.dialect == TKZ__DIALECT_ONIGURUMA;
    if (has(own, "z") || (is_oniguruma && has(own, "Z"))) {
        if (is_oniguruma && tkz__compiler_looks_behind(own, TKZ__CODE_JUMP))
            return tkz__compiler_malformed(own, place, "an end of the text in a look behind, which Oniguruma refuses");
        return tkz__compiler_append_place(own, skip(own, "z") ? TKZ__CODE_TEXT_END
                                                : (own->source.at++, TKZ__CODE_LAST_LINE_END));
    }
    memset(own->set, 0, sizeof *own->set);
    status =
        tkz__pattern_read_escape(&own->source, false, own->folds, &is_class, &character, own->set);
    if (status != TKZ_OK)
        return status;
    if (!is_class && character >= 0x80 && !is_oniguruma && own->source.text[place + 1] != 'x' &&
        own->source.text[place + 1] != 'u' && own->source.text[place + 1] != 'U') {
        tkz__compiler_set_atom(own, step_count(own), 1, 1); /* there its case counts */
        return tkz__compiler_append(own, (tkz__pattern_step){
            .code = TKZ__CODE_ONE, .class_index = TKZ__NO_CLASS, .character = character});
    }
    if (!is_class)
        return tkz__compiler_append_character(own, place, character);
    inner(own)->last_folded = 0;
    return tkz__compiler_append_set(own);
}
