/* SPDX-License-Identifier: Apache-2.0
 *
 * Editors of whole lines: repeated ones, those without kana, lines joined. Leans on editor and text_lines.
 */
#include "clean/editor.h"
#include "clean/text_lines.h"
#include "core/hash.h"
#include "text/char_class.h"
#include "text/utf8.h"
#include "tokenize/text.h"

/* ---- Repeated lines ------------------------------------------------------ */

enum { SCOPE = 0, MINIMUM = 1, ADJACENT = 1 };

typedef struct line_slot {
    uint64_t hash;
    size_t start;
    size_t size; /* 0: free; lines that are looked at are not empty */
} line_slot;

typedef struct seen_lines {
    line_slot *slots; /* more than twice as many as lines, a power of two */
    size_t slot_count;
} seen_lines;

static bool long_enough(const char *line, size_t size, size_t minimum)
{
    return size > 0 && size >= minimum && tkz_utf8_count(line, size) >= minimum;
}

static tkz_status make_slots(seen_lines *seen, const char *text, size_t size, size_t minimum,
                             tkz__arena *scratch, tkz_error *error)
{
    size_t lines = 0;
    for (size_t at = 0, end; at <= size; at = end + 1) {
        end = tkz__line_end(text, size, at);
        lines += end - at >= minimum && end > at;
    }
    for (seen->slot_count = 16; seen->slot_count <= 2 * lines;)
        seen->slot_count *= 2;
    seen->slots = tkz__arena_allocate(scratch, seen->slot_count * sizeof *seen->slots);
    if (seen->slots == NULL)
        return tkz__error_memory(error, seen->slot_count * sizeof *seen->slots);
    memset(seen->slots, 0, seen->slot_count * sizeof *seen->slots);
    return TKZ_OK;
}

/* Whether the line stood there before; it does from now on. */
static bool was_seen(seen_lines *seen, const char *text, size_t start, size_t size)
{
    uint64_t hash = tkz__hash64(text + start, size);
    size_t mask = seen->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        line_slot *slot = &seen->slots[i];
        if (slot->size == 0) {
            *slot = (line_slot){hash, start, size};
            return false;
        }
        if (slot->hash == hash && slot->size == size &&
            memcmp(text + slot->start, text + start, size) == 0)
            return true;
    }
}

static tkz_status repeated_run(const tkz__normal_step *step, const char *text, size_t size,
                               tkz__edit *edit, tkz_error *error)
{
    bool adjacent = step->values[SCOPE].number == ADJACENT;
    size_t minimum = (size_t)step->values[MINIMUM].number;
    tkz__line_keeper keeper = {.edit = edit, .text = text};
    seen_lines seen = {0};
    size_t before = 0, before_size = 0;
    tkz_status status =
        adjacent ? TKZ_OK : make_slots(&seen, text, size, minimum, edit->scratch, error);
    for (size_t at = 0, end; at <= size && status == TKZ_OK; at = end + 1) {
        end = tkz__line_end(text, size, at);
        bool repeats = long_enough(text + at, end - at, minimum);
        if (repeats && adjacent)
            repeats = before_size == end - at && memcmp(text + before, text + at, end - at) == 0;
        else if (repeats)
            repeats = was_seen(&seen, text, at, end - at);
        before = at;
        before_size = end - at;
        if (!repeats) {
            status = tkz__line_keep(&keeper, at, end, error);
            continue;
        }
        tkz__edit_count(edit, 0, 1);
        tkz__edit_count(edit, 1, tkz_utf8_count(text + at, end - at));
    }
    return status == TKZ_OK ? tkz__line_keep_end(&keeper, size, error) : status;
}

static const tkz_normal_option repeated_options[] = {
    {"scope", "document|adjacent", "document",
     "a line goes where it stood anywhere before, or where it is the one directly before", 0, 0},
    {"minimum", NULL, "10", "characters of a line that is looked at; short ones may well repeat", 1,
     1000000000},
};
static const char *const line_counts[] = {"lines", "characters"};

/* ---- Lines without kana -------------------------------------------------- */

/* Hiragana or katakana by the script, or ー; ｰ, ﾞ and ﾟ are of no script. */
static bool is_kana(uint32_t c)
{
    uint32_t flags = tkz__char_flags(&tkz__class_table_16_0, c);
    return (flags & (TKZ__CHAR_HIRAGANA | TKZ__CHAR_KATAKANA)) != 0 && c != 0xFF70 &&
           c != 0xFF9E && c != 0xFF9F;
}

static bool has_kana(const char *line, size_t size)
{
    uint32_t c;
    for (size_t at = 0; at < size;) {
        at += tkz__utf8_next(line + at, size - at, &c);
        if (c > 0x7F && is_kana(c))
            return true;
    }
    return false;
}

static tkz_status kana_run(const tkz__normal_step *step, const char *text, size_t size,
                           tkz__edit *edit, tkz_error *error)
{
    tkz__line_keeper keeper = {.edit = edit, .text = text};
    tkz_status status = TKZ_OK;
    (void)step;
    for (size_t at = 0, end; at <= size && status == TKZ_OK; at = end + 1) {
        end = tkz__line_end(text, size, at);
        if (has_kana(text + at, end - at)) {
            status = tkz__line_keep(&keeper, at, end, error);
            continue;
        }
        tkz__edit_count(edit, 0, 1);
        tkz__edit_count(edit, 1, tkz_utf8_count(text + at, end - at));
    }
    return status == TKZ_OK ? tkz__line_keep_end(&keeper, size, error) : status;
}

/* ---- Joined lines -------------------------------------------------------- */

static size_t join_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    (void)step;
    return tkz__line_end(text, size, 0);
}

static tkz_status join_run(const tkz__normal_step *step, const char *text, size_t size,
                           tkz__edit *edit, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    (void)step;
    for (size_t at = 0, end; at < size && status == TKZ_OK; at = end + 1) {
        end = tkz__line_end(text, size, at);
        status = tkz__edit_copy(edit, text + at, end - at, error);
        if (status == TKZ_OK && end < size) {
            status = tkz__edit_replace(edit, 1, "", 0, error);
            tkz__edit_count(edit, 0, 1);
        }
    }
    return status;
}

static const char *const join_counts[] = {"line_ends"};

/* ---- The table ----------------------------------------------------------- */

static const tkz__editor editors[] = {
    {.kind = {.info = {.name = "repeated_lines-v1",
                       .text = "Lines that stood there before go; the first one stays.",
                       TKZ__EDITOR_OPTIONS(repeated_options)},
              TKZ__EDITOR_COUNTS(line_counts),
              .run = repeated_run},
     .source = "ours"},
    {.kind = {.info = {.name = "kana_lines-v1", .text = "Only lines with hiragana or katakana stay."},
              TKZ__EDITOR_COUNTS(line_counts),
              .run = kana_run},
     .source = "llm-jp/llm-jp-corpus, scripts/filters.py, extract_japanese_text: its choice of lines"},
    {.kind = {.info = {.name = "join_lines-v1", .text = "Line ends go, and nothing takes their place."},
              TKZ__EDITOR_COUNTS(join_counts),
              .unchanged = join_unchanged,
              .run = join_run},
     .source = "llm-jp/llm-jp-corpus, scripts/filters.py, extract_japanese_text, as it ends; the whole of it is "
               "kana_lines,urls:compat=true,ascii_runs,join_lines"},
};

extern const tkz__editor_family tkz__edits_lines;
const tkz__editor_family tkz__edits_lines = {editors, sizeof editors / sizeof editors[0]};
