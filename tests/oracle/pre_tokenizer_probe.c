/* SPDX-License-Identifier: Apache-2.0
 *
 * Lets comparisons ask the pre-tokenizers: `pre_tokenizer_probe NAME [characters]` reads records (u32
 * little-endian size, bytes) from standard input and answers each with u32 count and, for each
 * chunk, u32 where it ends, in bytes or characters. `pre_tokenizer_probe list` prints one JSON object a line for each: name,
 * pattern, its dialects, steps, spellings. Leans on the pre-tokenizers of subword.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/probe_records.h"
#include "subword/pre_tokenizer.h"

/* Small, so that most texts need several calls. */
enum { ROOM = 7 };

/* Makes characters of bytes, which must be whole ones. */
static void count_characters(const char *text, uint32_t size, uint32_t *ends, uint32_t count)
{
    uint32_t at = 0, characters = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t end = ends[i];
        if (end < size && ((unsigned char)text[end] & 0xC0) == 0x80)
            probe_fail("a chunk", "ends inside a character");
        for (; at < end; at++)
            characters += ((unsigned char)text[at] & 0xC0) != 0x80;
        ends[i] = characters;
    }
}

static void answer(const tkz__pre_tokenizer *pre_tokenizer, const char *text, uint32_t size,
                   uint32_t *ends, bool in_characters)
{
    uint32_t count = 0;
    for (uint32_t at = 0; at < size; at = ends[count - 1]) {
        size_t more = pre_tokenizer->cut(text + at, size - at, ends + count, ROOM);
        for (size_t i = 0; i < more; i++)
            ends[count + i] += at;
        count += (uint32_t)more;
    }
    if (in_characters)
        count_characters(text, size, ends, count);
    probe_put(count);
    for (uint32_t i = 0; i < count; i++)
        probe_put(ends[i]);
}

static void print_string(const char *text)
{
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            printf("\\u%04x", (unsigned)*text);
        else
            putchar(*text);
    }
    putchar('"');
}

static void print_one(const tkz__pre_tokenizer *one)
{
    printf("{\"name\": ");
    print_string(one->name);
    printf(", \"dialects\": %u, \"pattern\": ", one->pattern_dialects);
    print_string(one->pattern);
    printf(", \"steps\": [");
    for (size_t i = 0; i < one->step_count; i++) {
        printf("%s[%d, ", i > 0 ? ", " : "", (int)one->steps[i].kind);
        print_string(one->steps[i].pattern != NULL ? one->steps[i].pattern : "");
        printf("]");
    }
    printf("], \"spellings\": [");
    for (size_t i = 0; i < one->spelling_count; i++) {
        printf("%s[%u, ", i > 0 ? ", " : "", one->spellings[i].dialects);
        print_string(one->spellings[i].pattern);
        printf("]");
    }
    printf("]}\n");
}

int main(int count, char **words)
{
    bool in_characters = count == 3 && strcmp(words[2], "characters") == 0;
    if (count != 2 && !in_characters)
        probe_fail("usage", "pre_tokenizer_probe NAME [characters]|list");
    if (strcmp(words[1], "list") == 0) {
        for (size_t i = 0; i < tkz_pre_tokenizer_count(); i++) {
            const char *name = tkz_pre_tokenizer_at(i)->name;
            print_one(tkz__pre_tokenizer_find(name, strlen(name)));
        }
        return 0;
    }
    const tkz__pre_tokenizer *found = tkz__pre_tokenizer_find(words[1], strlen(words[1]));
    if (found == NULL)
        probe_fail(words[1], "there is no pre-tokenizer of that name");
    uint32_t size;
    while (probe_get(&size)) {
        /* Exact sizes, so that a sanitizer sees a read behind the text. */
        char *text = malloc((size_t)size + (size == 0));
        uint32_t *ends = malloc(((size_t)size + ROOM) * sizeof *ends);
        if (text == NULL || ends == NULL)
            probe_fail("memory", "none left");
        if (fread(text, 1, size, stdin) != size)
            probe_fail("standard input", "ends inside a record");
        answer(found, text, size, ends, in_characters);
        free(ends);
        free(text);
    }
    return 0;
}
