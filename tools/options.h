/* SPDX-License-Identifier: Apache-2.0
 *
 * Options as data: one table per command, from which the parser, the help, the
 * man page and the completion are made. Leans on messages for complaints.
 */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_type {
    OPTION_FLAG = 0,
    OPTION_TEXT,
    OPTION_INTEGER, /* minimum..maximum */
    OPTION_SIZE,    /* bytes, with K, M, G or T for powers of 1024 */
    OPTION_NUMBER,  /* lowest..highest */
    OPTION_CHOICE   /* one of `choices` */
};

struct option_info {
    const char *name; /* without the dashes */
    const char *other_name; /* of the program whose place the command takes; NULL if the same or none */
    char letter;      /* 0 if it has no short form */
    enum option_type type;
    const char *argument; /* what help calls its value; NULL for flags */
    const char *text;
    const char *default_value; /* NULL if it has none */
    const char *choices;       /* "a|b|c" */
    uint64_t minimum;
    uint64_t maximum;
    double lowest;
    double highest;
    bool repeatable;
};

struct example {
    const char *text; /* what it does */
    const char *line; /* what to type */
};

struct arguments;

/* One subcommand. Static data. */
struct command {
    const char *name;
    const char *group;    /* heading in the overview; NULL hides the command */
    const char *summary;  /* one line, no full stop */
    const char *operands; /* "[FILE...]" or "" */
    size_t minimum_operands;
    size_t maximum_operands; /* SIZE_MAX: any number */
    const char *description; /* paragraphs, parted by an empty line */
    const struct example *examples;
    size_t example_count;
    const struct option_info *options;
    size_t option_count;
    int (*run)(const struct arguments *arguments); /* returns an exit code */
};

/* One option as given on the command line. */
struct given_option {
    const struct option_info *info;
    const char *text;
    uint64_t integer;
    double number;
};

/* A parsed command line. Strings are those of argv. */
struct arguments {
    const struct command *command;
    struct given_option *given; /* in the order given */
    size_t given_count;
    const char **operands;
    size_t operand_count;
};

/* ---- Options that several commands share -------------------------------- */

#define OPTION_THREADS                                                                            \
    {.name = "threads", .letter = 'j', .type = OPTION_INTEGER, .argument = "N",                   \
     .default_value = "0", .maximum = 1024,                                                       \
     .text = "Threads to work with; 0 takes every processor. The output is the same for any "     \
             "number."}
#define OPTION_MEMORY                                                                             \
    {.name = "memory", .type = OPTION_SIZE, .argument = "SIZE", .default_value = "0",             \
     .maximum = UINT64_MAX,                                                                       \
     .text = "Bound for the memory that grows with the corpus and with the longest document, such as 4G; " \
             "0 sets none."}
#define OPTION_QUIET                                                                              \
    {.name = "quiet", .letter = 'q', .type = OPTION_FLAG,                                         \
     .text = "No progress and no summary on standard error; errors only."}
#define OPTION_NO_PROGRESS                                                                        \
    {.name = "no-progress", .type = OPTION_FLAG,                                                  \
     .text = "No progress bar. There is none either where standard error is no terminal."}
#define OPTION_TEXT_KEY                                                                           \
    {.name = "text-key", .type = OPTION_TEXT, .argument = "KEY", .default_value = "text",         \
     .text = "Member of a JSON record that holds the text."}
#define OPTION_ID_KEY                                                                             \
    {.name = "id-key", .type = OPTION_TEXT, .argument = "KEY", .default_value = "id",             \
     .text = "Member of a JSON record that holds its id."}
#define OPTION_INPUT_FORMAT                                                                       \
    {.name = "input-format", .type = OPTION_CHOICE, .argument = "FORMAT",                         \
     .default_value = "auto", .choices = "auto|jsonl|lines|document",                             \
     .text = "How the input is cut into documents: JSON lines, one document per line of plain "   \
             "text, or one per file. Files may be compressed with gzip or zstd in any case."}
#define OPTION_SURROGATES                                                                         \
    {.name = "surrogates", .type = OPTION_CHOICE, .argument = "HOW", .default_value = "reject",   \
     .choices = "reject|replace",                                                                 \
     .text = "A lone surrogate in a JSON string makes a bad record, or is replaced by U+FFFD."}
#define OPTION_RECORD_LIMIT                                                                       \
    {.name = "record-limit", .type = OPTION_SIZE, .argument = "SIZE", .default_value = "256M",    \
     .maximum = INT64_MAX,                                                                        \
     .text = "Records of more bytes are bad, whatever memory there is."}
#define OPTION_JSON_REPORT                                                                        \
    {.name = "json", .type = OPTION_FLAG,                                                         \
     .text = "Print the summary as one JSON object on standard output."}
#define OPTION_HELP                                                                               \
    {.name = "help", .letter = 'h', .type = OPTION_FLAG, .text = "Show this help."}

#define INPUT_OPTIONS                                                                             \
    OPTION_TEXT_KEY, OPTION_ID_KEY, OPTION_INPUT_FORMAT, OPTION_SURROGATES, OPTION_RECORD_LIMIT
#define RUN_OPTIONS OPTION_THREADS, OPTION_MEMORY, OPTION_QUIET, OPTION_NO_PROGRESS

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- Parsing ------------------------------------------------------------ */

/* Reads argv[0..count-1], what stands behind the command's name, GNU style: options and operands
 * in any order, "--" ends the options, "-" is an operand. Complaints are printed with the nearest
 * known option; then the result is an exit code other than 0. A --help ends the reading at once.
 * Free with arguments_free in every case. */
int arguments_parse(struct arguments *arguments, const struct command *command, int count,
                    char *const *argv);
void arguments_free(struct arguments *arguments);

/* Values by option name, which must be in the command's table: the last one given, else the
 * default. Text is NULL and numbers are 0 where there is neither. */
bool option_given(const struct arguments *arguments, const char *name);
const char *option_text(const struct arguments *arguments, const char *name);
uint64_t option_integer(const struct arguments *arguments, const char *name);
double option_number(const struct arguments *arguments, const char *name);

/* For repeatable options: how often given, and the value of each. */
size_t option_repeats(const struct arguments *arguments, const char *name);
const char *option_repeat(const struct arguments *arguments, const char *name, size_t index);

/* ---- Suggestions -------------------------------------------------------- */

/* True if `candidate` is so near to `word` that it may be meant; `*distance` counts the edits. */
bool is_near(const char *word, const char *candidate, size_t *distance);

#endif /* TOOLS_OPTIONS_H */
