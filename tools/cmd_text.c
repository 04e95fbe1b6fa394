/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize text: normalise, convert, detect, split, inspect. This file holds the
 * options and hands over to the action named first.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/actions.h"
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

/* The actions, and what each of them runs. */
static const struct action actions[] = {
    {"normalize",
     " form json output bad text-key id-key input-format surrogates record-limit threads memory quiet no-progress "},
    {"convert", " from bad-bytes json output quiet "},
    {"detect", " from json output "},
    {"split", " line-breaks json output "},
    {"inspect", " json output "},
};

static int (*const runs[])(const struct arguments *arguments) = {
    text_normalize, text_convert, text_detect, text_split, text_inspect,
};

static int run(const struct arguments *arguments)
{
    size_t chosen = choose_action("text", actions, COUNT_OF(actions), arguments);
    if (chosen == SIZE_MAX)
        return EXIT_USAGE;
    struct arguments files = *arguments;
    files.operands++;
    files.operand_count--;
    int code = refuse_terminal_input(&files);
    return code == EXIT_DONE ? runs[chosen](&files) : code;
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
