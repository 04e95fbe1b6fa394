/* SPDX-License-Identifier: Apache-2.0
 *
 * The named rules of sentencepiece without its compiled maps: those hold 225,276
 * keys, nearly all of them products (every way to write each character of a sequence
 * that composes: half-width, full-width, mathematical ...). Here the parts are looked
 * up and composed. Leans on spm_rules_table and utf8.
 */
#include "text/spm_rules.h"

#include <string.h>

#include "text/spm_rules_table.h"
#include "text/utf8.h"

static uint16_t entry_of(uint32_t character)
{
    uint32_t block = character >> TKZ__SPM_BLOCK_SHIFT;
    if (block >= TKZ__SPM_BLOCK_COUNT)
        return 0;
    uint32_t within = character & ((1u << TKZ__SPM_BLOCK_SHIFT) - 1);
    return tkz__spm_entries[(uint32_t)tkz__spm_blocks[block] << TKZ__SPM_BLOCK_SHIFT | within];
}

/* The additions of nmt (sentencepiece, src/builder.cc, MergeNmtMap): a blank or nothing. */
static bool nmt_replaces(uint32_t character, size_t *size)
{
    *size = 1;
    switch (character) {
    case 0x09: case 0x0A: case 0x0C: case 0x0D: /* tab and line breaks */
    case 0x061C: case 0x200E: case 0x200F:      /* marks of direction */
    case 0x1680: case 0x2028: case 0x2029:      /* ogham space, separators */
    case 0x200B: case 0x200C: case 0xFEFF:      /* without width; U+200D is kept */
    case 0x2581: case 0xFFFD:
        return true;
    default:
        *size = 0;
        return (character >= 0x01 && character < 0x20) || character == 0x7F ||
               character == 0x8F || character == 0x9F;
    }
}

/* ---- Stretches that stay ----------------------------------------------- */

typedef struct plan {
    uint16_t entry_bits; /* of an entry: that make the character matter */
    bool nmt;
    bool folds;
    tkz__spm_spaces spaces;
} plan;

#if defined __x86_64__ && defined __GNUC__
#include <immintrin.h>

#include "core/processor.h"

/* Bits of the bytes in [low, high] as signed numbers, low above the least one. */
TKZ__TARGET_AVX2 static inline uint32_t bytes_within(__m256i bytes, int low, int high)
{
    __m256i above = _mm256_cmpgt_epi8(bytes, _mm256_set1_epi8((char)(low - 1)));
    __m256i below = _mm256_cmpgt_epi8(_mm256_set1_epi8((char)high), bytes);
    __m256i end = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)high));
    return (uint32_t)_mm256_movemask_epi8(_mm256_and_si256(above, _mm256_or_si256(below, end)));
}

TKZ__TARGET_AVX2 static inline uint32_t bytes_equal(__m256i bytes, int value)
{
    __m256i equal = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)value));
    return (uint32_t)_mm256_movemask_epi8(equal);
}

TKZ__TARGET_AVX2 static inline uint32_t trail_bytes(__m256i bytes)
{
    __m256i trails = _mm256_cmpgt_epi8(_mm256_set1_epi8((char)0xC0), bytes);
    return (uint32_t)_mm256_movemask_epi8(trails);
}

/* The ASCII characters of a block that stay. */
TKZ__TARGET_AVX2 static inline uint32_t plain_ascii(const plan *what, __m256i bytes,
                                                    const char *next)
{
    uint32_t plain = ~(uint32_t)_mm256_movemask_epi8(bytes);
    if (what->nmt)
        plain &= bytes_within(bytes, 0x20, 0x7E);
    if (what->folds)
        plain &= ~bytes_within(bytes, 'A', 'Z');
    if (what->spaces != TKZ__SPM_SPACES_COPIED) {
        uint32_t stopping = bytes_equal(bytes, ' ');
        if (what->spaces == TKZ__SPM_SPACES_DOUBLE && stopping != 0)
            stopping &= bytes_equal(_mm256_loadu_si256((const __m256i *)(const void *)next), ' ');
        plain &= ~stopping;
    }
    return plain;
}

/* Bytes at which a character of U+3000..3FFF that may not stay ends or gives itself away: U+3000,
 * 3036..303F, 3099..309F, 30FF, 3100..33FF. */
TKZ__TARGET_AVX2 static inline uint32_t doubtful_kana(__m256i bytes, uint32_t lead)
{
    uint32_t second = lead << 1;
    uint32_t punctuation = (second & bytes_equal(bytes, 0x80)) << 1;
    uint32_t voicing = (second & bytes_equal(bytes, 0x82)) << 1;
    uint32_t katakana = (second & bytes_equal(bytes, 0x83)) << 1;
    uint32_t doubtful = second & bytes_within(bytes, 0x84 - 0x100, 0x8F - 0x100);
    doubtful |= punctuation & (bytes_equal(bytes, 0x80) |
                               bytes_within(bytes, 0xB6 - 0x100, 0xBF - 0x100));
    doubtful |= voicing & bytes_within(bytes, 0x99 - 0x100, 0x9F - 0x100);
    return doubtful | (katakana & bytes_equal(bytes, 0xBF));
}

/* Skips ASCII and U+3000..9FFF that is certain to stay, in blocks of 32 bytes; `text` starts with a
 * character. Stops before a character. */
TKZ__TARGET_AVX2 static size_t skip_avx2(const plan *what, const char *text, size_t size)
{
    size_t at = 0;
    while (size - at > 32) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(text + at));
        uint32_t ascii = plain_ascii(what, bytes, text + at + 1);
        if (ascii == UINT32_MAX) {
            at += 32;
            continue;
        }
        uint32_t leads = bytes_within(bytes, 0xE3 - 0x100, 0xE9 - 0x100);
        uint32_t trails = trail_bytes(bytes);
        uint32_t expected = leads << 1 | leads << 2;
        uint32_t wrong = ~(ascii | leads | trails) | (trails ^ expected);
        wrong |= doubtful_kana(bytes, bytes_equal(bytes, 0xE3));
        /* A character that the end of the block cuts belongs to the next one, unless its first byte
         * stands where a character before it should go on. */
        uint32_t whole = leads >> 31 != 0 ? 31 : (leads >> 30 & 1) != 0 ? 30 : 32;
        if (whole != 32)
            wrong &= ((1u << whole) - 1) | (leads & expected);
        if (wrong == 0) {
            at += whole;
            continue;
        }
        uint32_t place = (uint32_t)__builtin_ctz(wrong);
        if ((expected >> place & 1) != 0)
            place = 31 - (uint32_t)__builtin_clz(leads & ((1u << place) - 1));
        return at + place;
    }
    return at;
}

static inline size_t skip(const plan *what, const char *text, size_t size)
{
    return size > 32 && tkz__processor_has_avx2() ? skip_avx2(what, text, size) : 0;
}
#else
static inline size_t skip(const plan *what, const char *text, size_t size)
{
    (void)what, (void)text, (void)size;
    return 0;
}
#endif

/* Whether the character at `text`, of `length` bytes, stays if what follows does not join it. */
static bool stays(const plan *what, uint32_t character, const char *text, size_t size,
                  size_t length)
{
    size_t replacement;
    if (character == ' ')
        return what->spaces == TKZ__SPM_SPACES_COPIED ||
               (what->spaces == TKZ__SPM_SPACES_DOUBLE &&
                !(size > length && text[length] == ' '));
    if (what->nmt) {
        if (nmt_replaces(character, &replacement))
            return false;
        if (character == 0xFF5E)
            return true;
    }
    return (entry_of(character) & what->entry_bits) == 0;
}

/* After a doubtful character, so many are looked at one by one before blocks are tried again: odd
 * characters come in groups (quotation marks around full-width letters). */
#define SINGLE_STEPS 4

size_t tkz__spm_rules_plain(const tkz__spm_rules *rules, tkz__spm_spaces spaces, const char *text,
                            size_t size)
{
    plan chosen = {0, rules->nmt, rules->folds, spaces};
    if (rules->maps)
        chosen.entry_bits = TKZ__SPM_LATER | TKZ__SPM_TEXT;
    if (rules->folds)
        chosen.entry_bits |= TKZ__SPM_FOLDS;
    size_t at = 0;
    while (at < size) {
        at += skip(&chosen, text + at, size - at);
        for (size_t step = 0; at < size && step < SINGLE_STEPS; step++) {
            uint32_t character;
            size_t length = tkz__utf8_next(text + at, size - at, &character);
            if (character != TKZ__UTF8_INVALID &&
                stays(&chosen, character, text + at, size - at, length)) {
                at += length;
                continue;
            }
            /* It may join the one before, which in turn joins nothing before it. */
            if (chosen.entry_bits != 0 && character != TKZ__UTF8_INVALID && at > 0 &&
                (entry_of(character) & TKZ__SPM_LATER) != 0)
                do
                    at--;
                while (((uint8_t)text[at] & 0xC0) == 0x80);
            return at;
        }
    }
    return size;
}

/* ---- Rules -------------------------------------------------------------- */

/* Simple case folding. */
static uint32_t fold(uint32_t character)
{
    size_t low = 0, high = TKZ__SPM_FOLD_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (tkz__spm_folds[middle].first <= character)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return character;
    const tkz__spm_fold *range = &tkz__spm_folds[low - 1];
    uint32_t distance = character - range->first;
    if (distance > range->size || distance % range->step != 0)
        return character;
    return (uint32_t)((int32_t)character + range->difference);
}

static void fold_piece(tkz__spm_piece *piece)
{
    size_t size = 0;
    for (size_t at = 0; at < piece->size;) {
        uint32_t character;
        char folded[4];
        at += tkz__utf8_next(piece->text + at, piece->size - at, &character);
        size_t length = tkz__utf8_encode(fold(character), folded);
        if (size + length > sizeof piece->room)
            break;
        memcpy(piece->room + size, folded, length);
        size += length;
    }
    piece->text = piece->room;
    piece->size = size;
}

static void replacement_of(uint16_t entry, tkz__spm_piece *piece)
{
    const uint8_t *record = tkz__spm_texts + (entry & TKZ__SPM_TEXT);
    piece->text = (const char *)record + 1;
    piece->size = record[0];
}

/* The one character that NFKC makes of `character`, as far as sequences care. */
static uint32_t part_of(uint32_t character, uint16_t entry)
{
    tkz__spm_piece piece;
    if ((entry & TKZ__SPM_TEXT) == 0)
        return character;
    replacement_of(entry, &piece);
    uint32_t part;
    return tkz__utf8_next(piece.text, piece.size, &part) == piece.size ? part : UINT32_MAX;
}

/* The composite of what there is and one more character; 0: none. Hangul by arithmetic (The Unicode
 * Standard, 3.12); only syllables made on the way take a final consonant. */
static uint32_t compose(uint32_t first, uint32_t second)
{
    if (first - 0x1100 < 19 && second - 0x1161 < 21)
        return TKZ__SPM_COMPOSITE | (0xAC00 + ((first - 0x1100) * 21 + (second - 0x1161)) * 28);
    uint32_t syllable = first - (TKZ__SPM_COMPOSITE | 0xAC00);
    if (syllable < 11172)
        return syllable % 28 == 0 && second - 0x11A8 < 27 ? first + second - 0x11A7 : 0;
    size_t low = 0, high = TKZ__SPM_PAIR_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const tkz__spm_pair *pair = &tkz__spm_pairs[middle];
        if (pair->first < first || (pair->first == first && pair->second < second))
            low = middle + 1;
        else
            high = middle;
    }
    const tkz__spm_pair *pair = &tkz__spm_pairs[low];
    if (low == TKZ__SPM_PAIR_COUNT || pair->first != first || pair->second != second)
        return 0;
    return TKZ__SPM_COMPOSITE | pair->composite;
}

/* Follows a sequence that began with `state`, of `length` bytes, and takes up to `limit` steps.
 * Every beginning of a rule is a rule, so the longest is where it ends. Returns bytes taken. */
static size_t follow(uint32_t state, const char *text, size_t size, size_t length, size_t limit,
                     tkz__spm_piece *piece)
{
    size_t taken = 0;
    for (; limit > 0 && length < size; limit--) {
        uint32_t character;
        size_t step = tkz__utf8_next(text + length, size - length, &character);
        if (character == TKZ__UTF8_INVALID)
            break;
        uint16_t entry = entry_of(character);
        if ((entry & TKZ__SPM_LATER) == 0)
            break;
        uint32_t next = compose(state, part_of(character, entry));
        if (next == 0)
            break;
        state = next;
        length += step;
        taken = length;
    }
    if (taken != 0) {
        piece->text = piece->room;
        piece->size = tkz__utf8_encode(state & ~TKZ__SPM_COMPOSITE, piece->room);
    }
    return taken;
}

/* The rule for a single character; false: it has none. */
static bool single_rule(const tkz__spm_rules *rules, uint32_t character, uint16_t entry,
                        tkz__spm_piece *piece)
{
    if (rules->nmt) {
        if (nmt_replaces(character, &piece->size)) {
            piece->text = " ";
            return true;
        }
        if (character == 0xFF5E)
            return false;
    }
    if (rules->maps && (entry & TKZ__SPM_TEXT) != 0) {
        replacement_of(entry, piece);
        if (rules->folds)
            fold_piece(piece);
        return true;
    }
    if (!rules->folds || (entry & TKZ__SPM_FOLDS) == 0)
        return false;
    piece->text = piece->room;
    piece->size = tkz__utf8_encode(fold(character), piece->room);
    return true;
}

size_t tkz__spm_rules_match(const tkz__spm_rules *rules, const char *text, size_t size,
                            tkz__spm_piece *piece)
{
    uint32_t character;
    size_t length = tkz__utf8_next(text, size, &character);
    if (character == TKZ__UTF8_INVALID) {
        piece->text = "\xEF\xBF\xBD";
        piece->size = 3;
        return 1;
    }
    uint16_t entry = entry_of(character);
    if (rules->maps) {
        size_t taken = follow(part_of(character, entry), text, size, length, SIZE_MAX, piece);
        if (taken != 0) {
            if (rules->folds)
                fold_piece(piece);
            return taken;
        }
    }
    if (!single_rule(rules, character, entry, piece)) {
        piece->text = text;
        piece->size = length;
    }
    return length;
}

size_t tkz__spm_rules_match_shortest(const tkz__spm_rules *rules, const char *text, size_t size,
                                     tkz__spm_piece *piece)
{
    uint32_t character;
    size_t length = tkz__utf8_next(text, size, &character);
    if (character == TKZ__UTF8_INVALID)
        return 0;
    uint16_t entry = entry_of(character);
    if (single_rule(rules, character, entry, piece))
        return length;
    if (!rules->maps)
        return 0;
    size_t taken = follow(part_of(character, entry), text, size, length, 1, piece);
    if (taken != 0 && rules->folds)
        fold_piece(piece);
    return taken;
}
