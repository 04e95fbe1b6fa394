/* SPDX-License-Identifier: Apache-2.0
 *
 * Parses a command line against a command's option table. Leans on messages for
 * complaints and on the suggestion of near names.
 */
#include "tools/options.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/messages.h"

/* ---- Values ------------------------------------------------------------- */

/* Digits only: strtoull would accept "-1" and " 7". */
static bool parse_digits(const char *text, const char **end, uint64_t *value)
{
    if (*text < '0' || *text > '9')
        return false;
    char *stop;
    errno = 0;
    *value = strtoull(text, &stop, 10);
    *end = stop;
    return errno == 0;
}

static bool parse_size(const char *text, uint64_t *value)
{
    const char *end;
    if (!parse_digits(text, &end, value))
        return false;
    if (*end == '\0')
        return true;
    const char *units = "KMGT";
    const char *unit = strchr(units, *end >= 'a' ? *end - 'a' + 'A' : *end);
    if (unit == NULL)
        return false;
    unsigned shift = 10 * (unsigned)(unit - units + 1);
    bool ends = end[1] == '\0' || strcmp(end + 1, "iB") == 0 || strcmp(end + 1, "B") == 0;
    if (!ends || *value > (UINT64_MAX >> shift))
        return false;
    *value <<= shift;
    return true;
}

static bool is_choice(const char *choices, const char *text)
{
    size_t size = strlen(text);
    for (const char *choice = choices;;) {
        size_t length = strcspn(choice, "|");
        if (length == size && memcmp(choice, text, size) == 0)
            return true;
        if (choice[length] == '\0')
            return false;
        choice += length + 1;
    }
}

/* Reads the text of one value; false after a complaint. */
static bool parse_value(struct given_option *given)
{
    const struct option_info *info = given->info;
    const char *text = given->text, *end = NULL;
    bool good = true;
    switch (info->type) {
    case OPTION_FLAG:
    case OPTION_TEXT:
        return true;
    case OPTION_INTEGER:
        good = parse_digits(text, &end, &given->integer) && *end == '\0' &&
               given->integer >= info->minimum && given->integer <= info->maximum;
        if (!good) {
            message(NULL, "--%s: '%s' is not a whole number from %" PRIu64 " to %" PRIu64,
                    info->name, text, info->minimum, info->maximum);
        }
        return good;
    case OPTION_SIZE:
        good = parse_size(text, &given->integer) && given->integer >= info->minimum &&
               given->integer <= info->maximum;
        if (!good) {
            message(NULL, "--%s: '%s' is not a size such as 500M or 4G", info->name, text);
        }
        return good;
    case OPTION_NUMBER: {
        char *stop;
        given->number = strtod(text, &stop);
        good = stop != text && *stop == '\0' && isfinite(given->number) &&
               given->number >= info->lowest && given->number <= info->highest;
        if (!good) {
            message(NULL, "--%s: '%s' is not a number from %g to %g", info->name, text,
                    info->lowest, info->highest);
        }
        return good;
    }
    case OPTION_CHOICE:
        /* Empty means the default, as -O "" does for mecab. */
        if (text[0] == '\0' && info->default_value != NULL)
            given->text = text = info->default_value;
        if (is_choice(info->choices, text))
            return true;
        message(NULL, "--%s: '%s' is not one of %s", info->name, text, info->choices);
        return false;
    }
    return false;
}

/* ---- Finding options ---------------------------------------------------- */

static bool is_called(const char *option, const char *name, size_t size)
{
    return option != NULL && strlen(option) == size && memcmp(option, name, size) == 0;
}

static const struct option_info *find_option(const struct command *command, const char *name,
                                             size_t size)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const struct option_info *info = &command->options[i];
        if (is_called(info->name, name, size) || is_called(info->other_name, name, size))
            return info;
    }
    return NULL;
}

static const struct option_info *find_letter(const struct command *command, char letter)
{
    for (size_t i = 0; i < command->option_count; i++) {
        if (command->options[i].letter == letter)
            return &command->options[i];
    }
    return NULL;
}

static void complain_unknown(const struct command *command, const char *given)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX, distance = 0;
    char name[64] = "";
    if (given[0] == '-' && given[1] == '-') {
        size_t size = strcspn(given + 2, "=");
        if (size < sizeof name)
            memcpy(name, given + 2, size);
    }
    for (size_t i = 0; i < command->option_count && name[0] != '\0'; i++) {
        bool near = is_near(name, command->options[i].name, &distance);
        if (near && distance < least) {
            least = distance;
            nearest = command->options[i].name;
        }
    }
    message(command->name, "there is no option '%s'", given);
    if (nearest != NULL) {
        hint("did you mean --%s?", nearest);
    } else {
        hint("'tokenize %s --help' lists the options", command->name);
    }
}

/* ---- The command line --------------------------------------------------- */

/* Where in argv the reading is. */
struct cursor {
    int count;
    char *const *argv;
    int at;
};

static int add_given(struct arguments *arguments, const struct option_info *info, const char *text)
{
    struct given_option *given = &arguments->given[arguments->given_count];
    given->info = info;
    given->text = text;
    if (!parse_value(given))
        return EXIT_USAGE;
    arguments->given_count++;
    return EXIT_DONE;
}

/* Takes the value that follows as an argument of its own. */
static int add_with_next(struct arguments *arguments, const struct option_info *info,
                         struct cursor *cursor)
{
    if (cursor->at == cursor->count) {
        message(arguments->command->name, "--%s needs a value: %s", info->name, info->argument);
        return EXIT_USAGE;
    }
    return add_given(arguments, info, cursor->argv[cursor->at++]);
}

static int parse_long(struct arguments *arguments, const char *word, struct cursor *cursor)
{
    size_t size = strcspn(word + 2, "=");
    const char *value = word[2 + size] == '=' ? word + 2 + size + 1 : NULL;
    const struct option_info *info = find_option(arguments->command, word + 2, size);
    if (info == NULL) {
        complain_unknown(arguments->command, word);
        return EXIT_USAGE;
    }
    if (info->type == OPTION_FLAG && value != NULL) {
        message(arguments->command->name, "--%s takes no value", info->name);
        return EXIT_USAGE;
    }
    if (info->type == OPTION_FLAG || value != NULL)
        return add_given(arguments, info, value);
    return add_with_next(arguments, info, cursor);
}

/* One word of short options: flags may stand together, and a value may follow at once. */
static int parse_short(struct arguments *arguments, const char *word, struct cursor *cursor)
{
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        const struct option_info *info = find_letter(arguments->command, *letter);
        if (info == NULL) {
            complain_unknown(arguments->command, word);
            return EXIT_USAGE;
        }
        if (info->type != OPTION_FLAG) {
            if (letter[1] != '\0')
                return add_given(arguments, info, letter + 1);
            return add_with_next(arguments, info, cursor);
        }
        int code = add_given(arguments, info, NULL);
        if (code != EXIT_DONE)
            return code;
    }
    return EXIT_DONE;
}

static int check_operands(const struct arguments *arguments)
{
    const struct command *command = arguments->command;
    if (arguments->operand_count < command->minimum_operands) {
        message(command->name, "%s is missing", command->operands);
    } else if (arguments->operand_count > command->maximum_operands) {
        message(command->name, "'%s' is one argument too many",
                arguments->operands[command->maximum_operands]);
    } else {
        return EXIT_DONE;
    }
    hint("'tokenize %s --help' shows how it is used", command->name);
    return EXIT_USAGE;
}

int arguments_parse(struct arguments *arguments, const struct command *command, int count,
                    char *const *argv)
{
    *arguments = (struct arguments){.command = command};
    size_t longest = 1; /* a word of short flags can give as many options as it has letters */
    for (int i = 0; i < count; i++)
        longest += argv[i][0] == '-' ? strlen(argv[i]) : 0;
    arguments->given = calloc(longest, sizeof *arguments->given);
    arguments->operands = calloc((size_t)count + 1, sizeof *arguments->operands);
    if (arguments->given == NULL || arguments->operands == NULL)
        return message_no_memory();

    struct cursor cursor = {.count = count, .argv = argv};
    bool options_ended = false;
    while (cursor.at < count) {
        const char *word = argv[cursor.at++];
        int code = EXIT_DONE;
        if (options_ended || word[0] != '-' || word[1] == '\0') {
            arguments->operands[arguments->operand_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            options_ended = true;
        } else if (word[1] == '-') {
            code = parse_long(arguments, word, &cursor);
        } else {
            code = parse_short(arguments, word, &cursor);
        }
        if (code != EXIT_DONE || option_given(arguments, "help"))
            return code;
    }
    return check_operands(arguments);
}

void arguments_free(struct arguments *arguments)
{
    free(arguments->given);
    free(arguments->operands);
    *arguments = (struct arguments){0};
}

/* ---- Looking values up -------------------------------------------------- */

static const struct given_option *last_given(const struct arguments *arguments, const char *name)
{
    assert(find_option(arguments->command, name, strlen(name)) != NULL);
    for (size_t i = arguments->given_count; i > 0; i--) {
        if (strcmp(arguments->given[i - 1].info->name, name) == 0)
            return &arguments->given[i - 1];
    }
    return NULL;
}

/* The last value given, or the default read in the same way; a flag or an option without either
 * leaves everything 0. */
static struct given_option value_of(const struct arguments *arguments, const char *name)
{
    const struct given_option *given = last_given(arguments, name);
    if (given != NULL)
        return *given;
    struct given_option fallback = {
        .info = find_option(arguments->command, name, strlen(name))};
    fallback.text = fallback.info->default_value;
    if (fallback.text != NULL) {
        bool good = parse_value(&fallback);
        assert(good);
        (void)good;
    }
    return fallback;
}

bool option_given(const struct arguments *arguments, const char *name)
{
    return last_given(arguments, name) != NULL;
}

const char *option_text(const struct arguments *arguments, const char *name)
{
    return value_of(arguments, name).text;
}

uint64_t option_integer(const struct arguments *arguments, const char *name)
{
    return value_of(arguments, name).integer;
}

double option_number(const struct arguments *arguments, const char *name)
{
    return value_of(arguments, name).number;
}

size_t option_repeats(const struct arguments *arguments, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < arguments->given_count; i++) {
        count += strcmp(arguments->given[i].info->name, name) == 0;
    }
    return count;
}

const char *option_repeat(const struct arguments *arguments, const char *name, size_t index)
{
    for (size_t i = 0; i < arguments->given_count; i++) {
        if (strcmp(arguments->given[i].info->name, name) != 0)
            continue;
        if (index-- == 0)
            return arguments->given[i].text;
    }
    return NULL;
}
