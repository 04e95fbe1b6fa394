/* SPDX-License-Identifier: Apache-2.0
 *
 * Which characters the rules of sentencepiece leave alone, many at a time where the
 * processor has AVX2. Leans on doubtful, spm_rules_entry and utf8.
 */
#include "core/processor.h"
#include "text/doubtful.h"
#include "text/spm_rules.h"
#include "text/spm_rules_entry.h"
#include "text/utf8.h"

typedef struct plan {
    uint16_t entry_bits; /* of an entry: that make the character matter */
    bool nmt;
    bool folds;
    tkz__spm_spaces spaces;
} plan;

static plan plan_of(const tkz__spm_rules *rules, tkz__spm_spaces spaces)
{
    plan chosen = {0, rules->nmt, rules->folds, spaces};
    if (rules->maps)
        chosen.entry_bits = TKZ__SPM_LATER | TKZ__SPM_TEXT;
    if (rules->folds)
        chosen.entry_bits |= TKZ__SPM_FOLDS;
    return chosen;
}

/* Whether a character stays if what follows does not join it. `text` is behind it. Always inline, like
 * what calls it: a call would empty the wide registers of the loop over blocks. */
static inline __attribute__((always_inline)) bool
stays(const plan *what, uint32_t character, const char *text, size_t size)
{
    size_t replacement;
    if (character == ' ')
        return what->spaces == TKZ__SPM_SPACES_COPIED ||
               (what->spaces == TKZ__SPM_SPACES_DOUBLE && !(size > 0 && text[0] == ' '));
    if (what->nmt) {
        if (tkz__spm_nmt_replaces(character, &replacement))
            return false;
        if (character == 0xFF5E)
            return true;
    }
    return (tkz__spm_entry(character) & what->entry_bits) == 0;
}

/* Bytes of the character at `text` if it is none of ASCII and stays, else 0. */
static inline __attribute__((always_inline)) uint32_t
staying_wide_length(const plan *what, const char *text, size_t size)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t *bytes = (const uint8_t *)text;
    uint32_t length = (uint32_t)2 + (bytes[0] >= 0xE0) + (bytes[0] >= 0xF0);
    if (bytes[0] < 0xC0 || bytes[0] > 0xF4 || size < length)
        return 0;
    uint32_t character = bytes[0] & (0x7F >> length);
    for (uint32_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        character = character << 6 | (bytes[i] & 0x3F);
    }
    if (character < least[length] || character - 0xD800 < 0x800 || character > 0x10FFFF)
        return 0;
    return stays(what, character, text + length, size - length) ? length : 0;
}

/* The same for any character, the usual ones first. */
static inline uint32_t staying_length(const plan *what, const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    if (bytes[0] - 0x21u < 0x7F - 0x21 && !what->folds)
        return 1;
    if (bytes[0] - 0xE3u <= 0xE9 - 0xE3 && size >= 3 && (bytes[1] & 0xC0) == 0x80 &&
        (bytes[2] & 0xC0) == 0x80) { /* U+3000..9FFF; the entries say all of U+3000..3FFF */
        uint32_t character = 0x3000u | (bytes[1] & 0x3Fu) << 6 | (bytes[2] & 0x3Fu);
        return bytes[0] > 0xE3 || (tkz__spm_entry(character) & what->entry_bits) == 0 ? 3 : 0;
    }
    if (bytes[0] >= 0x80)
        return staying_wide_length(what, text, size);
    return stays(what, bytes[0], text + 1, size - 1);
}

/* Sets the bits from text[at], where a character begins, to text[size]; `left` bytes can be read. */
static void find_doubtful(const plan *what, const char *text, size_t at, size_t size, size_t left,
                          uint64_t *bits)
{
    tkz__doubtful_clear(bits, at, size);
    while (at < size) {
        uint32_t length = staying_length(what, text + at, left - at);
        if (length == 0) {
            bits[at / 64] |= UINT64_C(1) << at % 64;
            length = 1;
        }
        at += length;
    }
}

/* ---- Blocks --------------------------------------------------------------- */

#if TKZ__PATH_AVX2

#include <immintrin.h>

TKZ__TARGET_AVX2 static inline __m256i load(const char *text)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)text);
}

TKZ__TARGET_AVX2 static inline __m256i equal(__m256i bytes, int value)
{
    return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)value));
}

TKZ__TARGET_AVX2 static inline uint32_t bits_of(__m256i bytes)
{
    return (uint32_t)_mm256_movemask_epi8(bytes);
}

/* Sets of bytes as shuffles want them: by the low four bits of a byte, a bit for each value of the
 * next four. Of ASCII, those that may not stay. */
static const uint8_t ascii_controls[16] = {3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0x83};
static const uint8_t ascii_capitals[16] = {0x20, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30,
                                           0x30, 0x30, 0x30, 0x10, 0x10, 0x10, 0x10, 0x10};
static const uint8_t ascii_space[16] = {4};

/* Likewise of U+3000..307F and U+3080..30FF, by the low byte of the character, those that stay: all
 * but U+3000, 3036..303F; 3099..309F, 30FF. */
static const uint8_t kana_low[16] = {0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xF7, 0xF7,
                                     0xF7, 0xF7, 0xF7, 0xF7, 0xF7, 0xF7, 0xF7, 0xF7};
static const uint8_t kana_high[16] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                      0xFF, 0xFD, 0xFD, 0xFD, 0xFD, 0xFD, 0xFD, 0x7D};

/* What one plan asks of a block. */
typedef struct block_rule {
    const plan *what;
    __m256i ascii; /* a set, without the spaces that only another one makes doubtful */
    __m256i kana_low;
    __m256i kana_high;
    bool double_spaces;
} block_rule;

TKZ__TARGET_AVX2 static inline __m256i both_lanes(const uint8_t table[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

TKZ__TARGET_AVX2 static inline block_rule block_rule_of(const plan *what)
{
    __m256i ascii = _mm256_setzero_si256();
    if (what->nmt)
        ascii = both_lanes(ascii_controls);
    if (what->folds)
        ascii = _mm256_or_si256(ascii, both_lanes(ascii_capitals));
    if (what->spaces == TKZ__SPM_SPACES_ALL)
        ascii = _mm256_or_si256(ascii, both_lanes(ascii_space));
    return (block_rule){what, ascii, both_lanes(kana_low), both_lanes(kana_high),
                        what->spaces == TKZ__SPM_SPACES_DOUBLE};
}

/* The bit of each value 0..15, in a set of eight. */
TKZ__TARGET_AVX2 static inline __m256i bit_of(__m256i value)
{
    return _mm256_shuffle_epi8(_mm256_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32,
                                                64, -128, 1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4,
                                                8, 16, 32, 64, -128),
                               value);
}

/* The ASCII characters of a block that may not stay; text[32] can be read. */
TKZ__TARGET_AVX2 static inline uint32_t doubtful_ascii(const block_rule *rule, const char *text,
                                                       __m256i first)
{
    __m256i high = _mm256_and_si256(_mm256_srli_epi16(first, 4), _mm256_set1_epi8(0x0F));
    /* The row of a byte beyond ASCII is empty. */
    __m256i in_set =
        _mm256_and_si256(_mm256_shuffle_epi8(rule->ascii, first), bit_of(high));
    uint32_t doubtful = ~bits_of(_mm256_cmpeq_epi8(in_set, _mm256_setzero_si256()));
    if (rule->double_spaces) {
        uint32_t spaces = bits_of(equal(first, ' '));
        doubtful |= spaces & (spaces >> 1 | (uint32_t)(text[TKZ__SCAN_BLOCK] == ' ') << 31);
    }
    return doubtful;
}

/* For each place with E3 in front and `second` in 80..83: does E3 `second` `third` stay? */
TKZ__TARGET_AVX2 static inline __m256i staying_kana(const block_rule *rule, __m256i second,
                                                    __m256i third)
{
    __m256i low = _mm256_and_si256(third, _mm256_set1_epi8(0x0F));
    __m256i high = _mm256_or_si256(
        _mm256_and_si256(_mm256_slli_epi16(second, 2), _mm256_set1_epi8(0x0C)),
        _mm256_and_si256(_mm256_srli_epi16(third, 4), _mm256_set1_epi8(0x03)));
    /* The highest bit of `high` chooses; it comes from bit 1 of the second byte. */
    __m256i row = _mm256_blendv_epi8(_mm256_shuffle_epi8(rule->kana_low, low),
                                     _mm256_shuffle_epi8(rule->kana_high, low),
                                     _mm256_slli_epi16(second, 6));
    __m256i bit = bit_of(high);
    return _mm256_cmpeq_epi8(_mm256_and_si256(row, bit), bit);
}

/* What a block is made of, a bit for each byte. */
typedef struct block_bits {
    uint32_t doubtful; /* may not stay, or no character begins here */
    uint32_t broken;   /* here a character that seemed to stay should have gone on */
} block_bits;

/* Looks at 32 bytes; `left` can be read, at least TKZ__SCAN_LEAST. Bit i of *wanted: a
 * continuation byte has to stand at text[i]; it is shifted for the next block. */
TKZ__TARGET_AVX2 __attribute__((always_inline)) static inline block_bits
look_at_block(const block_rule *rule, const char *text, size_t left, uint64_t *wanted)
{
    __m256i first = load(text), second = load(text + 1);
    /* Continuation bytes are the least of signed numbers. */
    __m256i kana = _mm256_and_si256(
        equal(first, 0xE3), _mm256_cmpgt_epi8(_mm256_set1_epi8((char)0x84), second));
    /* U+FF00..FFFF: nearly all are mapped. */
    __m256i wide = _mm256_and_si256(
        equal(first, 0xEF), _mm256_cmpgt_epi8(second, _mm256_set1_epi8((char)0xBB)));
    __m256i behind = _mm256_sub_epi8(first, _mm256_set1_epi8((char)0xE4));
    __m256i ideographs =
        _mm256_cmpeq_epi8(_mm256_min_epu8(behind, _mm256_set1_epi8(0xE9 - 0xE4)), behind);
    uint32_t leads = bits_of(_mm256_or_si256(
        ideographs, _mm256_and_si256(kana, staying_kana(rule, second, load(text + 2)))));
    uint32_t more = bits_of(_mm256_cmpgt_epi8(_mm256_set1_epi8((char)0xC0), first));
    uint32_t doubtful = bits_of(first) & ~(leads | more);
    *wanted |= (uint64_t)leads << 1 | (uint64_t)leads << 2;
    /* A dash, a letter with an accent, an emoji: to look it up is cheaper than a fresh start. */
    uint32_t unknown = doubtful & ~bits_of(_mm256_or_si256(kana, wide));
    for (; unknown != 0; unknown &= unknown - 1) {
        uint32_t place = (uint32_t)__builtin_ctz(unknown);
        uint32_t length = staying_wide_length(rule->what, text + place, left - place);
        if (length != 0) {
            doubtful &= ~(UINT32_C(1) << place);
            *wanted |= ((UINT64_C(1) << length) - 2) << place;
        }
    }
    doubtful |= doubtful_ascii(rule, text, first) | (more & ~(uint32_t)*wanted);
    uint32_t broken = (uint32_t)*wanted & ~more;
    *wanted >>= 32;
    return (block_bits){doubtful, broken};
}

/* Skips characters that stay; stops before a character, at the latest close to the end. */
TKZ__TARGET_AVX2 static size_t skip_avx2(const plan *what, const char *text, size_t size)
{
    block_rule rule = block_rule_of(what);
    uint64_t wanted = 0;
    size_t at = 0;
    for (bool last = false;; at += TKZ__SCAN_BLOCK) {
        if (size - at < TKZ__SCAN_LEAST) {
            at = tkz__whole_characters(text, 0, at);
            if (last)
                return at;
            last = true;
            wanted = 0;
            at = tkz__last_block(text, 0, at, size);
        }
        block_bits found = look_at_block(&rule, text + at, size - at, &wanted);
        uint32_t stop = found.doubtful | found.broken;
        if (stop != 0)
            return tkz__whole_characters(text, 0, at + (uint32_t)__builtin_ctz(stop));
    }
}

/* Sets the bits of whole blocks. Returns where the next character begins: earlier than `size` where one
 * was broken. */
TKZ__TARGET_AVX2 static size_t find_doubtful_avx2(const plan *what, const char *text, size_t size,
                                                  uint64_t *bits)
{
    block_rule rule = block_rule_of(what);
    uint64_t wanted = 0;
    for (size_t at = 0; at < size; at += TKZ__SCAN_BLOCK) {
        block_bits found = look_at_block(&rule, text + at, size + TKZ__SCAN_AHEAD - at, &wanted);
        bits[at / 64] = at % 64 == 0 ? found.doubtful
                                     : bits[at / 64] | (uint64_t)found.doubtful << 32;
        if (found.broken != 0)
            return tkz__whole_characters(text, 0, at + (uint32_t)__builtin_ctz(found.broken));
    }
    return size;
}

#endif

static inline size_t skip(const plan *what, const char *text, size_t size)
{
#if TKZ__PATH_AVX2
    if (size >= TKZ__SCAN_LEAST && tkz__processor_has_avx2())
        return skip_avx2(what, text, size);
#endif
    (void)what, (void)text, (void)size;
    return 0;
}

void tkz__spm_rules_doubtful(const tkz__spm_rules *rules, tkz__spm_spaces spaces, const char *text,
                             size_t size, size_t left, uint64_t *bits)
{
    plan chosen = plan_of(rules, spaces);
    size_t done = 0;
#if TKZ__PATH_AVX2
    if (size % TKZ__SCAN_BLOCK == 0 && left >= size + TKZ__SCAN_AHEAD &&
        tkz__processor_has_avx2())
        done = find_doubtful_avx2(&chosen, text, size, bits);
#endif
    if (done < size)
        find_doubtful(&chosen, text, done, size, left, bits);
}

/* ---- Stretches that stay -------------------------------------------------- */

bool tkz__spm_rules_may_join(const tkz__spm_rules *rules, const char *text, size_t size)
{
    uint32_t character;
    if (!rules->maps || (uint8_t)text[0] < 0x80)
        return false;
    (void)tkz__utf8_next(text, size, &character);
    return character != TKZ__UTF8_INVALID && (tkz__spm_entry(character) & TKZ__SPM_LATER) != 0;
}

/* After a doubtful character, so many are looked at one by one before blocks are tried again: odd
 * characters come in groups (quotation marks around full-width letters). */
#define SINGLE_STEPS 4

size_t tkz__spm_rules_plain(const tkz__spm_rules *rules, tkz__spm_spaces spaces, const char *text,
                            size_t size)
{
    plan chosen = plan_of(rules, spaces);
    /* What is no text has hardly a character that stays: a block is not worth its start. */
    size_t at = size > 0 ? staying_length(&chosen, text, size) : 0;
    if (at == 0)
        return 0;
    while (at < size) {
        at += skip(&chosen, text + at, size - at);
        for (size_t step = 0; at < size && step < SINGLE_STEPS; step++) {
            uint32_t length = staying_length(&chosen, text + at, size - at);
            if (length != 0) {
                at += length;
                continue;
            }
            /* It may join the one before, which in turn joins nothing before it. */
            if (at > 0 && tkz__spm_rules_may_join(rules, text + at, size - at))
                do
                    at--;
                while (((uint8_t)text[at] & 0xC0) == 0x80);
            return at;
        }
    }
    return size;
}
