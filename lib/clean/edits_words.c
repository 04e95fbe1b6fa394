/* SPDX-License-Identifier: Apache-2.0
 *
 * The editor of words that are not wanted, confirmed on the borders of the text's words: what the filter ng_words finds goes, or
 * something else takes its place. Leans on listed_words.
 */
#include "clean/editor.h"
#include "clean/listed_words.h"
#include "tokenize/text.h"

enum { WORDS, WITH };
enum { COUNT_WORDS, COUNT_CHARACTERS };

static const tkz_normal_option options[] = {
    {"words", NULL, "", "file with one word a line", 0, 0},
    {"with", NULL, "", "what stands in place of each", 0, 0},
};
static const char *const counts[] = {"words", "characters"};

static tkz_status prepare(tkz__normal_step *step, const tkz_allocator *allocator, tkz_error *error)
{
    const char *path = step->values[WORDS].text;
    tkz__word_list *list;
    if (step->values[WORDS].size == 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_OPTION, step->kind->info.name, TKZ__NO_OFFSET,
                              "the words are a file of yours: ng_words:words=FILE, one word a line");
    tkz_status status = tkz__word_list_open(&list, path, TKZ__WORDS_ON_BORDERS | TKZ__WORDS_STRIP, allocator, error);
    if (status != TKZ_OK)
        return status;
    status = tkz__file_hash(path, step->file_hash, error);
    if (status != TKZ_OK) {
        tkz__word_list_free(list);
        return status;
    }
    step->state = list;
    return TKZ_OK;
}

static void dispose(tkz__normal_step *step, const tkz_allocator *allocator)
{
    (void)allocator;
    tkz__word_list_free(step->state);
}

/* A text on its way through the editor. */
typedef struct replacing {
    const tkz__normal_value *with;
    tkz__edit *edit;
    const char *text;
    size_t done; /* bytes that were written */
} replacing;

static tkz_status replace_word(void *context, size_t start, size_t size, tkz_error *error)
{
    replacing *r = context;
    tkz_status status = tkz__edit_copy(r->edit, r->text + r->done, start - r->done, error);
    if (status == TKZ_OK)
        status = tkz__edit_replace(r->edit, size, r->with->text, r->with->size, error);
    r->done = start + size;
    return status;
}

/* Edits a text that is valid UTF-8. */
static tkz_status edit_valid(const tkz__normal_step *step, tkz__measuring *measuring, const char *text, size_t size,
                             tkz__edit *edit, tkz_error *error)
{
    replacing all = {.with = &step->values[WITH], .edit = edit, .text = text};
    tkz__span_sink sink = {&all, replace_word};
    tkz__word_hits hits;
    tkz_status status = tkz__measuring_start(measuring, text, size, error);
    if (status == TKZ_OK)
        status = tkz__word_list_find(step->state, measuring, &hits, &sink, error);
    if (status != TKZ_OK)
        return status;
    tkz__edit_count(edit, COUNT_WORDS, hits.words);
    tkz__edit_count(edit, COUNT_CHARACTERS, hits.characters);
    return tkz__edit_copy(edit, text + all.done, size - all.done, error);
}

static tkz_status run(const tkz__normal_step *step, const char *text, size_t size, tkz__edit *edit, tkz_error *error)
{
    tkz__measuring measuring;
    if (edit->words == NULL)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, step->kind->info.name, TKZ__NO_OFFSET,
                              "this editor asks where words begin and end; give the normalizer a source of words");
    tkz__measuring_init(&measuring, NULL, (tkz__ngram_orders){0}, (tkz__ngram_orders){0}, &edit->target->allocator);
    /* The worker stays the normalizer's. */
    measuring.words.source = *edit->words;
    measuring.words.worker = edit->words_worker;
    tkz_status status = TKZ_OK;
    for (size_t at = 0; at < size && status == TKZ_OK;) {
        size_t valid = tkz_utf8_valid_prefix(text + at, size - at);
        status = edit_valid(step, &measuring, text + at, valid, edit, error);
        at += valid;
        if (at == size || status != TKZ_OK)
            break;
        status = tkz__edit_copy(edit, text + at, 1, error);
        at++;
    }
    measuring.words.source = (tkz_boundaries){0};
    measuring.words.worker = NULL;
    tkz__measuring_free(&measuring);
    return status;
}

static const tkz__editor editors[] = {
    {.kind = {.info = {.name = "ng_words-v1",
                       .text = "Words of a list, the longest at each place, go where they begin and end with words of the text: アス stays "
                               "in アスパラガス. Needs --dictionary.",
                       TKZ__EDITOR_OPTIONS(options)},
              .traits = TKZ__NORMAL_NEEDS_WORDS,
              TKZ__EDITOR_COUNTS(counts),
              .prepare = prepare,
              .dispose = dispose,
              .run = run},
     .source = "ours; the filter ng_words counts the same words"},
};

extern const tkz__editor_family tkz__edits_words;
const tkz__editor_family tkz__edits_words = {editors, sizeof editors / sizeof editors[0]};
