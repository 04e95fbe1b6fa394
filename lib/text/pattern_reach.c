/* SPDX-License-Identifier: Apache-2.0
 *
 * What a regular expression can take, for texts that come in parts. Leans on pattern_parts.
 *
 * Steps go from character to character: what no step takes, neither a match nor a look passes. So behind
 * such a character a text may be cut. No match of what is before it ends there, none of what is behind it
 * begins before it, and a look behind that would go beyond it fails as at the start of a text. Places
 * without width are asked for the one character that they look at: line starts for a newline, word
 * borders for those of words, which the start of a text is as good as none of.
 */
#include <string.h>

#include "text/pattern_parts.h"

bool tkz__pattern_is_by_characters(const tkz__pattern *pattern)
{
    for (size_t i = 0; i < pattern->step_count; i++) {
        uint8_t code = pattern->steps[i].code;
        if (code == TKZ__CODE_CLUSTER || code == TKZ__CODE_SEARCH_START || code == TKZ__CODE_LAST_END)
            return false;
    }
    return true;
}

bool tkz__pattern_takes(const tkz__pattern *pattern, uint32_t character)
{
    for (size_t i = 0; i < pattern->step_count; i++) {
        const tkz__pattern_step *step = &pattern->steps[i];
        bool takes = false;
        switch (step->code) {
        case TKZ__CODE_ONE:
        case TKZ__CODE_REPEAT:
            takes = step->class_index == TKZ__NO_CLASS
                        ? step->character == character
                        : tkz__class_has(pattern, step->class_index, character);
            break;
        case TKZ__CODE_LINE_START:
        case TKZ__CODE_LINE_END:
        case TKZ__CODE_LAST_LINE_END:
            takes = character == '\n';
            break;
        case TKZ__CODE_WORD_BORDER:
        case TKZ__CODE_NO_WORD_BORDER:
            takes = tkz__class_has(pattern, pattern->word_class, character);
            break;
        default:
            break;
        }
        if (takes)
            return true;
    }
    return false;
}

bool tkz__pattern_takes_all(const tkz__pattern *pattern)
{
    for (uint32_t character = 0; character < TKZ__SET_INVALID; character++) {
        if ((character < 0xD800 || character > 0xDFFF) && !tkz__pattern_takes(pattern, character))
            return false;
    }
    return true;
}

bool tkz__pattern_looks_ahead_only(const tkz__pattern *pattern)
{
    for (size_t i = 0; i < pattern->step_count; i++) {
        const tkz__pattern_step *step = &pattern->steps[i];
        switch (step->code) {
        case TKZ__CODE_TEXT_START:
        case TKZ__CODE_LINE_START:
        case TKZ__CODE_WORD_BORDER:
        case TKZ__CODE_NO_WORD_BORDER:
        case TKZ__CODE_SEARCH_START:
        case TKZ__CODE_LAST_END:
        case TKZ__CODE_BACK:
        case TKZ__CODE_CLUSTER:
            return false;
        case TKZ__CODE_SAVE:
            if (step->least == TKZ__SLOT_KEEP)
                return false;
            break;
        default:
            break;
        }
    }
    return true;
}

/* Where the engine can stand having taken nothing: looks hold, repeats take nothing where they may. */
static bool spread(const tkz__pattern *pattern, bool *reached)
{
    bool is_new = false;
    for (size_t i = 0; i < pattern->step_count; i++) {
        const tkz__pattern_step *step = &pattern->steps[i];
        size_t away = (size_t)((int64_t)i + step->jump);
        bool next = false, jumps = false;
        if (!reached[i])
            continue;
        switch (step->code) {
        case TKZ__CODE_MATCH:
        case TKZ__CODE_FAIL:
        case TKZ__CODE_ONE:
        case TKZ__CODE_CLUSTER:
            break;
        case TKZ__CODE_REPEAT:
            next = step->least == 0;
            break;
        case TKZ__CODE_SPLIT:
        case TKZ__CODE_CHECK:
            next = jumps = true;
            break;
        case TKZ__CODE_JUMP:
        case TKZ__CODE_LOOK:
        case TKZ__CODE_LOOK_NOT:
            jumps = true;
            break;
        default:
            next = true;
        }
        is_new = is_new || (next && !reached[i + 1]) || (jumps && !reached[away]);
        if (next)
            reached[i + 1] = true;
        if (jumps)
            reached[away] = true;
    }
    return is_new;
}

tkz_status tkz__pattern_may_be_empty(const tkz__pattern *pattern, bool *may, tkz_error *error)
{
    size_t count = pattern->step_count + 1;
    bool *reached = tkz__allocate_zeroed(&pattern->allocator, count * sizeof *reached);
    if (reached == NULL)
        return tkz__error_memory(error, count * sizeof *reached);
    reached[0] = true;
    while (spread(pattern, reached))
        continue;
    *may = false;
    for (size_t i = 0; i < pattern->step_count; i++)
        *may = *may || (reached[i] && pattern->steps[i].code == TKZ__CODE_MATCH);
    tkz__release(&pattern->allocator, reached, count * sizeof *reached);
    return TKZ_OK;
}
