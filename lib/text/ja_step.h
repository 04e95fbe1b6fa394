/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of ja-v1: what each character becomes on its own (ja_character), Unicode
 * normalisation (ja_compose), what depends on neighbours (ja_context). The rules are
 * written out in doc/japanese-normal-forms.md. Leans on step_rules.
 */
#ifndef TKZ_TEXT_JA_STEP_H
#define TKZ_TEXT_JA_STEP_H

#include "text/step_rules.h"

enum tkz__ja_option {
    TKZ__JA_WIDTH,
    TKZ__JA_SPACE,
    TKZ__JA_LINES,
    TKZ__JA_WAVE,
    TKZ__JA_LONG,
    TKZ__JA_LONG_RUNS,
    TKZ__JA_MARKS,
    TKZ__JA_ZERO_WIDTH,
    TKZ__JA_VARIATION,
    TKZ__JA_IDEOGRAPHS,
    TKZ__JA_COMPAT,
    TKZ__JA_OPTION_COUNT
};

/* Values, in the order of the choices. */
enum tkz__ja_width { TKZ__JA_WIDTH_JAPANESE, TKZ__JA_WIDTH_HALF, TKZ__JA_WIDTH_KEEP };
enum tkz__ja_space { TKZ__JA_SPACE_COLLAPSE, TKZ__JA_SPACE_HALF, TKZ__JA_SPACE_KEEP };
enum tkz__ja_lines { TKZ__JA_LINES_LF, TKZ__JA_LINES_KEEP };
enum tkz__ja_wave { TKZ__JA_WAVE_DASH, TKZ__JA_WAVE_TILDE, TKZ__JA_WAVE_KEEP };
enum tkz__ja_long { TKZ__JA_LONG_HYPHEN, TKZ__JA_LONG_LOOSE, TKZ__JA_LONG_KEEP };
enum tkz__ja_long_runs { TKZ__JA_LONG_RUNS_KEEP, TKZ__JA_LONG_RUNS_COLLAPSE };
enum tkz__ja_marks { TKZ__JA_MARKS_KEEP, TKZ__JA_MARKS_COMPOSE };
enum tkz__ja_removal { TKZ__JA_REMOVE, TKZ__JA_NOT_REMOVE };
enum tkz__ja_variation { TKZ__JA_VARIATION_KEEP, TKZ__JA_VARIATION_REMOVE };
enum tkz__ja_ideographs { TKZ__JA_IDEOGRAPHS_KEEP, TKZ__JA_IDEOGRAPHS_UNIFY };
enum tkz__ja_compat { TKZ__JA_COMPAT_KEEP, TKZ__JA_COMPAT_EXPAND };

static inline int64_t tkz__ja_value(const tkz__normal_step *step, enum tkz__ja_option option)
{
    return step->values[option].number;
}

/* The Unicode version of ja-v1, for good. */
#define TKZ__JA_UNICODE TKZ__UNICODE_VERSION(16, 0)

enum { TKZ__JA_LONG_VOWEL_MARK = 0x30FC };

/* Sets of byte rules: places that any part may have to do with; the compatibility ideographs. */
enum { TKZ__JA_PLACES, TKZ__JA_IDEOGRAPH_PLACES };
void tkz__ja_compose_places(tkz__byte_rules *rules);

/* Start of the character (or stray byte) that ends at `end`, which is above `from`. */
size_t tkz__ja_last_character(const char *text, size_t from, size_t end, uint32_t *character);

/* What the first and third part carry along. */
typedef struct tkz__ja_pass {
    const tkz__normal_step *step;
    const char *text;
    size_t size;
    tkz__edit *edit;   /* NULL: only asked whether anything changes */
    tkz_error *error;
    size_t base;       /* of the target, before this pass */
    size_t copy_start; /* source bytes from here on are not yet written */
    /* First part: what the last joiner found, how much of the result there was and the answer. */
    size_t joiner_end;
    bool joiner_ignored;
    /* Third part: places before this one have been dealt with, and whether anything changed. */
    size_t settled;
    bool acts;
} tkz__ja_pass;

/* Whether the part, or for the second one NFC around `c`, may change anything at a place. Passes
 * without an edit; places in ascending order. */
bool tkz__ja_character_acts(tkz__ja_pass *p, size_t at);
bool tkz__ja_may_compose(const tkz__normal_step *step, uint32_t c);
bool tkz__ja_context_acts(tkz__ja_pass *p, size_t at);

/* First part: each character alone, and what it joins with behind it. */
size_t tkz__ja_character_unchanged(const tkz__normal_step *step, const char *text, size_t size);
TKZ_CHECKED tkz_status tkz__ja_character_run(const tkz__normal_step *step, const char *text,
                                             size_t size, tkz__edit *edit, tkz_error *error);

/* Second part: NFC, around the compatibility ideographs where these are kept. */
size_t tkz__ja_compose_unchanged(const tkz__normal_step *step, const char *text, size_t size);
TKZ_CHECKED tkz_status tkz__ja_compose_run(const tkz__normal_step *step, const char *text,
                                           size_t size, tkz__edit *edit, tkz_error *error);

/* Third part: spaces, signs between letters, long-vowel marks, spacing voicing marks. */
size_t tkz__ja_context_unchanged(const tkz__normal_step *step, const char *text, size_t size);
TKZ_CHECKED tkz_status tkz__ja_context_run(const tkz__normal_step *step, const char *text,
                                           size_t size, tkz__edit *edit, tkz_error *error);

#endif
