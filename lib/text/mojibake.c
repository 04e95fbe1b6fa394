/* SPDX-License-Identifier: Apache-2.0
 *
 * Recognising what a wrong charset made of a text. Leans on charset_models, cp932_table
 * and utf8.
 *
 * A stretch is turned back into the bytes it was and read in the right charset, unit by
 * unit. It counts as broken only if all of that is valid, if it is Japanese, and if the
 * characters before are so much rarer than those after that chance is out of question.
 */
#include <string.h>

#include "text/charset_models.h"
#include "text/cp932_table.h"
#include "text/mojibake.h"
#include "text/utf8.h"
#include "tokenize/text.h"

/* Least characters of JIS X 0208 that must come to light in a stretch. One alone happens: half-width
 * kana and signs of Western European languages side by side are common enough. EUC-JP has no form
 * that would show: sound half-width kana amid ideographs gave up to five. */
#define JAPANESE_LEAST 2
#define EUC_JAPANESE_LEAST 6
/* By how many bits the repaired text must be likelier, over all and for each of its characters.
 * Sound half-width kana read as EUC-JP come to within 3 bits of it. */
#define MARGIN 16
#define MARGIN_EACH 3
/* EUC-JP besides: 1.4 times likelier. Real text is so by 1.5 and more, half-width kana by 1.25. */
#define EUC_RATIO_BELOW 10
#define EUC_RATIO_ABOVE 14

/* Kana and punctuation of EUC-JP: of ten characters that come to light, so many at least. Where there
 * is a character of two bytes of cp932 among the source's, fewer: sound half-width kana hardly stand
 * next to the few ideographs that have the form. */
#define EUC_KANA_LEAST 5
#define EUC_KANA_LEAST_WIDE 2

/* Bits for characters outside the models, before and after. */
#define BITS_ASCII 5
#define BITS_LATIN 10
#define BITS_OTHER 17
#define BITS_HALF_WIDTH_RUN 8

/* Characters 80..9F of windows-1252; 0 where it has none and C1 controls stand. */
static const uint16_t latin_specials[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

/* The byte of a character in windows-1252, with ISO 8859-1's controls where it has none; or 0x100.
 * Programs differ: 82 may have become U+201A or U+0082. */
static uint32_t latin_byte(uint32_t character)
{
    if (character < 0x100)
        return character;
    if (character < 0x152 || character > 0x2122)
        return 0x100;
    for (uint32_t i = 0; i < 32; i++)
        if (latin_specials[i] == character)
            return 0x80 + i;
    return 0x100;
}

/* The code that is `index` codes behind lead byte `lead` and 40: every lead has 188. */
static uint32_t code_behind(uint32_t lead, uint32_t index)
{
    uint32_t trail = index % 188;

    return (lead + index / 188) << 8 | (trail + 0x40 + (trail >= 63));
}

/* The code of a character in cp932; 0xFFFF when it has none. ASCII is itself. The single bytes 80, A0
 * and FD..FF are U+0080, U+00A0 or U+F8F0, and U+F8F1..F8F3 to Windows and Python. The user-defined
 * rows F040..F9FC are U+E000..E757 in order: they count because EUC-JP's ん ends in F3, which makes
 * one of them of the byte behind it. */
static uint32_t cp932_code(uint32_t character)
{
    uint32_t code;

    if (character <= 0x80 || character == 0xA0)
        return character;
    if (character >= TKZ__USER_DEFINED_FIRST && character <= TKZ__USER_DEFINED_LAST)
        return code_behind(0xF0, character - TKZ__USER_DEFINED_FIRST);
    if (character >= 0xF8F0 && character <= 0xF8F3)
        return character == 0xF8F0 ? 0xA0 : character - 0xF8F1 + 0xFD;
    code = tkz__cp932_code(character);
    return code != 0 ? code : 0xFFFF;
}

/* The 360 kanji of ED40..EEEC are at FA5C..FC4B a second time, in the same order. The table knows
 * the first place of them. */
static bool has_second_code(uint32_t code)
{
    return code >= 0xED40 && code <= 0xEEEC;
}

static uint32_t second_code(uint32_t code)
{
    return code_behind(0xFA, (uint32_t)(tkz__jis_index(code >> 8, code & 0xFF) -
                                        tkz__jis_index(0xED, 0x40)) + 0x5C - 0x40);
}

/* Surprise of a character in Japanese text. */
static uint32_t bits_of(uint32_t character, bool after_half_width)
{
    uint32_t code;

    if (character < 0x80)
        return BITS_ASCII;
    code = tkz__cp932_code(character);
    if (code >= 0xA1 && code <= 0xDF)
        return tkz__model_half_width[code - 0xA1] + (after_half_width ? 0 : BITS_HALF_WIDTH_RUN);
    if (code >= 0x8140 && code < 0xF000)
        return tkz__model_bits(tkz__model_japanese, tkz__jis_index(code >> 8, code & 0xFF));
    return character < 0x250 ? BITS_LATIN : BITS_OTHER;
}

/* ---- From characters back to bytes ------------------------------------- */

/* The bytes of one character of the source. */
typedef struct source_bytes {
    size_t source_size;
    size_t characters;
    size_t size;
    bool has_second; /* what `bytes` could be otherwise */
    uint8_t bytes[2];
} source_bytes;

static bool latin_bytes(const char *text, size_t size, source_bytes *source)
{
    uint32_t character;
    uint32_t byte;

    source->source_size = tkz__utf8_next(text, size, &character);
    byte = character == TKZ__UTF8_INVALID ? 0x100 : latin_byte(character);
    source->characters = 1;
    source->size = 1;
    source->bytes[0] = (uint8_t)byte;
    return byte < 0x100;
}

/* Of a text whose characters are themselves UTF-8 read as windows-1252: the byte of the character
 * that two or three of them stand for. */
static bool twice_bytes(const char *text, size_t size, source_bytes *source)
{
    char inner[4];
    size_t length = 0;
    size_t at = 0;
    size_t wanted;
    uint32_t character;
    uint32_t byte;

    do {
        source_bytes one;

        if (at == size || !latin_bytes(text + at, size - at, &one))
            return false;
        inner[length++] = (char)one.bytes[0];
        at += one.source_size;
        wanted = (uint8_t)inner[0] < 0x80 ? 1 : (uint8_t)inner[0] < 0xE0 ? 2 : 3;
    } while (length < wanted);
    tkz__utf8_next(inner, length, &character);
    byte = character == TKZ__UTF8_INVALID ? 0x100 : latin_byte(character);
    source->source_size = at;
    source->characters = length;
    source->size = 1;
    source->bytes[0] = (uint8_t)byte;
    return byte < 0x100;
}

static bool cp932_bytes(const char *text, size_t size, bool take_second, source_bytes *source)
{
    uint32_t character;
    uint32_t code;

    source->source_size = tkz__utf8_next(text, size, &character);
    code = character == TKZ__UTF8_INVALID ? 0xFFFF : cp932_code(character);
    source->has_second = has_second_code(code);
    if (source->has_second && take_second)
        code = second_code(code);
    source->characters = 1;
    source->size = code > 0xFF ? 2 : 1;
    source->bytes[0] = (uint8_t)(code > 0xFF ? code >> 8 : code);
    source->bytes[1] = (uint8_t)code;
    return code != 0xFFFF;
}

static bool bytes_of(tkz__mojibake_kind kind, const char *text, size_t size, bool take_second,
                     source_bytes *source)
{
    source->has_second = false;
    switch (kind) {
    case TKZ__MOJIBAKE_UTF_8_AS_LATIN:
        return latin_bytes(text, size, source);
    case TKZ__MOJIBAKE_UTF_8_TWICE:
        return twice_bytes(text, size, source);
    default:
        return cp932_bytes(text, size, take_second, source);
    }
}

/* ---- From bytes to what they were -------------------------------------- */

enum progress { PROGRESS_BAD, PROGRESS_MORE, PROGRESS_DONE };

/* The first character of `bytes`: its length, and PROGRESS_MORE if it is cut off. */
static enum progress read_utf_8(const uint8_t *bytes, size_t size, uint32_t *character,
                                size_t *length)
{
    uint8_t lead = bytes[0];

    *length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (*length == 0 || lead > 0xF4)
        return PROGRESS_BAD;
    for (size_t i = 1; i < *length && i < size; i++)
        if ((bytes[i] & 0xC0) != 0x80)
            return PROGRESS_BAD;
    if (size < *length)
        return PROGRESS_MORE;
    tkz__utf8_decode((const char *)bytes, *length, character);
    return *character == TKZ__UTF8_INVALID ? PROGRESS_BAD : PROGRESS_DONE;
}

static enum progress read_euc_jp(const uint8_t *bytes, size_t size, uint32_t *character,
                                 size_t *length)
{
    if (bytes[0] < 0x80) {
        *character = bytes[0];
        *length = 1;
        return PROGRESS_DONE;
    }
    *length = 2;
    if (bytes[0] < 0xA1 || bytes[0] == 0xFF)
        return PROGRESS_BAD;
    if (size < 2)
        return PROGRESS_MORE;
    if (bytes[1] < 0xA1 || bytes[1] == 0xFF)
        return PROGRESS_BAD;
    *character = tkz__jis_characters[(bytes[0] - 0xA1u) * 94 + (bytes[1] - 0xA1u)];
    return *character == 0 ? PROGRESS_BAD : PROGRESS_DONE;
}

/* Counts a character that came to light. */
static void count_after(tkz__mojibake_unit *unit, uint32_t character)
{
    uint32_t code = tkz__cp932_code(character);

    unit->bits_after += bits_of(character, false);
    /* Greek, Cyrillic and signs prove nothing, nor does small u, which is two middle dots: half-width
     * ones stand in rows. */
    if (code < 0x8140 || character < 0x3000 || character == 0x30A5)
        return;
    unit->japanese++;
    /* Rows 1, 4 and 5: punctuation, hiragana, katakana. */
    unit->kana += code < 0x819F || (code >= 0x829F && code <= 0x8396);
}

/* `take_second`: of the characters that have two codes, the second. `*has_second`: there are some. */
static bool read_unit(tkz__mojibake_kind kind, const char *text, size_t size, bool take_second,
                      tkz__mojibake_unit *unit, bool *has_second)
{
    uint8_t bytes[TKZ__MOJIBAKE_UNIT + 2];
    size_t filled = 0;
    size_t done = 0;
    bool after_half_width = false;

    memset(unit, 0, offsetof(tkz__mojibake_unit, text));
    unit->characters = 0;
    unit->bits_before = 0;
    unit->bits_after = 0;
    unit->japanese = 0;
    unit->kana = 0;
    unit->wide = 0;
    *has_second = false;
    do {
        source_bytes source;
        uint32_t character;
        size_t length;
        enum progress progress = PROGRESS_MORE;

        if (unit->source_size == size || filled > TKZ__MOJIBAKE_UNIT - 2 ||
            !bytes_of(kind, text + unit->source_size, size - unit->source_size, take_second,
                      &source))
            return false;
        *has_second |= source.has_second;
        for (size_t at = 0; at < source.source_size;) {
            at += tkz__utf8_next(text + unit->source_size + at, source.source_size - at,
                                 &character);
            unit->bits_before += bits_of(character, after_half_width);
            after_half_width = character >= 0xFF61 && character <= 0xFF9F;
        }
        unit->source_size += source.source_size;
        unit->characters += source.characters;
        unit->wide += source.size == 2;
        memcpy(bytes + filled, source.bytes, source.size);
        filled += source.size;
        while (done < filled) {
            progress = kind == TKZ__MOJIBAKE_EUC_JP_AS_CP932
                           ? read_euc_jp(bytes + done, filled - done, &character, &length)
                           : read_utf_8(bytes + done, filled - done, &character, &length);
            if (progress != PROGRESS_DONE)
                break;
            done += length;
            count_after(unit, character);
            unit->size += tkz__utf8_encode(character, unit->text + unit->size);
        }
        if (progress == PROGRESS_BAD)
            return false;
    } while (done < filled);
    return true;
}

bool tkz__mojibake_unit_at(tkz__mojibake_kind kind, const char *text, size_t size,
                           tkz__mojibake_unit *unit)
{
    bool has_second;
    bool found = read_unit(kind, text, size, false, unit, &has_second);
    tkz__mojibake_unit other;

    /* UTF-8 has no bytes FA..FC. In EUC-JP 建 is B7 FA, so that the choice counts: the likelier one
     * for its length is taken. */
    if (has_second && kind == TKZ__MOJIBAKE_EUC_JP_AS_CP932 &&
        read_unit(kind, text, size, true, &other, &has_second) &&
        (!found || other.bits_after * unit->source_size < unit->bits_after * other.source_size)) {
        *unit = other;
        found = true;
    }
    return found;
}

/* ---- Stretches --------------------------------------------------------- */

/* As far as units of `kind` go; 0 if what they were is not likelier. */
static size_t stretch_size(tkz__mojibake_kind kind, const char *text, size_t size,
                           size_t *characters, size_t *looked_at)
{
    uint64_t before = 0;
    uint64_t after = 0;
    uint64_t japanese = 0;
    uint64_t kana = 0;
    uint64_t wide = 0;
    size_t counted = 0;
    size_t end = 0; /* of the last unit that is not ASCII */
    size_t at = 0;
    tkz__mojibake_unit unit;

    *characters = 0;
    while (at < size && tkz__mojibake_unit_at(kind, text + at, size - at, &unit)) {
        at += unit.source_size;
        before += unit.bits_before;
        after += unit.bits_after;
        japanese += unit.japanese;
        kana += unit.kana;
        wide += unit.wide;
        counted += unit.characters;
        if (unit.source_size > 1) {
            end = at;
            *characters = counted;
        }
    }
    *looked_at = end;
    if (japanese < (kind == TKZ__MOJIBAKE_EUC_JP_AS_CP932 ? EUC_JAPANESE_LEAST : JAPANESE_LEAST) ||
        before < after + MARGIN + MARGIN_EACH * japanese)
        return 0;
    if (kind == TKZ__MOJIBAKE_EUC_JP_AS_CP932 &&
        (kana * 10 < japanese * (wide > 0 ? EUC_KANA_LEAST_WIDE : EUC_KANA_LEAST) ||
         before * EUC_RATIO_BELOW < after * EUC_RATIO_ABOVE))
        return 0;
    return end;
}

/* True when the first character stands for a byte 80..BF, or for the first of the two bytes of one. */
static bool latin_continues(const char *text, size_t size)
{
    source_bytes source;

    return size > 0 && latin_bytes(text, size, &source) &&
           ((source.bytes[0] & 0xC0) == 0x80 || source.bytes[0] == 0xC2 || source.bytes[0] == 0xC3 ||
            source.bytes[0] == 0xC5 || source.bytes[0] == 0xC6 || source.bytes[0] == 0xCB ||
            source.bytes[0] == 0xE2);
}

void tkz__mojibake_look(const char *text, size_t size, tkz__mojibake_stretch *stretch)
{
    static const tkz__mojibake_kind latin[] = {TKZ__MOJIBAKE_UTF_8_TWICE,
                                               TKZ__MOJIBAKE_UTF_8_AS_LATIN};
    static const tkz__mojibake_kind cp932[] = {TKZ__MOJIBAKE_UTF_8_AS_CP932,
                                               TKZ__MOJIBAKE_EUC_JP_AS_CP932};
    uint32_t character;
    size_t length = tkz__utf8_next(text, size, &character);
    const tkz__mojibake_kind *kinds = character < 0x250 ? latin : cp932;

    stretch->looked_at = length;
    stretch->source_size = 0;
    stretch->characters = 0;
    /* Most letters with accents are followed by no continuation byte. */
    if (kinds == latin && !latin_continues(text + length, size - length))
        return;
    for (size_t i = 0; i < 2; i++) {
        size_t looked_at;

        stretch->kind = kinds[i];
        stretch->source_size = stretch_size(kinds[i], text, size, &stretch->characters, &looked_at);
        if (stretch->source_size > 0)
            return;
        if (looked_at > stretch->looked_at)
            stretch->looked_at = looked_at;
    }
    /* EUC-JP is in pairs: half-width kana may begin in the middle of one, and the kana behind are to
     * be tried from the next. UTF-8 cannot begin elsewhere in what was read as such. */
    if (character >= 0xFF61 && character <= 0xFF9F && length < size) {
        size_t looked_at;
        size_t found = stretch_size(TKZ__MOJIBAKE_EUC_JP_AS_CP932, text + length, size - length,
                                    &stretch->characters, &looked_at);

        if (found > 0)
            stretch->looked_at = length;
        else if (looked_at + length > stretch->looked_at)
            stretch->looked_at = looked_at + length;
    }
}
