/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts by the class table, and the count. Leans on char_class and utf8.
 */
#include "pipeline/script_mix.h"

#include <string.h>

#include "text/char_class.h"
#include "text/utf8.h"

const char *const tkz__script_part_names[TKZ__SCRIPT_PARTS] = {
    "hiragana", "katakana", "han",         "latin",  "hangul",      "cyrillic", "greek",
    "letter",   "number",   "emoji", "punctuation", "symbol", "white_space", "other"};

static tkz__script_part part_of(uint32_t character)
{
    static const struct {
        char code[5];
        tkz__script_part part;
    } scripts[] = {{"Latn", TKZ__PART_LATIN},
                   {"Hang", TKZ__PART_HANGUL},
                   {"Cyrl", TKZ__PART_CYRILLIC},
                   {"Grek", TKZ__PART_GREEK}};
    uint32_t flags = tkz__char_flags(&tkz__class_table_16_0, character);
    const tkz__class_record *record = tkz__char_record(&tkz__class_table_16_0, character);
    if (flags & TKZ__CHAR_HIRAGANA)
        return TKZ__PART_HIRAGANA;
    if (flags & TKZ__CHAR_KATAKANA)
        return TKZ__PART_KATAKANA;
    if (flags & TKZ__CHAR_HAN)
        return TKZ__PART_HAN;
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++)
        if (strcmp(tkz__script_codes[record->script], scripts[i].code) == 0)
            return scripts[i].part;
    if (flags & (TKZ__CHAR_LETTER | TKZ__CHAR_MARK))
        return TKZ__PART_OTHER_LETTER;
    if (flags & TKZ__CHAR_NUMBER)
        return TKZ__PART_NUMBER;
    if ((flags & TKZ__CHAR_EMOJI) && character >= 0x2000) /* not (c) and (r) */
        return TKZ__PART_EMOJI;
    return flags & TKZ__CHAR_PUNCTUATION   ? TKZ__PART_PUNCTUATION
           : flags & TKZ__CHAR_SYMBOL      ? TKZ__PART_SYMBOL
           : flags & TKZ__CHAR_WHITE_SPACE ? TKZ__PART_WHITE_SPACE
                                           : TKZ__PART_OTHER;
}

void tkz__script_table_init(tkz__script_table *table)
{
    for (uint32_t character = 0; character < TKZ__SCRIPT_PLANE; character++)
        table->parts[character] = (uint8_t)part_of(character);
}

uint64_t tkz__script_mix_add(const tkz__script_table *table, const char *text, size_t size,
                             uint64_t counts[TKZ__SCRIPT_PARTS])
{
    enum { CHUNK = 4096, SIDES = 4 };
    uint32_t chunk[CHUNK];
    uint32_t histogram[SIDES][TKZ__SCRIPT_PARTS]; /* side by side, lest one step waits for another */
    uint64_t total = 0;
    for (size_t at = 0, read; at < size; at += read) {
        size_t count = tkz__utf8_decode_run(text + at, size - at, chunk, CHUNK, &read);
        memset(histogram, 0, sizeof histogram);
        for (size_t i = 0; i < count; i++)
            histogram[i % SIDES][chunk[i] < TKZ__SCRIPT_PLANE ? table->parts[chunk[i]]
                                                              : (uint8_t)part_of(chunk[i])]++;
        for (size_t part = 0; part < TKZ__SCRIPT_PARTS; part++)
            for (size_t side = 0; side < SIDES; side++)
                counts[part] += histogram[side][part];
        total += count;
    }
    return total;
}
