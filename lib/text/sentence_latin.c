/* SPDX-License-Identifier: Apache-2.0
 *
 * Periods in Latin text and between Latin and Japanese. The word lists are this
 * project's own. Leans on sentence_rules.
 */
#include "text/sentence_latin.h"

#include <string.h>

#include "text/utf8.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { WORD_BYTES = 16 }; /* longer words are no abbreviations */

/* Never at the end of a sentence: something has to follow. */
static const char *const leading[] = {
    "Mr", "Mrs", "Ms", "Mx", "Dr", "Prof", "Rev", "Fr", "Gen", "Col", "Maj", "Capt", "Cmdr", "Sgt",
    "Lt", "Gov", "Sen", "Rep", "Pres", "Hon", "St", "Mt", "Ft", "Messrs", "Mme", "Mlle", "Adm",
    "Supt", "e.g", "i.e", "eg", "ie", "cf", "vs", "viz", "al", "ca", "approx", "resp", "esp",
    "incl", "excl", "E.g", "I.e", "Cf", "feat", "Univ", "Dept", "Assoc", "Asst", "Ave", "Blvd",
};

/* Abbreviations where a number follows; else a word of the language ("no.", "fig."). */
static const char *const numbering[] = {
    "No", "Nos", "no", "nos", "Fig", "Figs", "fig", "figs", "Eq", "Eqs", "eq", "Sec", "sec", "Sect",
    "Ch", "ch", "Chap", "Vol", "Vols", "vol", "pp", "p", "Art", "art", "Tab", "Ref", "Refs", "Thm",
    "Def", "Lem", "Cor", "Prop", "Ex", "ex", "App", "Ver", "ver", "v", "Op", "op", "Nr", "Jan",
    "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Nov", "Dec",
};

/* At the end of a sentence or not: only the next word tells. */
static const char *const trailing[] = {
    "etc", "Inc", "Ltd", "Co", "Corp", "Jr", "Sr", "Bros", "Esq", "PLC", "Pty", "Mon", "Tue", "Wed",
    "Thu", "Fri", "Sat", "Sun", "min", "max", "hr", "hrs", "dept", "est", "ed", "eds", "trans",
};

/* Words that open sentences and hardly follow an abbreviation as part of a name. */
static const char *const starters[] = {
    "The", "This", "That", "These", "Those", "There", "Then", "They", "He", "She", "It", "We",
    "You",
    "I", "In", "On", "At", "As", "If", "When", "While", "But", "And", "Or", "So", "However", "For",
    "From", "His", "Her", "Its", "Their", "Our", "My", "Your", "What", "Who", "Why", "How", "Where",
    "After", "Before", "Since", "Although", "Though", "Because", "To", "With", "By", "All", "Some",
    "Many", "Most", "Each", "No", "Not", "Yes", "Also", "A", "An", "Is", "Are", "Was", "Do", "Does",
};

static bool is_listed(const char *word, size_t size, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i][0] == word[0] && strlen(list[i]) == size && memcmp(list[i], word, size) == 0)
            return true;
    }
    return false;
}

static bool is_ascii_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* The word of ASCII letters and inner periods that ends at `at`; 0 if it is longer than any that
 * the lists have. */
static size_t word_before(const char *text, size_t start, size_t at)
{
    size_t size = 0;
    while (size < at - start && size <= WORD_BYTES) {
        char byte = text[at - size - 1];
        if (!is_ascii_letter(byte) && byte != '.')
            break;
        size++;
    }
    return size <= WORD_BYTES ? size : 0;
}

/* Whether the word at `at` is one that opens sentences. */
static bool is_starter(const char *text, size_t size, size_t at)
{
    size_t end = at;
    while (end < size && end - at <= WORD_BYTES && is_ascii_letter(text[end]))
        end++;
    return end > at && is_listed(text + at, end - at, starters, COUNT(starters));
}

/* Whether the period behind a word, with white space behind it, is likely the word's own. */
static bool is_abbreviation(const tkz__end_mark *mark, uint32_t next)
{
    size_t size = word_before(mark->text, mark->start, mark->at);
    const char *word = mark->text + mark->at - size;
    if (size == 0)
        return false;
    if (is_listed(word, size, leading, COUNT(leading)))
        return true;
    if (is_listed(word, size, numbering, COUNT(numbering)))
        return tkz__is_digit(next) || next == '(' || next == '#';
    bool initial = size == 1 && tkz__is_upper((uint32_t)word[0]) && word[0] != 'I';
    if (initial || memchr(word, '.', size) != NULL ||
        is_listed(word, size, trailing, COUNT(trailing)))
        return !is_starter(mark->text, mark->size, mark->next);
    return false;
}

/* A period right before text. */
static bool tight_period_ends(const tkz__end_mark *mark, uint32_t previous, uint32_t next)
{
    bool japanese = tkz__is_japanese(previous) ||
                    (previous >= 0x80 && tkz__mark_of(previous) == TKZ__MARK_CLOSE);
    if (!japanese || tkz__is_label(mark->text, mark->start, mark->at))
        return false; /* a number, a name of a file or host, an abbreviation */
    if (tkz__is_digit(next) || tkz__is_lower(next))
        return false;
    if (tkz__is_latin(next))
        return tkz__is_hiragana(previous);
    return tkz__is_japanese(next) || tkz__mark_of(next) == TKZ__MARK_OPEN;
}

bool tkz__period_ends(const tkz__end_mark *mark)
{
    size_t before = 0;
    uint32_t previous = tkz__character_before(mark->text, mark->start, mark->at, &before);
    uint32_t next = tkz__character_at(mark->text, mark->size, mark->next);
    bool spaced = mark->next > mark->end;
    if (mark->mark_count > 1)
        return tkz__ellipsis_ends(mark);
    if (!spaced)
        return tight_period_ends(mark, previous, next);
    if (tkz__is_lower(next) || tkz__is_label(mark->text, mark->start, mark->at))
        return false;
    if (tkz__is_japanese(previous))
        return true;
    if (tkz__is_hiragana(next) &&
        !tkz__sentence_follows(mark->text + mark->next, mark->size - mark->next))
        return false;
    return !is_abbreviation(mark, next);
}
