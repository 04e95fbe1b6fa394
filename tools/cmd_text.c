/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize text: normalise, convert, detect, split, inspect. This file holds the
 * options and hands over to the action named first.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/files.h"
#include "tools/messages.h"
#include "tools/stream_options.h"
#include "tools/text_actions.h"

static const struct option_info options[] = {
    {.name = "form",
     .letter = 'f',
     .type = OPTION_TEXT,
     .argument = "FORM",
     .default_value = "ja-v1",
     .text = "normalize: the normal form, steps with commas between, each NAME or "
             "NAME:OPTION=VALUE; see 'tokenize list normalizers'."},
    {.name = "from",
     .type = OPTION_TEXT,
     .argument = "CHARSET",
     .default_value = "auto",
     .text = "convert: the charset of the files; detect: what they are declared to be. auto finds "
             "out."},
    {.name = "bad-bytes",
     .type = OPTION_CHOICE,
     .argument = "HOW",
     .default_value = "replace",
     .choices = "replace|drop|reject",
     .text = "convert: bytes that are no character become U+FFFD, vanish, or are an error."},
    {.name = "line-breaks",
     .type = OPTION_CHOICE,
     .argument = "HOW",
     .default_value = "auto",
     .choices = "auto|end|wrap",
     .text = "split: a line break ends a sentence, or only an empty line does; auto finds out "
             "whether the text is wrapped."},
    {.name = "json",
     .type = OPTION_FLAG,
     .text = "Results as JSON: an object a line with spans (normalize), sentence (split), "
             "character (inspect) or file (detect, convert). JSON lines given to normalize stay "
             "JSON lines, and the summary is JSON."},
    OPTION_OUTPUT("File for the result; compressed if it ends in .zst."),
    OPTION_BAD,
    INPUT_OPTIONS,
    RUN_OPTIONS,
    OPTION_HELP,
};

static const struct example examples[] = {
    {"The text of JSON lines in the Japanese normal form:",
     "tokenize text normalize --input-format jsonl raw.jsonl.gz -o clean.jsonl.zst"},
    {"What a step does, with its spans:", "echo 'ｶﾞｷﾞ①' | tokenize text normalize -f nfkc --json"},
    {"What are these files?", "tokenize text detect *.txt"},
    {"Old files to UTF-8:", "tokenize text convert --from cp932 old.txt -o new.txt"},
    {"A sentence a line:", "tokenize text split book.txt"},
    {"What is in this text?", "echo '髙ﾞ～' | tokenize text inspect"},
};

/* The actions and the options that mean something to each. */
static const struct {
    const char *name;
    int (*run)(const struct arguments *arguments);
    const char *options; /* every name between blanks */
} actions[] = {
    {"normalize", text_normalize,
     " form json output bad text-key id-key input-format surrogates threads memory quiet no-progress "},
    {"convert", text_convert, " from bad-bytes json output quiet "},
    {"detect", text_detect, " from json output "},
    {"split", text_split, " line-breaks json output "},
    {"inspect", text_inspect, " json output "},
};

static bool is_listed(const char *list, const char *name)
{
    size_t size = strlen(name);
    for (const char *at = list; (at = strstr(at, name)) != NULL; at += size)
        if (at[-1] == ' ' && at[size] == ' ')
            return true;
    return false;
}

/* Names the action that was meant. */
static int complain_of_action(const char *word)
{
    message("text", "'%s' is not one of normalize, convert, detect, split, inspect", word);
    const char *nearest = NULL;
    size_t distance, least = SIZE_MAX;
    for (size_t i = 0; i < COUNT_OF(actions); i++)
        if (is_near(word, actions[i].name, &distance) && distance < least) {
            least = distance;
            nearest = actions[i].name;
        }
    if (nearest != NULL)
        hint("did you mean '%s'?", nearest);
    return EXIT_USAGE;
}

static int run(const struct arguments *arguments)
{
    const char *word = arguments->operands[0];
    size_t chosen = 0;
    while (chosen < COUNT_OF(actions) && strcmp(actions[chosen].name, word) != 0)
        chosen++;
    if (chosen == COUNT_OF(actions))
        return complain_of_action(word);
    for (size_t i = 0; i < arguments->given_count; i++) {
        const char *name = arguments->given[i].info->name;
        if (is_listed(actions[chosen].options, name))
            continue;
        message("text", "--%s means nothing to '%s'", name, word);
        return EXIT_USAGE;
    }
    struct arguments files = *arguments;
    files.operands++;
    files.operand_count--;
    int code = refuse_terminal_input(&files);
    return code == EXIT_DONE ? actions[chosen].run(&files) : code;
}

/* ---- Shared by the actions -------------------------------------------------- */

int for_each_text(const struct arguments *arguments,
                  int (*action)(void *context, const char *path, const char *data, size_t size),
                  void *context)
{
    size_t count = arguments->operand_count > 0 ? arguments->operand_count : 1;
    int code = EXIT_DONE;
    for (size_t i = 0; i < count && code == EXIT_DONE; i++) {
        const char *path = arguments->operand_count > 0 ? arguments->operands[i] : "-";
        char *data;
        size_t size;
        code = read_whole(path, &data, &size);
        if (code == EXIT_DONE)
            code = action(context, strcmp(path, "-") == 0 ? "standard input" : path, data, size);
        free(data);
    }
    return code;
}

int write_texts(const struct arguments *arguments,
                int (*action)(void *context, const char *path, const char *data, size_t size),
                void *context, struct text *text)
{
    tkz_output *output = NULL;
    int code = open_output(&output, option_text(arguments, "output"));
    if (code != EXIT_DONE)
        return code;
    code = for_each_text(arguments, action, context);
    if (code == EXIT_DONE && text->failed)
        code = message_no_memory();
    tkz_error error;
    tkz_status status = TKZ_OK;
    if (code == EXIT_DONE)
        status = tkz_output_write(output, text->data, text->size, &error);
    if (status != TKZ_OK)
        code = message_failure(status, &error);
    text_free(text);
    if (status != TKZ_OK) {
        tkz_output_discard(output);
        return code;
    }
    return close_output(output, code);
}

const struct command command_text = {
    .name = "text",
    .group = "Corpus",
    .summary = "normalise, convert, detect, split, inspect text",
    .operands = "ACTION [FILE...]",
    .minimum_operands = 1,
    .maximum_operands = SIZE_MAX,
    .description =
        "ACTION is one of: normalize, bring text to a normal form (each line of plain text by "
        "itself, a whole file with --input-format document, the text member with --input-format "
        "jsonl); convert, bring a file of another charset to UTF-8; detect, say in which charset "
        "files are, how sure that is, and whether their text was decoded wrongly before; split, "
        "print a sentence a line; inspect, print every character with code point, category, "
        "script, width and name. Files may be compressed.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
