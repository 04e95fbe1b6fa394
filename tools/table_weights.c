/* SPDX-License-Identifier: Apache-2.0
 *
 * --weight NAME=P/Q: what the words of a source count. Leans on the library's word tables.
 */
#include "tools/table_weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/messages.h"

/* The last = is that before the weight. */
static int apply(tkz_word_table *table, const char *text)
{
    const char *equals = strrchr(text, '=');
    unsigned numerator = 0, denominator = 1;
    int used = 0;
    if (equals != NULL && equals != text && strspn(equals + 1, "0123456789/") == strlen(equals + 1))
        (void)(sscanf(equals + 1, "%7u/%7u%n", &numerator, &denominator, &used) == 2 ||
               sscanf(equals + 1, "%7u%n", &numerator, &used) == 1);
    if (used == 0 || equals[1 + used] != '\0') {
        message("--weight", "'%s' is not NAME=P/Q, such as web=1/2", text);
        return EXIT_USAGE;
    }
    char *name = strdup(text);
    if (name == NULL)
        return message_no_memory();
    name[equals - text] = '\0';
    tkz_error error;
    tkz_status status = tkz_word_table_set_weight(table, name, numerator, denominator, &error);
    free(name);
    if (status != TKZ_OK)
        (void)message_failure(status, &error);
    return status == TKZ_OK ? EXIT_DONE : EXIT_USAGE;
}

int table_weights_apply(tkz_word_table *table, const struct arguments *arguments)
{
    int code = EXIT_DONE;
    for (size_t i = 0; code == EXIT_DONE && i < option_repeats(arguments, "weight"); i++)
        code = apply(table, option_repeat(arguments, "weight", i));
    return code;
}
