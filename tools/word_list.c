/* SPDX-License-Identifier: Apache-2.0
 *
 * A word table as lines of text. Leans on the library's word tables.
 */
#include "tools/word_list.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/messages.h"

/* A line under construction, used again for the next one. */
struct line {
    char *text;
    size_t capacity;
};

static int write_line(tkz_output *output, struct line *line, const char *word, size_t size,
                      uint64_t count)
{
    enum { NUMBER = 24 }; /* a tab, a number, LF */
    size_t needed = 4 * size + NUMBER;
    if (needed > line->capacity) {
        char *grown = realloc(line->text, needed);
        if (grown == NULL)
            return message_no_memory();
        line->text = grown;
        line->capacity = needed;
    }
    tkz_error error;
    size_t used = tkz_word_escape(word, size, line->text, line->capacity);
    used += (size_t)snprintf(line->text + used, NUMBER, "\t%llu\n", (unsigned long long)count);
    tkz_status status = tkz_output_write(output, line->text, used, &error);
    return status == TKZ_OK ? EXIT_DONE : message_failure(status, &error);
}

/* ---- The most frequent words ------------------------------------------------ */

struct frequent {
    uint64_t count;
    uint64_t place; /* in the table: of equal counts the earlier word is the more frequent one */
    char *word;
    size_t size;
};

/* A heap with the least frequent word first. */
struct frequent_words {
    struct frequent *items;
    size_t count;
    size_t capacity;
};

static bool is_rarer(const struct frequent *a, const struct frequent *b)
{
    return a->count != b->count ? a->count < b->count : a->place > b->place;
}

static void sift_down(struct frequent *items, size_t count, size_t place)
{
    struct frequent moved = items[place];
    for (;;) {
        size_t child = 2 * place + 1;
        if (child + 1 < count && is_rarer(&items[child + 1], &items[child]))
            child++;
        if (child >= count || !is_rarer(&items[child], &moved))
            break;
        items[place] = items[child];
        place = child;
    }
    items[place] = moved;
}

static void sift_up(struct frequent *items, size_t place)
{
    struct frequent moved = items[place];
    for (; place > 0 && is_rarer(&moved, &items[(place - 1) / 2]); place = (place - 1) / 2)
        items[place] = items[(place - 1) / 2];
    items[place] = moved;
}

static int grow(struct frequent_words *words)
{
    size_t capacity = words->capacity == 0 ? 64 : words->capacity * 2;
    struct frequent *grown = realloc(words->items, capacity * sizeof *grown);
    if (grown == NULL)
        return message_no_memory();
    words->items = grown;
    words->capacity = capacity;
    return EXIT_DONE;
}

static int consider(struct frequent_words *words, uint64_t top, const tkz_word *word,
                    uint64_t place)
{
    struct frequent item = {word->count, place, NULL, word->size};
    if (words->count == top && !is_rarer(&words->items[0], &item))
        return EXIT_DONE;
    if (words->count == words->capacity && words->count < top && grow(words) != EXIT_DONE)
        return EXIT_DATA;
    item.word = malloc(word->size);
    if (item.word == NULL)
        return message_no_memory();
    memcpy(item.word, word->bytes, word->size);
    if (words->count == top) {
        free(words->items[0].word);
        words->items[0] = item;
        sift_down(words->items, words->count, 0);
    } else {
        words->items[words->count] = item;
        sift_up(words->items, words->count++);
    }
    return EXIT_DONE;
}

/* Puts the most frequent word first. */
static void sort(struct frequent_words *words)
{
    for (size_t left = words->count; left > 1;) {
        struct frequent rarest = words->items[0];
        words->items[0] = words->items[--left];
        words->items[left] = rarest;
        sift_down(words->items, left, 0);
    }
}

static int write_frequent(tkz_output *output, struct line *line, struct frequent_words *words)
{
    int code = EXIT_DONE;
    sort(words);
    for (size_t i = 0; code == EXIT_DONE && i < words->count; i++) {
        const struct frequent *item = &words->items[i];
        code = write_line(output, line, item->word, item->size, item->count);
    }
    return code;
}

/* ---- All of a table ---------------------------------------------------------- */

int write_words(tkz_output *output, tkz_word_table *table, uint64_t top)
{
    struct line line = {0};
    struct frequent_words frequent = {0};
    tkz_word word;
    tkz_error error;
    int code = EXIT_DONE;
    for (uint64_t place = 0; code == EXIT_DONE; place++) {
        int32_t done;
        tkz_status status = tkz_word_table_next(table, &word, &done, &error);
        if (status != TKZ_OK)
            code = message_failure(status, &error);
        else if (done)
            break;
        else if (top > 0)
            code = consider(&frequent, top, &word, place);
        else
            code = write_line(output, &line, word.bytes, word.size, word.count);
    }
    if (code == EXIT_DONE && top > 0)
        code = write_frequent(output, &line, &frequent);
    for (size_t i = 0; i < frequent.count; i++)
        free(frequent.items[i].word);
    free(frequent.items);
    free(line.text);
    return code;
}
