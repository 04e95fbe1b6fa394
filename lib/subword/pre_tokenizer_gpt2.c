/* SPDX-License-Identifier: Apache-2.0
 *
 * The pattern of GPT-2, which HF's ByteLevel pre-tokenizer applies by default
 * (openai/gpt-2: src/encoder.py). Leans on the character scanner.
 */
#include "subword/char_scan.h"
#include "subword/pre_tokenizer.h"

#define CLASSES (&tkz__class_table_16_0)

/* 's 't 're 've 'm 'll 'd; 0 if there is none at `text`, which starts with an apostrophe. */
static size_t contraction(const char *text, size_t size)
{
    if (size < 2)
        return 0;
    char first = text[1];
    if (first == 's' || first == 't' || first == 'm' || first == 'd')
        return 2;
    if (size < 3)
        return 0;
    char second = text[2];
    if (((first == 'r' || first == 'v') && second == 'e') || (first == 'l' && second == 'l'))
        return 3;
    return 0;
}

static size_t next(const char *text, size_t size)
{
    if (text[0] == '\'') {
        size_t length = contraction(text, size);
        if (length > 0)
            return length;
    }
    /* ` ?` and then a run of one class. */
    size_t start = text[0] == ' ' && size > 1 ? 1 : 0;
    size_t length;
    tkz__scan_class class = tkz__scan_character(CLASSES, text + start, size - start, &length);
    if (class != TKZ__SCAN_SPACE) {
        size_t at = start + length;
        return at + tkz__scan_run(CLASSES, text + at, size - at, class);
    }
    tkz__scan_blank blank = tkz__scan_white_space(CLASSES, text, size);
    return tkz__scan_blank_chunk(&blank, size);
}

extern const tkz__pre_tokenizer tkz__pre_tokenizer_gpt2;
const tkz__pre_tokenizer tkz__pre_tokenizer_gpt2 = {
    .info = {"gpt2",
             "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
             "16.0.0",
             "the pattern of GPT-2: words, numbers and signs, each with one space before it"},
    .next = next,
};
