/* SPDX-License-Identifier: Apache-2.0
 *
 * Roles of characters in sentence splitting, white space and emoticons. Leans on
 * utf8 and char_class.
 */
#include "text/sentence_character.h"

#include <string.h>

#include "text/char_class.h"
#include "text/utf8.h"

/* Characters between the parentheses of an emoticon at most. */
enum {
    EMOTICON_CHARACTERS = 10,
    LAUGH_BYTES = 9 /* of a bracket and the longest laughing word */
};

tkz__mark tkz__mark_of(uint32_t character)
{
    switch (character) {
    case 0x3002: case 0xFF61:
        return TKZ__MARK_STOP;
    case '!': case '?': case 0xFF01: case 0xFF1F: case 0x203C: case 0x2047: case 0x2048:
    case 0x2049: case 0x2753: case 0x2754: case 0x2755: case 0x2757:
        return TKZ__MARK_BANG;
    case 0xFF0E:
        return TKZ__MARK_WIDE_DOT;
    case '.':
        return TKZ__MARK_DOT;
    case 0x2025: case 0x2026:
        return TKZ__MARK_ELLIPSIS;
    case '(': case '[': case '{': case 0xAB: case 0x201C: case 0x2039: case 0x3008: case 0x300A:
    case 0x300C: case 0x300E: case 0x3010: case 0x3014: case 0x3016: case 0x3018: case 0x301A:
    case 0x301D: case 0xFF08: case 0xFF3B: case 0xFF5B: case 0xFF62:
        return TKZ__MARK_OPEN;
    case ')': case ']': case '}': case 0xBB: case 0x201D: case 0x203A: case 0x3009: case 0x300B:
    case 0x300D: case 0x300F: case 0x3011: case 0x3015: case 0x3017: case 0x3019: case 0x301B:
    case 0x301E: case 0x301F: case 0xFF09: case 0xFF3D: case 0xFF5D: case 0xFF63:
        return TKZ__MARK_CLOSE;
    case '"':
        return TKZ__MARK_QUOTE;
    case '\n': case '\v': case '\f': case '\r': case 0x85: case 0x2028: case 0x2029:
        return TKZ__MARK_BREAK;
    case 0x3000:
        return TKZ__MARK_WIDE_SPACE;
    case 0x2605: case 0x2606: case 0x2661: case 0x2665: case 0x2669: case 0x266A: case 0x266B:
    case 0x266C: case 0x2728: case 0x2764: case 0x263A: case 0x2639:
        return TKZ__MARK_SYMBOL;
    case 0xFF57:
        return TKZ__MARK_LAUGH;
    default: /* the emoji blocks, from Miscellaneous Symbols and Pictographs on */
        return character >= 0x1F300 && character <= 0x1FAFF ? TKZ__MARK_SYMBOL : TKZ__MARK_NONE;
    }
}

uint32_t tkz__bracket_of(uint32_t character)
{
    switch (character) {
    case '"':
        return 1;
    case 0x300C: case 0x300D:
        return 2;
    case 0x300E: case 0x300F:
        return 3;
    case 0x201C: case 0x201D:
        return 4;
    case 0x301D: case 0x301E: case 0x301F:
        return 5;
    case 0xFF62: case 0xFF63:
        return 6;
    case 0xAB: case 0xBB:
        return 7;
    case 0x2039: case 0x203A:
        return 8;
    case '(': case ')': case 0xFF08: case 0xFF09: /* often opened in one width, closed in another */
        return 9;
    case '[': case ']': case 0xFF3B: case 0xFF3D:
        return 10;
    case '{': case '}': case 0xFF5B: case 0xFF5D:
        return 11;
    case 0x3008: case 0x3009:
        return 12;
    case 0x300A: case 0x300B:
        return 13;
    case 0x3010: case 0x3011:
        return 14;
    case 0x3014: case 0x3015:
        return 15;
    case 0x3016: case 0x3017:
        return 16;
    case 0x3018: case 0x3019:
        return 17;
    case 0x301A: case 0x301B:
        return 18;
    default:
        return 0;
    }
}

bool tkz__bracket_is_quote(uint32_t bracket)
{
    return bracket >= 1 && bracket <= 8;
}

/* First bytes of characters with a role: 1 alone says so, 2 if the bytes behind it agree. */
static const uint8_t first_bytes[256] = {
    ['\n'] = 1, ['\v'] = 1, ['\f'] = 1, ['\r'] = 1, ['!'] = 1,  ['"'] = 1,  ['('] = 1,
    [')'] = 1,  ['.'] = 1,  ['?'] = 1,  ['['] = 1,  [']'] = 1,  ['{'] = 1,  ['}'] = 1,
    [0xC2] = 2, [0xE2] = 2, [0xE3] = 2, [0xEF] = 2, [0xF0] = 2,
};

#define BIT(byte) (UINT64_C(1) << ((byte) - 0x80))
#define BITS(first, last) ((BIT(last) << 1) - BIT(first))

/* Third bytes, from 0x80, of E3 80 xx, EF BC xx and EF BD xx that have a role. */
static const uint64_t ideographic_marks = BIT(0x80) | BIT(0x82) | BITS(0x88, 0x91) |
                                          BITS(0x94, 0x9B) | BITS(0x9D, 0x9F);
static const uint64_t full_width_marks = BIT(0x81) | BITS(0x88, 0x89) | BIT(0x8E) | BIT(0x9F) |
                                         BIT(0xBB) | BIT(0xBD);
static const uint64_t half_width_marks = BIT(0x97) | BIT(0x9B) | BIT(0x9D) | BITS(0xA1, 0xA3);

static bool may_have_role(const uint8_t *bytes, size_t size)
{
    uint64_t thirds;
    switch (bytes[0]) {
    case 0xC2:
        return size >= 2 && (bytes[1] == 0x85 || bytes[1] == 0xAB || bytes[1] == 0xBB);
    case 0xE2: /* punctuation, and the dingbats that hold notes, stars and hearts */
        return size >= 3 && (bytes[1] == 0x80 || bytes[1] == 0x81 || bytes[1] == 0x98 ||
                             bytes[1] == 0x99 || bytes[1] == 0x9C || bytes[1] == 0x9D);
    case 0xF0:
        return size >= 4 && bytes[1] == 0x9F;
    case 0xE3:
        if (size < 3 || bytes[1] != 0x80)
            return false;
        thirds = ideographic_marks;
        break;
    default:
        if (size < 3 || (bytes[1] & 0xFE) != 0xBC)
            return false;
        thirds = bytes[1] == 0xBC ? full_width_marks : half_width_marks;
        break;
    }
    return (bytes[2] & 0xC0) == 0x80 && (thirds >> (bytes[2] & 0x3F) & 1) != 0;
}

/* Sixteen bytes at a time in whatever vector unit there is: gcc's extension needs no intrinsics. */
typedef uint8_t block __attribute__((vector_size(16)));
enum { BLOCK = sizeof(block) };

/* Index of the first of BLOCK bytes, BLOCK + 2 of them readable, that can begin a character with a
 * role, or BLOCK. Of E3 only E3 80, as the others are kana, and not U+3001, the most frequent. */
static size_t block_find(const uint8_t *bytes)
{
    block first, second, third;
    memcpy(&first, bytes, sizeof first);
    memcpy(&second, bytes + 1, sizeof second);
    memcpy(&third, bytes + 2, sizeof third);
    block found = (block)(first - '\n' < 4) | (block)((first & 0xFE) == '(') |
                  (block)(first == '!') | (block)(first == '"') | (block)(first == '.') |
                  (block)(first == '?') | (block)((first & 0xDF) == '[') |
                  (block)((first & 0xDF) == ']') | (block)(first == 0xC2) |
                  (block)(first == 0xE2) | (block)(first == 0xEF) |
                  (block)(first == 0xF0) |
                  ((block)(first == 0xE3) & (block)(second == 0x80) & (block)(third != 0x81));
    uint64_t halves[2];
    memcpy(halves, &found, sizeof halves);
    if ((halves[0] | halves[1]) == 0)
        return BLOCK;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return halves[0] != 0 ? (size_t)__builtin_ctzll(halves[0]) / 8
                          : 8 + (size_t)__builtin_ctzll(halves[1]) / 8;
#else
    return halves[0] != 0 ? (size_t)__builtin_clzll(halves[0]) / 8
                          : 8 + (size_t)__builtin_clzll(halves[1]) / 8;
#endif
}

static bool is_mark_at(const uint8_t *bytes, size_t size)
{
    uint8_t kind = first_bytes[bytes[0]];
    return kind == 1 || (kind == 2 && may_have_role(bytes, size));
}

size_t tkz__mark_find(const char *text, size_t size, size_t from)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t at = from;
    while (size - at >= BLOCK + 2) {
        size_t skipped = block_find(bytes + at);
        at += skipped;
        if (skipped == BLOCK)
            continue;
        if (is_mark_at(bytes + at, size - at))
            return at;
        at++;
    }
    for (; at < size; at++) {
        if (is_mark_at(bytes + at, size - at))
            return at;
    }
    return size;
}

uint32_t tkz__character_before(const char *text, size_t from, size_t at, size_t *start)
{
    *start = at;
    if (at <= from)
        return 0;
    uint32_t character = 0;
    for (size_t length = 1; length <= 4 && length <= at - from; length++) {
        size_t begin = at - length;
        if (((uint8_t)text[begin] & 0xC0) == 0x80)
            continue;
        if (tkz__utf8_next(text + begin, length, &character) != length)
            break;
        *start = begin;
        return character;
    }
    *start = at - 1;
    return TKZ__UTF8_INVALID;
}

uint32_t tkz__character_at(const char *text, size_t size, size_t at)
{
    uint32_t character = 0;
    if (at < size)
        (void)tkz__utf8_next(text + at, size - at, &character);
    return character;
}

static bool is_white_space(uint32_t character)
{
    return (tkz__char_flags(&tkz__class_table_16_0, character) & TKZ__CHAR_WHITE_SPACE) != 0;
}

tkz__gap tkz__gap_read(const char *text, size_t size, size_t at)
{
    tkz__gap gap = {.end = at, .line_start = at};
    bool after_return = false;
    while (gap.end < size) {
        uint32_t character = (uint8_t)text[gap.end];
        if (character > ' ' && character < 0x80)
            break;
        if (character == ' ') {
            gap.end++;
            after_return = false;
            continue;
        }
        size_t length = tkz__utf8_next(text + gap.end, size - gap.end, &character);
        if (!is_white_space(character))
            break;
        gap.end += length;
        if (tkz__mark_of(character) == TKZ__MARK_BREAK) {
            if (character == '\f' || character == 0x2029)
                gap.breaks = 2;
            else if (!(character == '\n' && after_return) && gap.breaks < 2)
                gap.breaks++;
            gap.line_start = gap.end;
        }
        after_return = character == '\r';
    }
    return gap;
}

/* Faces: characters that hardly ever stand in a remark but make up the faces of emoticons. */
static bool is_face(uint32_t character)
{
    switch (character) {
    case '^': case '_': case '`': case '>': case '<': case '*': case ';': case 0xB4: case 0xB0:
    case 0xFF3E: case 0xFF3F: case 0xFF40: case 0xFF1B: case 0x3C9: case 0x414: case 0x434:
    case 0x2200: case 0x25BD: case 0x25E1: case 0x2267: case 0x2266: case 0x30FB: case 0xFFE3:
        return true;
    default:
        return false;
    }
}

static bool is_laughing(const char *text, size_t size)
{
    if (size + 1 > LAUGH_BYTES)
        return false;
    static const char *const words[] = {
        "笑", "爆", "泣", "汗", "涙", "怒", "照", "嬉", "謎", "死", "殴", "苦笑", "爆笑", "失笑",
        "微笑", "大笑", "滝汗", "冷汗", "号泣", "大汗", "照れ", "笑い", "わら", "w", "ww", "ｗ",
        "ｗｗ", "核爆", "嘘", "爆死",
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i]) == size && memcmp(words[i], text, size) == 0)
            return true;
    }
    return false;
}

size_t tkz__emoticon_length(const char *text, size_t size)
{
    uint32_t character = 0;
    if (size == 0)
        return 0;
    size_t first = tkz__utf8_next(text, size, &character);
    if (tkz__bracket_of(character) != 9 || tkz__mark_of(character) != TKZ__MARK_OPEN)
        return 0;
    bool word = false;
    uint32_t faces = 0;
    size_t at = first;
    for (int count = 0; count <= EMOTICON_CHARACTERS && at < size; count++) {
        size_t length = tkz__utf8_next(text + at, size - at, &character);
        if (tkz__mark_of(character) == TKZ__MARK_CLOSE && tkz__bracket_of(character) == 9) {
            bool emoticon = (faces >= 2 && !word) || is_laughing(text + first, at - first);
            return emoticon ? at + length : 0;
        }
        tkz__mark kind = tkz__mark_of(character);
        if (kind == TKZ__MARK_BREAK || kind == TKZ__MARK_OPEN || (word && at > LAUGH_BYTES))
            return 0;
        uint32_t flags = tkz__char_flags(&tkz__class_table_16_0, character);
        word = word || (flags & (TKZ__CHAR_HIRAGANA | TKZ__CHAR_HAN | TKZ__CHAR_NUMBER)) != 0;
        faces += is_face(character) ? 1 : 0;
        at += length;
    }
    return 0;
}

bool tkz__is_hiragana(uint32_t character)
{
    return character >= 0x3041 && character <= 0x3096;
}

bool tkz__is_japanese(uint32_t character)
{
    const uint32_t wanted = TKZ__CHAR_HIRAGANA | TKZ__CHAR_KATAKANA | TKZ__CHAR_HAN;
    return (tkz__char_flags(&tkz__class_table_16_0, character) & wanted) != 0;
}

bool tkz__is_digit(uint32_t character)
{
    return character - '0' < 10 || character - 0xFF10 < 10;
}

bool tkz__is_latin(uint32_t character)
{
    const uint32_t wanted = TKZ__CHAR_UPPER | TKZ__CHAR_LOWER;
    return (tkz__char_flags(&tkz__class_table_16_0, character) & wanted) != 0;
}

bool tkz__is_lower(uint32_t character)
{
    return (tkz__char_flags(&tkz__class_table_16_0, character) & TKZ__CHAR_LOWER) != 0;
}

bool tkz__is_upper(uint32_t character)
{
    return (tkz__char_flags(&tkz__class_table_16_0, character) & TKZ__CHAR_UPPER) != 0;
}

bool tkz__text_begins_any(const char *text, size_t size, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (tkz__text_begins(text, size, words[i]))
            return true;
    }
    return false;
}

bool tkz__text_ends_any(const char *text, size_t size, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(words[i]);
        if (length <= size && memcmp(text + size - length, words[i], length) == 0)
            return true;
    }
    return false;
}
