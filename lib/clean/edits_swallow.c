/* SPDX-License-Identifier: Apache-2.0
 *
 * Swallow's clean-up: the vote on punctuation and the footer. Leans on editor and editor_words.
 */
#define _GNU_SOURCE /* memmem, memrchr */
#include "clean/editor.h"
#include "clean/editor_words.h"
#include "clean/text_lines.h"
#include "text/utf8.h"
#include "tokenize/text.h"

/* ---- Punctuation --------------------------------------------------------- */

enum { COMMAS = 0, PERIODS = 1, COMPAT = 0 };

static const char *const japanese[] = {"\u3001", "\u3002"}; /* 、。 */
enum { MARK_SIZE = 3 };

/* COMMAS or PERIODS for a mark, else -1; `*is_western` says which of the two it is. */
static int mark_of(uint32_t c, bool *is_western)
{
    *is_western = c >= 0xFF00;
    switch (c) {
    case 0x3001:
    case 0xFF0C:
        return COMMAS;
    case 0x3002:
    case 0xFF0E:
        return PERIODS;
    default:
        return -1;
    }
}

/* Characters behind which a mark has a vote: letters of Japanese and closing brackets. The pair of surrogates that is to
 * take in ideographs beyond the first plane never matches in Python. */
static bool has_vote(uint32_t c, bool compat)
{
    static const uint32_t brackets[] = {0xFF09, 0x300D, 0x300F, 0xFF3D, 0x3015, 0x3011, 0x3009, 0x300B};
    if ((c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FA) ||
        (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF))
        return true;
    for (size_t i = 0; i < sizeof brackets / sizeof *brackets; i++)
        if (c == brackets[i])
            return true;
    return c == 0x3005 || c == 0x3007 || c == 0x303B || (!compat && c >= 0x20000 && c <= 0x3FFFF);
}

/* Characters behind which a mark belongs to a number or a word: ０-９, Ａ-Ｚ, ａ-ｚ; the second and third circumflex
 * of the reference's [^０-９^Ａ-Ｚ^ａ-ｚ] are such characters themselves. */
static bool binds(uint32_t c, bool compat)
{
    return (c >= 0xFF10 && c <= 0xFF19) || (c >= 0xFF21 && c <= 0xFF3A) ||
           (c >= 0xFF41 && c <= 0xFF5A) || (compat && c == '^');
}

/* Which of the two pairs are to be replaced. */
static void vote(const char *text, size_t size, bool compat, bool replace[2])
{
    uint64_t votes[2][2] = {{0}};
    uint32_t before = 0, c;
    bool is_western;
    for (size_t at = 0; at < size; before = c) {
        at += tkz__utf8_next(text + at, size - at, &c);
        int mark = mark_of(c, &is_western);
        votes[mark > 0][is_western] += mark >= 0 && has_vote(before, compat);
    }
    for (int mark = COMMAS; mark <= PERIODS; mark++)
        replace[mark] = votes[mark][false] < votes[mark][true];
}

static size_t punctuation_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    (void)step;
    bool has_none = memmem(text, size, "\uFF0C", MARK_SIZE) == NULL &&
                    memmem(text, size, "\uFF0E", MARK_SIZE) == NULL;
    return has_none ? size : 0;
}

/* A run of one mark that starts at `at`: how many marks. */
static size_t run_length(const char *text, size_t size, size_t at)
{
    size_t end = at + MARK_SIZE;
    while (size - end >= MARK_SIZE && memcmp(text + end, text + at, MARK_SIZE) == 0)
        end += MARK_SIZE;
    return (end - at) / MARK_SIZE;
}

static tkz_status punctuation_run(const tkz__normal_step *step, const char *text, size_t size,
                                  tkz__edit *edit, tkz_error *error)
{
    bool compat = step->values[COMPAT].number == TKZ__EDITOR_TRUE;
    bool replace[2], is_western;
    uint32_t before = 0, c;
    size_t done = 0;
    tkz_status status = TKZ_OK;
    vote(text, size, compat, replace);
    for (size_t at = 0; at < size && status == TKZ_OK; before = c) {
        size_t start = at;
        at += tkz__utf8_next(text + at, size - at, &c);
        int mark = mark_of(c, &is_western);
        if (mark < 0 || !is_western || !replace[mark])
            continue;
        size_t length = run_length(text, size, start);
        at = start + length * MARK_SIZE;
        bool stays = start == 0 || binds(before, compat);
        if (stays && (length == 1 || !compat))
            continue;
        if (stays) /* the pattern takes the first mark as what is before the others */
            start += MARK_SIZE, length--;
        status = tkz__edit_copy(edit, text + done, start - done, error);
        for (size_t i = 0; i < length && status == TKZ_OK; i++)
            status = tkz__edit_replace(edit, MARK_SIZE, japanese[mark], MARK_SIZE, error);
        tkz__edit_count(edit, (size_t)mark, length);
        done = at;
    }
    return status == TKZ_OK ? tkz__edit_copy(edit, text + done, size - done, error) : status;
}

static const tkz_normal_option punctuation_options[] = {
    TKZ__EDITOR_COMPAT("ideographs beyond U+FFFF have no vote, ^ counts as a letter, and of several marks at the "
                       "start or behind a letter only the first stays"),
};
static const char *const punctuation_counts[] = {"commas", "periods"};

/* ---- The footer ---------------------------------------------------------- */

enum { WORDS = 0, LINES = 1, SHARE = 2 };

static tkz_status footer_prepare(tkz__normal_step *step, const tkz_allocator *allocator,
                                 tkz_error *error)
{
    if (step->values[WORDS].size == 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, step->kind->info.name,
                              TKZ__NO_OFFSET,
                              "it needs words=FILE, a list of one word a line, such as those of footer.py in "
                              "swallow-llm/swallow-corpus");
    tkz_status status = tkz__editor_words_open(step, WORDS, allocator, error);
    if (status == TKZ_OK)
        tkz__editor_words_longest_first(step->state);
    return status;
}

static void words_dispose(tkz__normal_step *step, const tkz_allocator *allocator)
{
    (void)allocator;
    tkz__editor_words_free(step->state);
}

/* Takes every copy of a word out of a line; returns how many there were. */
static size_t take_out(char *line, size_t *size, const tkz__editor_word *word)
{
    size_t found = 0, to = 0, at = 0;
    for (;;) {
        const char *next = memmem(line + at, *size - at, word->text, word->size);
        size_t until = next != NULL ? (size_t)(next - line) : *size;
        if (to != at)
            memmove(line + to, line + at, until - at);
        to += until - at;
        at = until + word->size;
        if (next == NULL)
            break;
        found++;
    }
    *size = to;
    return found;
}

/* Whether more than the share of a line's characters are those of footer words. */
static tkz_status is_footer(const tkz__normal_step *step, const char *line, size_t size,
                            tkz__arena *scratch, bool *answer, tkz_error *error)
{
    const tkz__editor_words *words = step->state;
    uint64_t total = tkz_utf8_count(line, size), matched = 0;
    char *left = tkz__arena_allocate(scratch, size + 1);
    if (left == NULL)
        return tkz__error_memory(error, size + 1);
    memcpy(left, line, size);
    for (size_t i = 0; i < words->count; i++)
        matched += take_out(left, &size, &words->words[i]) * words->words[i].characters;
    double share = total > 0 ? (double)matched / (double)total : 0;
    *answer = (double)step->values[SHARE].number / 100 < share;
    return TKZ_OK;
}

/* Start of the `count`th line from the end. */
static size_t last_lines(const char *text, size_t size, int64_t count)
{
    size_t start = size;
    for (;;) {
        const char *end = start > 0 ? memrchr(text, '\n', start) : NULL;
        if (--count <= 0 || end == NULL)
            return end == NULL ? 0 : (size_t)(end - text) + 1;
        start = (size_t)(end - text);
    }
}

static tkz_status footer_run(const tkz__normal_step *step, const char *text, size_t size,
                             tkz__edit *edit, tkz_error *error)
{
    size_t start = last_lines(text, size, step->values[LINES].number), cut = size;
    for (bool more = true; more;) {
        size_t end = tkz__line_end(text, size, start);
        bool answer = false;
        tkz_status status = is_footer(step, text + start, end - start, edit->scratch, &answer,
                                      error);
        if (status != TKZ_OK)
            return status;
        if (answer)
            cut = start > 0 ? start - 1 : 0; /* with the line end before it */
        more = !answer && end < size;
        start = end + 1;
    }
    if (cut < size) {
        tkz__edit_count(edit, 1, tkz_utf8_count(text + cut, size - cut));
        uint64_t lines = cut == 0 && text[0] != '\n';
        for (size_t at = cut; (at = tkz__line_end(text, size, at)) < size; at++)
            lines++;
        tkz__edit_count(edit, 0, lines);
    }
    tkz_status status = tkz__edit_copy(edit, text, cut, error);
    return status == TKZ_OK ? tkz__edit_replace(edit, size - cut, "", 0, error) : status;
}

static const tkz_normal_option footer_options[] = {
    {"words", NULL, "", "file with one word a line", 0, 0},
    {"lines", NULL, "10", "how many lines at the end are looked at", 1, 1000000},
    {"share", NULL, "30", "per cent of a line's characters that words must exceed", 0, 100},
};
static const char *const footer_counts[] = {"lines", "characters"};

/* ---- The table ----------------------------------------------------------- */

static const tkz__editor editors[] = {
    {.kind = {.info = {.name = "swallow_punctuation-v1",
                       .text = "The marks ， and ． become 、 and 。 where they are the more frequent ones of the document; "
                               "behind letters and digits of full width they stay.",
                       TKZ__EDITOR_OPTIONS(punctuation_options)},
              TKZ__EDITOR_COUNTS(punctuation_counts),
              .unchanged = punctuation_unchanged,
              .run = punctuation_run},
     .source = "swallow-llm/swallow-corpus, kutoten.py, normalize",
     .difference = "ideographs from U+20000 on have a vote (𠮷， has none there: a pair of surrogates never matches in "
                   "Python); ^ is no letter (^，あ， stays there); several marks behind a letter stay (Ｈｉ，， becomes "
                   "Ｈｉ，、 there). compat=true does as the reference"},
    {.kind = {.info = {.name = "swallow_footer-v1",
                       .text = "Of the last lines the first one that consists mostly of the footer's words is cut off, "
                               "and all behind it.",
                       TKZ__EDITOR_OPTIONS(footer_options)},
              TKZ__EDITOR_COUNTS(footer_counts),
              .prepare = footer_prepare,
              .dispose = words_dispose,
              .run = footer_run},
     .source = "swallow-llm/swallow-corpus, footer.py, trim_footer",
     .difference = "words of as many characters are taken out in the order of the file; there in that of a set, which "
                   "changes from run to run"},
};

extern const tkz__editor_family tkz__edits_swallow;
const tkz__editor_family tkz__edits_swallow = {editors, sizeof editors / sizeof editors[0]};
