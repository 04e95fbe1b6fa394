/* SPDX-License-Identifier: Apache-2.0
 *
 * The sentence splitter: one pass from mark to mark. Ends found inside open brackets are
 * taken back when the bracket closes and stay when it never does, so that nothing
 * is read twice. Leans on the other sentence files.
 */
#include "text/sentence.h"

#include <string.h>

#include "core/memory.h"
#include "text/sentence_line.h"
#include "text/sentence_rules.h"
#include "text/utf8.h"
#include "tokenize/text.h"

struct tkz_sentence_splitter {
    tkz_allocator allocator;
    int32_t line_break;
    uint64_t *ends;
    size_t capacity;
};

typedef struct bracket {
    uint32_t kind;
    size_t at;    /* offset of the opening character */
    size_t start; /* of the sentence it stands in */
    size_t count; /* ends found before it */
} bracket;

typedef struct splitting {
    tkz_sentence_splitter *splitter;
    const char *text;
    size_t size;
    tkz__line_layout layout;
    size_t start;      /* first byte of the sentence, no white space */
    size_t line_start; /* of the line */
    size_t count;      /* ends found */
    bracket brackets[TKZ__SENTENCE_BRACKETS];
    size_t depth;
    tkz_error *error;
} splitting;

tkz_status tkz_sentence_splitter_new(tkz_sentence_splitter **splitter, int32_t line_break,
                                     const tkz_allocator *allocator, tkz_error *error)
{
    *splitter = NULL;
    if (line_break < TKZ_LINE_BREAK_AUTO || line_break > TKZ_LINE_BREAK_WRAPS)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "line_break", TKZ__NO_OFFSET,
                              "no such meaning of line breaks: %d", (int)line_break);
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz_sentence_splitter *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    made->line_break = line_break;
    *splitter = made;
    return TKZ_OK;
}

void tkz_sentence_splitter_free(tkz_sentence_splitter *splitter)
{
    if (splitter == NULL)
        return;
    tkz_allocator memory = splitter->allocator;
    tkz__release_array(&memory, splitter->ends, splitter->capacity, sizeof *splitter->ends);
    tkz__release(&memory, splitter, sizeof *splitter);
}

/* Ends the sentence in front of `at`. */
static tkz_status end_sentence(splitting *scan, size_t at)
{
    tkz_sentence_splitter *splitter = scan->splitter;
    if (scan->count == splitter->capacity) {
        tkz_status status = tkz__array_reserve(&splitter->allocator, (void **)&splitter->ends,
                                               &splitter->capacity, scan->count + 1,
                                               sizeof *splitter->ends, scan->error);
        if (status != TKZ_OK)
            return status;
    }
    splitter->ends[scan->count++] = at;
    scan->start = at;
    return TKZ_OK;
}

/* Gives up brackets that were opened too long ago: the ends found in them are real. */
static void forget_brackets(splitting *scan, size_t at)
{
    size_t old = 0;
    while (old < scan->depth && at - scan->brackets[old].at > TKZ__SENTENCE_BRACKET_BYTES)
        old++;
    if (old == 0)
        return;
    scan->depth -= old;
    memmove(scan->brackets, scan->brackets + old, scan->depth * sizeof scan->brackets[0]);
}

static void open_bracket(splitting *scan, uint32_t kind, size_t at)
{
    if (scan->depth == TKZ__SENTENCE_BRACKETS)
        return;
    scan->brackets[scan->depth++] =
        (bracket){.kind = kind, .at = at, .start = scan->start, .count = scan->count};
}

/* Closes the innermost open bracket of a kind, if any, with all in it, and takes the ends in it
 * back. `closed` gets it. */
static bool close_bracket(splitting *scan, uint32_t kind, bracket *closed)
{
    for (size_t i = scan->depth; i-- > 0;) {
        if (scan->brackets[i].kind != kind)
            continue;
        *closed = scan->brackets[i];
        scan->depth = i;
        scan->count = closed->count;
        scan->start = closed->start;
        return true;
    }
    return false;
}

static bool has_open(const splitting *scan, uint32_t kind)
{
    for (size_t i = 0; i < scan->depth; i++) {
        if (scan->brackets[i].kind == kind)
            return true;
    }
    return false;
}

/* Whether a quotation mark or apostrophe behind an end mark closes rather than opens. */
static bool closes_behind(const splitting *scan, size_t at)
{
    uint32_t next = tkz__character_at(scan->text, scan->size, at);
    tkz__mark kind = tkz__mark_of(next);
    return next == 0 || next == ' ' || next == '\t' || kind == TKZ__MARK_BREAK ||
           kind == TKZ__MARK_CLOSE || kind == TKZ__MARK_WIDE_SPACE || kind == TKZ__MARK_STOP ||
           kind == TKZ__MARK_QUOTE;
}

/* Joiners and selectors inside a sequence of emoji, and the signs of sex behind a joiner. */
static bool is_emoji_part(const splitting *scan, size_t at, uint32_t character)
{
    return character == 0x200D || character == 0xFE0E || character == 0xFE0F ||
           ((character == 0x2640 || character == 0x2642) && at >= 3 &&
            tkz__text_begins(scan->text + at - 3, 3, "\u200D"));
}

/* Length of a laugh written with w at `at`, which must not be part of a Latin word. */
static size_t laugh_length(const splitting *scan, size_t at)
{
    size_t end = at;
    while (end < scan->size) {
        if (scan->text[end] == 'w')
            end++;
        else if (tkz__text_begins(scan->text + end, scan->size - end, "ｗ"))
            end += 3;
        else
            break;
    }
    return tkz__is_latin(tkz__character_at(scan->text, scan->size, end)) ? 0 : end - at;
}

/* Length of what goes with the end mark, symbol or emoticon before `at`: 0 if it is text again. */
static size_t decoration_length(const splitting *scan, size_t at)
{
    uint32_t character = 0;
    if (at >= scan->size)
        return 0;
    size_t length = tkz__utf8_next(scan->text + at, scan->size - at, &character);
    tkz__mark kind = tkz__mark_of(character);
    if (kind == TKZ__MARK_SYMBOL || kind == TKZ__MARK_ELLIPSIS ||
        is_emoji_part(scan, at, character))
        return length;
    if (character == 'w' || kind == TKZ__MARK_LAUGH)
        return laugh_length(scan, at);
    if (character == 0x30FB && /* an ellipsis of middle dots */
        (tkz__text_begins(scan->text + at + 3, scan->size - at - 3, "・") ||
         tkz__text_begins(scan->text + (at >= 3 ? at - 3 : at), 3, "・")))
        return length;
    return kind == TKZ__MARK_OPEN ? tkz__emoticon_length(scan->text + at, scan->size - at) : 0;
}

/* Whether a run of stars, ellipses and middle dots at `at` has text behind it: then they belong to
 * that, as a bullet or as its hesitant beginning. KWDLC has 10 such stars and ellipses behind end
 * marks, all of them the next sentence's. */
static bool opens_text(const splitting *scan, size_t at)
{
    uint32_t character = 0;
    size_t end = at;
    while (end < scan->size) {
        size_t length = tkz__utf8_next(scan->text + end, scan->size - end, &character);
        if (character != 0x2605 && character != 0x2606 && character != 0x30FB &&
            tkz__mark_of(character) != TKZ__MARK_ELLIPSIS)
            break;
        end += length;
    }
    return end > at && end < scan->size &&
           (tkz__is_japanese(character) || tkz__is_latin(character) || tkz__is_digit(character) ||
            tkz__mark_of(character) == TKZ__MARK_OPEN);
}

/* Takes in one closing bracket at `at` behind an end mark; 0 if there is none. */
static size_t read_closing(splitting *scan, tkz__end_mark *mark, size_t at)
{
    uint32_t character = 0;
    bracket closed;
    size_t length = tkz__utf8_next(scan->text + at, scan->size - at, &character);
    tkz__mark kind = tkz__mark_of(character);
    uint32_t number = tkz__bracket_of(character);
    if (character == '\'' || character == 0x2019)
        return closes_behind(scan, at + length) ? length : 0;
    if (kind != TKZ__MARK_CLOSE && kind != TKZ__MARK_QUOTE)
        return 0;
    /* Japanese text often has U+201D on both sides. */
    if ((kind == TKZ__MARK_QUOTE || character == 0x201D) && !has_open(scan, number))
        return closes_behind(scan, at + length) ? length : 0;
    if (close_bracket(scan, number, &closed)) {
        mark->bracketed = true;
        mark->bracket_first = closed.at == closed.start;
        mark->start = closed.start;
    }
    return length;
}

/* Reads the run of end marks, closing brackets and decoration at `at`. */
static void read_end_mark(splitting *scan, size_t at, tkz__end_mark *mark)
{
    *mark = (tkz__end_mark){.text = scan->text, .size = scan->size, .start = scan->start, .at = at};
    size_t position = at;
    while (position < scan->size) {
        uint32_t character = 0;
        size_t length = tkz__utf8_next(scan->text + position, scan->size - position, &character);
        tkz__mark kind = tkz__mark_of(character);
        if (kind == TKZ__MARK_STOP || kind == TKZ__MARK_BANG || kind == TKZ__MARK_WIDE_DOT ||
            kind == TKZ__MARK_DOT) {
            mark->marks |= 1U << kind;
            mark->mark_count++;
            mark->bracketed = false; /* what counts is the last one */
        } else {
            length = read_closing(scan, mark, position);
            if (length == 0 && !opens_text(scan, position))
                length = decoration_length(scan, position);
            if (length == 0)
                break;
        }
        position += length;
    }
    mark->end = position;
}

/* What stands between two lines: whether it ends a sentence for certain. */
static bool gap_ends(const splitting *scan, size_t at, const tkz__gap *gap)
{
    if (gap->breaks == 0)
        return false;
    return gap->breaks > 1 || tkz__line_break_ends(&scan->layout, scan->text, scan->size,
                                                   scan->line_start, at, gap->line_start);
}

static void pass_gap(splitting *scan, const tkz__gap *gap)
{
    if (gap->breaks > 0)
        scan->line_start = gap->line_start;
}

/* Ends the sentence behind a gap that closes everything. */
static tkz_status end_for_certain(splitting *scan, const tkz__gap *gap)
{
    scan->depth = 0;
    return end_sentence(scan, gap->end);
}

static tkz_status pass_end_mark(splitting *scan, size_t *at)
{
    tkz__end_mark mark;
    bool content = *at > scan->start;
    read_end_mark(scan, *at, &mark);
    tkz__gap gap = tkz__gap_read(scan->text, scan->size, mark.end);
    mark.next = gap.end;
    *at = gap.end;
    if (gap.end == scan->size)
        return TKZ_OK;
    bool certain = gap_ends(scan, mark.end, &gap);
    pass_gap(scan, &gap);
    if (certain)
        return end_for_certain(scan, &gap);
    return content && tkz__mark_ends(&mark) ? end_sentence(scan, gap.end) : TKZ_OK;
}

/* Whether a line ends as dialogue or in an ellipsis, so that even a wrapped one is complete. */
static bool line_is_closed(const splitting *scan, size_t at, size_t next)
{
    size_t before = 0;
    uint32_t last = tkz__character_before(scan->text, scan->start, at, &before);
    if (tkz__mark_of(last) == TKZ__MARK_ELLIPSIS)
        return scan->depth == 0;
    if (scan->depth > 0 || tkz__mark_of(last) != TKZ__MARK_CLOSE ||
        !tkz__bracket_is_quote(tkz__bracket_of(last)))
        return false;
    uint32_t first = tkz__character_at(scan->text, scan->size, scan->start);
    uint32_t following = tkz__character_at(scan->text, scan->size, next);
    return tkz__bracket_of(first) == tkz__bracket_of(last) &&
           tkz__bracket_of(following) == tkz__bracket_of(last);
}

static tkz_status pass_line_break(splitting *scan, size_t *at)
{
    size_t end = *at;
    tkz__gap gap = tkz__gap_read(scan->text, scan->size, end);
    *at = gap.end;
    if (gap.end == scan->size)
        return TKZ_OK;
    bool certain = gap_ends(scan, end, &gap) || line_is_closed(scan, end, gap.end);
    pass_gap(scan, &gap);
    return certain && end > scan->start ? end_for_certain(scan, &gap) : TKZ_OK;
}

/* White space that begins with an ideographic space. */
static tkz_status pass_wide_space(splitting *scan, size_t *at)
{
    size_t end = *at;
    tkz__gap gap = tkz__gap_read(scan->text, scan->size, end);
    if (gap.breaks > 0)
        return pass_line_break(scan, at);
    *at = gap.end;
    if (gap.end == scan->size || scan->depth > 0 ||
        !tkz__wide_space_ends(scan->text, scan->size, scan->start, end, gap.end))
        return TKZ_OK;
    return end_sentence(scan, gap.end);
}

/* Symbols, laughs and emoticons that follow no end mark; `length` of the first. */
static tkz_status pass_decoration(splitting *scan, size_t *at, size_t length)
{
    size_t begin = *at, end = *at + length;
    while ((length = decoration_length(scan, end)) > 0)
        end += length;
    *at = end;
    tkz__mark next = tkz__mark_of(tkz__character_at(scan->text, scan->size, end));
    if (next == TKZ__MARK_STOP || next == TKZ__MARK_BANG || next == TKZ__MARK_WIDE_DOT ||
        next == TKZ__MARK_DOT || next == TKZ__MARK_CLOSE || next == TKZ__MARK_BREAK)
        return TKZ_OK;
    tkz__gap gap = tkz__gap_read(scan->text, scan->size, end);
    if (gap.end == scan->size || gap.breaks > 0 || begin == scan->start)
        return TKZ_OK;
    *at = gap.end;
    bool ends = tkz__decoration_ends(scan->text, scan->size, scan->start, begin, end, gap.end);
    return ends ? end_sentence(scan, gap.end) : TKZ_OK;
}

static void pass_opening(splitting *scan, uint32_t character, size_t at, size_t *next)
{
    *next = at + (character < 0x80 ? 1 : character < 0x800 ? 2 : 3);
    open_bracket(scan, tkz__bracket_of(character), at);
}

/* A straight quotation mark: it closes if one is open, and opens before text and behind a gap. */
static void pass_quote(splitting *scan, size_t *at)
{
    bracket closed;
    if (!close_bracket(scan, tkz__bracket_of('"'), &closed) && !closes_behind(scan, *at + 1)) {
        size_t start = 0;
        uint32_t before = tkz__character_before(scan->text, scan->start, *at, &start);
        if (!tkz__is_latin(before) && !tkz__is_digit(before)) /* 5" is a length */
            open_bracket(scan, tkz__bracket_of('"'), *at);
    }
    *at += 1;
}

/* Handles the character at `*at` and moves behind what was handled. */
static tkz_status pass_mark(splitting *scan, size_t *at)
{
    uint32_t character = 0;
    bracket closed;
    size_t length = tkz__utf8_next(scan->text + *at, scan->size - *at, &character);
    forget_brackets(scan, *at);
    switch (tkz__mark_of(character)) {
    case TKZ__MARK_STOP:
    case TKZ__MARK_BANG:
    case TKZ__MARK_WIDE_DOT:
    case TKZ__MARK_DOT:
        return pass_end_mark(scan, at);
    case TKZ__MARK_BREAK:
        return pass_line_break(scan, at);
    case TKZ__MARK_WIDE_SPACE:
        return pass_wide_space(scan, at);
    case TKZ__MARK_SYMBOL:
        return pass_decoration(scan, at, length);
    case TKZ__MARK_LAUGH:
        length = laugh_length(scan, *at);
        if (length > 0)
            return pass_decoration(scan, at, length);
        *at += 3;
        return TKZ_OK;
    case TKZ__MARK_OPEN:
        length = tkz__emoticon_length(scan->text + *at, scan->size - *at);
        if (length > 0)
            return pass_decoration(scan, at, length);
        pass_opening(scan, character, *at, at);
        return TKZ_OK;
    case TKZ__MARK_CLOSE:
        (void)close_bracket(scan, tkz__bracket_of(character), &closed);
        break;
    case TKZ__MARK_QUOTE:
        pass_quote(scan, at);
        return TKZ_OK;
    case TKZ__MARK_ELLIPSIS:
    case TKZ__MARK_NONE:
        break;
    }
    *at += length;
    return TKZ_OK;
}

static tkz__line_layout choose_layout(int32_t line_break, const char *text, size_t size)
{
    if (line_break == TKZ_LINE_BREAK_AUTO)
        return tkz__line_layout_guess(text, size);
    return (tkz__line_layout){.wrapped = line_break == TKZ_LINE_BREAK_WRAPS};
}

tkz_status tkz_sentence_splitter_run(tkz_sentence_splitter *splitter, const char *text, size_t size,
                                     const uint64_t **ends, size_t *count, tkz_error *error)
{
    splitting scan = {.splitter = splitter, .text = text, .size = size, .error = error};
    *ends = NULL;
    *count = 0;
    if (size == 0)
        return TKZ_OK;
    scan.layout = choose_layout(splitter->line_break, text, size);
    tkz__gap gap = tkz__gap_read(text, size, 0);
    scan.start = gap.end;
    scan.line_start = gap.line_start;
    size_t at = gap.end;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && (at = tkz__mark_find(text, size, at)) < size)
        status = pass_mark(&scan, &at);
    if (status == TKZ_OK && (scan.count == 0 || splitter->ends[scan.count - 1] != size))
        status = end_sentence(&scan, size);
    if (status != TKZ_OK)
        return status;
    *ends = splitter->ends;
    *count = scan.count;
    return TKZ_OK;
}
