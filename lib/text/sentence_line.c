/* SPDX-License-Identifier: Apache-2.0
 *
 * Line layout for the sentence splitter: recognising hard-wrapped documents and
 * lines that stand for themselves. Leans on sentence_character and utf8.
 */
#include "text/sentence_line.h"

#include <string.h>

#include "text/utf8.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
    WIDTHS = 256,        /* lines of more columns are paragraphs, not wrapped lines */
    NARROWEST = 30,      /* columns of a wrapped line at least; below are lists and verse */
    SLACK = 6,           /* columns by which full lines of Japanese differ: three characters, as
                          * line-breaking rules (JIS X 4051) move one or two and words a few more */
    HANGING = 4,         /* columns by which closing marks may stick out: two characters */
    LONG_LINE = 50,      /* columns of a line that is no heading: 25 kanji */
    FEW_OPEN_LINES = 2,  /* full lines that show a document as wrapped; one is enough if it breaks
                          * off within a clause */
    ITEM_BYTES = 16
};

/* Share of the open lines that must be full, and of all lines that may be longer than full. */
static const double full_share = 0.6;
static const double longer_share = 0.1;

uint32_t tkz__line_columns(const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    const uint8_t *end = bytes + size;
    const uint64_t ones = UINT64_C(0x0101010101010101);
    size_t columns = 0, at = 0;
    for (; size - at >= 8; at += 8) { /* eight bytes, a bit each, summed by the product */
        uint64_t word;
        memcpy(&word, bytes + at, sizeof word);
        uint64_t firsts = ~(word >> 7 & ~(word >> 6)) & ones;
        uint64_t wide = word >> 7 & word >> 6 & word >> 5 & ones;
        columns += (size_t)((firsts + wide) * ones >> 56);
    }
    for (; at < size; at++)
        columns += (size_t)((bytes[at] & 0xC0) != 0x80) + (bytes[at] >= 0xE0);
    for (const uint8_t *wide = bytes; (wide = memchr(wide, 0xEF, (size_t)(end - wide))) != NULL;
         wide++) /* half-width katakana took two */
        columns -= end - wide >= 3 && ((wide[1] == 0xBD && wide[2] >= 0xA1) || wide[1] == 0xBE);
    return columns < UINT16_MAX ? (uint32_t)columns : UINT16_MAX;
}

static size_t skip_indentation(const char *text, size_t size)
{
    size_t at = 0;
    while (at < size) {
        if (text[at] == ' ' || text[at] == '\t')
            at++;
        else if (tkz__text_begins(text + at, size - at, "\u3000"))
            at += 3;
        else
            break;
    }
    return at;
}

/* Signs that open a list item wherever they open a line. */
static bool is_bullet(uint32_t character)
{
    switch (character) {
    case '|': case 0xB7: case 0x2022: case 0x2023: case 0x25A0: case 0x25A1: case 0x25AA:
    case 0x25B2: case 0x25B3: case 0x25B6: case 0x25B7: case 0x25BA: case 0x25BC: case 0x25BD:
    case 0x25C6: case 0x25C7: case 0x25CB: case 0x25CE: case 0x25CF: case 0x25E6: case 0x2605:
    case 0x2606: case 0x203B: case 0x30FB: case 0xFF0A: case 0xFF65: case 0x3010:
        return true;
    default: /* circled and bracketed numbers, roman numerals, circled and bracketed kanji */
        return (character >= 0x2160 && character <= 0x217F) ||
               (character >= 0x2460 && character <= 0x24FF) ||
               (character >= 0x2776 && character <= 0x2793) ||
               (character >= 0x3220 && character <= 0x3247);
    }
}

/* "1." "12)" "(3)" and the same in full width; at most three digits. */
static bool is_numbered(const char *text, size_t size)
{
    uint32_t character = 0;
    size_t at = tkz__utf8_next(text, size, &character);
    bool bracket = character == '(' || character == 0xFF08;
    if (!bracket)
        at = 0;
    uint32_t digits = 0;
    while (at < size) {
        size_t length = tkz__utf8_next(text + at, size - at, &character);
        if (!tkz__is_digit(character))
            break;
        digits++;
        at += length;
    }
    if (digits == 0 || digits > 3 || at >= size)
        return false;
    if (character == ')' || character == 0xFF09)
        return true;
    if (bracket)
        return false;
    uint32_t next = tkz__character_at(text, size, at + (character == '.' ? 1 : 3));
    if (character == '.')
        return next == ' ' || next == '\t' || tkz__is_japanese(next);
    return (character == 0xFF0E || character == 0x3001) && !tkz__is_digit(next);
}

bool tkz__line_is_heading(const char *text, size_t size)
{
    size_t at = skip_indentation(text, size);
    if (size - at > ITEM_BYTES)
        size = at + ITEM_BYTES;
    size_t hashes = at;
    while (hashes < size && text[hashes] == '#')
        hashes++;
    if (hashes > at)
        return hashes - at <= 6 && (hashes == size || text[hashes] == ' ' ||
                                    (uint8_t)text[hashes] >= 0x80);
    return tkz__text_begins(text + at, size - at, "---") ||
           tkz__text_begins(text + at, size - at, "===") ||
           tkz__text_begins(text + at, size - at, "***") ||
           tkz__text_begins(text + at, size - at, "```");
}

bool tkz__line_is_item(const char *text, size_t size)
{
    size_t at = skip_indentation(text, size);
    if (size - at > ITEM_BYTES)
        size = at + ITEM_BYTES;
    if (at == size)
        return false;
    uint32_t character = tkz__character_at(text, size, at);
    if (is_bullet(character)) /* two middle dots are an ellipsis */
        return character != 0x30FB || tkz__character_at(text, size, at + 3) != 0x30FB;
    if ((character == '-' || character == '*' || character == '+') && at + 1 < size &&
        (text[at + 1] == ' ' || text[at + 1] == '\t'))
        return true;
    return tkz__line_is_heading(text + at, size - at) || is_numbered(text + at, size - at);
}

/* Whether a line's text is closed by an end mark, brackets behind it or not. */
static bool is_ended(const char *text, size_t size)
{
    size_t at = size;
    for (int i = 0; i < 4; i++) {
        uint32_t character = tkz__character_before(text, 0, at, &at);
        switch (tkz__mark_of(character)) {
        case TKZ__MARK_CLOSE: case TKZ__MARK_QUOTE: case TKZ__MARK_SYMBOL:
            continue;
        case TKZ__MARK_STOP: case TKZ__MARK_BANG: case TKZ__MARK_WIDE_DOT: case TKZ__MARK_DOT:
        case TKZ__MARK_ELLIPSIS:
            return true;
        default:
            return false;
        }
    }
    return true;
}

/* The text of the line at `from` without white space at its ends. */
typedef struct line {
    size_t start;
    size_t end;
    size_t next; /* offset of the next line */
} line;

static line read_line(const char *text, size_t size, size_t from)
{
    const char *found = memchr(text + from, '\n', size - from);
    line result = {.start = from};
    result.end = found == NULL ? size : (size_t)(found - text);
    result.next = found == NULL ? size : result.end + 1;
    while (result.end > from) {
        char last = text[result.end - 1];
        if (last == ' ' || last == '\t' || last == '\r')
            result.end--;
        else if (result.end - from >= 3 && memcmp(text + result.end - 3, "\u3000", 3) == 0)
            result.end -= 3;
        else
            break;
    }
    return result;
}

/* Width w >= NARROWEST so that most open lines are between w - SLACK (a fifth less for Latin words,
 * which do not break) and w. */
static uint32_t fullest_width(const uint32_t *open_lines, uint32_t *count)
{
    uint32_t best = 0;
    *count = 0;
    for (uint32_t width = NARROWEST; width < WIDTHS; width++) {
        if (open_lines[width] == 0)
            continue;
        uint32_t lowest = width - (width / 5 > SLACK ? width / 5 : SLACK);
        uint32_t sum = 0;
        for (uint32_t i = lowest; i <= width; i++)
            sum += open_lines[i];
        if (sum > *count) {
            *count = sum;
            best = width;
        }
    }
    return best;
}

/* Whether a character cannot stand at the head of a line in text that somebody broke into lines on
 * purpose: closing marks, and kana that no word begins with. */
static bool is_never_first(uint32_t character)
{
    switch (character) {
    case 0x3001: case 0xFF0C: case 0x30FC: case 0x3093: case 0x3092: case 0x3063: case 0x30C3:
    case 0x3041: case 0x3043: case 0x3045: case 0x3047: case 0x3049: case 0x3083: case 0x3085:
    case 0x3087: case 0x30A1: case 0x30A3: case 0x30A5: case 0x30A7: case 0x30A9: case 0x30E3:
    case 0x30E5: case 0x30E7: case 0x30F3:
        return true;
    default: {
        tkz__mark kind = tkz__mark_of(character);
        return kind == TKZ__MARK_STOP || kind == TKZ__MARK_CLOSE || kind == TKZ__MARK_WIDE_DOT ||
               kind == TKZ__MARK_BANG;
    }
    }
}

/* Whether the text breaks off at `end` within a clause, to go on at `next`. */
static bool is_broken_clause(const char *text, size_t size, size_t end, size_t next,
                             uint32_t columns)
{
    static const char *const particles[] = {
        "は", "が", "を", "に", "へ", "で", "も", "の", "と", "や", "、", "，", "から", "まで",
        "より", "して", "って", "ので", "など", "する", "した", "という",
    };
    size_t before = 0;
    uint32_t last = tkz__character_before(text, 0, end, &before);
    uint32_t first = tkz__character_at(text, size, next);
    static const char *const finals[] = {"です", "ます", "た", "ん", "だ", "い", "よ", "ね"};
    if (columns >= LONG_LINE && !tkz__text_ends_any(text, end, finals, COUNT(finals)))
        return true;
    if (is_never_first(first) || tkz__text_ends_any(text, end, particles, COUNT(particles)))
        return true;
    bool kana = tkz__is_japanese(last) && tkz__is_japanese(first);
    if (kana && last >= 0x30A1 && last <= 0x30FC)
        return first >= 0x30A1 && first <= 0x30FC; /* within a word of katakana */
    return tkz__is_lower(first) && tkz__is_latin(last);
}

tkz__line_layout tkz__line_layout_guess(const char *text, size_t size)
{
    uint32_t open_lines[WIDTHS + 1] = {0};
    uint32_t all_lines[WIDTHS + 1] = {0};
    uint32_t open_count = 0, count = 0, broken = 0;
    uint32_t columns = 0; /* of the previous line */
    line previous = {0};
    for (size_t at = 0; at < size;) {
        line current = read_line(text, size, at);
        at = current.next;
        size_t bytes = current.end - current.start;
        uint32_t width = WIDTHS; /* no character has more than two bytes a column */
        if (bytes < 2 * WIDTHS)
            width = tkz__line_columns(text + current.start, bytes);
        width = width < WIDTHS ? width : WIDTHS;
        if (bytes > 0) {
            all_lines[width]++;
            count++;
        }
        /* Whether a line is open is asked only where text follows it. */
        if (previous.end > previous.start && bytes > 0) {
            const char *start = text + previous.start;
            size_t length = previous.end - previous.start;
            if (!is_ended(start, length) && !tkz__line_is_heading(start, length) &&
                !tkz__line_is_item(text + current.start, bytes)) {
                open_lines[columns]++;
                open_count++;
                if (is_broken_clause(text, size, previous.end, current.start, columns))
                    broken++;
            }
        }
        previous = current;
        columns = width;
    }
    tkz__line_layout layout = {.guessed = true};
    uint32_t full = 0, longer = 0;
    layout.width = fullest_width(open_lines, &full);
    for (uint32_t width = layout.width + HANGING + 1; width <= WIDTHS; width++)
        longer += all_lines[width];
    layout.wrapped = (full >= FEW_OPEN_LINES || (full == 1 && broken > 0)) &&
                     full >= full_share * open_count && longer <= longer_share * count;
    return layout;
}

bool tkz__line_break_ends(const tkz__line_layout *layout, const char *text, size_t size,
                          size_t line_start, size_t line_end, size_t next_line)
{
    if (!layout->wrapped && !layout->guessed)
        return true;
    if (layout->guessed && is_never_first(tkz__character_at(text, size, next_line)))
        return false;
    if (tkz__line_is_item(text + next_line, size - next_line) ||
        tkz__line_is_heading(text + line_start, line_end - line_start))
        return true;
    size_t last = line_end;
    uint32_t character = tkz__character_before(text, line_start, line_end, &last);
    if (!layout->wrapped) /* nobody ends a sentence with a comma */
        return character != 0x3001 && character != 0xFF0C;
    if (!layout->guessed)
        return false;
    if (tkz__text_begins(text + next_line, size - next_line, "\u3000"))
        return true; /* the indentation of a paragraph */
    uint32_t slack = layout->width / 4 > SLACK ? layout->width / 4 : SLACK;
    return tkz__line_columns(text + line_start, line_end - line_start) + slack < layout->width;
}
