/* SPDX-License-Identifier: Apache-2.0
 *
 * Words as text. Leans on core's buffer and text's UTF-8.
 */
#include "train/word_text.h"

#include <inttypes.h>
#include <string.h>

#include "text/utf8.h"

/* Characters that are written as a backslash and the letter at the same place. */
static const char escaped[4] = {'\\', '\t', '\n', '\r'};
static const char letters[4] = {'\\', 't', 'n', 'r'};

static int hexadecimal(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    return -1;
}

int tkz__word_text_unescape(const char *text, size_t size, size_t *length)
{
    *length = 0;
    if (size < 2)
        return -1;
    const char *letter = memchr(letters, text[1], sizeof letters);
    if (letter != NULL) {
        *length = 2;
        return (uint8_t)escaped[letter - letters];
    }
    if (text[1] != 'x' || size < 4)
        return -1;
    int high = hexadecimal(text[2]), low = hexadecimal(text[3]);
    if (high < 0 || low < 0)
        return -1;
    *length = 4;
    return high * 16 + low;
}

size_t tkz_word_escape(const char *word, size_t size, char *target, size_t capacity)
{
    static const char digits[] = "0123456789abcdef";
    size_t used = 0;
    for (size_t i = 0; i < size;) {
        uint32_t character;
        size_t length = tkz__utf8_decode(word + i, size - i, &character);
        char form[4];
        const char *bytes = word + i;
        size_t written = length;
        const char *special =
            character > 127 ? NULL : memchr(escaped, (int)character, sizeof escaped);
        if (special != NULL) {
            form[0] = '\\';
            form[1] = letters[special - escaped];
            bytes = form;
            written = 2;
        } else if (character > 0x10FFFF) {
            form[0] = '\\';
            form[1] = 'x';
            form[2] = digits[(uint8_t)word[i] >> 4];
            form[3] = digits[(uint8_t)word[i] & 15];
            bytes = form;
            written = 4;
        }
        for (size_t k = 0; k < written && used + k < capacity; k++)
            target[used + k] = bytes[k];
        used += written;
        i += length;
    }
    return used;
}

tkz_status tkz__word_text_append(tkz__buffer *buffer, const uint8_t *word, size_t size,
                                 tkz_error *error)
{
    /* No byte takes more than the four of \xHH. */
    size_t room;
    if (!tkz__size_multiply(size, 4, &room))
        return tkz__error_memory(error, SIZE_MAX);
    tkz_status status = tkz__buffer_reserve(buffer, room, error);
    if (status == TKZ_OK)
        buffer->size += tkz_word_escape((const char *)word, size,
                                        (char *)buffer->data + buffer->size, room);
    return status;
}

static tkz_status append_line(tkz__buffer *lines, const tkz__word_entry *entry,
                              uint32_t source_count, tkz_error *error)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < source_count; i++)
        count += entry->counts[i]; /* fits: who added up the totals has checked it */
    tkz_status status = tkz__buffer_append_format(lines, error, "%" PRIu64 "\t", count);
    if (status == TKZ_OK)
        status = tkz__word_text_append(lines, entry->word, entry->size, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_byte(lines, '\n', error);
    return status;
}

static tkz_status write_lines(tkz_output *output, tkz__buffer *lines, uint32_t source_count,
                              tkz__word_stream words, tkz_error *error)
{
    enum { ENOUGH = 1 << 16 };
    tkz__word_entry entry;
    bool done = false;
    for (;;) {
        tkz_status status = words.next(words.context, &entry, &done, error);
        if (status == TKZ_OK && !done)
            status = append_line(lines, &entry, source_count, error);
        if (status == TKZ_OK && (done || lines->size >= ENOUGH)) {
            status = tkz_output_write(output, lines->data, lines->size, error);
            tkz__buffer_clear(lines);
        }
        if (status != TKZ_OK || done)
            return status;
    }
}

tkz_status tkz__word_text_write(tkz_output *output, const tkz__word_head *head,
                                const tkz_word_totals *totals, tkz__word_stream words,
                                const tkz_allocator *allocator, tkz_error *error)
{
    tkz__buffer lines;
    tkz__buffer_init(&lines, allocator);
    tkz_status status = tkz__buffer_append_format(
        &lines, error,
        TKZ__WORD_TEXT_MAGIC "\t" TKZ__WORD_TEXT_VERSION "\tpre_tokenizer=%s\ttypes=%" PRIu64
                             "\ttokens=%" PRIu64 "\n",
        head->facts[TKZ__WORD_PRE_TOKENIZER], totals->types, totals->tokens);
    if (status == TKZ_OK)
        status = write_lines(output, &lines, head->source_count, words, error);
    tkz__buffer_free(&lines);
    return status;
}
