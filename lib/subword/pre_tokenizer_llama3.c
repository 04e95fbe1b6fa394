/* SPDX-License-Identifier: Apache-2.0
 *
 * The pattern of Llama 3, as its tokenizer.json has it: words with one sign or
 * space before them, numbers by three digits, signs, line ends, white space.
 * Leans on the character scanner.
 */
#include "subword/char_scan.h"
#include "subword/pre_tokenizer.h"

#define CLASSES (&tkz__class_table_16_0)

/* (?i:'s|'t|'re|'ve|'m|'ll|'d); 0 if there is none at `text`, which starts with an apostrophe.
 * Case-insensitive by Unicode: U+017F (C5 BF), the long s, folds to s. It is the only character
 * outside ASCII that folds to one of these letters. */
static size_t contraction(const char *text, size_t size)
{
    if (size < 2)
        return 0;
    char first = text[1] | 0x20;
    if (first == 's' || first == 't' || first == 'm' || first == 'd')
        return 2;
    if (size < 3)
        return 0;
    if ((uint8_t)text[1] == 0xC5 && (uint8_t)text[2] == 0xBF)
        return 3;
    char second = text[2] | 0x20;
    if (((first == 'r' || first == 'v') && second == 'e') || (first == 'l' && second == 'l'))
        return 3;
    return 0;
}

/* \p{N}{1,3}, of which `length` bytes are the first. */
static size_t number(const char *text, size_t size, size_t length)
{
    size_t at = length;
    for (int digits = 1; digits < 3 && at < size; digits++) {
        if (tkz__scan_character(CLASSES, text + at, size - at, &length) != TKZ__SCAN_NUMBER)
            break;
        at += length;
    }
    return at;
}

/* [^\s\p{L}\p{N}]+[\r\n]*, of which `at` bytes have been read. */
static size_t signs(const char *text, size_t size, size_t at)
{
    at += tkz__scan_run(CLASSES, text + at, size - at, TKZ__SCAN_OTHER);
    while (at < size && tkz__scan_is_newline(text[at]))
        at++;
    return at;
}

/* `\s*[\r\n]+` reaches to the last line end of the run of white space. */
static size_t white_space(const char *text, size_t size)
{
    tkz__scan_blank blank = tkz__scan_white_space(CLASSES, text, size);
    return blank.newline_end > 0 ? blank.newline_end : tkz__scan_blank_chunk(&blank, size);
}

static size_t next(const char *text, size_t size)
{
    if (text[0] == '\'') {
        size_t length = contraction(text, size);
        if (length > 0)
            return length;
    }
    size_t length;
    tkz__scan_class class = tkz__scan_character(CLASSES, text, size, &length);
    if (class == TKZ__SCAN_LETTER)
        return length + tkz__scan_run(CLASSES, text + length, size - length, TKZ__SCAN_LETTER);
    if (class == TKZ__SCAN_NUMBER)
        return number(text, size, length);

    /* Any other character but a line end may stand before a word, a space before signs. */
    if (!tkz__scan_is_newline(text[0]) && length < size) {
        size_t second;
        tkz__scan_class after = tkz__scan_character(CLASSES, text + length, size - length, &second);
        if (after == TKZ__SCAN_LETTER) {
            size_t at = length + second;
            return at + tkz__scan_run(CLASSES, text + at, size - at, TKZ__SCAN_LETTER);
        }
        if (text[0] == ' ' && after == TKZ__SCAN_OTHER)
            return signs(text, size, length + second);
    }
    return class == TKZ__SCAN_SPACE ? white_space(text, size) : signs(text, size, length);
}

extern const tkz__pre_tokenizer tkz__pre_tokenizer_llama3;
const tkz__pre_tokenizer tkz__pre_tokenizer_llama3 = {
    .info = {"llama3",
             "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
             " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
             "16.0.0",
             "the pattern of Llama 3: words with one sign or space before them, numbers by three "
             "digits, signs, line ends, white space"},
    .next = next,
};
