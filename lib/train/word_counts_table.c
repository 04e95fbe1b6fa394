/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of counted words as a text file, written and read: the format is
 * doc/formats/word-counts.md. Leans on word_counts, core's buffer and text's UTF-8.
 */
#include <inttypes.h>
#include <string.h>

#include "core/buffer.h"
#include "text/utf8.h"
#include "train/word_counts.h"
#include "train/word_text.h"

#define MAGIC TKZ__WORD_TEXT_MAGIC
#define VERSION TKZ__WORD_TEXT_VERSION

/* ---- Writing ------------------------------------------------------------ */

static tkz_status write_table(tkz__buffer *buffer, tkz_word_counts *counts, tkz_error *error)
{
    uint64_t tokens;
    size_t count;
    const tkz__byte_map_entry *const *entries;
    const tkz__byte_map *map = tkz__word_counts_map(counts);
    tkz_status status = tkz__word_counts_sorted(counts, &entries, &count, error);
    tkz_word_counts_totals(counts, NULL, &tokens, NULL);
    if (status == TKZ_OK)
        status = tkz__buffer_append_format(
            buffer, error, MAGIC "\t" VERSION "\tpre_tokenizer=%s\ttypes=%zu\ttokens=%" PRIu64 "\n",
            tkz__word_counts_pre_tokenizer(counts)->name, count, tokens);
    for (size_t i = 0; status == TKZ_OK && i < count; i++) {
        status = tkz__buffer_append_format(buffer, error, "%" PRIu64 "\t", entries[i]->value);
        if (status == TKZ_OK)
            status = tkz__word_text_append(buffer, tkz__byte_map_key(map, entries[i]),
                                           entries[i]->key_size, error);
        if (status == TKZ_OK)
            status = tkz__buffer_append_byte(buffer, '\n', error);
    }
    return status;
}

tkz_status tkz_word_counts_serialize(tkz_word_counts *counts, tkz_bytes *bytes, tkz_error *error)
{
    tkz__buffer buffer;
    tkz__buffer_init(&buffer, &tkz__word_counts_map(counts)->allocator);
    tkz_status status = write_table(&buffer, counts, error);
    if (status == TKZ_OK)
        tkz__buffer_release(&buffer, bytes);
    tkz__buffer_free(&buffer);
    return status;
}

/* ---- Reading ------------------------------------------------------------ */

typedef struct table_reader {
    const char *data;
    size_t size;
    size_t start;  /* of the current line */
    size_t end;    /* of the current line, where its LF is */
    size_t place;  /* in the current line */
    uint64_t line; /* from 1 */
    tkz_error *error;
} table_reader;

/* Puts the line into the error that `status` came with. */
static tkz_status at_line(const table_reader *reader, tkz_status status)
{
    if (status != TKZ_OK && reader->error != NULL) {
        reader->error->line = reader->line < UINT32_MAX ? (uint32_t)reader->line : UINT32_MAX;
        reader->error->offset = reader->start;
    }
    return status;
}

static tkz_status complain(const table_reader *reader, tkz_status status, const char *message)
{
    return at_line(reader, tkz__error_set(reader->error, status, NULL, TKZ__NO_OFFSET, "%s",
                                          message));
}

/* Goes to the next line. */
static tkz_status next_line(table_reader *reader)
{
    reader->start = reader->place = reader->line == 0 ? 0 : reader->end + 1;
    reader->line++;
    const char *newline = memchr(reader->data + reader->start, '\n', reader->size - reader->start);
    if (newline == NULL)
        return complain(reader, TKZ_STATUS_TRUNCATED, "the last line has no line end");
    reader->end = (size_t)(newline - reader->data);
    return TKZ_OK;
}

/* Steps over `text` if it comes next. */
static bool skip(table_reader *reader, const char *text)
{
    size_t size = strlen(text);
    if (reader->end - reader->place < size ||
        memcmp(reader->data + reader->place, text, size) != 0)
        return false;
    reader->place += size;
    return true;
}

/* Reads a decimal number: no sign, no leading zero except for 0 itself. */
static tkz_status read_number(table_reader *reader, uint64_t *number)
{
    size_t first = reader->place;
    *number = 0;
    for (; reader->place < reader->end; reader->place++) {
        unsigned digit = (unsigned char)reader->data[reader->place] - (unsigned)'0';
        if (digit > 9)
            break;
        if (__builtin_mul_overflow(*number, 10u, number) ||
            __builtin_add_overflow(*number, digit, number))
            return complain(reader, TKZ_STATUS_OVERFLOW, "a number is above 2^64-1");
    }
    size_t length = reader->place - first;
    if (length == 0 || (length > 1 && reader->data[first] == '0'))
        return complain(reader, TKZ_STATUS_CORRUPT, "a decimal number was expected");
    return TKZ_OK;
}

/* Reads the word that fills the rest of the line into `word`. */
static tkz_status read_word(table_reader *reader, tkz__buffer *word)
{
    tkz__buffer_clear(word);
    /* Escapes only make it shorter. */
    tkz_status status = tkz__buffer_reserve(word, reader->end - reader->place, reader->error);
    if (status != TKZ_OK)
        return at_line(reader, status);
    while (reader->place < reader->end) {
        uint32_t character;
        const char *text = reader->data + reader->place;
        size_t length = tkz__utf8_decode(text, reader->end - reader->place, &character);
        if (character == '\t' || character == '\r')
            return complain(reader, TKZ_STATUS_CORRUPT,
                            "a tab or carriage return that is not escaped");
        if (character > 0x10FFFF)
            return complain(reader, TKZ_STATUS_CORRUPT, "bytes that are not UTF-8 nor escaped");
        if (character == '\\') {
            int byte = tkz__word_text_unescape(text, reader->end - reader->place, &length);
            reader->place += length;
            if (byte < 0)
                return complain(reader, TKZ_STATUS_CORRUPT, "unknown escape");
            word->data[word->size++] = (uint8_t)byte;
        } else {
            memcpy(word->data + word->size, text, length);
            word->size += length;
            reader->place += length;
        }
    }
    if (word->size == 0)
        return complain(reader, TKZ_STATUS_CORRUPT, "the word is empty");
    return TKZ_OK;
}

/* Reads "name=" and a number behind a tab. */
static tkz_status read_total(table_reader *reader, const char *field, uint64_t *total)
{
    if (!skip(reader, field))
        return complain(reader, TKZ_STATUS_CORRUPT, "the header lacks types= or tokens=");
    return read_number(reader, total);
}

/* Reads the header line and makes the empty table. */
static tkz_status read_header(table_reader *reader, tkz_word_counts **counts, uint64_t *types,
                              uint64_t *tokens, const tkz_allocator *allocator)
{
    char name[64];
    size_t magic = sizeof MAGIC - 1;
    if (reader->size < magic || memcmp(reader->data, MAGIC, magic) != 0) {
        reader->line = 1;
        return complain(reader, TKZ_STATUS_BAD_FORMAT, "this is not a table of word counts");
    }
    tkz_status status = next_line(reader);
    if (status != TKZ_OK)
        return status;
    if (!skip(reader, MAGIC "\t" VERSION "\t"))
        return complain(reader, TKZ_STATUS_BAD_VERSION,
                        "a table of word counts of another version than " VERSION);
    if (!skip(reader, "pre_tokenizer="))
        return complain(reader, TKZ_STATUS_CORRUPT, "the header lacks pre_tokenizer=");
    size_t length = 0;
    for (; reader->place < reader->end && reader->data[reader->place] != '\t'; reader->place++) {
        if (length + 1 >= sizeof name || reader->data[reader->place] == '\0')
            return complain(reader, TKZ_STATUS_NOT_FOUND, "no pre-tokenizer has such a name");
        name[length++] = reader->data[reader->place];
    }
    name[length] = '\0';
    status = read_total(reader, "\ttypes=", types);
    if (status == TKZ_OK)
        status = read_total(reader, "\ttokens=", tokens);
    if (status != TKZ_OK)
        return status;
    if (reader->place != reader->end)
        return complain(reader, TKZ_STATUS_CORRUPT, "the header has something behind tokens=");
    return at_line(reader, tkz_word_counts_new(counts, name, allocator, reader->error));
}

/* True if `word` comes behind the one that was added last. */
static bool ascends(const tkz_word_counts *counts, const tkz__buffer *word)
{
    const tkz__byte_map *map = tkz__word_counts_map(counts);
    if (map->count == 0)
        return true;
    const tkz__byte_map_entry *last = &map->entries[map->count - 1];
    size_t shorter = last->key_size < word->size ? last->key_size : word->size;
    int order = memcmp(tkz__byte_map_key(map, last), word->data, shorter);
    return order != 0 ? order < 0 : last->key_size < word->size;
}

static tkz_status read_entry(table_reader *reader, tkz_word_counts *counts, tkz__buffer *word)
{
    uint64_t count;
    tkz_status status = next_line(reader);
    if (status == TKZ_OK)
        status = read_number(reader, &count);
    if (status != TKZ_OK)
        return status;
    if (count == 0 || !skip(reader, "\t"))
        return complain(reader, TKZ_STATUS_CORRUPT, "a count above 0 and a tab were expected");
    status = read_word(reader, word);
    if (status != TKZ_OK)
        return status;
    if (!ascends(counts, word))
        return complain(reader, TKZ_STATUS_CORRUPT,
                        "the word is a duplicate or out of order (words ascend by their bytes)");
    return at_line(reader, tkz_word_counts_add(counts, (const char *)word->data, word->size, count,
                                               reader->error));
}

static tkz_status check_totals(table_reader *reader, const tkz_word_counts *counts, uint64_t types,
                               uint64_t tokens)
{
    uint64_t real_types, real_tokens;
    tkz_word_counts_totals(counts, &real_types, &real_tokens, NULL);
    if (types == real_types && tokens == real_tokens)
        return TKZ_OK;
    reader->line = 1;
    reader->start = 0;
    return at_line(reader,
                   tkz__error_set(reader->error, TKZ_STATUS_COUNTS_DISAGREE, NULL, TKZ__NO_OFFSET,
                                  "the header says types=%" PRIu64 " tokens=%" PRIu64
                                  ", the lines give types=%" PRIu64 " tokens=%" PRIu64,
                                  types, tokens, real_types, real_tokens));
}

tkz_status tkz_word_counts_parse(tkz_word_counts **counts, const void *data, size_t size,
                                 const tkz_allocator *allocator, tkz_error *error)
{
    table_reader reader = {.data = data, .size = size, .error = error};
    tkz_word_counts *made = NULL;
    tkz__buffer word;
    uint64_t types = 0, tokens = 0;
    *counts = NULL;
    tkz__buffer_init(&word, allocator);
    tkz_status status = read_header(&reader, &made, &types, &tokens, allocator);
    while (status == TKZ_OK && reader.end + 1 < size)
        status = read_entry(&reader, made, &word);
    if (status == TKZ_OK)
        status = check_totals(&reader, made, types, tokens);
    tkz__buffer_free(&word);
    if (status != TKZ_OK) {
        tkz_word_counts_free(made);
        return status;
    }
    *counts = made;
    return TKZ_OK;
}
