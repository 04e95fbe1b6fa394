/* SPDX-License-Identifier: Apache-2.0
 *
 * The changes of one text with their places. Leans on jansson.
 */
#include "tools/clean_changes.h"

#include <stdlib.h>
#include <string.h>

#include "tools/clean_actions.h"
#include "tools/messages.h"

enum { EDITS_SHOWN = 100, NORMALIZE = 0, EDIT = 1 };

static const char *const names[2] = {"normalize", "edit"};

/* The words that the chain asks for, where it does; complains and returns an exit code. */
static int use_words(struct clean_changes *changes, int i, const struct arguments *arguments)
{
    const char *needing = tkz_normal_form_needs_words(changes->forms[i]);
    tkz_boundaries words;
    tkz_error error;
    if (needing == NULL)
        return EXIT_DONE;
    if (!find_words(arguments, "editor", needing, &changes->dictionary, &words))
        return EXIT_USAGE;
    tkz_status status = tkz_normalizer_set_words(changes->workers[i], &words, &error);
    return status == TKZ_OK ? EXIT_DONE : message_failure(status, &error);
}

int clean_changes_open(struct clean_changes *changes, const struct arguments *arguments)
{
    *changes = (struct clean_changes){0};
    for (int i = NORMALIZE; i <= EDIT; i++) {
        const char *chain = option_text(arguments, names[i]);
        tkz_error error;
        if (chain == NULL)
            continue;
        tkz_status status =
            i == EDIT ? tkz_editors_new(&changes->forms[i], chain, strlen(chain), NULL, &error)
                      : tkz_normal_form_new(&changes->forms[i], chain, strlen(chain), NULL, &error);
        if (status == TKZ_OK)
            status = tkz_normalizer_new(&changes->workers[i], changes->forms[i], NULL, &error);
        if (status != TKZ_OK) {
            message(i == EDIT ? "--edit" : "--normalize", "%s", error.message);
            return EXIT_USAGE;
        }
        int code = use_words(changes, i, arguments);
        if (code != EXIT_DONE)
            return code;
    }
    return EXIT_DONE;
}

static void forget(struct clean_changes *changes)
{
    json_decref(changes->edits);
    json_decref(changes->counts);
    changes->edits = changes->counts = NULL;
    changes->more = 0;
}

void clean_changes_close(struct clean_changes *changes)
{
    forget(changes);
    for (int i = NORMALIZE; i <= EDIT; i++) {
        tkz_normalizer_free(changes->workers[i]);
        tkz_normal_form_free(changes->forms[i]);
    }
    tkz_dictionary_free(changes->dictionary);
}

/* Bytes of the text that was given, behind bytes of what chain `i` was given. */
static tkz_status find_source(struct clean_changes *changes, int i, const tkz_span *span,
                              uint64_t *start, uint64_t *end, tkz_error *error)
{
    *start = span->source_start;
    *end = span->source_start + span->source_size;
    if (i == NORMALIZE || changes->workers[NORMALIZE] == NULL)
        return TKZ_OK;
    return tkz_normalizer_source_range(changes->workers[NORMALIZE], *start, *end, start, end, error);
}

static tkz_status note_edits(struct clean_changes *changes, int i, const tkz_normalized *result,
                             tkz_error *error)
{
    for (size_t j = 0; j < result->span_count; j++) {
        const tkz_span *span = &result->spans[j];
        uint64_t start, end;
        if (span->identity)
            continue;
        if (json_array_size(changes->edits) >= EDITS_SHOWN) {
            changes->more++;
            continue;
        }
        tkz_status status = find_source(changes, i, span, &start, &end, error);
        if (status != TKZ_OK)
            return status;
        json_array_append_new(
            changes->edits,
            json_pack("{s:s, s:I, s:I, s:s%, s:s%}", "by", names[i], "start", (json_int_t)start,
                      "size", (json_int_t)(end - start), "text",
                      changes->text + span->source_start, (size_t)span->source_size, "with",
                      result->text + span->target_start, (size_t)span->target_size));
    }
    for (size_t j = 0; j < tkz_normal_form_count_total(changes->forms[i]); j++) {
        const char *name = tkz_normal_form_count_name(changes->forms[i], j);
        json_int_t before = json_integer_value(json_object_get(changes->counts, name));
        json_object_set_new(changes->counts, name,
                            json_integer(before + (json_int_t)result->counts[j]));
    }
    return TKZ_OK;
}

int clean_changes_run(struct clean_changes *changes, const char *text, size_t size)
{
    forget(changes);
    changes->text = text;
    changes->size = size;
    changes->edits = json_array();
    changes->counts = json_object();
    for (int i = NORMALIZE; i <= EDIT; i++) {
        tkz_normalized result;
        tkz_error error;
        if (changes->workers[i] == NULL)
            continue;
        tkz_status status = tkz_normalizer_run(changes->workers[i], changes->text, changes->size,
                                               1, &result, &error);
        if (status == TKZ_OK)
            status = note_edits(changes, i, &result, &error);
        if (status != TKZ_OK)
            return message_failure(status, &error);
        changes->text = result.text;
        changes->size = result.size;
    }
    return EXIT_DONE;
}

void clean_changes_print(const struct clean_changes *changes)
{
    size_t index;
    json_t *edit;
    json_array_foreach(changes->edits, index, edit)
    {
        /* As JSON has them: line ends show. */
        char *text = json_dumps(json_object_get(edit, "text"), JSON_ENCODE_ANY);
        char *with = json_dumps(json_object_get(edit, "with"), JSON_ENCODE_ANY);
        printf("%-9s byte %lld: %s becomes %s\n", json_string_value(json_object_get(edit, "by")),
               (long long)json_integer_value(json_object_get(edit, "start")),
               text != NULL ? text : "?", with != NULL ? with : "?");
        free(text);
        free(with);
    }
    if (changes->more > 0)
        printf("          and %zu more\n", changes->more);
}
