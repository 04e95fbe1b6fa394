/* SPDX-License-Identifier: Apache-2.0
 *
 * The editor symbol_lines: lines of symbols alone, as tables of web pages leave them. Leans on editor and text_lines.
 */
#include "clean/editor.h"
#include "clean/text_lines.h"

enum { SYMBOLS = 0, WITH = 1 };
enum { WITH_LINE_FEED = 0 };

typedef struct walk {
    const tkz__normal_step *step;
    const char *text;
    tkz__edit *edit;
    size_t done;      /* source bytes that are written or gone */
    bool any;         /* a line was written */
    bool in_symbols;  /* the line before was one of symbols */
    uint64_t lines;   /* of symbols */
} walk;

static bool is_symbol(const tkz__normal_value *symbols, const char *character, size_t length)
{
    for (size_t at = 0; at + length <= symbols->size; at++)
        if (memcmp(symbols->text + at, character, length) == 0)
            return true;
    return false;
}

/* Symbols and spaces alone, and something besides white space. */
static bool is_of_symbols(const walk *w, size_t at, size_t end)
{
    bool any = false;
    while (at < end) {
        uint32_t character;
        size_t length = tkz__utf8_next(w->text + at, end - at, &character);
        if (character != ' ' && !is_symbol(&w->step->values[SYMBOLS], w->text + at, length))
            return false;
        any |= !tkz__is_python_space(character);
        at += length;
    }
    return any;
}

/* What is between the last line that was written and this one becomes one line feed, or nothing before the first. */
static tkz_status begin_line(walk *w, size_t start, tkz_error *error)
{
    size_t gone = start - w->done;
    bool is_line_feed = w->any && gone == 1 && w->text[w->done] == '\n';
    tkz_status status = is_line_feed ? tkz__edit_copy(w->edit, w->text + w->done, 1, error)
                                     : tkz__edit_replace(w->edit, gone, "\n", w->any, error);
    w->any = true;
    return status;
}

static tkz_status take_line(walk *w, size_t start, size_t end, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    if (!is_of_symbols(w, start, end)) {
        status = begin_line(w, start, error);
        if (status == TKZ_OK)
            status = tkz__edit_copy(w->edit, w->text + start, end - start, error);
        w->done = end;
        w->in_symbols = false;
        return status;
    }
    w->lines++;
    if (!w->in_symbols && w->step->values[WITH].number == WITH_LINE_FEED) {
        status = begin_line(w, start, error);
        if (status == TKZ_OK)
            status = tkz__edit_replace(w->edit, end - start, "\n", 1, error);
        w->done = end;
    }
    w->in_symbols = true;
    return status;
}

static tkz_status run(const tkz__normal_step *step, const char *text, size_t size, tkz__edit *edit,
                      tkz_error *error)
{
    walk w = {.step = step, .text = text, .edit = edit};
    size_t start = 0;
    tkz_status status = TKZ_OK;
    for (size_t at = 0; at < size && status == TKZ_OK;) {
        size_t ending = tkz__python_line_end_size(text, size, at);
        if (ending > 0) {
            status = take_line(&w, start, at, error);
            start = at + ending;
        }
        at += ending > 0 ? ending : 1;
    }
    if (status == TKZ_OK && start < size)
        status = take_line(&w, start, size, error);
    if (status == TKZ_OK && w.done < size)
        status = tkz__edit_replace(edit, size - w.done, "", 0, error);
    tkz__edit_count(edit, 0, w.lines);
    return status;
}

/* ---- The table ------------------------------------------------------------------------------ */

static const tkz_normal_option options[] = {
    {"symbols", NULL, "|", "characters that such lines are made of, besides spaces", 0, 0},
    {"with", "line_feed|nothing", "line_feed", "what stands in place of lines of symbols that follow one another", 0, 0},
};
static const char *const counts[] = {"lines"};

static const tkz__editor editors[] = {
    {.kind = {.info = {.name = "symbol_lines-v1",
                       .text = "Lines of symbols alone go, such as | of tables, and a line feed takes their place, as FineWeb-2 has "
                               "it; all line ends become line feeds, and there is none at the end.",
                       TKZ__EDITOR_OPTIONS(options)},
              TKZ__EDITOR_COUNTS(counts),
              .run = run},
     .source = "datatrove 0.10.1, formatters/symbol_lines_remover.py, SymbolLinesFormatter, as fineweb-2-pipeline.py calls it"},
};

extern const tkz__editor_family tkz__edits_symbols;
const tkz__editor_family tkz__edits_symbols = {editors, sizeof editors / sizeof editors[0]};
