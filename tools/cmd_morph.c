/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize morph: words and their features, printed as mecab prints them, with
 * mecab's options. Leans on batches of sentences and their printer.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tokenize/morph.h"
#include "tools/files.h"
#include "tools/messages.h"
#include "tools/morph_batches.h"
#include "tools/stream_options.h"

static const struct option_info options[] = {
    {.name = "dictionary",
     .other_name = "dicdir",
     .letter = 'd',
     .type = OPTION_TEXT,
     .argument = "NAME|DIR",
     .default_value = "ipadic",
     .text = "Directory of a compiled MeCab dictionary, or a name such as ipadic, juman, unidic. "
             "Also --dicdir, as of mecab."},
    {.name = "user-dictionary",
     .other_name = "userdic",
     .letter = 'u',
     .type = OPTION_TEXT,
     .argument = "FILE",
     .repeatable = true,
     .text = "Compiled user dictionary; several with commas between. Also --userdic."},
    {.name = "output-format",
     .other_name = "output-format-type",
     .letter = 'O',
     .type = OPTION_TEXT,
     .argument = "FORMAT",
     .text = "default: word TAB features, a line each, then EOS; wakati: words with blanks "
             "between; none, dump, em; or a name that the dictionary's dicrc defines, such as "
             "yomi, chasen or simple. Without it what dicrc asks for, else default. Also "
             "--output-format-type."},
    {.name = "node-format",
     .letter = 'F',
     .type = OPTION_TEXT,
     .argument = "TEMPLATE",
     .text = "Print words by this template, such as '%m\\t%f[0]\\n'."},
    {.name = "unk-format",
     .letter = 'U',
     .type = OPTION_TEXT,
     .argument = "TEMPLATE",
     .text = "Template of unknown words; without it that of words."},
    {.name = "bos-format",
     .letter = 'B',
     .type = OPTION_TEXT,
     .argument = "TEMPLATE",
     .text = "Template of what stands before a sentence."},
    {.name = "eos-format",
     .letter = 'E',
     .type = OPTION_TEXT,
     .argument = "TEMPLATE",
     .text = "Template of what stands behind a sentence; without it 'EOS\\n'."},
    {.name = "eon-format",
     .letter = 'S',
     .type = OPTION_TEXT,
     .argument = "TEMPLATE",
     .text = "Template of what stands behind the last of N results."},
    {.name = "unk-feature",
     .letter = 'x',
     .type = OPTION_TEXT,
     .argument = "FEATURE",
     .text = "Feature that all unknown words are given."},
    {.name = "nbest",
     .letter = 'N',
     .type = OPTION_INTEGER,
     .argument = "N",
     .default_value = "1",
     .minimum = 1,
     .maximum = 1000000,
     .text = "Print the N best results of each sentence."},
    {.name = "all-morphs",
     .letter = 'a',
     .type = OPTION_FLAG,
     .text = "Print all words that may stand in a sentence, not only the best path."},
    {.name = "marginal",
     .letter = 'm',
     .type = OPTION_FLAG,
     .text = "Compute probabilities, for %P, dump and em."},
    {.name = "theta",
     .letter = 't',
     .type = OPTION_NUMBER,
     .argument = "FLOAT",
     .default_value = "0.75",
     .lowest = 1e-6,
     .highest = 1e6,
     .text = "How steep probabilities are: a path of cost c weighs exp(-theta c)."},
    {.name = "partial",
     .letter = 'p',
     .type = OPTION_FLAG,
     .text = "Sentences are given in lines up to EOS: 'word TAB feature pattern' must be such a "
             "word, a line without TAB is text that no word leaves."},
    {.name = "lattice-level",
     .letter = 'l',
     .type = OPTION_INTEGER,
     .argument = "LEVEL",
     .default_value = "0",
     .maximum = 2,
     .text = "Older name: 1 keeps the paths that dump and %pp show, 2 is also -m."},
    {.name = "max-grouping-size",
     .letter = 'M',
     .type = OPTION_INTEGER,
     .argument = "N",
     .default_value = "24",
     .minimum = 1,
     .maximum = 65535,
     .text = "Characters that may follow the first in an unknown word of one kind."},
    {.name = "input-buffer-size",
     .letter = 'b',
     .type = OPTION_INTEGER,
     .argument = "BYTES",
     .maximum = UINT64_MAX,
     .text = "Not needed: lines have no limit. A note says so."},
    {.name = "rcfile",
     .letter = 'r',
     .type = OPTION_TEXT,
     .argument = "FILE",
     .text = "Refused: no rc file is read; -d and -u name the dictionaries."},
    {.name = "cost-factor",
     .letter = 'c',
     .type = OPTION_INTEGER,
     .argument = "N",
     .maximum = UINT64_MAX,
     .text = "Refused: it has a meaning only where a dictionary's costs are trained."},
    {.name = "allocate-sentence",
     .letter = 'C',
     .type = OPTION_FLAG,
     .text = "Refused: sentences need no memory of the caller here."},
    {.name = "dictionary-info",
     .letter = 'D',
     .type = OPTION_FLAG,
     .text = "Refused: tokenize dict info says what a dictionary is."},
    {.name = "dump-config",
     .letter = 'P',
     .type = OPTION_FLAG,
     .text = "Refused: there is no configuration but the options."},
    {.name = "version",
     .letter = 'v',
     .type = OPTION_FLAG,
     .text = "Refused: tokenize --version says it."},
    {.name = "compat",
     .type = OPTION_CHOICE,
     .argument = "WITH",
     .choices = "mecab",
     .text = "Print mecab's bytes also where they come from a mistake of it; "
             "doc/mecab-compatibility.md lists them."},
    {.name = "json",
     .type = OPTION_FLAG,
     .text = "Print one JSON object for each sentence: words with their offsets in bytes and "
             "characters, white space, costs, ids and fields."},
    {.name = "explain",
     .type = OPTION_FLAG,
     .text = "Print where another way to cut a sentence would cost little more, and both costs."},
    {.name = "margin",
     .type = OPTION_INTEGER,
     .argument = "COST",
     .default_value = "2000",
     .minimum = 1,
     .maximum = INT32_MAX,
     .text = "With --explain: how much more another way may cost."},
    OPTION_OUTPUT("File for the result; compressed if it ends in .zst."),
    OPTION_THREADS,
    OPTION_QUIET,
    OPTION_NO_PROGRESS,
    OPTION_HELP,
};

static const struct example examples[] = {
    {"Words and parts of speech of a line:", "echo 'すもももももももものうち' | tokenize morph"},
    {"A text file with blanks between the words:",
     "tokenize morph -O wakati book.txt.gz -o words.txt.zst"},
    {"With another dictionary and words of your own:",
     "tokenize morph -d /usr/lib/mecab/dic/unidic -u names.dic book.txt"},
    {"Word and part of speech by a template:",
     "echo '猫が好きだ' | tokenize morph -F '%m/%f[0] ' -E '\\n'"},
    {"The three best ways to cut a line:", "echo '外国人参政権' | tokenize morph -N 3 -O wakati"},
    {"Words as JSON, with offsets and costs:", "echo '猫が好きだ' | tokenize morph --json"},
    {"Why a line is cut as it is:", "echo '外国人参政権' | tokenize morph --explain"},
};

/* ---- Options ------------------------------------------------------------------ */

/* Options of mecab that would do nothing here. */
static int refuse_unneeded(const struct arguments *arguments)
{
    static const struct {
        const char *name;
        const char *reason;
    } unneeded[] = {
        {"rcfile", "no rc file is read; name the dictionary with -d and user dictionaries with -u"},
        {"cost-factor", "it changes nothing in analysis; mecab-cost-train and mecab-dict-index "
                        "use it"},
        {"allocate-sentence", "it changes nothing; leave it out"},
        {"dictionary-info", "'tokenize dict info DICTIONARY' says what a dictionary is"},
        {"dump-config", "no configuration is read; 'tokenize morph --help' has the defaults"},
        {"version", "'tokenize --version' says it"},
    };
    for (size_t i = 0; i < COUNT_OF(unneeded); i++) {
        if (option_given(arguments, unneeded[i].name)) {
            message("morph", "--%s: %s", unneeded[i].name, unneeded[i].reason);
            return EXIT_USAGE;
        }
    }
    if (option_given(arguments, "input-buffer-size") && !option_given(arguments, "quiet"))
        message("morph", "--input-buffer-size is not needed: lines may be of any length");
    return EXIT_DONE;
}

/* Two options of which the first has no effect beside the second. */
static int refuse_pair(const struct arguments *arguments, const char *idle, const char *other)
{
    if (!option_given(arguments, idle) || !option_given(arguments, other))
        return EXIT_DONE;
    message("morph", "--%s has no effect with --%s; leave one of them out", idle, other);
    return EXIT_USAGE;
}

static int refuse_without(const struct arguments *arguments, const char *idle, const char *needed)
{
    if (!option_given(arguments, idle) || option_given(arguments, needed))
        return EXIT_DONE;
    message("morph", "--%s has an effect with --%s only", idle, needed);
    return EXIT_USAGE;
}

static const char *const templates[] = {"node-format", "unk-format", "bos-format", "eos-format",
                                        "eon-format"};

static bool as_mecab(const struct arguments *arguments)
{
    return option_given(arguments, "compat");
}

/* mecab ignores options that another one makes idle; here that is a mistake of the caller. */
static int refuse_idle(const struct arguments *arguments)
{
    static const char *const views[] = {"json", "explain"};
    int code = EXIT_DONE;
    for (size_t i = 0; i < COUNT_OF(templates) && code == EXIT_DONE; i++) {
        if (!as_mecab(arguments) && option_text(arguments, "output-format") != NULL &&
            option_text(arguments, "output-format")[0] != '\0')
            code = refuse_pair(arguments, templates[i], "output-format");
        for (size_t k = 0; k < COUNT_OF(views) && code == EXIT_DONE; k++)
            code = refuse_pair(arguments, templates[i], views[k]);
    }
    for (size_t k = 0; k < COUNT_OF(views) && code == EXIT_DONE; k++)
        code = refuse_pair(arguments, "output-format", views[k]);
    if (code == EXIT_DONE && !as_mecab(arguments) &&
        option_integer(arguments, "lattice-level") < 2)
        code = refuse_without(arguments, "theta", "marginal");
    if (code == EXIT_DONE)
        code = refuse_without(arguments, "margin", "explain");
    if (code == EXIT_DONE)
        code = refuse_pair(arguments, "nbest", "explain");
    if (code == EXIT_DONE)
        code = refuse_pair(arguments, "all-morphs", "explain");
    if (code == EXIT_DONE)
        code = refuse_pair(arguments, "marginal", "explain");
    return code == EXIT_DONE ? refuse_unneeded(arguments) : code;
}

static uint32_t lattice_requests(const struct arguments *arguments)
{
    uint32_t requests = 0;
    uint64_t level = option_integer(arguments, "lattice-level");
    if (option_integer(arguments, "nbest") >= 2 || level >= 1)
        requests |= TKZ_LATTICE_NBEST;
    if (option_given(arguments, "marginal") || level >= 2)
        requests |= TKZ_LATTICE_MARGINALS;
    if (option_given(arguments, "all-morphs"))
        requests |= TKZ_LATTICE_ALL;
    if (as_mecab(arguments))
        requests |= TKZ_LATTICE_AS_MECAB;
    return requests;
}

static enum morph_view view_of(const struct arguments *arguments)
{
    bool json = option_given(arguments, "json");
    if (option_given(arguments, "explain"))
        return json ? MORPH_VIEW_EXPLAIN_JSON : MORPH_VIEW_EXPLAIN;
    return json ? MORPH_VIEW_JSON : MORPH_VIEW_STYLE;
}

/* ---- Dictionaries and styles --------------------------------------------------- */

/* Takes one value of -u: a file, or several with commas between. Each is a copy in `files`, which
 * has room. */
static bool split_files(const char *value, char **files, size_t *count)
{
    while (*value != '\0') {
        size_t size = access(value, F_OK) == 0 ? strlen(value) : strcspn(value, ",");
        if (size > 0 && (files[*count] = strndup(value, size)) == NULL)
            return false;
        *count += size > 0;
        value += size;
        value += *value == ',';
    }
    return true;
}

static int open_with_users(const char *name, char **files, size_t count,
                           tkz_dictionary **dictionary)
{
    tkz_error error;
    tkz_status status =
        tkz_dictionary_open(dictionary, name, (const char *const *)files, count, NULL, &error);
    return status == TKZ_OK ? EXIT_DONE : message_model_failure(status, &error);
}

static int open_dictionary(const struct arguments *arguments, tkz_dictionary **dictionary)
{
    size_t given = option_repeats(arguments, "user-dictionary"), room = 1, count = 0;
    for (size_t i = 0; i < given; i++)
        room += strlen(option_repeat(arguments, "user-dictionary", i)) / 2 + 1;
    char **files = calloc(room, sizeof *files);
    bool done = files != NULL;
    for (size_t i = 0; i < given && done; i++)
        done = split_files(option_repeat(arguments, "user-dictionary", i), files, &count);
    int code = done ? open_with_users(option_text(arguments, "dictionary"), files, count,
                                      dictionary)
                    : message_no_memory();
    for (size_t i = 0; i < count; i++)
        free(files[i]);
    free(files);
    return code;
}

/* JSON and explanations are in UTF-8, all other output in the charset of the dictionary. */
static int refuse_charset(const tkz_dictionary *dictionary)
{
    tkz_dictionary_info info;
    tkz_error error;
    tkz_status status = tkz_dictionary_describe(dictionary, &info, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    if (strcmp(info.charset, "UTF-8") == 0)
        return EXIT_DONE;
    message("morph", "--json and --explain need a dictionary in UTF-8; %s is in %s", info.path,
            info.charset);
    return EXIT_USAGE;
}

/* Sets templates of the command line. mecab leaves them out where a name is given, be it by dicrc. */
static tkz_status set_templates(const struct arguments *arguments, tkz_morph_style *style,
                                bool has_name, tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (int32_t i = 0; i < (int32_t)COUNT_OF(templates) && status == TKZ_OK; i++) {
        const char *text = option_text(arguments, templates[i]);
        if (text != NULL && !(has_name && as_mecab(arguments)))
            status = tkz_morph_style_set_template(style, i, text, strlen(text), error);
    }
    return status;
}

static int open_style(const struct arguments *arguments, tkz_dictionary *dictionary,
                      tkz_morph_style **style)
{
    tkz_error error;
    const char *name = option_text(arguments, "output-format");
    tkz_status status = tkz_morph_style_new(style, dictionary, NULL, &error);
    bool has_name = status == TKZ_OK && tkz_morph_style_is_named(*style);
    if (status == TKZ_OK && name != NULL) {
        status = tkz_morph_style_set_name(*style, name, &error);
        has_name = name[0] != '\0';
    }
    if (status == TKZ_OK)
        status = set_templates(arguments, *style, has_name, &error);
    return status == TKZ_OK ? EXIT_DONE : message_model_failure(status, &error);
}

/* ---- The command -------------------------------------------------------------- */

static int analyse(const struct arguments *arguments, const struct morph_request *request)
{
    tkz_output *output;
    int code = open_output(&output, option_text(arguments, "output"));
    if (code != EXIT_DONE)
        return code;
    return close_output(output, morph_analyse_files(arguments, request, output));
}

static int run(const struct arguments *arguments)
{
    int code = refuse_idle(arguments);
    if (code == EXIT_DONE)
        code = refuse_terminal_input(arguments);
    if (code != EXIT_DONE)
        return code;
    struct morph_request request = {
        .view = view_of(arguments),
        .lattice_requests = lattice_requests(arguments),
        .best_count = (uint32_t)option_integer(arguments, "nbest"),
        .is_partial = option_given(arguments, "partial"),
        .grouping = (uint32_t)option_integer(arguments, "max-grouping-size"),
        .theta = option_number(arguments, "theta"),
        .unknown_feature = option_text(arguments, "unk-feature"),
        .margin = (int64_t)option_integer(arguments, "margin"),
    };
    code = open_dictionary(arguments, &request.dictionary);
    if (code == EXIT_DONE && request.view != MORPH_VIEW_STYLE)
        code = refuse_charset(request.dictionary);
    if (code == EXIT_DONE)
        code = open_style(arguments, request.dictionary, &request.style);
    if (code == EXIT_DONE) {
        bool is_plain = request.view == MORPH_VIEW_STYLE && !request.is_partial &&
                        (request.lattice_requests & ~TKZ_LATTICE_AS_MECAB) == 0 &&
                        !option_given(arguments, "max-grouping-size") &&
                        request.unknown_feature == NULL;
        request.needs_lattice = !is_plain || tkz_morph_style_tagger_format(request.style) < 0;
        /* MeCab's mistakes drop what is behind a NUL in the whole output. */
        request.can_stream = is_plain && request.lattice_requests == 0 &&
                             tkz_morph_style_can_stream(request.style);
        code = analyse(arguments, &request);
    }
    tkz_morph_style_free(request.style);
    tkz_dictionary_free(request.dictionary);
    return code;
}

const struct command command_morph = {
    .name = "morph",
    .group = "Words",
    .summary = "words and their features, as mecab prints them",
    .operands = "[FILE...]",
    .maximum_operands = SIZE_MAX,
    .description =
        "Analyses every line with a MeCab dictionary and prints what mecab prints, so that it can "
        "take its place: options of one letter mean the same. Files may be compressed. Lines may "
        "be of any length; they are not cut at 8192 bytes.\n\n"
        "Templates are written with %m for the word, %H for its feature, %f[N] for a field of it "
        "and so on; doc/mecab-compatibility.md lists all codes.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
