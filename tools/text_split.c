/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize text split: a sentence a line. Leans on the library's splitter.
 */
#include <stdio.h>
#include <string.h>

#include "tokenize/text.h"
#include "tools/messages.h"
#include "tools/text_actions.h"

struct split {
    tkz_sentence_splitter *splitter;
    bool json;
    struct text text;
};

static bool is_blank(char letter)
{
    return letter == ' ' || (letter >= '\t' && letter <= '\r');
}

/* White space at either end of a sentence is no part of what is printed; U+3000 is. */
static void trim(const char *data, uint64_t *start, uint64_t *end)
{
    while (*start < *end && is_blank(data[*start]))
        ++*start;
    while (*start < *end && is_blank(data[*end - 1]))
        --*end;
}

/* A sentence on one line: line breaks inside it vanish, or become a blank between ASCII. */
static void append_line(struct text *text, const char *data, uint64_t start, uint64_t end)
{
    while (start < end) {
        uint64_t stop = start;
        while (stop < end && data[stop] != '\n' && data[stop] != '\r')
            stop++;
        text_append(text, data + start, stop - start);
        start = stop;
        while (start < end && is_blank(data[start]))
            start++;
        bool ascii = stop > 0 && start < end && (uint8_t)data[stop - 1] < 0x80 &&
                     (uint8_t)data[start] < 0x80;
        if (ascii)
            text_append_string(text, " ");
    }
    text_append_string(text, "\n");
}

static void append_json(struct text *text, const char *path, const char *data, uint64_t start,
                        uint64_t end)
{
    char place[80];
    text_append_string(text, "{\"file\":");
    text_append_json(text, path, strlen(path));
    (void)snprintf(place, sizeof place, ",\"start\":%llu,\"end\":%llu,\"text\":",
                   (unsigned long long)start, (unsigned long long)end);
    text_append_string(text, place);
    text_append_json(text, data + start, end - start);
    text_append_string(text, "}\n");
}

static int split_file(void *context, const char *path, const char *data, size_t size)
{
    struct split *job = context;
    const uint64_t *ends;
    size_t count;
    tkz_error error;
    tkz_status status =
        tkz_sentence_splitter_run(job->splitter, data, size, &ends, &count, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    for (size_t i = 0; i < count; i++) {
        uint64_t start = i > 0 ? ends[i - 1] : 0, end = ends[i];
        trim(data, &start, &end);
        if (start == end)
            continue;
        if (job->json)
            append_json(&job->text, path, data, start, end);
        else
            append_line(&job->text, data, start, end);
    }
    return EXIT_DONE;
}

int text_split(const struct arguments *arguments)
{
    const char *how = option_text(arguments, "line-breaks");
    int32_t line_break = strcmp(how, "end") == 0    ? TKZ_LINE_BREAK_ENDS
                         : strcmp(how, "wrap") == 0 ? TKZ_LINE_BREAK_WRAPS
                                                    : TKZ_LINE_BREAK_AUTO;
    struct split job = {.json = option_given(arguments, "json")};
    tkz_error error;
    tkz_status status = tkz_sentence_splitter_new(&job.splitter, line_break, NULL, &error);
    if (status != TKZ_OK)
        return message_failure(status, &error);
    int code = write_texts(arguments, split_file, &job, &job.text);
    tkz_sentence_splitter_free(job.splitter);
    return code;
}
