/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of a compiled regular expression: classes in pages that they share, and which bytes
 * the parts of it may start with. Leans on pattern_parts.
 */
#include "text/pattern_parts.h"

static tkz_status find_page(tkz__pattern *pattern, const uint64_t *words, uint16_t *number,
                            tkz_error *error)
{
    for (size_t i = 0; i < pattern->page_count; i++) {
        if (memcmp(pattern->pages[i].words, words, sizeof pattern->pages[i].words) == 0) {
            *number = (uint16_t)i;
            return TKZ_OK;
        }
    }
    if (pattern->page_count > UINT16_MAX)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a regular expression with too many different classes");
    tkz_status status = tkz__array_reserve(&pattern->allocator, (void **)&pattern->pages,
                                           &pattern->page_capacity, pattern->page_count + 1,
                                           sizeof *pattern->pages, error);
    if (status != TKZ_OK)
        return status;
    memcpy(pattern->pages[pattern->page_count].words, words, sizeof(tkz__class_page));
    *number = (uint16_t)pattern->page_count++;
    return TKZ_OK;
}

/* The last page has no more than TKZ__SET_INVALID. */
static void page_words(const tkz__char_set *set, size_t page, uint64_t words[4])
{
    for (size_t i = 0; i < 4; i++)
        words[i] = page * 4 + i < TKZ__SET_WORDS ? set->words[page * 4 + i] : 0;
}

static void add_byte(tkz__byte_set *set, uint8_t byte)
{
    set->words[byte / 64] |= UINT64_C(1) << (byte % 64);
}

static void add_first_byte(tkz__byte_set *set, uint32_t character)
{
    char bytes[4];
    (void)tkz__utf8_encode(character, bytes);
    add_byte(set, (uint8_t)bytes[0]);
}

/* First bytes of the characters of a set. */
static void add_first_bytes(const tkz__char_set *set, tkz__byte_set *starts)
{
    if (tkz__set_has(set, TKZ__SET_INVALID)) {
        for (uint32_t byte = 0x80; byte < 0x100; byte++)
            add_byte(starts, (uint8_t)byte);
    }
    /* The characters of a word have one first byte from 0x80 on. */
    for (uint32_t character = 0; character < 0x80; character++) {
        if (tkz__set_has(set, character))
            add_byte(starts, (uint8_t)character);
    }
    for (uint32_t word = 2; word < TKZ__SET_WORDS - 1; word++) {
        if (set->words[word] != 0)
            add_first_byte(starts, word * 64);
    }
}

tkz_status tkz__pattern_add_class(tkz__pattern *pattern, const tkz__char_set *set,
                                  uint16_t *index, tkz_error *error)
{
    if (pattern->class_count >= TKZ__PATTERN_MOST_CLASSES)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, TKZ__NO_OFFSET,
                              "a regular expression with more than %d classes",
                              TKZ__PATTERN_MOST_CLASSES);
    tkz_status status = tkz__array_reserve(&pattern->allocator, (void **)&pattern->classes,
                                           &pattern->class_capacity, pattern->class_count + 1,
                                           sizeof *pattern->classes, error);
    if (status != TKZ_OK)
        return status;
    tkz__pattern_class *made = &pattern->classes[pattern->class_count];
    uint64_t last[4], words[4];
    for (size_t page = 0; page < TKZ__CLASS_PAGES; page++) {
        page_words(set, page, words);
        if (page > 0 && memcmp(words, last, sizeof words) == 0) {
            made->pages[page] = made->pages[page - 1];
            continue;
        }
        memcpy(last, words, sizeof words);
        status = find_page(pattern, words, &made->pages[page], error);
        if (status != TKZ_OK)
            return status;
    }
    made->starts = (tkz__byte_set){{0}};
    add_first_bytes(set, &made->starts);
    for (size_t i = 0; i < pattern->class_count; i++) {
        if (memcmp(pattern->classes[i].pages, made->pages, sizeof made->pages) == 0) {
            *index = (uint16_t)i;
            return TKZ_OK;
        }
    }
    *index = (uint16_t)pattern->class_count++;
    return TKZ_OK;
}

/* ---- Bytes that a part may start with ----------------------------------- */

/* Steps that are looked at for one part; beyond them it may start with anything. */
enum { LOOKED_AT = 64 };

static void add_all(tkz__byte_set *set)
{
    memset(set, 0xFF, sizeof *set);
}

static void add_class(const tkz__pattern *pattern, uint16_t index, tkz__byte_set *set)
{
    for (size_t i = 0; i < 4; i++)
        set->words[i] |= pattern->classes[index].starts.words[i];
}

static bool is_among(const uint32_t *numbers, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] == number)
            return true;
    }
    return false;
}

/* Adds what the steps from `place` on may start with. False: a match may begin without a byte. */
static bool add_starts(const tkz__pattern *pattern, uint32_t place, tkz__byte_set *set)
{
    uint32_t open[LOOKED_AT + 1] = {place};
    uint32_t cuts[LOOKED_AT]; /* ends of atomic groups that begin on the way */
    size_t count = 1, looked = 0, cut_count = 0;
    while (count > 0) {
        uint32_t at = open[--count];
        const tkz__pattern_step *step = &pattern->steps[at];
        if (++looked > LOOKED_AT || count + 2 > LOOKED_AT) {
            add_all(set);
            return false;
        }
        switch (step->code) {
        case TKZ__CODE_ONE:
        case TKZ__CODE_REPEAT:
            if (step->class_index == TKZ__NO_CLASS)
                add_first_byte(set, step->character);
            else
                add_class(pattern, step->class_index, set);
            if (step->code == TKZ__CODE_REPEAT && step->least == 0)
                open[count++] = at + 1;
            break;
        case TKZ__CODE_SPLIT:
        case TKZ__CODE_CHECK:
            open[count++] = at + 1;
            open[count++] = (uint32_t)((int32_t)at + step->jump);
            break;
        case TKZ__CODE_JUMP:
        case TKZ__CODE_LOOK:     /* what it looks at is not taken: */
        case TKZ__CODE_LOOK_NOT: /* what follows says with what a match starts */
            open[count++] = (uint32_t)((int32_t)at + step->jump);
            break;
        case TKZ__CODE_FAIL:
            break;
        case TKZ__CODE_CUT:
            /* What an atomic group matches does not depend on what follows it. */
            if (step->mode != TKZ__CODE_ATOMIC || !is_among(cuts, cut_count, at)) {
                add_all(set);
                return false;
            }
            open[count++] = at + 1;
            break;
        case TKZ__CODE_ATOMIC:
            cuts[cut_count++] = (uint32_t)((int32_t)at + step->jump) - 1;
            open[count++] = at + 1;
            break;
        case TKZ__CODE_MATCH:
        case TKZ__CODE_BACK:
        case TKZ__CODE_REFER:
        case TKZ__CODE_CLUSTER:
            add_all(set);
            return false;
        default: /* what holds at a place */
            open[count++] = at + 1;
            break;
        }
    }
    return true;
}

static bool is_all(const tkz__byte_set *set)
{
    return (set->words[0] & set->words[1] & set->words[2] & set->words[3]) == UINT64_MAX;
}

/* Does every match begin at the start of a line? Looks before that take nothing. */
static bool begins_lines(const tkz__pattern *pattern)
{
    size_t at = 0;
    while (at < pattern->step_count && (pattern->steps[at].code == TKZ__CODE_LOOK ||
                                        pattern->steps[at].code == TKZ__CODE_LOOK_NOT))
        at += (size_t)pattern->steps[at].jump;
    return at < pattern->step_count && (pattern->steps[at].code == TKZ__CODE_LINE_START ||
                                        pattern->steps[at].code == TKZ__CODE_TEXT_START);
}

tkz_status tkz__pattern_find_starts(tkz__pattern *pattern, tkz_error *error)
{
    size_t needed = 1;
    for (size_t i = 0; i < pattern->step_count; i++)
        needed += pattern->steps[i].code == TKZ__CODE_SPLIT ? 2 : 0;
    tkz_status status = tkz__array_reserve(&pattern->allocator, (void **)&pattern->starts,
                                           &pattern->start_capacity, needed,
                                           sizeof *pattern->starts, error);
    if (status != TKZ_OK)
        return status;
    memset(pattern->starts, 0, needed * sizeof *pattern->starts);
    pattern->has_starts = add_starts(pattern, 0, &pattern->starts[0]);
    pattern->at_lines = begins_lines(pattern);
    pattern->start_count = 1;
    for (uint32_t i = 0; i < pattern->step_count; i++) {
        tkz__pattern_step *step = &pattern->steps[i];
        tkz__byte_set *own = &pattern->starts[pattern->start_count];
        if (step->code != TKZ__CODE_SPLIT)
            continue;
        memset(own, 0, 2 * sizeof *own);
        (void)add_starts(pattern, i + 1, own);
        (void)add_starts(pattern, (uint32_t)((int32_t)i + step->jump), own + 1);
        step->starts = TKZ__NO_STARTS;
        if (is_all(own) && is_all(own + 1))
            continue;
        step->starts = (uint32_t)pattern->start_count;
        pattern->start_count += 2;
    }
    return TKZ_OK;
}
