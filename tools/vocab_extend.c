/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize vocab extend: the merges of a BPE go on with new words. Leans on the library's
 * vocabularies.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/corpus_run.h"
#include "tools/files.h"
#include "tools/json_text.h"
#include "tools/messages.h"
#include "tools/progress.h"
#include "tools/table.h"
#include "tools/train_bpe.h"
#include "tools/vocab_change.h"

/* ---- Options ---------------------------------------------------------------------- */

static tkz_status fill_options(const struct arguments *arguments, const tkz_tokenizer *tokenizer,
                               tkz_bpe_options *options, tkz_error *error)
{
    tkz_tokenizer_facts facts;
    tkz_tokenizer_describe(tokenizer, &facts);
    uint64_t size = facts.ids + option_integer(arguments, "add");
    uint64_t multiple = option_integer(arguments, "pad-to");
    size = (size + multiple - 1) / multiple * multiple;
    tkz_status status =
        tkz_bpe_options_set_size(options, size > UINT32_MAX ? UINT32_MAX : (uint32_t)size, error);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_minimum_count(
            options, option_integer(arguments, "minimum-count"), error);
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_longest(
            options, (uint32_t)option_integer(arguments, "longest-bytes"),
            (uint32_t)option_integer(arguments, "longest-characters"), error);
    if (status == TKZ_OK &&
        (strcmp(facts.kind, "byte-level BPE") != 0 || option_given(arguments, "coverage")))
        status = tkz_bpe_options_set_alphabet(options, option_number(arguments, "coverage"), 0,
                                              error);
    for (size_t i = 0; status == TKZ_OK && i < option_repeats(arguments, "forbid"); i++) {
        const char *text = option_repeat(arguments, "forbid", i);
        status = tkz_bpe_options_forbid(options, text, strlen(text), error);
    }
    if (status == TKZ_OK)
        status = tkz_bpe_options_set_memory(options, option_integer(arguments, "memory"), error);
    if (status == TKZ_OK && option_given(arguments, "split"))
        status = train_bpe_split(options, option_text(arguments, "split"), error);
    return status;
}

/* ---- Report ----------------------------------------------------------------------- */

static int print_json(const char *path, const tkz_tokenizer *extended,
                      const tkz_extension *extension)
{
    json_t *object = json_pack(
        "{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:b}", "path", path, "first", (json_int_t)extension->first,
        "ids", (json_int_t)tkz_tokenizer_size(extended), "characters",
        (json_int_t)extension->characters, "merges", (json_int_t)extension->merges, "unreachable",
        (json_int_t)extension->unreachable, "cut", (json_int_t)extension->cut, "no_pair_left",
        (int)extension->is_done);
    if (object == NULL)
        return message_no_memory();
    json_dumpf(object, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(object);
    return EXIT_DONE;
}

static int print_report(const tkz_tokenizer *extended, const tkz_extension *extension)
{
    struct table table = {.columns = 2, .right_aligned = 2};
    const struct {
        const char *name;
        uint32_t count;
        bool always;
    } rows[] = {{"ids before", extension->first, true},
                {"new characters", extension->characters, false},
                {"new merges", extension->merges, true},
                {"ids now", tkz_tokenizer_size(extended), true},
                {"new tokens that encode to themselves",
                 extension->characters + extension->merges - extension->unreachable, true},
                {"  of them cut by the pre-tokenizer where they stand alone", extension->cut, false}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!rows[i].always && rows[i].count == 0)
            continue;
        table_add(&table, "%s", rows[i].name);
        table_add_count(&table, rows[i].count);
    }
    table_print(&table, stdout);
    return EXIT_DONE;
}

/* A vocabulary with a token that no text becomes is worth a look: 4. */
static int report(const struct arguments *arguments, const char *path,
                  const tkz_tokenizer *extended, const tkz_extension *extension)
{
    int code = EXIT_DONE;
    if (option_given(arguments, "json"))
        code = print_json(path, extended, extension);
    else if (strcmp(option_text(arguments, "output"), "-") != 0)
        code = print_report(extended, extension);
    if (extension->is_done)
        message(NULL, "no pair is left that occurs often enough: the vocabulary has %" PRIu32 " ids",
                tkz_tokenizer_size(extended));
    if (code != EXIT_DONE || extension->unreachable == 0)
        return code;
    message(path, "%" PRIu32 " of the new tokens do not encode to themselves, the first is %" PRIu32,
            extension->unreachable, extension->example);
    hint("'tokenize vocab check' lists them");
    return EXIT_CHECK;
}

/* ---- The action ------------------------------------------------------------------- */

static int extend(const struct arguments *arguments, const char *path, tkz_tokenizer *tokenizer,
                  const struct train_words *words)
{
    tkz_bpe_options *options;
    tkz_tokenizer *extended = NULL;
    tkz_extension extension;
    tkz_error error;
    struct progress_bar bar;
    tkz_status status = tkz_bpe_options_new(&options, NULL, &error);
    if (status == TKZ_OK)
        status = fill_options(arguments, tokenizer, options, &error);
    if (status == TKZ_OK) {
        progress_start(&bar, arguments);
        status = tkz_vocabulary_extend(tokenizer, options, &words->words, &bar.callback, NULL,
                                       &extended, &extension, &error);
        progress_end(&bar);
    }
    tkz_bpe_options_free(options);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    int code = vocab_write_changed(arguments, extended, path);
    if (code == EXIT_DONE)
        code = report(arguments, path, extended, &extension);
    tkz_tokenizer_free(extended);
    return code;
}

/* Counts the words of --from as the model cuts them; a SentencePiece model, which has no pre-tokenizer, at lines,
 * punctuation and scripts. */
static int count_words(struct train_words *words, const struct arguments *arguments, const tkz_tokenizer *tokenizer)
{
    tkz_tokenizer_facts facts;
    struct corpus_run run;
    size_t count = option_repeats(arguments, "from");
    const char **files = calloc(count, sizeof *files);
    if (files == NULL)
        return message_no_memory();
    for (size_t i = 0; i < count; i++)
        files[i] = option_repeat(arguments, "from", i);
    tkz_tokenizer_describe(tokenizer, &facts);
    const tkz_pre_tokenizer_info *own = facts.pre_tokenizer;
    bool is_none = strcmp(own->name, "none") == 0;
    corpus_run_start_with(&run, arguments, files, count);
    free(files);
    corpus_run_set_text(&run, "vocabulary", "pre_tokenizer",
                        strcmp(own->name, "steps") == 0 ? own->pattern : own->name);
    corpus_run_set_text(&run, "vocabulary", "cut", is_none ? "lines,punctuation,scripts" : NULL);
    corpus_run_set_text(&run, "vocabulary", "boundaries", option_text(arguments, "boundaries"));
    return train_words_count(words, arguments, &run);
}

int vocab_extend(const struct arguments *arguments, const char *path)
{
    int code = vocab_need_output(arguments, "extend");
    if (code != EXIT_DONE)
        return code;
    bool counts = option_given(arguments, "from");
    if ((!counts && !option_given(arguments, "counts")) || option_integer(arguments, "add") == 0) {
        message("vocab", "extend needs --add, and --from or --counts");
        hint("--from counts the words of documents; for a table 'tokenize count --pre-tokenizer NAME', with the model's "
             "own: see 'tokenize vocab info'");
        return EXIT_USAGE;
    }
    if (counts && (option_given(arguments, "counts") || option_given(arguments, "weight"))) {
        message("vocab", "extend: give --from or a table, not both");
        return EXIT_USAGE;
    }
    if (!counts && option_given(arguments, "boundaries")) {
        message("vocab", "extend: --boundaries go with --from; the words of a table are cut already");
        return EXIT_USAGE;
    }
    tkz_tokenizer *tokenizer;
    code = open_model(&tokenizer, arguments, path);
    if (code != EXIT_DONE)
        return code;
    struct train_words words = {0};
    int counted = counts ? count_words(&words, arguments, tokenizer) : vocab_read_words(&words, arguments, tokenizer);
    code = counted;
    if (code == EXIT_DONE || code == EXIT_QUARANTINED)
        code = extend(arguments, path, tokenizer, &words);
    train_words_free(&words);
    tkz_tokenizer_free(tokenizer);
    return code == EXIT_DONE ? counted : code;
}
