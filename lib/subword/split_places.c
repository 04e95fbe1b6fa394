/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the start of a text may be cut for steps of a pre-tokenizer. Leans on split_places.h, split_words.h
 * and the patterns of text.
 */
#include "subword/split_places.h"

#include "subword/byte_level.h"
#include "subword/split_steps_parts.h"
#include "subword/split_words.h"
#include "text/utf8.h"

/* ---- A place ------------------------------------------------------------------ */

typedef enum answer { UNSURE, LEFT_ALONE, CUT } answer;

/* What stands beside it, as the next step sees it. */
typedef struct place {
    uint32_t before, behind; /* TKZ__UTF8_INVALID: no character */
    uint8_t last, first;     /* bytes */
} place;

/* As a split makes its parts (split_pieces.c, feed): `before` and `behind`, are the characters matches, each
 * by itself? */
static answer beside_matches(const tkz__ready_step *what, bool before, bool behind)
{
    bool cuts;
    switch (what->behavior) {
    case TKZ__BEHAVIOR_REMOVED:
        cuts = what->is_inverted || before || behind;
        break;
    case TKZ__BEHAVIOR_CONTIGUOUS:
        cuts = before != behind;
        break;
    case TKZ__BEHAVIOR_MERGED_WITH_PREVIOUS:
        cuts = what->is_inverted ? behind : before;
        break;
    case TKZ__BEHAVIOR_MERGED_WITH_NEXT:
        cuts = what->is_inverted ? before : behind;
        break;
    default:
        cuts = before || behind;
    }
    return cuts ? CUT : LEFT_ALONE;
}

/* The words and runs of signs of Whitespace. */
static answer beside_words(uint32_t before, uint32_t behind)
{
    tkz__word_class left = tkz__split_word_class(before), right = tkz__split_word_class(behind);
    return left != right || left == TKZ__WORD_SPACE ? CUT : LEFT_ALONE;
}

/* A character without a script belongs to what is before it, and is lost where nothing is. */
static answer beside_scripts(uint32_t before, uint32_t behind)
{
    int left = tkz__split_script(before), right = tkz__split_script(behind);
    if (left == TKZ__SPLIT_ANY_SCRIPT || right == TKZ__SPLIT_ANY_SCRIPT)
        return UNSURE;
    return left != right ? CUT : LEFT_ALONE;
}

static answer beside_expression(const tkz__ready_step *what, uint32_t before, uint32_t behind)
{
    if (!what->leaves_alone || before == TKZ__UTF8_INVALID || behind == TKZ__UTF8_INVALID ||
        tkz__pattern_takes(what->pattern, before) || tkz__pattern_takes(what->pattern, behind))
        return UNSURE;
    return beside_matches(what, false, false);
}

/* The one character that a step looks for, which is no expression. */
static bool is_one(const tkz__split_spec *spec, uint32_t *character)
{
    bool is_text = spec->kind == TKZ__SPLIT_DELIMITER ||
                   (spec->kind == TKZ__SPLIT_PATTERN && !spec->is_regex);
    return is_text && spec->text_size > 0 &&
           tkz__utf8_decode(spec->text, spec->text_size, character) == spec->text_size;
}

static void mark_space(const tkz__split_spec *spec, uint32_t *character, uint8_t *byte, size_t at)
{
    if (*character != ' ')
        return;
    (void)tkz__utf8_decode(spec->text, spec->text_size, character);
    *byte = (uint8_t)spec->text[at];
}

/* Asks a step; `beside` becomes what the next one sees. */
static answer ask(const tkz__ready_step *what, place *beside)
{
    uint32_t one = 0;
    switch (what->spec.kind) {
    case TKZ__SPLIT_NUMERIC:
        return beside_matches(what, tkz__split_is_numeric(beside->before),
                              tkz__split_is_numeric(beside->behind));
    case TKZ__SPLIT_PUNCTUATION:
        return beside_matches(what, tkz__split_is_punctuation(beside->before),
                              tkz__split_is_punctuation(beside->behind));
    case TKZ__SPLIT_WHITESPACE_SPLIT:
        return beside_matches(what, tkz__split_is_space(beside->before),
                              tkz__split_is_space(beside->behind));
    case TKZ__SPLIT_WHITESPACE:
        return beside_words(beside->before, beside->behind);
    case TKZ__SPLIT_SCRIPTS:
        return beside_scripts(beside->before, beside->behind);
    case TKZ__SPLIT_METASPACE:
        mark_space(&what->spec, &beside->before, &beside->last, what->spec.text_size - 1);
        mark_space(&what->spec, &beside->behind, &beside->first, 0);
        (void)tkz__utf8_decode(what->spec.text, what->spec.text_size, &one);
        return what->spec.each && beside->behind == one ? CUT : LEFT_ALONE;
    case TKZ__SPLIT_BYTES:
        if (what->scanner != NULL)
            return UNSURE;
        beside->before = tkz__byte_level_character(beside->last);
        beside->behind = tkz__byte_level_character(beside->first);
        return LEFT_ALONE;
    case TKZ__SPLIT_PATTERN:
    case TKZ__SPLIT_DELIMITER:
    case TKZ__SPLIT_TIKTOKEN:
        if (what->scanner != NULL)
            return UNSURE;
        return is_one(&what->spec, &one)
                   ? beside_matches(what, beside->before == one, beside->behind == one)
                   : beside_expression(what, beside->before, beside->behind);
    default:
        return UNSURE;
    }
}

/* Asks the first `count` steps in turn. `*cutter`: the one that cuts, `count` if none does. */
static answer ask_all(const tkz__split_steps *steps, size_t count, place *beside, size_t *cutter)
{
    answer said = LEFT_ALONE;
    for (*cutter = 0; said == LEFT_ALONE && *cutter < count; ++*cutter)
        said = ask(&steps->steps[*cutter], beside);
    *cutter -= said != LEFT_ALONE;
    return said;
}

/* ---- Which steps have places ------------------------------------------------------ */

/* Does it find parts of which those before the last ones stay, whatever follows? */
static bool decides(const tkz__ready_step *what)
{
    return what->scanner != NULL || what->spec.kind == TKZ__SPLIT_FIXED_LENGTH ||
           (what->pattern != NULL && what->leaves_alone && tkz__pattern_looks_ahead_only(what->pattern));
}

/* The first step that decides by what it finds, if the text is not written again before it; the number of
 * steps: there is none. */
static size_t find_decider(const tkz__split_steps *steps)
{
    uint32_t one;
    for (size_t i = 0; i < steps->step_count; i++) {
        const tkz__ready_step *what = &steps->steps[i];
        bool is_local = what->scanner == NULL && (what->spec.kind == TKZ__SPLIT_NUMERIC ||
                                                  what->spec.kind == TKZ__SPLIT_PUNCTUATION ||
                                                  what->spec.kind == TKZ__SPLIT_WHITESPACE ||
                                                  what->spec.kind == TKZ__SPLIT_WHITESPACE_SPLIT ||
                                                  what->spec.kind == TKZ__SPLIT_METASPACE ||
                                                  is_one(&what->spec, &one));
        if (!is_local && decides(what))
            return i;
        if (tkz__split_step_changes(what))
            break;
    }
    return steps->step_count;
}

static tkz_status refuse(const char *what, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                          "the model's pre-tokenizer %s; encode the text as a whole", what);
}

/* Has the step places that it knows? `*cuts`: it cuts there, so that those behind it need not be asked. Errors:
 * UNSUPPORTED. */
static tkz_status check_step(const tkz__split_steps *steps, size_t index, bool *cuts, tkz_error *error)
{
    const tkz__ready_step *what = &steps->steps[index];
    uint32_t one;
    *cuts = index == find_decider(steps);
    if (*cuts)
        return TKZ_OK;
    switch (what->spec.kind) {
    case TKZ__SPLIT_MORPH:
    case TKZ__SPLIT_LOWERCASE:
        return refuse("cuts text into the words of a dictionary, which depend on all of it", error);
    case TKZ__SPLIT_FIXED_LENGTH:
        return refuse("counts characters behind a step that writes the text again", error);
    case TKZ__SPLIT_METASPACE:
        *cuts = what->spec.each;
        return TKZ_OK;
    case TKZ__SPLIT_BYTES:
        return what->scanner == NULL
                   ? TKZ_OK
                   : refuse("has ByteLevel's expression behind a step that writes the text again", error);
    case TKZ__SPLIT_PATTERN:
    case TKZ__SPLIT_TIKTOKEN:
        if (is_one(&what->spec, &one))
            break;
        if (what->scanner != NULL || !what->leaves_alone)
            return refuse("has an expression that may match nothing, or depend on all of the text before, "
                          "or stands behind a step that writes the text again",
                          error);
        if (tkz__pattern_takes_all(what->pattern))
            return refuse("has an expression that takes any character and looks at what is before it",
                          error);
        *cuts = what->behavior == TKZ__BEHAVIOR_REMOVED && what->is_inverted;
        return TKZ_OK;
    default:
        break;
    }
    *cuts = true;
    return TKZ_OK;
}

tkz_status tkz__split_steps_check_places(const tkz__split_steps *steps, bool cuts_chunks,
                                         tkz_error *error)
{
    bool cuts = steps->is_words;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && !cuts && i < steps->step_count; i++)
        status = check_step(steps, i, &cuts, error);
    if (status != TKZ_OK || cuts || cuts_chunks)
        return status;
    return refuse("makes one chunk of the text, which the model takes as a whole", error);
}

/* ---- The last place ------------------------------------------------------------------ */

/* The start of the character that ends before `at`, and the character. */
static size_t read_before(const char *text, size_t at, uint32_t *character)
{
    size_t start = at - 1;
    while (start > 0 && at - start < 4 && ((uint8_t)text[start] & 0xC0) == 0x80)
        start--;
    if (tkz__utf8_decode(text + start, at - start, character) == at - start && *character <= 0x10FFFF)
        return start;
    *character = TKZ__UTF8_INVALID;
    return at - 1;
}

/* Begins a character at `at`, wherever one begins to read? */
static bool is_start(const char *text, size_t at, uint32_t before)
{
    return ((uint8_t)text[at] & 0xC0) != 0x80 || before != TKZ__UTF8_INVALID;
}

static place place_at(const char *text, size_t size, size_t at, uint32_t before)
{
    place found = {.before = before, .last = (uint8_t)text[at - 1], .first = (uint8_t)text[at]};
    (void)tkz__utf8_next(text + at, size - at, &found.behind);
    return found;
}

/* The last place that the characters beside it allow. */
static void find_by_characters(const tkz__split_steps *steps, const char *text, size_t size,
                               tkz__split_start *start)
{
    start->end = 0;
    for (size_t at = size; at > 1;) {
        uint32_t before;
        size_t previous = read_before(text, at, &before), cutter;
        if (at < size && is_start(text, at, before)) {
            place beside = place_at(text, size, at, before);
            answer said = ask_all(steps, steps->step_count, &beside, &cutter);
            if (said == LEFT_ALONE && !steps->spells_bytes) {
                beside = place_at(text, size, at, before);
                for (size_t i = 0; i < steps->step_count; i++) {
                    if (steps->steps[i].spec.kind == TKZ__SPLIT_METASPACE)
                        (void)ask(&steps->steps[i], &beside);
                }
            }
            if (said == CUT || (said == LEFT_ALONE && start->may_cut != NULL &&
                                start->may_cut(start->context, beside.before, beside.behind))) {
                start->end = at;
                start->is_within = said != CUT;
                start->goes_on = cutter + (said == CUT);
                return;
            }
        }
        at = previous;
    }
}

/* What of a changed text was made of the source up to a place; SIZE_MAX: no place of the source fits. */
static size_t source_of(const tkz__split_run *now, size_t target)
{
    if (!now->is_changed)
        return target;
    const tkz__span_map *map = &now->own->map;
    size_t low = 0, high = map->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (map->runs[middle].target_start <= target)
            low = middle;
        else
            high = middle;
    }
    if (map->count == 0 || map->runs[low].target_start > target)
        return SIZE_MAX;
    uint64_t within = target - map->runs[low].target_start;
    if (within == 0 || map->runs[low].identity)
        return (size_t)(map->runs[low].source_start + within);
    return SIZE_MAX;
}

/* The last piece that the deciding step got, in what it made, and up to where that is known. */
typedef struct open_piece {
    size_t first; /* number of what it made */
    size_t known;
} open_piece;

/* The last border that the deciding step knows, in its text; 0: there is none. `number`: of the steps before
 * it, which must leave the place alone. */
static size_t last_border(const tkz__split_run *now, const tkz__split_steps *steps, size_t number,
                          const char *text, size_t size, const open_piece *open)
{
    const tkz__piece_list *list = &now->own->pieces;
    for (size_t i = list->count; i-- > open->first;) {
        const size_t ends[2] = {list->items[i].end, list->items[i].start};
        for (size_t k = 0; k < 2; k++) {
            size_t at = ends[k] <= open->known ? source_of(now, ends[k]) : SIZE_MAX, cutter;
            uint32_t before;
            if (at == 0 || at >= size)
                continue;
            (void)read_before(text, at, &before);
            if (!is_start(text, at, before))
                continue;
            place beside = place_at(text, size, at, before);
            if (ask_all(steps, number, &beside, &cutter) == LEFT_ALONE)
                return ends[k];
        }
    }
    return 0;
}

/* Takes away what is behind a border of the text. */
static void cut_run(tkz__split_run *now, size_t border)
{
    tkz__splitter *own = now->own;
    tkz__piece_list *list = &own->pieces;
    tkz__span_map *map = &own->map;
    while (list->count > 0 && list->items[list->count - 1].start >= border)
        list->count--;
    now->size = border;
    if (!now->is_changed)
        return;
    while (map->count > 0 && map->runs[map->count - 1].target_start >= border)
        map->count--;
    if (map->count > 0 && map->runs[map->count - 1].identity) {
        tkz__span_run *last = &map->runs[map->count - 1];
        uint64_t left = border - last->target_start;
        last->target_size = left < last->target_size ? left : last->target_size;
        last->source_size = last->target_size;
    }
}

/* What the deciding step is sure of: all but the last two chunks of a scanner and the last part of a count,
 * matches that saw no end. */
static void measure_open(const tkz__split_run *now, const tkz__ready_step *what, size_t start,
                         open_piece *open)
{
    enum { OPEN_CHUNKS = 2 };
    const tkz__piece_list *list = &now->own->pieces;
    size_t count = list->count, unsure = what->scanner != NULL ? OPEN_CHUNKS : 1;
    open->first = count;
    while (open->first > 0 && list->items[open->first - 1].start >= start)
        open->first--;
    if (what->scanner == NULL && what->pattern != NULL)
        open->known = now->own->known;
    else
        open->known = count - open->first > unsure ? list->items[count - unsure].start : 0;
}

/* Runs the steps up to the deciding one over all that is there, and the rest of them over what is known. */
static tkz_status run_decided(tkz__split_run *now, const tkz__split_steps *steps, size_t decider,
                              tkz__split_start *start)
{
    const char *text = now->text;
    size_t size = now->size, from = 0;
    const tkz__ready_step *what = &steps->steps[decider];
    open_piece open;
    bool want_map = now->want_map;
    tkz_status status = tkz__split_run_steps(now, steps, 0, decider);
    now->want_map = want_map || tkz__split_step_changes(what);
    if (status == TKZ_OK)
        status = tkz__split_run_rewrite(now, steps, decider);
    if (status == TKZ_OK && now->own->pieces.count > 0)
        from = now->own->pieces.items[now->own->pieces.count - 1].start;
    now->own->known = 0;
    if (status == TKZ_OK)
        status = tkz__split_run_cut(now, steps, decider);
    if (status != TKZ_OK)
        return status;
    measure_open(now, what, from, &open);
    size_t border = last_border(now, steps, decider, text, size, &open);
    size_t end = border > 0 ? source_of(now, border) : 0;
    if (end <= start->end)
        return TKZ_OK;
    start->end = end;
    start->goes_on = decider + 1;
    start->is_within = false;
    cut_run(now, border);
    now->want_map = want_map;
    return tkz__split_run_steps(now, steps, decider + 1, steps->step_count);
}

tkz_status tkz__splitter_run_start(tkz__splitter *splitter, const tkz__split_steps *steps,
                                   const char *text, size_t size, bool at_start, bool want_map,
                                   tkz__split_start *start, tkz__split_text *result,
                                   tkz_error *error)
{
    size_t decider = find_decider(steps);
    tkz_status status = TKZ_OK;
    find_by_characters(steps, text, size, start);
    size_t found = start->end;
    *result = (tkz__split_text){.text = text};
    if (found <= size / 2 && decider < steps->step_count) {
        tkz__split_run now = {.own = splitter, .text = text, .size = size, .at_start = at_start,
                              .want_map = want_map, .error = error};
        status = tkz__split_run_begin(&now);
        if (status == TKZ_OK)
            status = run_decided(&now, steps, decider, start);
        if (status == TKZ_OK && start->end > found)
            return tkz__split_run_end(&now, steps, result);
    }
    if (status != TKZ_OK || start->end == 0)
        return status;
    splitter->goes_behind = start->goes_on;
    status = tkz__splitter_run(splitter, steps, text, start->end, at_start, want_map, result, error);
    splitter->goes_behind = 0;
    return status;
}
