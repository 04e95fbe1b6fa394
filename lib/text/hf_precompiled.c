/* SPDX-License-Identifier: Apache-2.0
 *
 * Precompiled of HF tokenizers 0.23 (src/normalizers/precompiled.rs and the crate
 * spm_precompiled 0.1.4). It reads the map of a sentencepiece model, but not as
 * sentencepiece does: it goes by grapheme clusters, and of the keys that begin a
 * cluster of less than 6 bytes it takes the shortest, in the place of the whole
 * cluster. Half-width kana with voicing marks are 6 bytes, so that they stay apart
 * (huggingface/transformers issue 15970). The map is that of sentencepiece's nmt_nfkc, as rules,
 * or one that the model has. Leans on spm_rules, charsmap and grapheme.
 */
#include "text/charsmap.h"
#include "text/grapheme.h"
#include "text/hf_steps.h"
#include "text/spm_rules.h"
#include "text/utf8.h"

static const tkz__spm_rules rules = {.maps = true, .nmt = true};

/* Clusters that are looked up as a whole. */
#define WHOLE_CLUSTER 6

/* unicode-segmentation 1.13. */
#define CLASSES (&tkz__class_table_17_0)

static size_t step_back(const char *text, size_t at)
{
    do
        at--;
    while (at > 0 && ((uint8_t)text[at] & 0xC0) == 0x80);
    return at;
}

static uint8_t grapheme_class(const char *text, size_t at, size_t size)
{
    uint32_t character;
    tkz__utf8_next(text + at, size - at, &character);
    return tkz__char_record(CLASSES, character)->grapheme;
}

/* The last place up to `at` where a cluster certainly begins: before a character of class Other,
 * unless one of class Prepend is before it; else the start. */
static size_t cluster_start(const char *text, size_t at, size_t size)
{
    while (at > 0) {
        size_t before = step_back(text, at);
        if (grapheme_class(text, at, size) == TKZ__GRAPHEME_OTHER &&
            grapheme_class(text, before, size) != TKZ__GRAPHEME_PREPEND)
            break;
        at = before;
    }
    return at;
}

/* ---- The map ------------------------------------------------------------- */

tkz_status tkz__hf_precompiled_prepare(tkz__normal_step *step, const tkz_allocator *allocator,
                                       tkz_error *error)
{
    const tkz__normal_value *value = &step->values[0];
    if (value->size == 0)
        return TKZ_OK;
    tkz__own_charsmap *map = tkz__allocate_zeroed(allocator, sizeof *map);
    if (map == NULL)
        return tkz__error_memory(error, sizeof *map);
    tkz_status status = tkz__own_charsmap_read(map, value->text, value->size, allocator, error);
    if (status == TKZ_OK)
        step->state = map;
    else
        tkz__release(allocator, map, sizeof *map);
    return status;
}

void tkz__hf_precompiled_dispose(tkz__normal_step *step, const tkz_allocator *allocator)
{
    tkz__own_charsmap *map = step->state;
    if (map == NULL)
        return;
    tkz__own_charsmap_free(map, allocator);
    tkz__release(allocator, map, sizeof *map);
    step->state = NULL;
}

/* ---- Clusters ------------------------------------------------------------ */

size_t tkz__hf_precompiled_unchanged(const tkz__normal_step *step, const char *text, size_t size)
{
    if (step->state != NULL) /* not known */
        return 0;
    size_t length = tkz__spm_rules_plain(&rules, TKZ__SPM_SPACES_COPIED, text, size);
    return length == size ? size : cluster_start(text, length, size);
}

/* The shortest key at the start of a text, and what it becomes. */
static bool match(const tkz__own_charsmap *map, const char *text, size_t size, tkz__spm_piece *piece)
{
    return map != NULL ? tkz__charsmap_shortest(&map->charsmap, text, size, &piece->text,
                                                &piece->size) != 0
                       : tkz__spm_rules_match_shortest(&rules, text, size, piece) != 0;
}

static tkz_status run_cluster(const tkz__own_charsmap *map, const char *text, size_t size, tkz__edit *edit,
                              tkz_error *error)
{
    tkz__spm_piece piece;
    if (size < WHOLE_CLUSTER && match(map, text, size, &piece))
        return tkz__edit_replace(edit, size, piece.text, piece.size, error);
    tkz_status status = TKZ_OK;
    for (size_t at = 0, length; at < size && status == TKZ_OK; at += length) {
        uint32_t character;
        length = tkz__utf8_next(text + at, size - at, &character);
        if (match(map, text + at, length, &piece))
            status = tkz__edit_replace(edit, length, piece.text, piece.size, error);
        else
            status = tkz__edit_copy(edit, text + at, length, error);
    }
    return status;
}

tkz_status tkz__hf_precompiled_run(const tkz__normal_step *step, const char *text, size_t size,
                                   tkz__edit *edit, tkz_error *error)
{
    const tkz__own_charsmap *map = step->state;
    tkz_status status = TKZ_OK;
    for (size_t at = 0; at < size && status == TKZ_OK && map != NULL;) {
        size_t length = tkz__grapheme_next(CLASSES, text + at, size - at);
        status = run_cluster(map, text + at, length, edit, error);
        at += length;
    }
    for (size_t at = 0; at < size && status == TKZ_OK && map == NULL;) {
        size_t length = tkz__spm_rules_plain(&rules, TKZ__SPM_SPACES_COPIED, text + at, size - at);
        size_t found = at + length;
        if (found < size)
            length = cluster_start(text + at, length, size - at);
        status = tkz__edit_copy(edit, text + at, length, error);
        at += length;
        /* As far as the plain stretch went, lest it be looked through again for each cluster. */
        while (at <= found && at < size && status == TKZ_OK) {
            length = tkz__grapheme_next(CLASSES, text + at, size - at);
            status = run_cluster(NULL, text + at, length, edit, error);
            at += length;
        }
    }
    return status;
}
