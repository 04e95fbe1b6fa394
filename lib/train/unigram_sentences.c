/* SPDX-License-Identifier: Apache-2.0
 *
 * Text as a Unigram trainer sees it. Leans on unigram_sentences.h and UTF-8.
 *
 * Follows sentencepiece 0.2.3: src/normalizer.cc (Normalize, with no rules), src/trainer_interface.cc
 * (LoadSentences).
 */
#include "train/unigram_sentences.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"
#include "train/unigram_required.h"

/* Most texts need counts of the first plane only. */
enum { FIRST_PLANE = 0x10000, CODE_POINTS = 0x110000, REPLACEMENT = 0xFFFD };

static const char space_mark[] = "\xE2\x96\x81";

/* ---- Symbols ---------------------------------------------------------------------------- */

static tkz_status add_meta(tkz__unigram_sentences *sentences, const void *text, size_t size,
                           tkz_error *error)
{
    uint64_t *value;
    if (size > sentences->longest_meta)
        sentences->longest_meta = size;
    return size == 0 ? TKZ_OK
                     : tkz__byte_map_insert(&sentences->meta, text, size, &value, NULL, error);
}

static tkz_status list_meta(tkz__unigram_sentences *sentences, const tkz_unigram_options *options,
                            tkz_error *error)
{
    const tkz__text_list *lists[] = {&options->control, &options->user};
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < TKZ__META_NAMES; i++)
        if (options->ids[i] >= 0)
            status = add_meta(sentences, options->names[i].data, options->names[i].size, error);
    for (size_t i = 0; i < 2; i++) {
        const char *text;
        size_t at = 0, size;
        while (status == TKZ_OK && tkz__text_list_next(lists[i], &at, &text, &size))
            status = add_meta(sentences, text, size, error);
    }
    for (unsigned byte = 0; status == TKZ_OK && options->byte_fallback && byte < 256; byte++) {
        char text[8];
        (void)snprintf(text, sizeof text, "<0x%02X>", byte);
        status = add_meta(sentences, text, 6, error);
    }
    return status;
}

/* Bytes of the longest symbol at the start of a text, 0 if there is none. */
static size_t find_meta(const tkz__unigram_sentences *sentences, const uint8_t *text, size_t size)
{
    size_t longest = size < sentences->longest_meta ? size : sentences->longest_meta;
    while (longest > 0 && tkz__byte_map_find(&sentences->meta, text, longest) == NULL)
        longest--;
    return longest;
}

/* ---- Lines ------------------------------------------------------------------------------- */

/* A line as sentencepiece's normalizer leaves it that has no rules. */
static tkz_status normalize(const tkz_unigram_options *options, const char *text, size_t size,
                            tkz__buffer *line, tkz_error *error)
{
    bool is_extra = options->remove_extra_whitespaces; /* would another space be? */
    bool has_prefix = options->add_dummy_prefix && !options->rules.space_is_suffix;
    tkz__buffer_clear(line);
    while (options->remove_extra_whitespaces && size > 0 && *text == ' ') {
        text++;
        size--;
    }
    if (size == 0)
        return TKZ_OK;
    tkz_status status =
        has_prefix ? tkz__buffer_append(line, space_mark, 3, error) : TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < size; i++) {
        if (text[i] != ' ')
            status = tkz__buffer_append_byte(line, (uint8_t)text[i], error);
        else if (!is_extra)
            status = tkz__buffer_append(line, space_mark, 3, error);
        is_extra = text[i] == ' ' && options->remove_extra_whitespaces;
    }
    if (options->remove_extra_whitespaces)
        while (line->size >= 3 && memcmp(line->data + line->size - 3, space_mark, 3) == 0)
            line->size -= 3;
    if (status == TKZ_OK && options->add_dummy_prefix && options->rules.space_is_suffix)
        status = tkz__buffer_append(line, space_mark, 3, error);
    return status;
}

struct reader {
    tkz__unigram_sentences *sentences;
    const tkz_unigram_options *options;
    uint64_t *counts; /* of characters below `counted` */
    uint32_t counted;
    uint64_t total;
    tkz__buffer line;
    uint32_t *characters;
    size_t capacity;
    bool is_first_meta[256]; /* bytes that symbols begin with */
    tkz_error *error;
};

/* Makes room for counts of all characters below `end`. */
static tkz_status reserve_counts(struct reader *reader, uint32_t end)
{
    const tkz_allocator *allocator = &reader->sentences->allocator;
    uint64_t *counts = tkz__allocate_zeroed(allocator, end * sizeof *counts);
    if (counts == NULL)
        return tkz__error_memory(reader->error, end * sizeof *counts);
    if (reader->counted > 0)
        memcpy(counts, reader->counts, reader->counted * sizeof *counts);
    tkz__release(allocator, reader->counts, reader->counted * sizeof *counts);
    reader->counts = counts;
    reader->counted = end;
    return TKZ_OK;
}

static uint64_t count_of(const struct reader *reader, uint32_t character)
{
    return character < reader->counted ? reader->counts[character] : 0;
}

static tkz_status decode_line(struct reader *reader, uint64_t count)
{
    const uint8_t *data = reader->line.data;
    size_t size = reader->line.size, length = 0;
    tkz_status status = tkz__array_reserve(&reader->sentences->allocator,
                                           (void **)&reader->characters, &reader->capacity, size,
                                           sizeof *reader->characters, reader->error);
    for (size_t at = 0; status == TKZ_OK && at < size;) {
        uint32_t character = reader->options->rules.boundary;
        size_t meta = 0;
        if (reader->is_first_meta[data[at]])
            meta = find_meta(reader->sentences, data + at, size - at);
        if (meta > 0)
            at += meta;
        else
            at += tkz__utf8_next((const char *)data + at, size - at, &character);
        if (character == TKZ__UTF8_INVALID)
            character = REPLACEMENT;
        reader->characters[length++] = character;
        if (character == 0)
            continue;
        if (character >= reader->counted)
            status = reserve_counts(reader, CODE_POINTS);
        if (status != TKZ_OK)
            break;
        reader->counts[character] += count;
        if (__builtin_add_overflow(reader->total, count, &reader->total))
            status = tkz__error_set(reader->error, TKZ_STATUS_OVERFLOW, NULL, TKZ__NO_OFFSET,
                                    "the characters of all lines are more than 2^64-1");
    }
    return status == TKZ_OK ? tkz__unigram_text_add(&reader->sentences->lines, reader->characters,
                                                    length, count, reader->error)
                            : status;
}

static bool has_mark(const char *text, size_t size)
{
    for (const char *at = text; (at = memchr(at, 0xE2, size - (size_t)(at - text))) != NULL; at++)
        if (size - (size_t)(at - text) >= 3 && memcmp(at, "\xE2\x96\x85", 3) == 0)
            return true;
    return false;
}

static tkz_status read_lines(struct reader *reader, const tkz_word_list *words)
{
    tkz_status status = TKZ_OK;
    uint64_t limit = reader->options->sentence_length;
    if (limit == UINT64_MAX && reader->options->compat != TKZ__COMPAT_NONE)
        limit = 4192; /* the default of sentencepiece's max_sentence_length */
    for (size_t i = 0; status == TKZ_OK && i < words->count; i++) {
        if (words->offsets[i + 1] < words->offsets[i])
            return tkz__error_set(reader->error, TKZ_STATUS_INVALID_ARGUMENT, NULL,
                                  TKZ__NO_OFFSET, "the offsets of words are not ascending");
        const char *text = words->data + words->offsets[i];
        size_t size = (size_t)(words->offsets[i + 1] - words->offsets[i]);
        while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r'))
            size--;
        if (size == 0 || words->counts[i] == 0)
            continue;
        if ((limit > 0 && size > limit) || has_mark(text, size)) {
            reader->sentences->skipped += words->counts[i];
            continue;
        }
        status = normalize(reader->options, text, size, &reader->line, reader->error);
        if (status == TKZ_OK && reader->line.size > 0)
            status = decode_line(reader, words->counts[i]);
    }
    return status;
}

/* ---- Alphabet ---------------------------------------------------------------------------- */

static int compare_characters(const void *left, const void *right)
{
    const tkz__unigram_character *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return a->character < b->character ? -1 : 1;
}

/* Marks the characters of a text in `is_required` and lists those that are not there. */
static size_t list_characters(const struct reader *reader, const uint8_t *text, size_t size, uint8_t *is_required,
                              tkz__unigram_character *list, size_t count)
{
    for (size_t at = 0; at < size;) {
        uint32_t character;
        at += tkz__utf8_next((const char *)text + at, size - at, &character);
        if (character == 0 || is_required[character])
            continue;
        is_required[character] = 1;
        list[count++] = (tkz__unigram_character){character, count_of(reader, character)};
    }
    return count;
}

/* Lists the required characters and those of required tokens in front. */
static size_t list_required(const struct reader *reader, uint8_t *is_required,
                            tkz__unigram_character *list)
{
    const tkz__buffer *required = &reader->options->required;
    const tkz__byte_map *tokens = &reader->options->required_tokens;
    size_t count = list_characters(reader, required->data, required->size, is_required, list, 0);
    count = list_characters(reader, tokens->keys, tokens->key_size, is_required, list, count);
    qsort(list, count, sizeof *list, compare_characters);
    return count;
}

/* The characters that are required, then the most frequent, until they cover the share that is asked
 * for; sentencepiece's sums are of 32 bits, and it leaves out required ones too where others are enough. */
static size_t choose_characters(const struct reader *reader, tkz__unigram_character *list, size_t count, size_t required)
{
    size_t least = reader->options->required_tokens.count > 0 ? required : 0;
    uint32_t boundary = reader->options->rules.boundary;
    uint64_t covered = 0;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        float share = (float)(1.0 * (double)covered / (double)reader->total);
        if (i >= least && share >= (float)reader->options->character_coverage)
            break;
        covered += list[i].count;
        if (list[i].character != boundary)
            list[kept++] = list[i];
    }
    return kept;
}

static tkz_status choose_alphabet(struct reader *reader)
{
    tkz__unigram_sentences *sentences = reader->sentences;
    size_t different = reader->options->required.size + reader->options->required_tokens.key_size;
    uint8_t *is_known = tkz__allocate_zeroed(&sentences->allocator, CODE_POINTS);
    for (uint32_t i = 0; i < reader->counted; i++)
        different += reader->counts[i] > 0;
    tkz__unigram_character *list =
        tkz__allocate_array(&sentences->allocator, different, sizeof *list);
    sentences->alphabet = list;
    sentences->alphabet_capacity = different;
    if (is_known == NULL || list == NULL) {
        tkz__release(&sentences->allocator, is_known, CODE_POINTS);
        return tkz__error_memory(reader->error, different * sizeof *list);
    }
    size_t required = list_required(reader, is_known, list), count = required;
    for (uint32_t i = 0; i < reader->counted; i++)
        if (reader->counts[i] > 0 && !is_known[i] && !tkz__unigram_is_forbidden(reader->options, &i, 1))
            list[count++] = (tkz__unigram_character){i, reader->counts[i]};
    qsort(list + required, count - required, sizeof *list, compare_characters);
    count = choose_characters(reader, list, count, required);
    qsort(list, count, sizeof *list, compare_characters);
    sentences->alphabet_count = count;
    memset(is_known, 0, CODE_POINTS);
    for (size_t i = 0; i < count; i++)
        is_known[list[i].character] = 1;
    uint32_t *characters = sentences->lines.characters;
    for (size_t at = 0; at < sentences->lines.size; at++)
        if (!is_known[characters[at]])
            characters[at] = TKZ__PIECE_UNKNOWN;
    tkz__release(&sentences->allocator, is_known, CODE_POINTS);
    return TKZ_OK;
}

static tkz_status read_all(struct reader *reader, const tkz_word_list *words)
{
    tkz__unigram_sentences *sentences = reader->sentences;
    tkz_status status = list_meta(sentences, reader->options, reader->error);
    for (size_t i = 0; i < sentences->meta.count; i++)
        reader->is_first_meta[*tkz__byte_map_key(&sentences->meta, &sentences->meta.entries[i])] =
            true;
    if (status == TKZ_OK)
        status = reserve_counts(reader, FIRST_PLANE);
    if (status == TKZ_OK)
        status = read_lines(reader, words);
    if (status == TKZ_OK && reader->total == 0)
        status = tkz__error_set(reader->error, TKZ_STATUS_EMPTY_INPUT, NULL, TKZ__NO_OFFSET,
                                "there is no line to train on%s",
                                sentences->skipped > 0 ? ": all are too long or hold U+2585" : "");
    if (status == TKZ_OK)
        status = choose_alphabet(reader);
    return status == TKZ_OK ? tkz__unigram_required_list(sentences, reader->options, reader->error) : status;
}

tkz_status tkz__unigram_sentences_init(tkz__unigram_sentences *sentences,
                                       const tkz_unigram_options *options,
                                       const tkz_word_list *words, const tkz_allocator *allocator,
                                       tkz_error *error)
{
    memset(sentences, 0, sizeof *sentences);
    sentences->allocator = *allocator;
    tkz__unigram_text_init(&sentences->lines, allocator);
    tkz__unigram_text_init(&sentences->required, allocator);
    tkz__byte_map_init(&sentences->meta, allocator);
    struct reader reader = {.sentences = sentences, .options = options, .error = error};
    tkz__buffer_init(&reader.line, allocator);
    tkz_status status = read_all(&reader, words);
    tkz__buffer_free(&reader.line);
    tkz__release_array(allocator, reader.characters, reader.capacity, sizeof *reader.characters);
    tkz__release(allocator, reader.counts, reader.counted * sizeof *reader.counts);
    if (status != TKZ_OK)
        tkz__unigram_sentences_free(sentences);
    return status;
}

void tkz__unigram_sentences_free(tkz__unigram_sentences *sentences)
{
    tkz__unigram_text_free(&sentences->lines);
    tkz__unigram_text_free(&sentences->required);
    tkz__byte_map_free(&sentences->meta);
    tkz__release_array(&sentences->allocator, sentences->alphabet, sentences->alphabet_capacity,
                       sizeof *sentences->alphabet);
    sentences->alphabet = NULL;
    sentences->alphabet_capacity = sentences->alphabet_count = 0;
}

/* ---- Segments ------------------------------------------------------------------------------ */

static tkz_status count_segment(tkz__byte_map *map, const uint32_t *characters, size_t size,
                                uint64_t count, tkz_error *error)
{
    uint64_t *value;
    if (size == 0)
        return TKZ_OK;
    tkz_status status =
        tkz__byte_map_insert(map, characters, size * sizeof *characters, &value, NULL, error);
    if (status == TKZ_OK && __builtin_add_overflow(*value, count, value))
        return tkz__error_set(error, TKZ_STATUS_OVERFLOW, NULL, TKZ__NO_OFFSET,
                              "a word occurs more than 2^64-1 times");
    return status;
}

static tkz_status give_segments(const tkz__byte_map *map, tkz__unigram_text *text,
                                tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < map->count; i++) {
        const tkz__byte_map_entry *entry = &map->entries[i];
        /* Keys follow each other, all of whole characters, so that each is aligned. */
        const uint32_t *characters = (const uint32_t *)(const void *)tkz__byte_map_key(map, entry);
        status = tkz__unigram_text_add(text, characters, entry->key_size / sizeof *characters,
                                       entry->value, error);
    }
    return status;
}

tkz_status tkz__unigram_sentences_cut(const tkz__unigram_sentences *sentences,
                                      const tkz_unigram_options *options, tkz__unigram_text *text,
                                      tkz_error *error)
{
    const tkz__unigram_text *lines = &sentences->lines;
    const tkz__piece_rules *rules = &options->rules;
    const uint32_t *characters = lines->characters;
    tkz__byte_map map;
    tkz_status status = TKZ_OK;
    tkz__byte_map_init(&map, &sentences->allocator);
    for (size_t i = 0; status == TKZ_OK && i < lines->count; i++) {
        uint64_t start = lines->starts[i], end = lines->starts[i + 1];
        for (uint64_t at = start; status == TKZ_OK && at <= end; at++) {
            bool is_wall = at < end && tkz__piece_rules_refuse(rules, characters[at]);
            bool is_border = at == end || is_wall ||
                             (at > start && tkz__piece_rules_part(rules, characters[at - 1],
                                                                  characters[at]));
            if (!is_border)
                continue;
            status = count_segment(&map, characters + start, (size_t)(at - start),
                                   lines->counts[i], error);
            start = at + is_wall;
        }
    }
    if (status == TKZ_OK)
        status = give_segments(&map, text, error);
    tkz__byte_map_free(&map);
    return status;
}

/* Does a word of sentencepiece begin at `at`? `start` is that of the line. */
static bool starts_word(const tkz__piece_rules *rules, const uint32_t *characters, uint64_t start,
                        uint64_t at)
{
    if (at == start)
        return true;
    bool is_space = characters[at] == TKZ__PIECE_SPACE;
    bool before_space = characters[at - 1] == TKZ__PIECE_SPACE;
    if (rules->space_is_suffix)
        return before_space && (!rules->keep_spaces || !is_space);
    return is_space && (!rules->keep_spaces || !before_space);
}

typedef struct counted_word {
    const uint32_t *characters;
    size_t size;
    uint64_t count;
} counted_word;

/* By count, then by text: UTF-8 has the order of code points. */
static int compare_words(const void *left, const void *right)
{
    const counted_word *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    size_t size = a->size < b->size ? a->size : b->size;
    for (size_t i = 0; i < size; i++)
        if (a->characters[i] != b->characters[i])
            return a->characters[i] < b->characters[i] ? -1 : 1;
    return a->size < b->size ? -1 : a->size > b->size;
}

static tkz_status sort_words(const tkz__byte_map *map, tkz__unigram_text *text, tkz_error *error)
{
    counted_word *list = tkz__allocate_array(&map->allocator, map->count, sizeof *list);
    tkz_status status = TKZ_OK;
    if (list == NULL)
        return tkz__error_memory(error, map->count * sizeof *list);
    for (size_t i = 0; i < map->count; i++) {
        const tkz__byte_map_entry *entry = &map->entries[i];
        list[i] = (counted_word){(const uint32_t *)(const void *)tkz__byte_map_key(map, entry),
                                 entry->key_size / sizeof(uint32_t), entry->value};
    }
    qsort(list, map->count, sizeof *list, compare_words);
    for (size_t i = 0; status == TKZ_OK && i < map->count; i++)
        status = tkz__unigram_text_add(text, list[i].characters, list[i].size, list[i].count,
                                       error);
    tkz__release_array(&map->allocator, list, map->count, sizeof *list);
    return status;
}

tkz_status tkz__unigram_sentences_words(const tkz__unigram_sentences *sentences,
                                        const tkz_unigram_options *options,
                                        tkz__unigram_text *text, tkz_error *error)
{
    const tkz__unigram_text *lines = &sentences->lines;
    tkz__byte_map map;
    tkz_status status = TKZ_OK;
    tkz__byte_map_init(&map, &sentences->allocator);
    for (size_t i = 0; status == TKZ_OK && i < lines->count; i++) {
        uint64_t first = lines->starts[i], start = first, end = lines->starts[i + 1];
        for (uint64_t at = first + 1; status == TKZ_OK && at <= end; at++) {
            if (at < end && !starts_word(&options->rules, lines->characters, first, at))
                continue;
            status = count_segment(&map, lines->characters + start, (size_t)(at - start),
                                   lines->counts[i], error);
            start = at;
        }
    }
    if (status == TKZ_OK)
        status = sort_words(&map, text, error);
    tkz__byte_map_free(&map);
    return status;
}
