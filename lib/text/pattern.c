/* SPDX-License-Identifier: Apache-2.0
 *
 * Searches for regular expressions: a backtracking matcher with its ways back in an array, which
 * counts its steps. Leans on pattern_parts.
 */
#include <string.h>

#include "text/pattern_parts.h"

/* Oniguruma gives up after ten million ways back in one match. */
enum { FREE_STEPS = 10000000, STEPS_A_BYTE = 1000 };

/* Characters that a repeat reads as one step. */
enum { READ_A_STEP = 8 };

/* Kinds of ways back. */
enum {
    WAY_SPLIT, /* go on at `place` */
    WAY_GIVE,  /* a greedy repeat: give back a character, go on at `place` */
    WAY_TAKE,  /* a lazy repeat at `place`: take one more, having `low` */
    WAY_BACK,  /* a look behind: one more character back, `low` times, and go on at `place` */
    WAY_SLOT,  /* the slot `place` was `at`: nothing to go on with */
    WAY_MARK,  /* where an atomic group or a look began: nothing to go on with */
    WAY_NOT    /* where a negative look began: it holds, go on at `place` */
};

void tkz__pattern_search_init(tkz__pattern_search *search, const tkz_allocator *allocator)
{
    *search = (tkz__pattern_search){.allocator = *allocator};
}

void tkz__pattern_search_free(tkz__pattern_search *search)
{
    tkz__release_array(&search->allocator, search->ways, search->way_capacity,
                       sizeof *search->ways);
    tkz__pattern_search_init(search, &search->allocator);
}

void tkz__pattern_search_text(tkz__pattern_search *search, const tkz__pattern *pattern,
                              const char *text, size_t size)
{
    search->pattern = pattern;
    search->text = text;
    search->size = size;
    search->from = 0;
    search->last_end = SIZE_MAX;
    search->goes_on_before = search->goes_on_behind = false;
    search->passed = search->saw_end = false;
}

void tkz__pattern_search_part(tkz__pattern_search *search, bool before, bool behind)
{
    search->goes_on_before = before;
    search->goes_on_behind = behind;
}

void tkz__pattern_search_allow(tkz__pattern_search *search, size_t size)
{
    search->steps_left = FREE_STEPS + (uint64_t)size * STEPS_A_BYTE;
}

/* ---- Characters --------------------------------------------------------- */

/* The character at `at`, which is not the end, as sets have it. */
static inline size_t read_character(const tkz__pattern_search *search, size_t at,
                                    uint32_t *character)
{
    size_t length = tkz__utf8_next(search->text + at, search->size - at, character);
    if (*character == TKZ__UTF8_INVALID)
        *character = TKZ__SET_INVALID;
    return length;
}

static inline bool is_one(const tkz__pattern *pattern, const tkz__pattern_step *step,
                          uint32_t character)
{
    return step->class_index == TKZ__NO_CLASS
               ? step->character == character
               : tkz__class_has(pattern, step->class_index, character);
}

/* Behind at most `most` characters that a step takes, from `at` on; *count: how many. */
static size_t take(tkz__pattern_search *search, const tkz__pattern_step *step, size_t at,
                   uint32_t most, uint32_t *count)
{
    uint32_t taken = 0;
    while (taken < most && at < search->size) {
        uint32_t character;
        size_t length = read_character(search, at, &character);
        if (!is_one(search->pattern, step, character))
            break;
        at += length;
        taken++;
    }
    search->saw_end |= at >= search->size && taken < most;
    *count = taken;
    return at;
}

static bool is_word(const tkz__pattern_search *search, size_t at)
{
    uint32_t character;
    (void)read_character(search, at, &character);
    return tkz__class_has(search->pattern, search->pattern->word_class, character);
}

/* Does a place without width hold? */
static bool holds(tkz__pattern_search *search, uint8_t code, size_t at)
{
    const char *text = search->text;
    size_t size = search->size;
    bool before, behind;
    search->saw_end |= at + 1 >= size; /* one byte behind it is looked at, if any */
    switch (code) {
    case TKZ__CODE_TEXT_START:
        return at == 0 && !search->goes_on_before;
    case TKZ__CODE_TEXT_END:
        return at == size && !search->goes_on_behind;
    case TKZ__CODE_SEARCH_START:
        return at == search->from;
    case TKZ__CODE_LAST_END:
        return at == search->from && !search->passed;
    case TKZ__CODE_LAST_LINE_END:
        return !search->goes_on_behind && (at == size || (at == size - 1 && text[at] == '\n'));
    case TKZ__CODE_LINE_START:
        return at == 0 ? !search->goes_on_before : at < size && text[at - 1] == '\n';
    case TKZ__CODE_LINE_END:
        return at == size || text[at] == '\n';
    default:
        before = at > 0 && is_word(search, tkz__pattern_step_back(text, 0, at));
        behind = at < size && is_word(search, at);
        return (before != behind) == (code == TKZ__CODE_WORD_BORDER);
    }
}

/* ---- One match ---------------------------------------------------------- */

static tkz_status reserve_way(tkz__pattern_search *search, size_t count, tkz_error *error)
{
    if (count < search->way_capacity)
        return TKZ_OK;
    if (count >= TKZ__PATTERN_MOST_STACK)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, search->from,
                              "a regular expression keeps more than %d ways back in this text",
                              TKZ__PATTERN_MOST_STACK);
    return tkz__array_reserve(&search->allocator, (void **)&search->ways, &search->way_capacity,
                              count + 1, sizeof *search->ways, error);
}

static tkz_status too_slow(const tkz__pattern_search *search, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_LIMIT, NULL, search->from,
                          "a regular expression of the tokenizer takes more than %d steps for each "
                          "byte of a text, as nested repeats do; simplify it, or drop the text",
                          STEPS_A_BYTE);
}

/* Takes the ways back up to the last mark away. What slots were stays known behind an atomic group or
 * a look that holds, and counts again behind one that does not. Returns how many ways are left. */
static size_t cut_ways(tkz__pattern_search *search, size_t ways, uint8_t code, size_t *at)
{
    size_t mark = ways;
    do {
        mark--;
        if (code == TKZ__CODE_LOOK_NOT && search->ways[mark].kind == WAY_SLOT)
            search->slots[search->ways[mark].place] = search->ways[mark].at;
    } while (search->ways[mark].kind < WAY_MARK);
    if (code == TKZ__CODE_LOOK)
        *at = search->ways[mark].at;
    if (code == TKZ__CODE_LOOK_NOT || search->pattern->slot_count == 0)
        return mark;
    size_t kept = mark;
    for (size_t i = mark + 1; i < ways; i++) {
        if (search->ways[i].kind == WAY_SLOT)
            search->ways[kept++] = search->ways[i];
    }
    return kept;
}

/* Behind what a group had; SIZE_MAX: something else stands here, or the group had nothing. */
static size_t take_again(tkz__pattern_search *search, uint32_t slot, size_t at)
{
    size_t start = search->slots[slot], end = search->slots[slot + 1];
    if (start == SIZE_MAX || end == SIZE_MAX)
        return SIZE_MAX;
    search->saw_end |= end - start > search->size - at;
    if (end - start > search->size - at ||
        memcmp(search->text + start, search->text + at, end - start) != 0)
        return SIZE_MAX;
    return at + (end - start);
}

/* A match that begins at `at`; *end SIZE_MAX: there is none. */
static tkz_status match_at(tkz__pattern_search *search, size_t at, size_t *end, tkz_error *error)
{
    const tkz__pattern *pattern = search->pattern;
    size_t ways = 0;
    uint32_t place = 0;
    uint64_t left = search->steps_left;
    tkz_status status = TKZ_OK;
    *end = SIZE_MAX;
    for (;;) {
        const tkz__pattern_step *step = &pattern->steps[place];
        bool failed = false;
        uint32_t character, count;
        if (left-- == 0) {
            left = 0;
            status = too_slow(search, error);
            break;
        }
        if (ways + 1 >= search->way_capacity) {
            status = reserve_way(search, ways + 1, error);
            if (status != TKZ_OK)
                break;
        }
        switch (step->code) {
        case TKZ__CODE_MATCH:
            *end = at;
            goto done;
        case TKZ__CODE_ONE:
            failed = true;
            search->saw_end |= at >= search->size;
            if (at < search->size) {
                size_t length = read_character(search, at, &character);
                if (is_one(pattern, step, character)) {
                    failed = false;
                    at += length;
                    place++;
                }
            }
            break;
        case TKZ__CODE_REPEAT: {
            size_t low = take(search, step, at, step->least, &count);
            uint64_t read = count;
            if (count < step->least) {
                failed = true;
            } else if (step->mode == TKZ__REPEAT_LAZY) {
                if (count < step->most)
                    search->ways[ways++] = (tkz__pattern_way){low, count, place, WAY_TAKE};
                at = low;
                place++;
            } else {
                at = take(search, step, low, step->most - count, &count);
                read += count;
                place++;
                if (at > low && step->mode == TKZ__REPEAT_GREEDY)
                    search->ways[ways++] = (tkz__pattern_way){at, low, place, WAY_GIVE};
            }
            left -= read / READ_A_STEP < left ? read / READ_A_STEP : left;
            break;
        }
        case TKZ__CODE_SPLIT: {
            uint32_t away = (uint32_t)((int32_t)place + step->jump);
            if (step->starts != TKZ__NO_STARTS && at < search->size) {
                uint8_t byte = (uint8_t)search->text[at];
                if (!tkz__byte_set_has(&pattern->starts[step->starts], byte)) {
                    place = away;
                    break;
                }
                if (!tkz__byte_set_has(&pattern->starts[step->starts + 1], byte)) {
                    place++;
                    break;
                }
            }
            bool lazy = step->mode == TKZ__REPEAT_LAZY;
            search->ways[ways++] =
                (tkz__pattern_way){at, 0, lazy ? place + 1 : away, WAY_SPLIT};
            place = lazy ? away : place + 1;
            break;
        }
        case TKZ__CODE_JUMP:
            place = (uint32_t)((int32_t)place + step->jump);
            break;
        case TKZ__CODE_BACK: {
            count = step->least;
            size_t back = at;
            for (; count > 0 && back > 0; count--)
                back = tkz__pattern_step_back(search->text, 0, back);
            failed = count > 0;
            at = failed ? at : back;
            place++;
            if (!failed && step->most > step->least)
                search->ways[ways++] =
                    (tkz__pattern_way){at, step->most - step->least, place, WAY_BACK};
            break;
        }
        case TKZ__CODE_SAVE:
            search->ways[ways++] =
                (tkz__pattern_way){search->slots[step->least], 0, step->least, WAY_SLOT};
            search->slots[step->least] = at;
            place++;
            break;
        case TKZ__CODE_AT:
            failed = search->slots[step->least] != at;
            place++;
            break;
        case TKZ__CODE_REFER: {
            size_t behind = take_again(search, step->least, at);
            failed = behind == SIZE_MAX;
            if (!failed) {
                uint64_t read = (behind - at) / READ_A_STEP;
                left -= read < left ? read : left;
                at = behind;
            }
            place++;
            break;
        }
        case TKZ__CODE_CHECK:
            place = search->slots[step->least] != SIZE_MAX
                        ? place + 1
                        : (uint32_t)((int32_t)place + step->jump);
            break;
        case TKZ__CODE_CLUSTER:
            failed = at >= search->size;
            if (!failed) {
                uint64_t read = 0;
                at = tkz__pattern_cluster(search->text, search->size, at, &read);
                search->saw_end |= at >= search->size;
                left -= read < left ? read : left;
            }
            place++;
            break;
        case TKZ__CODE_ATOMIC:
        case TKZ__CODE_LOOK:
            search->ways[ways++] = (tkz__pattern_way){at, 0, 0, WAY_MARK};
            place++;
            break;
        case TKZ__CODE_LOOK_NOT:
            search->ways[ways++] = (tkz__pattern_way){
                at, 0, (uint32_t)((int32_t)place + step->jump), WAY_NOT};
            place++;
            break;
        case TKZ__CODE_CUT:
            /* Looks and atomic groups inside of this one are over: the first mark is its own. */
            ways = cut_ways(search, ways, step->mode, &at);
            failed = step->mode == TKZ__CODE_LOOK_NOT;
            place++;
            break;
        case TKZ__CODE_FAIL:
            failed = true;
            break;
        default:
            failed = !holds(search, step->code, at);
            place++;
            break;
        }
        while (failed) {
            if (ways == 0)
                goto done;
            tkz__pattern_way *way = &search->ways[ways - 1];
            if (left-- == 0) {
                left = 0;
                status = too_slow(search, error);
                goto done;
            }
            failed = false;
            at = way->at;
            place = way->place;
            if (way->kind == WAY_GIVE) {
                at = tkz__pattern_step_back(search->text, way->low, way->at);
                way->at = at;
                ways -= at == way->low;
            } else if (way->kind == WAY_TAKE) {
                step = &pattern->steps[place];
                at = take(search, step, way->at, 1, &count);
                failed = count == 0;
                way->at = at;
                way->low++;
                ways -= failed || way->low >= step->most;
                place++;
            } else if (way->kind == WAY_BACK) {
                failed = at == 0;
                way->at = at = failed ? 0 : tkz__pattern_step_back(search->text, 0, at);
                ways -= failed || --way->low == 0;
            } else {
                if (way->kind == WAY_SLOT)
                    search->slots[place] = at;
                failed = way->kind == WAY_MARK || way->kind == WAY_SLOT;
                ways--;
            }
        }
    }
done:
    search->steps_left = left;
    return status;
}

/* ---- All matches -------------------------------------------------------- */

/* The next place, from `at` on, of a byte that a match may start with; the text's size: there is none.
 * The C library looks for one byte by vectors. */
static size_t next_start(const tkz__byte_set *starts, const char *text, size_t at, size_t size)
{
    uint32_t words = 0, byte = 0;
    bool is_one = true;
    for (uint32_t i = 0; i < 4; i++) {
        uint64_t word = starts->words[i];
        if (word == 0)
            continue;
        words++;
        is_one = is_one && (word & (word - 1)) == 0;
        byte = 64 * i + (uint32_t)__builtin_ctzll(word);
    }
    if (words == 1 && is_one) {
        const char *found = memchr(text + at, (int)byte, size - at);
        return found != NULL ? (size_t)(found - text) : size;
    }
    while (at < size && !tkz__byte_set_has(starts, (uint8_t)text[at]))
        at++;
    return at;
}

/* The next start of a line from `at` on; SIZE_MAX: there is none. */
static size_t next_line(const char *text, size_t at, size_t size)
{
    if (at == 0 || text[at - 1] == '\n')
        return at;
    const char *found = memchr(text + at, '\n', size - at);
    return found != NULL ? (size_t)(found - text) + 1 : SIZE_MAX;
}

/* The first match that begins at search->from or later. */
static tkz_status find(tkz__pattern_search *search, size_t *start, size_t *end, tkz_error *error)
{
    const tkz__pattern *pattern = search->pattern;
    size_t at = search->from;
    for (size_t i = 0; i < pattern->slot_count; i++)
        search->slots[i] = SIZE_MAX;
    for (;;) {
        if (pattern->at_lines) {
            at = next_line(search->text, at, search->size);
            if (at == SIZE_MAX)
                break;
        }
        if (pattern->has_starts) {
            at = next_start(&pattern->starts[0], search->text, at, search->size);
            if (at >= search->size)
                break;
        }
        if (at == search->size && search->goes_on_behind)
            break;
        tkz_status status = match_at(search, at, end, error);
        *start = at;
        if (pattern->slot_count > 0 && search->slots[TKZ__SLOT_KEEP] != SIZE_MAX)
            *start = search->slots[TKZ__SLOT_KEEP];
        if (status != TKZ_OK || *end != SIZE_MAX)
            return status;
        if (at >= search->size)
            break;
        uint32_t character;
        at += read_character(search, at, &character);
    }
    search->saw_end = true;
    *end = SIZE_MAX;
    return TKZ_OK;
}

tkz_status tkz__pattern_search_next(tkz__pattern_search *search, size_t *start, size_t *end,
                                    bool *found, tkz_error *error)
{
    *found = false;
    while (search->from <= search->size) {
        tkz_status status = find(search, start, end, error);
        if (status != TKZ_OK)
            return status;
        if (*end == SIZE_MAX) {
            search->from = search->size + 1;
            return TKZ_OK;
        }
        if (*start != *end || *end != search->last_end) {
            search->from = search->last_end = *end;
            search->passed = false;
            *found = true;
            return TKZ_OK;
        }
        uint32_t character;
        search->passed = *end == search->from;
        search->from += search->from < search->size
                            ? read_character(search, search->from, &character)
                            : 1;
    }
    return TKZ_OK;
}
