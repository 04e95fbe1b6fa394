/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize vocab info and check: what a tokenizer file is, and whether it is whole.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "tokenize/morph.h"
#include "tokenize/vocabulary.h"
#include "tools/files.h"
#include "tools/json_text.h"
#include "tools/messages.h"
#include "tools/table.h"
#include "tools/vocab_actions.h"

/* "morph:lowercase:characters" with the hash of a dictionary in it. */
static tkz_status open_with_words(tkz_tokenizer **tokenizer, const char *path, const char *named,
                                  const char *directory, tkz_error *error)
{
    tkz_dictionary *dictionary;
    tkz_dictionary_info info;
    char text[64];
    tkz_status status = tkz_dictionary_open(&dictionary, directory, NULL, 0, NULL, error);
    if (status != TKZ_OK)
        return status;
    status = tkz_dictionary_describe(dictionary, &info, error);
    snprintf(text, sizeof text, "morph:%016" PRIx64 "%.40s", info.hash, named + strlen("morph"));
    tkz_dictionary_free(dictionary);
    return status == TKZ_OK ? tkz_tokenizer_open_as(tokenizer, path, text, NULL, error) : status;
}

/* Files that do not say their pre-tokenizer leave no choice of a program. */
static tkz_status open_quietly(tkz_tokenizer **tokenizer, const struct arguments *arguments,
                               const char *path, tkz_error *error)
{
    const char *named = option_text(arguments, "pre-tokenizer");
    const char *directory = option_text(arguments, "boundaries");
    /* Without the other it says how to count, as for extend: the model is as its file says. */
    if (directory != NULL && named != NULL && strncmp(named, "morph", 5) == 0)
        return open_with_words(tokenizer, path, named, directory, error);
    return named != NULL
               ? tkz_tokenizer_open_as(tokenizer, path, named, NULL, error)
               : tkz_tokenizer_open_compat(tokenizer, path, chosen_compat(arguments), NULL, error);
}

int open_model(tkz_tokenizer **tokenizer, const struct arguments *arguments, const char *path)
{
    tkz_error error;
    tkz_status status = open_quietly(tokenizer, arguments, path, &error);
    return status == TKZ_OK ? EXIT_DONE : message_model_failure(status, &error);
}

/* ---- Reasons ------------------------------------------------------------- */

static const struct {
    uint32_t bit;
    const char *word;
    const char *text;
} losses[] = {
    {TKZ_LOSS_NORMALIZER, "normalizer", "the normalizer changes text"},
    {TKZ_LOSS_BYTES, "bytes", "bytes without a token vanish"},
    {TKZ_LOSS_SPACES, "spaces", "added tokens take in the white space beside them"},
    {TKZ_LOSS_UNKNOWN, "unknown", "characters that are no piece become unknown"},
    {TKZ_LOSS_MARK, "mark", "U+2581 in a text comes back as a space"},
    {TKZ_LOSS_DECODER, "decoder", "the decoder may not give back what was taken away before"},
    {TKZ_LOSS_CUTS, "cuts", "the pre-tokenizer may change text or leave out some"},
};

/* A token for the eye: its text, or its bytes in hexadecimal where that is no UTF-8. */
static void append_token(struct text *text, const tkz_tokenizer *tokenizer, uint32_t id)
{
    const uint8_t *bytes;
    size_t size;
    if (tkz_tokenizer_token(tokenizer, id, &bytes, &size, NULL, NULL) == TKZ_OK)
        text_append_json(text, (const char *)bytes, size);
}

/* As --compat has it; NULL: nothing differs between the programs, or neither has such a model. */
static const char *compat_name(const tkz_tokenizer_facts *facts)
{
    static const char *const names[] = {NULL, "sentencepiece", "hf"};
    return names[facts->compat];
}

/* ---- info ----------------------------------------------------------------- */

static json_t *added_json(const tkz_tokenizer_facts *facts)
{
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "all", (json_int_t)facts->added, "special",
                     (json_int_t)facts->special, "single_word", (json_int_t)facts->single_word,
                     "lstrip", (json_int_t)facts->left_space, "rstrip",
                     (json_int_t)facts->right_space, "normalized", (json_int_t)facts->normalized,
                     "silent", (json_int_t)facts->silent);
}

static int print_json(const char *path, const tkz_format_info *format,
                      const tkz_tokenizer_facts *facts)
{
    const tkz_pre_tokenizer_info *cut = facts->pre_tokenizer;
    json_t *reasons = json_array();
    for (size_t i = 0; i < COUNT_OF(losses); i++) {
        if ((facts->losses & losses[i].bit) != 0)
            json_array_append_new(reasons, json_string(losses[i].word));
    }
    json_t *object = json_pack(
        "{s:s,s:s,s:s,s:s?,s:I,s:I,s:I,s:I,s:I,s:b,s:o,s:{s:s,s:s,s:s},s:s?,s:s%,s:{s:I,s:I},"
        "s:{s:I,s:I},s:b,s:f,s:b,s:o}",
        "path", path, "format", format->name, "kind", facts->kind, "compat", compat_name(facts), "ids",
        (json_int_t)facts->ids, "holes", (json_int_t)facts->holes, "bytes",
        (json_int_t)facts->bytes, "merges", (json_int_t)facts->merges, "unmerged",
        (json_int_t)facts->unmerged, "whole_chunks", (int)facts->whole_chunks, "added",
        added_json(facts), "pre_tokenizer", "name", cut->name, "pattern", cut->pattern,
        "unicode_version", cut->unicode_version, "normalizer", facts->normalizer, "decoder",
        facts->decoder_size > 0 ? facts->decoder : "", facts->decoder_size, "longest", "id",
        (json_int_t)facts->longest, "bytes", (json_int_t)facts->longest_size, "template",
        "before", (json_int_t)facts->before, "behind", (json_int_t)facts->behind, "out_of_order",
        (int)facts->out_of_order, "dropout", facts->dropout, "lossless",
        (int)(facts->losses == 0), "losses", reasons);
    if (object == NULL)
        return message_no_memory();
    json_dumpf(object, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(object);
    return EXIT_DONE;
}

static void add_counts(struct table *table, const tkz_tokenizer_facts *facts)
{
    bool has_bytes = strcmp(facts->kind, "byte-level BPE") == 0;
    const struct {
        const char *name;
        uint32_t count;
        bool always;
    } rows[] = {
        {"ids", facts->ids, true},
        {"  without a token", facts->holes, false},
        {has_bytes ? "single bytes" : "bytes for unknown characters", facts->bytes, has_bytes},
        {"merges", facts->merges, has_bytes},
        {facts->whole_chunks != 0 ? "tokens found as whole chunks only"
                                  : "tokens that merging never makes",
         facts->unmerged, has_bytes},
        {"added tokens", facts->added, true},
        {"  special", facts->special, false},
        {"  single words", facts->single_word, false},
        {"  with white space before", facts->left_space, false},
        {"  with white space behind", facts->right_space, false},
        {"  in normalized text", facts->normalized, false},
        {"  never looked for", facts->silent, false},
        {"template: tokens before a text", facts->before, false},
        {"template: tokens behind a text", facts->behind, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!rows[i].always && rows[i].count == 0)
            continue;
        table_add(table, "%s", rows[i].name);
        table_add_count(table, rows[i].count);
    }
}

/* Steps may hold a table of a megabyte; --json has them whole. */
static void print_steps(const char *what, const char *steps, size_t size)
{
    enum { SHOWN = 400 };
    size_t shown = size < SHOWN ? size : SHOWN;
    while (shown < size && shown > 0 && ((unsigned char)steps[shown] & 0xC0) == 0x80)
        shown--;
    printf("%s %.*s%s\n", what, (int)shown, steps, shown < size ? "..." : "");
}

static int print_facts(const tkz_tokenizer *tokenizer, const tkz_format_info *format,
                       const tkz_tokenizer_facts *facts)
{
    struct text token = {0};
    append_token(&token, tokenizer, facts->longest);
    text_append(&token, "", 1);
    if (token.failed) {
        text_free(&token);
        return message_no_memory();
    }
    printf("%s, format %s (%s)\n", facts->kind, format->name, format->text);
    if (compat_name(facts) != NULL)
        printf("encodes as %s\n",
               facts->compat == TKZ_COMPAT_HF ? "HF tokenizers" : "sentencepiece");
    putchar('\n');
    struct table table = {.columns = 2, .right_aligned = 2};
    add_counts(&table, facts);
    table_print(&table, stdout);
    printf("\npre-tokenizer %s, Unicode %s\n    %s\n", facts->pre_tokenizer->name,
           facts->pre_tokenizer->unicode_version, facts->pre_tokenizer->pattern);
    print_steps("normalizer", facts->normalizer != NULL ? facts->normalizer : "none",
                facts->normalizer != NULL ? strlen(facts->normalizer) : 4);
    if (facts->decoder_size > 0)
        print_steps("decoder", facts->decoder, facts->decoder_size);
    printf("longest token %u, %llu bytes\n    %s\n", facts->longest,
           (unsigned long long)facts->longest_size, token.data);
    if (facts->dropout > 0)
        printf("dropout %g: of training; `tokenize encode` does without unless it is asked for\n",
               facts->dropout);
    if (facts->out_of_order != 0)
        printf("merges act out of the order of their ranks, which makes encoding slower\n");
    printf("lossless: %s\n", facts->losses == 0 ? "yes" : "no");
    for (size_t i = 0; i < COUNT_OF(losses); i++) {
        if ((facts->losses & losses[i].bit) != 0)
            printf("    %s\n", losses[i].text);
    }
    text_free(&token);
    return EXIT_DONE;
}

int vocab_info(const struct arguments *arguments, const char *path)
{
    tkz_tokenizer *tokenizer;
    const tkz_format_info *format;
    tkz_error error;
    tkz_status status = tkz_tokenizer_file_format(path, &format, &error);
    if (status != TKZ_OK)
        return message_model_failure(status, &error);
    int code = open_model(&tokenizer, arguments, path);
    if (code != EXIT_DONE)
        return code;
    tkz_tokenizer_facts facts;
    tkz_tokenizer_describe(tokenizer, &facts);
    code = option_given(arguments, "json") ? print_json(path, format, &facts)
                                           : print_facts(tokenizer, format, &facts);
    tkz_tokenizer_free(tokenizer);
    return code;
}

/* ---- check ---------------------------------------------------------------- */

/* The findings as rows for people and members for machines. */
static int print_findings(const struct arguments *arguments, const char *path,
                          const tkz_vocabulary_findings *findings, uint32_t ids)
{
    const struct {
        const char *member;
        const char *name;
        uint32_t count;
    } rows[] = {{"ids", "ids", ids},
                {"power_of_2", "  a multiple of", findings->multiple},
                {"tokens", "tokens that text may become", findings->tokens},
                {"unreachable", "  that do not encode to themselves", findings->unreachable},
                {"broken", "  that are parts of characters", findings->broken},
                {"marked_twins", "  with U+2581 and without it", findings->marked_twins},
                {"late_merges", "merges before those of their halves", findings->late_merges}};
    struct table table = {.columns = 2, .right_aligned = 2};
    json_t *object = json_pack("{s:s,s:b}", "path", path, "good", 1);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        json_object_set_new(object, rows[i].member, json_integer(rows[i].count));
        if (option_given(arguments, "json"))
            continue;
        table_add(&table, "%s", rows[i].name);
        table_add_count(&table, rows[i].count);
    }
    if (findings->unreachable > 0)
        json_object_set_new(object, "first_unreachable", json_integer(findings->example));
    if (option_given(arguments, "json")) {
        json_dumpf(object, stdout, JSON_INDENT(2));
        putchar('\n');
    } else {
        table_print(&table, stdout);
        if (findings->unreachable > 0)
            printf("the first that does not encode to itself: %" PRIu32 "\n", findings->example);
    }
    json_decref(object);
    return EXIT_DONE;
}

/* check --tokens: a file that is whole, and what is odd in its vocabulary. */
static int check_tokens(const struct arguments *arguments, const char *path)
{
    tkz_tokenizer *tokenizer;
    tkz_vocabulary_findings findings;
    tkz_error error;
    int code = open_model(&tokenizer, arguments, path);
    if (code != EXIT_DONE)
        return code;
    tkz_status status = tkz_tokenizer_verify(tokenizer, &error);
    if (status == TKZ_OK)
        status = tkz_vocabulary_check(tokenizer, NULL, &findings, &error);
    code = status == TKZ_OK
               ? print_findings(arguments, path, &findings, tkz_tokenizer_size(tokenizer))
               : message_check_failure(status, &error);
    tkz_tokenizer_free(tokenizer);
    return code;
}

/* Opening reads all of a foreign file; of a native image verifying does. */
int vocab_check(const struct arguments *arguments, const char *path)
{
    tkz_tokenizer *tokenizer = NULL;
    tkz_error error;
    if (option_given(arguments, "tokens"))
        return check_tokens(arguments, path);
    tkz_error_clear(&error);
    tkz_status status = open_quietly(&tokenizer, arguments, path, &error);
    if (status == TKZ_OK)
        status = tkz_tokenizer_verify(tokenizer, &error);
    tkz_tokenizer_free(tokenizer);
    if (status != TKZ_OK && error.where[0] == '\0')
        snprintf(error.where, sizeof error.where, "%s", path);
    if (option_given(arguments, "json")) {
        json_t *object = json_pack("{s:s,s:b}", "path", path, "good", (int)(status == TKZ_OK));
        if (object != NULL && status != TKZ_OK)
            json_object_set_new(object, "fault",
                                json_pack("{s:s,s:s,s:s}", "status", tkz_status_name(status),
                                          "where", error.where, "message", error.message));
        if (object == NULL)
            return message_no_memory();
        json_dumpf(object, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(object);
    }
    if (status != TKZ_OK)
        return message_check_failure(status, &error);
    if (!option_given(arguments, "json"))
        printf("%s: good\n", path);
    return EXIT_DONE;
}
