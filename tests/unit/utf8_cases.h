/* SPDX-License-Identifier: Apache-2.0
 *
 * What every implementation of UTF-8 must do, compared with a naive reference. Shared by the suite
 * and by the program that runs on another processor, so without Check. Leans on
 * text/utf8_kernels.h.
 */
#ifndef TKZ_TESTS_UTF8_CASES_H
#define TKZ_TESTS_UTF8_CASES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "text/utf8_kernels.h"
#include "tokenize/text.h"

/* ---- The reference: an encoder by division, and the set of what it makes -- */

static size_t reference_encode(uint32_t character, uint8_t *bytes)
{
    size_t length = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const unsigned lead[5] = {0, 0, 192, 224, 240};
    for (size_t i = length - 1; i > 0; i--) {
        bytes[i] = (uint8_t)(128 + character % 64);
        character /= 64;
    }
    bytes[0] = (uint8_t)(lead[length] + character);
    return length;
}

static bool is_scalar(uint32_t character)
{
    return character < 0x110000 && !(character >= 0xD800 && character < 0xE000);
}

/* Which character the strings of 1, 2 and 3 bytes are, by their big-endian number; 4-byte ones are
 * found by search. NONE: no character. */
#define NONE UINT32_MAX
static uint32_t *known[4];

static void make_known(void)
{
    for (size_t length = 1; length <= 3; length++) {
        known[length] = malloc(sizeof(uint32_t) << (8 * length));
        if (known[length] == NULL)
            exit(EXIT_FAILURE);
        memset(known[length], 0xFF, sizeof(uint32_t) << (8 * length));
    }
    for (uint32_t character = 0; character < 0x10000; character++) {
        uint8_t bytes[4];
        uint32_t number = 0;
        if (!is_scalar(character))
            continue;
        size_t length = reference_encode(character, bytes);
        for (size_t i = 0; i < length; i++)
            number = number * 256 + bytes[i];
        known[length][number] = character;
    }
}

static void free_known(void)
{
    for (size_t length = 1; length <= 3; length++)
        free(known[length]);
}

/* Characters of 4 bytes sort as their code points do. */
static uint32_t known_of_four(const uint8_t *bytes)
{
    uint32_t low = 0x10000;
    uint32_t high = 0x110000;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint8_t encoded[4];
        reference_encode(middle, encoded);
        int order = memcmp(encoded, bytes, 4);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NONE;
}

/* Length of the character at `bytes`, 0 for none. No character is the start of another one. */
static size_t reference_length(const uint8_t *bytes, size_t size, uint32_t *character)
{
    uint32_t number = 0;
    for (size_t length = 1; length <= 3 && length <= size; length++) {
        number = number * 256 + bytes[length - 1];
        *character = known[length][number];
        if (*character != NONE)
            return length;
    }
    *character = size >= 4 && bytes[0] >= 0xF0 ? known_of_four(bytes) : NONE;
    return *character == NONE ? 0 : 4;
}

/* ---- Implementations and how they are compared -------------------------- */

typedef struct utf8_kernels {
    const char *name;
    size_t (*valid_prefix)(const char *text, size_t size);
    uint64_t (*count)(const char *text, size_t size);
    size_t (*decode_run)(const char *text, size_t size, uint32_t *characters, size_t capacity,
                         size_t *read);
} utf8_kernels;

/* Those that can run here; returns how many, at most 3. */
static size_t list_kernels(utf8_kernels *list)
{
    size_t count = 0;
    list[count++] = (utf8_kernels){"chosen", tkz_utf8_valid_prefix, tkz_utf8_count,
                                   tkz__utf8_decode_run};
    list[count++] = (utf8_kernels){"scalar", tkz__utf8_valid_prefix_scalar,
                                   tkz__utf8_count_scalar, tkz__utf8_decode_run_scalar};
#if TKZ__PATH_AVX2
    if (tkz__processor_has_avx2())
        list[count++] = (utf8_kernels){"avx2", tkz__utf8_valid_prefix_avx2, tkz__utf8_count_avx2,
                                       tkz__utf8_decode_run_avx2};
#endif
#if TKZ__PATH_NEON
    list[count++] = (utf8_kernels){"neon", tkz__utf8_valid_prefix_neon, tkz__utf8_count_neon,
                                   tkz__utf8_decode_run_neon};
#endif
    return count;
}

/* A run of one case with one implementation. */
typedef struct utf8_check {
    const utf8_kernels *kernels;
    bool quick;         /* leave out most of the millions: for slow builds and emulators */
    uint64_t compared;  /* texts */
    char failure[1024]; /* the first one; empty while there is none */
} utf8_check;

enum { MOST = 512 }; /* bytes of the texts that are compared whole */

/* What must come out for a text. */
typedef struct utf8_answer {
    size_t prefix;
    uint64_t starts; /* bytes that are not continuation bytes */
    size_t count;
    uint32_t characters[MOST];
} utf8_answer;

static void add_to_answer(utf8_answer *answer, size_t before, const uint8_t *bytes, size_t size)
{
    bool valid = answer->prefix == before;
    for (size_t at = 0; at < size;) {
        uint32_t character;
        size_t length = reference_length(bytes + at, size - at, &character);
        valid = valid && length > 0;
        answer->prefix += valid ? length : 0;
        answer->characters[answer->count++] = length > 0 ? character : 0x8000FFFD;
        at += length > 0 ? length : 1;
    }
    for (size_t i = 0; i < size; i++)
        answer->starts += bytes[i] < 128 || bytes[i] >= 192;
}

static void note_failure(utf8_check *check, const char *what, const uint8_t *text, size_t size,
                         uint64_t found, uint64_t expected)
{
    if (check->failure[0] != '\0')
        return;
    int used = snprintf(check->failure, sizeof check->failure,
                        "%s: %s: %llu and not %llu for %zu bytes:", check->kernels->name, what,
                        (unsigned long long)found, (unsigned long long)expected, size);
    for (size_t i = 0; i < size && used > 0 && (size_t)used + 4 < sizeof check->failure; i++)
        used += snprintf(check->failure + used, sizeof check->failure - (size_t)used, " %02x",
                         text[i]);
}

static void compare_with(utf8_check *check, const uint8_t *text, size_t size,
                         const utf8_answer *answer)
{
    const utf8_kernels *kernels = check->kernels;
    uint32_t characters[MOST + 1];
    size_t read = SIZE_MAX;
    size_t prefix = kernels->valid_prefix((const char *)text, size);
    if (prefix != answer->prefix)
        note_failure(check, "valid prefix", text, size, prefix, answer->prefix);
    uint64_t starts = kernels->count((const char *)text, size);
    if (starts != answer->starts)
        note_failure(check, "count", text, size, starts, answer->starts);
    size_t count = kernels->decode_run((const char *)text, size, characters, MOST, &read);
    if (count != answer->count || read != size)
        note_failure(check, "decoded characters", text, size, count, answer->count);
    else if (memcmp(characters, answer->characters, count * sizeof *characters) != 0)
        note_failure(check, "decoded values", text, size, 0, 0);
    check->compared++;
}

static void compare(utf8_check *check, const uint8_t *text, size_t size)
{
    utf8_answer answer;
    answer.prefix = 0;
    answer.starts = 0;
    answer.count = 0;
    add_to_answer(&answer, 0, text, size);
    compare_with(check, text, size, &answer);
}

static uint64_t case_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Valid texts: ASCII, two, three and four bytes a character, and mixtures. */
enum { KINDS = 7 };

static uint32_t character_of_kind(int kind, uint64_t *state)
{
    uint64_t value = case_random(state) >> 8;
    switch (kind) {
    case 0:
        return (uint32_t)(value % 0x80);
    case 1:
        return (uint32_t)(0x80 + value % 0x780);
    case 2:
        return (uint32_t)(value % 2 == 0 ? 0x3040 + value / 2 % 0xC0 : 0x4E00 + value / 2 % 0x5200);
    case 3:
        return (uint32_t)(0x10000 + value % 0x100000);
    case 4: /* Japanese with ASCII */
        return character_of_kind(value % 4 == 0 ? 0 : 2, state);
    case 5: /* Japanese and, seldom, characters of four bytes */
        return character_of_kind(value % 16 == 0 ? 3 : 2, state);
    default:
        return character_of_kind((int)(value % 4), state);
    }
}

/* Exactly `size` bytes; characters that would not fit give way to ASCII. */
static void make_text(int kind, uint64_t *state, uint8_t *text, size_t size)
{
    size_t at = 0;
    while (at < size) {
        uint8_t bytes[4];
        uint32_t character = character_of_kind(kind, state);
        size_t length = is_scalar(character) ? reference_encode(character, bytes) : 0;
        if (length == 0)
            continue;
        if (length > size - at) {
            bytes[0] = '.';
            length = 1;
        }
        memcpy(text + at, bytes, length);
        at += length;
    }
}

/* Both sides of every border in table 3-7 of the Unicode Standard. */
static const uint8_t borders[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF,
                                  0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE3, 0xEC, 0xED, 0xEE,
                                  0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFE, 0xFF};
enum { BORDERS = sizeof borders };

/* ---- Cases -------------------------------------------------------------- */

/* A string between two valid texts, of which the second begins a character. */
typedef struct utf8_context {
    size_t before, after; /* bytes */
    uint8_t text[MOST];   /* both, with a gap for the longest string */
    utf8_answer start, end;
} utf8_context;

enum { GAP = 4, CONTEXTS = 40 };

static void make_context(utf8_context *context, int number)
{
    uint64_t state = 77 + (uint64_t)number;
    memset(context, 0, sizeof *context);
    /* The offset goes through a block and the borders of blocks. */
    context->before = 32 + (size_t)number;
    context->after = 45;
    make_text(number % KINDS, &state, context->text, context->before);
    make_text((number + number / KINDS) % KINDS, &state, context->text + context->before + GAP,
              context->after);
    add_to_answer(&context->start, 0, context->text, context->before);
    add_to_answer(&context->end, 0, context->text + context->before + GAP, context->after);
}

static void compare_in_context(utf8_check *check, const utf8_context *context,
                               const uint8_t *string, size_t size)
{
    static utf8_answer answer;
    uint8_t text[MOST];
    size_t before = context->before;
    answer.prefix = context->start.prefix;
    answer.starts = context->start.starts + context->end.starts;
    answer.count = context->start.count;
    memcpy(answer.characters, context->start.characters, answer.count * sizeof(uint32_t));
    add_to_answer(&answer, before, string, size);
    if (answer.prefix == before + size)
        answer.prefix += context->end.prefix;
    memcpy(answer.characters + answer.count, context->end.characters,
           context->end.count * sizeof(uint32_t));
    answer.count += context->end.count;
    memcpy(text, context->text, before);
    memcpy(text + before, string, size);
    memcpy(text + before + size, context->text + before + GAP, context->after);
    compare_with(check, text, before + size + context->after, &answer);
}

static utf8_context *make_contexts(void)
{
    utf8_context *contexts = malloc(CONTEXTS * sizeof *contexts);
    if (contexts == NULL)
        exit(EXIT_FAILURE);
    for (int i = 0; i < CONTEXTS; i++)
        make_context(&contexts[i], i);
    return contexts;
}

/* All strings up to three bytes amid text, those up to two also alone. Quick: of the longest, four
 * third bytes for each pair before them. */
static void case_short_strings(utf8_check *check)
{
    utf8_context *contexts = make_contexts();
    for (size_t size = 0; size <= 3; size++) {
        for (uint32_t number = 0; number < (uint32_t)1 << (8 * size); number++) {
            uint8_t bytes[3];
            if (check->quick && size == 3 && ((number >> 8) * 37 + number) % 256 >= 4)
                continue;
            for (size_t i = 0; i < size; i++)
                bytes[i] = (uint8_t)(number >> (8 * (size - 1 - i)));
            compare_in_context(check, &contexts[number % CONTEXTS], bytes, size);
            if (size < 3)
                compare(check, bytes, size);
        }
    }
    free(contexts);
}

/* Strings of four bytes: all of the borders, and all first three bytes from F0 to F4. */
static void case_four_bytes(utf8_check *check)
{
    utf8_context *contexts = make_contexts();
    uint64_t state = 4;
    for (uint32_t number = 0; number < BORDERS * BORDERS * BORDERS * BORDERS; number++) {
        uint8_t bytes[4];
        uint32_t rest = number;
        if (check->quick && number % 16 != number / 16 % 16)
            continue;
        for (size_t i = 0; i < 4; i++, rest /= BORDERS)
            bytes[i] = borders[rest % BORDERS];
        compare_in_context(check, &contexts[number % CONTEXTS], bytes, 4);
    }
    for (uint32_t number = 0; number < 5 << 16; number++) {
        uint8_t bytes[4] = {(uint8_t)(0xF0 + (number >> 16)), (uint8_t)(number >> 8),
                            (uint8_t)number, (uint8_t)(case_random(&state) >> 9)};
        if (check->quick && case_random(&state) >> 7 & 15)
            continue;
        compare_in_context(check, &contexts[case_random(&state) % CONTEXTS], bytes, 4);
    }
    free(contexts);
}

/* 200 bytes of text with one byte replaced, left out or put in, at every offset. */
static void case_single_faults(utf8_check *check)
{
    enum { WINDOW = 200 };
    uint64_t state = 11;
    for (int kind = 0; kind < KINDS; kind++) {
        uint8_t valid[WINDOW];
        uint8_t broken[WINDOW + 1];
        make_text(kind, &state, valid, WINDOW);
        compare(check, valid, WINDOW);
        for (size_t offset = 0; offset < WINDOW; offset++) {
            for (unsigned i = 0; i < BORDERS; i++) {
                if (check->quick && (i + offset) % 4 != 0)
                    continue;
                memcpy(broken, valid, WINDOW);
                broken[offset] = borders[i];
                compare(check, broken, WINDOW);
            }
            memmove(broken + offset, valid + offset + 1, WINDOW - offset - 1);
            compare(check, broken, WINDOW - 1);
            memcpy(broken, valid, offset);
            broken[offset] = (uint8_t)(case_random(&state) >> 11);
            memcpy(broken + offset + 1, valid + offset, WINDOW - offset);
            compare(check, broken, WINDOW + 1);
        }
    }
}

/* Every length to 200 at every start within 32 bytes, cut anywhere. */
static void case_lengths_and_starts(utf8_check *check)
{
    uint64_t state = 5;
    for (int kind = 0; kind < KINDS; kind++) {
        uint8_t text[32 + 200];
        make_text(kind, &state, text, sizeof text);
        for (size_t start = 0; start < 32; start += check->quick ? 5 : 1) {
            for (size_t size = 0; size <= 200; size++)
                compare(check, text + start, size);
        }
    }
}

static void case_random_bytes(utf8_check *check)
{
    uint64_t state = 20240601;
    uint8_t text[400];
    for (int round = 0; round < (check->quick ? 5000 : 20000); round++) {
        size_t size = case_random(&state) % sizeof text;
        if (round % 4 == 0) { /* whatever comes */
            for (size_t i = 0; i < size; i++)
                text[i] = (uint8_t)(case_random(&state) >> 13);
        } else if (round % 4 == 1) { /* likely ones */
            for (size_t i = 0; i < size; i++)
                text[i] = borders[case_random(&state) % BORDERS];
        } else { /* texts with some bytes turned over */
            make_text(round / 4 % KINDS, &state, text, size);
            for (uint64_t faults = case_random(&state) % 4; faults > 0 && size > 0; faults--)
                text[case_random(&state) % size] = (uint8_t)(case_random(&state) >> 13);
        }
        compare(check, text, size);
    }
}

/* Decoding by pieces of every capacity: the same characters, and nothing written behind. */
static void case_capacities(utf8_check *check)
{
    uint64_t state = 3;
    for (int kind = 0; kind < 2 * KINDS; kind++) {
        uint8_t text[MOST];
        utf8_answer answer = {0};
        make_text(kind % KINDS, &state, text, sizeof text);
        if (kind >= KINDS)
            text[case_random(&state) % sizeof text] = 0xE3;
        add_to_answer(&answer, 0, text, sizeof text);
        for (size_t capacity = 1; capacity <= 120; capacity++) {
            size_t done = 0;
            for (size_t at = 0; at < sizeof text;) {
                uint32_t characters[121];
                size_t read = 0;
                size_t length = 0;
                size_t left = answer.count - done;
                characters[capacity] = 0x12345678;
                size_t count = check->kernels->decode_run((const char *)text + at,
                                                          sizeof text - at, characters, capacity,
                                                          &read);
                for (size_t i = 0; i < count; i++)
                    length += tkz__utf8_length(characters[i]);
                if (count != (left < capacity ? left : capacity) || read != length ||
                    characters[capacity] != 0x12345678 ||
                    memcmp(characters, answer.characters + done, count * sizeof *characters) != 0) {
                    note_failure(check, "pieces", text + at, sizeof text - at, count, capacity);
                    return;
                }
                done += count;
                at += read;
            }
            check->compared++;
        }
    }
}

/* Texts that end with a page, or begin with one, and no page beside it can be read. */
static void case_page_borders(utf8_check *check)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint64_t state = 9;
    uint8_t *pages = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                          0);
    if (pages == MAP_FAILED || mprotect(pages, page, PROT_NONE) != 0 ||
        mprotect(pages + 2 * page, page, PROT_NONE) != 0) {
        note_failure(check, "no pages", NULL, 0, 0, 0);
        return;
    }
    for (int kind = 0; kind < KINDS; kind++) {
        for (size_t size = 0; size <= 200; size++) {
            uint8_t *text = pages + 2 * page - size;
            make_text(kind, &state, text, size);
            compare(check, text, size);
            if (size > 0) { /* cut, so that a character seems to go on in the next page */
                text[size - 1] = 0xE3;
                compare(check, text, size);
            }
            make_text(kind, &state, pages + page, size);
            compare(check, pages + page, size);
        }
    }
    munmap(pages, 3 * page);
}

/* A large text of one character, and the same with an error near its end. */
static void case_large(utf8_check *check)
{
    static const char *const units[] = {"a", "é", "語", "😀", "か゚", "1い"};
    size_t size = check->quick ? 200000 : 4000000;
    char *text = malloc(size);
    if (text == NULL)
        exit(EXIT_FAILURE);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t unit = strlen(units[i]);
        size_t used = size / unit * unit;
        uint64_t expected = 0;
        uint64_t decoded = 0;
        for (size_t at = 0; at < used; at += unit)
            memcpy(text + at, units[i], unit);
        for (size_t at = 0; at < unit; at++)
            expected += ((uint8_t)units[i][at] & 0xC0) != 0x80 ? used / unit : 0;
        if (check->kernels->valid_prefix(text, used) != used ||
            check->kernels->count(text, used) != expected)
            note_failure(check, units[i], NULL, 0, 0, used);
        for (size_t at = 0; at < used;) {
            uint32_t characters[1000];
            size_t read;
            decoded += check->kernels->decode_run(text + at, used - at, characters, 1000, &read);
            at += read;
        }
        if (decoded != expected)
            note_failure(check, units[i], NULL, 0, decoded, expected);
        text[used - unit] = (char)0xFF;
        size_t prefix = check->kernels->valid_prefix(text, used);
        if (prefix != used - unit)
            note_failure(check, units[i], NULL, 0, prefix, used - unit);
        check->compared++;
    }
    free(text);
}

static const struct {
    const char *name;
    void (*run)(utf8_check *check);
} utf8_cases[] = {
    {"strings of up to three bytes", case_short_strings},
    {"strings of four bytes", case_four_bytes},
    {"single faults", case_single_faults},
    {"lengths and starts", case_lengths_and_starts},
    {"random bytes", case_random_bytes},
    {"capacities", case_capacities},
    {"page borders", case_page_borders},
    {"large texts", case_large},
};
enum { UTF8_CASES = sizeof utf8_cases / sizeof *utf8_cases };

#endif
