/* SPDX-License-Identifier: Apache-2.0
 *
 * Merging in blocks, and what it asks the memory of pairs, against matching and
 * the image.
 */
#include <stdlib.h>
#include <string.h>

#include "subword/merging.h"
#include "subword/merging_blocks.h"
#include "subword/tokenizer.h"
#include "subword/tokenizer_builder.h"
#include "testing.h"

Suite *suite_merging(void);

enum { LETTERS = 5, MOST_MERGES = 600, TEXT = 3000 };

/* Random merges of random symbols over few letters: nearly all pairs merge somewhere. */
static tkz_tokenizer *random_tokenizer(uint64_t *random, size_t merges)
{
    tkz__tokenizer_builder *builder;
    ck_assert_status(tkz__tokenizer_builder_new(&builder, tkz__pre_tokenizer_find("llama3", 6),
                                                NULL, NULL));
    ck_assert_status(tkz__tokenizer_builder_add_bytes(builder, NULL));
    uint32_t ids[LETTERS + MOST_MERGES], count = 0;
    for (; count < LETTERS; count++)
        ids[count] = 'a' - 33 + count;
    for (size_t i = 0; i < merges; i++) {
        /* Young ones rarely, or symbols become too long to occur. */
        uint32_t left = ids[test_random(random) % (1 + test_random(random) % count)];
        uint32_t right = ids[test_random(random) % (1 + test_random(random) % count)];
        if (tkz__tokenizer_builder_add_merge(builder, left, right, &ids[count], NULL) == TKZ_OK)
            count++;
    }
    tkz_tokenizer *tokenizer;
    ck_assert_status(tkz__tokenizer_builder_finish(builder, &tokenizer, NULL));
    tkz__tokenizer_builder_free(builder);
    return tokenizer;
}

static void random_letters(uint64_t *random, uint8_t *text, size_t size)
{
    /* Now and then what stands before again: runs and repeated words. */
    for (size_t i = 0; i < size; i++)
        text[i] = i > 40 && test_random(random) % 16 == 0
                      ? text[i - 1 - test_random(random) % 40]
                      : (uint8_t)('a' + test_random(random) % LETTERS);
    if (test_random(random) % 4 == 0) {
        size_t period = 1 + test_random(random) % 7;
        for (size_t i = period + size / 2; i < size; i++)
            text[i] = text[i - period];
    }
}

START_TEST(pieces)
{
    uint64_t random = 21, scratch[TEXT / 64 + 1];
    static uint32_t matched[TEXT], merged[TEXT];
    static uint8_t text[TEXT];
    for (int number = 0; number < 12; number++) {
        tkz_tokenizer *tokenizer = random_tokenizer(&random, 50 * (size_t)number);
        const tkz__image *image = tkz__tokenizer_image(tokenizer);
        tkz__match_memory *memory = calloc(1, sizeof *memory);
        for (int round = 0; round < 200 / TEST_SHORTER; round++) {
            size_t size = 1 + test_random(&random) % (round % 2 == 0 ? 100 : TEXT);
            random_letters(&random, text, size);
            size_t count = tkz__match_piece(image, memory, text, size, scratch, matched);
            ck_assert_uint_gt(count, 0);
            ck_assert_uint_eq(tkz__merge_piece(image, memory, text, size, scratch, merged), count);
            ck_assert_int_eq(memcmp(matched, merged, count * sizeof *matched), 0);
        }
        free(memory);
        tkz_tokenizer_free(tokenizer);
    }
}
END_TEST

static void check_block(const tkz__image *image, tkz__match_memory *memory,
                        const tkz__merge_block *block, const uint8_t *text)
{
    uint64_t scratch[TKZ__MERGE_BLOCK / 64 + 1], starts = block->starts;
    uint32_t expected[TKZ__MERGE_BLOCK];
    size_t count = tkz__match_piece(image, memory, text, block->size, scratch, expected);
    ck_assert_int_eq(__builtin_popcountll(starts), (int)count);
    for (size_t i = 0; i < count; i++, starts &= starts - 1)
        ck_assert_uint_eq(block->symbols[__builtin_ctzll(starts)], expected[i]);
}

static void make_filter(const tkz__image *image, tkz__pair_memory *pairs)
{
    while (!pairs->has_filter)
        (void)tkz__pair_memory_ask(image, pairs, 'a', 'a');
}

/* Blocks of every size, before there are tables and with them, by every way that the processor has. */
START_TEST(blocks)
{
    uint64_t random = 22;
    tkz__merge_run *runs[2] = {tkz__merge_run_plain};
    size_t run_count = 1;
#if TKZ__PATH_AVX2
    if (tkz__processor_has_avx2() && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("lzcnt"))
        runs[run_count++] = tkz__merge_run_avx2;
#endif
    for (size_t merges = 100; merges <= MOST_MERGES; merges += 100) {
        tkz_tokenizer *tokenizer = random_tokenizer(&random, merges);
        const tkz__image *image = tkz__tokenizer_image(tokenizer);
        tkz__match_memory *memory = calloc(1, sizeof *memory);
        for (int round = 0; round < 600 / TEST_SHORTER; round++) {
            if (round == 20)
                make_filter(image, &memory->pairs);
            if (round == 40)
                tkz__pair_memory_make_byte_pairs(image, &memory->pairs);
            uint8_t text[TKZ__MERGE_BLOCKS][TKZ__MERGE_BLOCK];
            size_t sizes[TKZ__MERGE_BLOCKS];
            size_t count = 1 + test_random(&random) % TKZ__MERGE_BLOCKS;
            for (size_t i = 0; i < count; i++) {
                sizes[i] = 1 + test_random(&random) % TKZ__MERGE_BLOCK;
                random_letters(&random, text[i], sizes[i]);
            }
            for (size_t run = 0; run < run_count; run++) {
                tkz__merge_block made[TKZ__MERGE_BLOCKS];
                for (size_t i = 0; i < count; i++)
                    tkz__merge_block_start(&made[i], text[i], sizes[i]);
                runs[run](image, &memory->pairs, made, count);
                for (size_t i = 0; i < count; i++)
                    check_block(image, memory, &made[i], text[i]);
            }
        }
        free(memory);
        tkz_tokenizer_free(tokenizer);
    }
}
END_TEST

/* Every pair of symbols, before there is a filter and with it, new and remembered. */
START_TEST(pairs)
{
    uint64_t random = 23;
    tkz_tokenizer *tokenizer = random_tokenizer(&random, MOST_MERGES);
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    tkz__pair_memory *memory = calloc(1, sizeof *memory);
    size_t merges = 0;
    for (int pass = 0; pass < 3; pass++) {
        for (uint32_t left = 0; left < image->symbol_count; left++) {
            for (uint32_t right = 0; right < image->symbol_count; right++) {
                uint32_t joined = tkz__image_find_pair(image, left, right);
                ck_assert_uint_eq(tkz__pair_memory_find(image, memory, left, right), joined);
                ck_assert_uint_eq(tkz__pair_memory_find(image, memory, left, right), joined);
                merges += joined != TKZ__NO_TOKEN;
            }
        }
    }
    ck_assert_uint_eq(merges, 3 * (image->symbol_count - TKZ__SYMBOL_BYTES));
    ck_assert(memory->has_filter);
    free(memory);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

Suite *suite_merging(void)
{
    Suite *suite = suite_create("merging");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, pieces);
    tcase_add_test(tests, blocks);
    tcase_add_test(tests, pairs);
    suite_add_tcase(suite, tests);
    return suite;
}
