/* SPDX-License-Identifier: Apache-2.0
 *
 * Lets the comparisons ask the library for what it holds of Unicode. Reads commands, a line
 * each, and answers each with lines on standard output:
 *     properties VERSION      a line "code-point category script width flags age" for every code
 *                             point that differs from the one before
 *     describe                the same from tkz_character_describe, and the columns
 *     graphemes VERSION HEX   offsets of the ends of the clusters of the text, whose bytes are HEX
 *     sentences VERSION HEX   the same of its sentences
 * Leans on the inside of the library.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/grapheme.h"
#include "text/sentence_break.h"
#include "tokenize/text.h"

static const tkz__class_table *const tables[] = {
    &tkz__class_table_8_0,  &tkz__class_table_9_0,  &tkz__class_table_15_0,
    &tkz__class_table_16_0, &tkz__class_table_17_0,
};

static void fail(const char *what, const char *detail)
{
    fprintf(stderr, "unicode_probe: %s: %s\n", what, detail);
    exit(EXIT_FAILURE);
}

static const tkz__class_table *find_table(const char *version)
{
    for (size_t i = 0; version != NULL && i < sizeof tables / sizeof tables[0]; i++) {
        if (strcmp(tables[i]->unicode_version, version) == 0)
            return tables[i];
    }
    fail("no such version", version == NULL ? "(none)" : version);
    return NULL;
}

typedef struct row {
    char text[96];
} row;

/* `last`: what was printed before; empty at first. */
static void print_change(uint32_t code_point, const row *now, row *last)
{
    if (strcmp(now->text, last->text) != 0)
        printf("%" PRIu32 " %s\n", code_point, now->text);
    *last = *now;
}

static void print_properties(const tkz__class_table *table)
{
    row now, last = {""};
    for (uint32_t character = 0; character <= 0x10FFFF; character++) {
        const tkz__class_record *record = tkz__char_record(table, character);
        snprintf(now.text, sizeof now.text, "%s %s %s %" PRIx32 " %s",
                 tkz__category_names[record->category], tkz__script_codes[record->script],
                 tkz__width_names[record->width], tkz__char_flags(table, character),
                 tkz__ages[record->age]);
        print_change(character, &now, &last);
    }
}

static void print_descriptions(void)
{
    row now, last = {""};
    for (uint32_t code_point = 0; code_point <= 0x10FFFF; code_point++) {
        tkz_character character;
        tkz_error error;
        if (tkz_character_describe(code_point, &character, &error) != TKZ_OK)
            fail("describe", error.message);
        snprintf(now.text, sizeof now.text, "%s %s %s %" PRIx32 " %s %" PRIu32,
                 character.category, character.script, character.width, character.flags,
                 character.age, character.columns);
        print_change(code_point, &now, &last);
    }
}

/* The bytes of `hex` over `hex` itself; returns how many. */
static size_t unpack(char *hex)
{
    size_t size = 0;
    for (; hex[2 * size] != '\0' && hex[2 * size + 1] != '\0'; size++) {
        char pair[3] = {hex[2 * size], hex[2 * size + 1], '\0'};
        char *end;
        unsigned long byte = strtoul(pair, &end, 16);
        if (*end != '\0')
            fail("no hexadecimal byte", pair);
        hex[size] = (char)byte;
    }
    return size;
}

typedef size_t next_end(const tkz__class_table *table, const char *text, size_t size);

static void print_ends(next_end *next, const tkz__class_table *table, char *hex)
{
    size_t size = hex == NULL ? 0 : unpack(hex);
    for (size_t at = 0; at < size;) {
        size_t length = next(table, hex + at, size - at);
        if (length == 0 || length > size - at)
            fail("no progress, or behind the end", table->unicode_version);
        at += length;
        printf("%zu%s", at, at == size ? "" : " ");
    }
    putchar('\n');
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    while ((length = getline(&line, &capacity, stdin)) > 0) {
        char *state;
        line[strcspn(line, "\n")] = '\0';
        const char *command = strtok_r(line, " ", &state);
        const char *version = strtok_r(NULL, " ", &state);
        char *text = strtok_r(NULL, " ", &state);
        if (command == NULL)
            fail("no command", "an empty line");
        if (strcmp(command, "properties") == 0)
            print_properties(find_table(version));
        else if (strcmp(command, "describe") == 0)
            print_descriptions();
        else if (strcmp(command, "graphemes") == 0)
            print_ends(tkz__grapheme_next, find_table(version), text);
        else if (strcmp(command, "sentences") == 0)
            print_ends(tkz__sentence_next, find_table(version), text);
        else
            fail("no such command", command);
    }
    free(line);
    return ferror(stdin) || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
