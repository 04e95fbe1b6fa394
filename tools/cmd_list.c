/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize list: what this build offers.
 */
#include <string.h>

#include "tools/listing.h"
#include "tools/messages.h"
#include "tools/options.h"

static const struct option_info options[] = {
    {.name = "json", .type = OPTION_FLAG, .text = "Print a JSON array, with everything known."},
    OPTION_HELP,
};

static const struct example examples[] = {
    {"Filters with their parameters and defaults:", "tokenize list filters"},
    {"Every member of a recipe:", "tokenize list recipe"},
    {"The patterns of the pre-tokenizers, for a script:", "tokenize list pre-tokenizers --json"},
};

static const struct {
    const char *name;
    int (*print)(bool json);
} topics[] = {
    {"filters", list_filters},
    {"presets", list_presets},
    {"normalizers", list_normalizers},
    {"editors", list_editors},
    {"charsets", list_charsets},
    {"pre-tokenizers", list_pre_tokenizers},
    {"formats", list_formats},
    {"recipe", list_recipe},
    {"commands", list_commands},
};

static int run(const struct arguments *arguments)
{
    const char *word = arguments->operands[0], *nearest = NULL;
    size_t distance, least = SIZE_MAX;
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        if (strcmp(word, topics[i].name) == 0) {
            return topics[i].print(option_given(arguments, "json"));
        }
        if (is_near(word, topics[i].name, &distance) && distance < least) {
            least = distance;
            nearest = topics[i].name;
        }
    }
    message("list",
            "'%s' is not one of filters, presets, normalizers, editors, charsets, pre-tokenizers, formats, "
            "recipe, commands",
            word);
    if (nearest != NULL)
        hint("did you mean '%s'?", nearest);
    return EXIT_USAGE;
}

const struct command command_list = {
    .name = "list",
    .group = "About",
    .summary = "list filters, presets, normalizers, editors, formats, recipe members and more",
    .operands = "TOPIC",
    .minimum_operands = 1,
    .maximum_operands = 1,
    .description =
        "Prints what this build offers, for people or, with --json, for programs. TOPIC is one of "
        "filters, presets, normalizers, editors, charsets, pre-tokenizers, formats, recipe, commands.",
    .examples = examples,
    .example_count = COUNT_OF(examples),
    .options = options,
    .option_count = COUNT_OF(options),
    .run = run,
};
