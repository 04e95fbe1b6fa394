/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize text inspect: every character with what is known of it. Leans on the
 * library's character tables.
 */
#include <stdio.h>
#include <string.h>

#include "tokenize/text.h"
#include "tools/messages.h"
#include "tools/text_actions.h"

struct inspect {
    bool json;
    struct text text;
};

static const struct {
    uint32_t flag;
    const char *name;
} flag_names[] = {
    {TKZ_CHARACTER_WHITE_SPACE, "white_space"},
    {TKZ_CHARACTER_WORD, "word"},
    {TKZ_CHARACTER_HIRAGANA, "hiragana"},
    {TKZ_CHARACTER_KATAKANA, "katakana"},
    {TKZ_CHARACTER_HAN, "han"},
    {TKZ_CHARACTER_HALF_WIDTH, "half_width"},
    {TKZ_CHARACTER_FULL_WIDTH, "full_width"},
    {TKZ_CHARACTER_EXTENSION, "cjk_extension"},
    {TKZ_CHARACTER_COMPATIBILITY_IDEOGRAPH, "compatibility_ideograph"},
    {TKZ_CHARACTER_EMOJI, "emoji"},
    {TKZ_CHARACTER_VARIATION_SELECTOR, "variation_selector"},
    {TKZ_CHARACTER_DEFAULT_IGNORABLE, "default_ignorable"},
    {TKZ_CHARACTER_PRIVATE_USE, "private_use"},
    {TKZ_CHARACTER_NONCHARACTER, "noncharacter"},
};

/* The character at `text` (valid UTF-8) and its length; 0 for a byte that is none. */
static size_t read_character(const char *text, size_t size, uint32_t *character)
{
    size_t length = 1;
    while (length < size && length < 4 && ((uint8_t)text[length] & 0xC0) == 0x80)
        length++;
    while (length > 1 && tkz_utf8_valid_prefix(text, length) != length)
        length--;
    if (tkz_utf8_valid_prefix(text, length) != length)
        return 0;
    uint8_t lead = (uint8_t)text[0];
    *character = lead < 0x80 ? lead : lead & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++)
        *character = *character << 6 | ((uint8_t)text[i] & 0x3F);
    return length;
}

static void append_flags(struct text *text, uint32_t flags, const char *quote, const char *between)
{
    bool first = true;
    for (size_t i = 0; i < COUNT_OF(flag_names); i++) {
        if ((flags & flag_names[i].flag) == 0)
            continue;
        if (!first)
            text_append_string(text, between);
        first = false;
        text_append_string(text, quote);
        text_append_string(text, flag_names[i].name);
        text_append_string(text, quote);
    }
}

static void append_json(struct text *text, uint64_t offset, const char *data, size_t length,
                        const tkz_character *c, const char *name, bool cluster)
{
    char line[400];
    (void)snprintf(line, sizeof line, "{\"offset\":%llu,\"code_point\":\"U+%04X\",\"text\":",
                   (unsigned long long)offset, (unsigned)c->code_point);
    text_append_string(text, line);
    text_append_json(text, data, length);
    (void)snprintf(line, sizeof line,
                   ",\"name\":\"%s\",\"category\":\"%s\",\"script\":\"%s\",\"width\":\"%s\","
                   "\"columns\":%u,\"age\":\"%s\",\"cluster_start\":%s,\"flags\":[",
                   name, c->category, c->script, c->width, (unsigned)c->columns, c->age,
                   cluster ? "true" : "false");
    text_append_string(text, line);
    append_flags(text, c->flags, "\"", ",");
    text_append_string(text, "]}\n");
}

/* Control characters and marks alone would disturb a terminal's line. */
static bool is_shown(const tkz_character *c)
{
    return c->category[0] != 'C' && c->category[0] != 'M' && c->category[0] != 'Z';
}

static void append_row(struct text *text, uint64_t offset, const char *data, size_t length,
                       const tkz_character *c, const char *name, bool cluster)
{
    char line[400];
    (void)snprintf(line, sizeof line, "%8llu  U+%04X%*s  ", (unsigned long long)offset,
                   (unsigned)c->code_point, c->code_point > 0xFFFF ? 0 : 2, "");
    text_append_string(text, line);
    bool shown = is_shown(c);
    if (shown)
        text_append(text, data, length);
    (void)snprintf(line, sizeof line, "%*s%s%-2s  %-4s  %-2s  %s", shown ? 2 - (int)c->columns : 2,
                   "", cluster ? "  " : " +", c->category, c->script, c->width, name);
    text_append_string(text, line);
    text_append_string(text, c->flags != 0 ? "  (" : "");
    append_flags(text, c->flags, "", ", ");
    text_append_string(text, c->flags != 0 ? ")\n" : "\n");
}

static void append_bad_byte(struct inspect *job, uint64_t offset, uint8_t byte)
{
    char line[160];
    (void)snprintf(line, sizeof line,
                   job->json ? "{\"offset\":%llu,\"bad_byte\":\"%02X\"}\n"
                             : "%8llu  %02X        not UTF-8\n",
                   (unsigned long long)offset, byte);
    text_append_string(&job->text, line);
}

static int inspect_file(void *context, const char *path, const char *data, size_t size)
{
    (void)path;
    struct inspect *job = context;
    size_t cluster_end = 0;
    for (size_t at = 0; at < size;) {
        bool cluster = at == cluster_end;
        if (cluster)
            cluster_end = at + tkz_grapheme_next(data + at, size - at);
        uint32_t character = 0;
        size_t length = read_character(data + at, size - at, &character);
        if (length == 0) {
            append_bad_byte(job, at, (uint8_t)data[at]);
            at++;
            continue;
        }
        tkz_character known;
        char name[120];
        tkz_error error;
        tkz_status status = tkz_character_describe(character, &known, &error);
        if (status == TKZ_OK)
            status = tkz_character_name(character, name, sizeof name, &error);
        if (status != TKZ_OK)
            return message_failure(status, &error);
        if (job->json)
            append_json(&job->text, at, data + at, length, &known, name, cluster);
        else
            append_row(&job->text, at, data + at, length, &known, name, cluster);
        at += length;
    }
    return EXIT_DONE;
}

int text_inspect(const struct arguments *arguments)
{
    struct inspect job = {.json = option_given(arguments, "json")};
    if (!job.json)
        text_append_string(&job.text,
                           "    byte  code    ch  cat script width  name (properties)\n");
    return write_texts(arguments, inspect_file, &job, &job.text);
}
