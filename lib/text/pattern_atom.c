/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps of a regular expression that is being compiled, and atoms, which a repeat may follow: characters
 * with all their cases, classes, places. Leans on pattern_compiler.
 */
#include "text/pattern_compiler.h"

tkz_status tkz__compiler_unsupported(const tkz__compiler *own, size_t place, const char *what)
{
    return tkz__pattern_refuse(&own->source, TKZ_STATUS_UNSUPPORTED, place, what);
}

tkz_status tkz__compiler_malformed(const tkz__compiler *own, size_t place, const char *what)
{
    return tkz__pattern_refuse(&own->source, TKZ_STATUS_BAD_FORMAT, place, what);
}

/* ---- Steps -------------------------------------------------------------- */

tkz_status tkz__compiler_reserve(tkz__compiler *own, size_t more)
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
tkz_status tkz__compiler_insert(tkz__compiler *own, uint32_t place, tkz__pattern_step step)
{
    tkz__pattern *pattern = own->pattern;
    tkz_status status = tkz__compiler_reserve(own, 1);
    if (status != TKZ_OK)
        return status;
    memmove(pattern->steps + place + 1, pattern->steps + place,
            (pattern->step_count - place) * sizeof step);
    step.starts = TKZ__NO_STARTS;
    pattern->steps[place] = step;
    pattern->step_count++;
    return TKZ_OK;
}

tkz_status tkz__compiler_append(tkz__compiler *own, tkz__pattern_step step)
{
    return tkz__compiler_insert(own, step_count(own), step);
}

/* Copies `count` steps from `place` to the end. */
tkz_status tkz__compiler_copy(tkz__compiler *own, uint32_t place, uint32_t count)
{
    tkz_status status = tkz__compiler_reserve(own, count);
    if (status != TKZ_OK)
        return status;
    tkz__pattern *pattern = own->pattern;
    memcpy(pattern->steps + pattern->step_count, pattern->steps + place,
           count * sizeof *pattern->steps);
    pattern->step_count += count;
    return TKZ_OK;
}

/* Slots behind those that there are; the first is that of \K. */
tkz_status tkz__compiler_reserve_slots(tkz__compiler *own, uint16_t count)
{
    tkz__pattern *pattern = own->pattern;
    if (pattern->slot_count == 0)
        pattern->slot_count = TKZ__SLOT_KEEP + 1;
    if (pattern->slot_count + count > TKZ__PATTERN_MOST_SLOTS)
        return tkz__pattern_refuse(&own->source, TKZ_STATUS_LIMIT, own->source.at,
                                   "more looks behind without one width than can be remembered");
    pattern->slot_count = (uint16_t)(pattern->slot_count + count);
    return TKZ_OK;
}

/* ---- Atoms -------------------------------------------------------------- */

uint32_t tkz__wide_add(uint32_t a, uint32_t b)
{
    return a == TKZ__WIDE || b == TKZ__WIDE || a > TKZ__WIDE - 1 - b ? TKZ__WIDE : a + b;
}

uint32_t tkz__wide_multiply(uint32_t a, uint32_t b)
{
    uint64_t product = (uint64_t)a * b;
    if (a == 0 || b == 0)
        return 0;
    return a == TKZ__WIDE || b == TKZ__WIDE || product >= TKZ__WIDE ? TKZ__WIDE : (uint32_t)product;
}

/* What comes now is an atom that starts at `start` and takes so many characters. */
void tkz__compiler_set_atom(tkz__compiler *own, uint32_t start, uint32_t least, uint32_t most)
{
    tkz__open_group *last = inner(own);
    if (last->atom != TKZ__NO_STEP) {
        last->own_least = tkz__wide_add(last->own_least, last->atom_least);
        last->own_most = tkz__wide_add(last->own_most, last->atom_most);
    }
    last->atom = start;
    last->last = start == TKZ__NO_STEP ? TKZ__REPEAT_REFUSED : TKZ__REPEAT_ATOM;
    last->atom_least = least;
    last->atom_most = most;
}

/* Nothing to repeat from here on. */
void tkz__compiler_end_atom(tkz__compiler *own)
{
    tkz__compiler_set_atom(own, TKZ__NO_STEP, 0, 0);
}

tkz_status tkz__compiler_append_set(tkz__compiler *own)
{
    tkz__pattern_step step = {.code = TKZ__CODE_ONE};
    tkz__compiler_set_atom(own, step_count(own), 1, 1);
    tkz_status status =
        tkz__pattern_add_class(own->pattern, own->set, &step.class_index, own->source.error);
    return status == TKZ_OK ? tkz__compiler_append(own, step) : status;
}

tkz_status tkz__compiler_append_character(tkz__compiler *own, size_t place, uint32_t character)
{
    bool is_letter = character < 0x80 && (character | 32) >= 'a' && (character | 32) <= 'z';
    if (own->folds && (is_letter || character >= 0x80)) {
        bool is_oniguruma = own->source.dialect == TKZ__DIALECT_ONIGURUMA;
        if (is_oniguruma && tkz__folds_to_several(character))
            return tkz__compiler_unsupported(own, place, "a letter without case that may be several others");
        memset(own->set, 0, sizeof *own->set);
        tkz__set_add(own->set, character);
        tkz__set_fold(own->set);
        uint32_t folded = tkz__pattern_fold(character);
        if (is_oniguruma && tkz__is_folded_pair(inner(own)->last_folded, folded))
            return tkz__compiler_unsupported(own, place, "letters without case that may be one character");
        inner(own)->last_folded = folded;
        return tkz__compiler_append_set(own);
    }
    tkz__compiler_set_atom(own, step_count(own), 1, 1);
    return tkz__compiler_append(own, (tkz__pattern_step){.code = TKZ__CODE_ONE,
                                           .class_index = TKZ__NO_CLASS,
                                           .character = character});
}

/* What holds at a place: no characters. */
tkz_status tkz__compiler_append_place(tkz__compiler *own, uint8_t code)
{
    tkz__compiler_end_atom(own);
    if (own->source.dialect == TKZ__DIALECT_RUST && code != TKZ__CODE_LAST_END)
        inner(own)->last = TKZ__REPEAT_PLACE;
    return tkz__compiler_append(own, (tkz__pattern_step){.code = code});
}

tkz_status tkz__compiler_append_border(tkz__compiler *own, uint8_t code)
{
    /* In looks behind without one width fancy-regex fails at them on text beyond ASCII. */
    own->hard += own->source.dialect == TKZ__DIALECT_RUST;
    if (own->pattern->word_class == TKZ__NO_CLASS) {
        memset(own->set, 0, sizeof *own->set);
        tkz__set_add_word(own->set, own->source.dialect);
        tkz_status status = tkz__pattern_add_class(own->pattern, own->set,
                                                   &own->pattern->word_class, own->source.error);
        if (status != TKZ_OK)
            return status;
    }
    return tkz__compiler_append_place(own, code);
}

tkz_status tkz__compiler_append_any(tkz__compiler *own, bool with_newline)
{
    memset(own->set, 0, sizeof *own->set);
    if (!with_newline)
        tkz__set_add(own->set, '\n');
    tkz__set_invert(own->set);
    return tkz__compiler_append_set(own);
}
