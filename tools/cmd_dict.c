/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize dict: what a dictionary of morphological analysis is, whether user
 * dictionaries fit it, and compiling one. Leans on its actions.
 */
#include "tools/actions.h"
#include "tools/dict_actions.h"
#include "tools/messages.h"

static const struct option_info options[] = {
    {.name = "user-dictionary",
     .letter = 'u',
     .type = OPTION_TEXT,
     .argument = "FILE",
     .repeatable = true,
     .text = "Compiled user dictionary that is used with the dictionary."},
    {.name = "json",
     .type = OPTION_FLAG,
     .text = "Print one JSON object on standard output."},
    {.name = "output",
     .letter = 'o',
     .type = OPTION_TEXT,
     .argument = "PATH",
     .text = "build: the directory that is made, or with --for the file of the user dictionary."},
    {.name = "for",
     .type = OPTION_TEXT,
     .argument = "NAME|DIR",
     .text = "build: make a user dictionary for this dictionary, out of a CSV file."},
    {.name = "charset",
     .type = OPTION_TEXT,
     .argument = "NAME",
     .default_value = "utf-8",
     .text = "build: charset of the source files, such as utf-8 or euc-jp. The result is in UTF-8."},
    {.name = "sample",
     .type = OPTION_TEXT,
     .argument = "FILE",
     .text = "build, image: text like that to be analysed, some MB of it: what its words use comes first "
             "in the image, which is analysed with the faster the better the sample tells that."},
    OPTION_HELP,
};

static const struct example examples[] = {
    {"What a dictionary is:", "tokenize dict info ipadic"},
    {"Compile words of your own for it:",
     "tokenize dict build names.csv --for ipadic -o names.dic"},
    {"Whether a user dictionary fits it:", "tokenize dict check ipadic -u names.dic"},
    {"Compile a dictionary out of its source files:",
     "tokenize dict build unidic-cwj-3.1.1-full -o ./unidic"},
};

static const struct action actions[] = {
    {"info", " user-dictionary json "},
    {"check", " user-dictionary "},
    {"build", " output for charset sample "},
    {"image", " sample "},
};

static int (*const runs[])(const struct arguments *, const char *) = {dict_info, dict_check,
                                                                      dict_build, dict_image};

static int run(const struct arguments *arguments)
{
    size_t chosen = choose_action("dict", actions, COUNT_OF(actions), arguments);
    if (chosen == SIZE_MAX)
        return EXIT_USAGE;
    return runs[chosen](arguments, arguments->operands[1]);
}

const struct command command_dict = {
    .name = "dict",
    .group = "Words",
    .summary = "inspect, check and compile dictionaries",
    .operands = "info|check|build|image PATH",
    .minimum_operands = 2,
    .maximum_operands = 2,
    .description =
        "PATH is the directory of a compiled MeCab dictionary, or a name such as ipadic.\n\n"
        "info prints its charset, words, context ids, categories of characters and a hash of its "
        "files. check opens it with all checks and says of each user dictionary whether it fits. "
        "build runs mecab-dict-index, MeCab's own compiler (Debian: mecab), on a directory of source "
        "files or, with --for, on a CSV file of words; the result is opened and appears under its name "
        "only when it is whole, with an image beside its files. image writes that image into the "
        "directory of a dictionary that is there: it then opens in milliseconds and is analysed with "
        "faster, with the same words.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
