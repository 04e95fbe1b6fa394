/* SPDX-License-Identifier: Apache-2.0
 *
 * Personal information: the gold of texts with it and of texts that look like it, whose error rates are
 * printed; borders, widths, any bytes; the step pii-v1 with its span map.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "tokenize/pii.h"
#include "tokenize/text.h"

Suite *suite_pii(void);

#define ALL ((UINT32_C(1) << TKZ_PII_TYPES) - 1)

static char *read_gold(const char *name)
{
    const char *source = getenv("srcdir");
    char path[512];
    size_t size;
    snprintf(path, sizeof path, "%s/tests/gold/%s", source == NULL ? "." : source, name);
    return test_read_file(path, &size);
}

/* The next line of the gold, cut at its tabs; 0 at the end. */
static size_t next_line(char **place, char *fields[4])
{
    size_t count = 0;
    while (**place == '#')
        *place = strchr(*place, '\n') + 1;
    if (**place == '\0')
        return 0;
    fields[count++] = *place;
    for (; **place != '\n'; ++*place) {
        if (**place == '\t') {
            **place = '\0';
            ck_assert_uint_lt(count, 4);
            fields[count++] = *place + 1;
        }
    }
    *(*place)++ = '\0';
    return count;
}

START_TEST(test_gold)
{
    char *positives = read_gold("pii-positives.tsv"), *negatives = read_gold("pii-negatives.tsv");
    char *place = positives, *fields[4];
    uint32_t count = 0, missed = 0, false_count = 0, found_falsely = 0;
    while (next_line(&place, fields) == 4) {
        char text[1024];
        tkz_pii_match match = {0, 0, -1};
        size_t start = strlen(fields[1]), end = start + strlen(fields[2]);
        snprintf(text, sizeof text, "%s%s%s", fields[1], fields[2], fields[3]);
        (void)tkz_pii_next(text, strlen(text), 0, ALL, &match);
        count++;
        if (match.type < 0 || strcmp(tkz_pii_name(match.type), fields[0]) != 0 ||
            match.start != start || match.end != end) {
            printf("missed %s: %s\n", fields[0], text);
            missed++;
        }
    }
    place = negatives;
    while (next_line(&place, fields) == 1) {
        tkz_pii_match match;
        false_count++;
        if (tkz_pii_next(fields[0], strlen(fields[0]), 0, ALL, &match)) {
            printf("found %s: %s\n", tkz_pii_name(match.type), fields[0]);
            found_falsely++;
        }
    }
    printf("personal information: %u of %u missed (%.2f %%), %u of %u found falsely (%.2f %%)\n",
           missed, count, 100.0 * missed / count, found_falsely, false_count,
           100.0 * found_falsely / false_count);
    ck_assert_uint_ge(count, 500);
    ck_assert_uint_ge(false_count, 500);
    ck_assert_uint_le(missed * 100, count);
    ck_assert_uint_le(found_falsely * 100, false_count);
    free(positives);
    free(negatives);
}
END_TEST

static void assert_masked(const char *form, const char *text, const char *wanted)
{
    tkz_normal_form *made;
    tkz_normalizer *normalizer;
    tkz_normalized result;
    ck_assert_status(tkz_normal_form_new(&made, form, strlen(form), NULL, NULL));
    ck_assert_status(tkz_normalizer_new(&normalizer, made, NULL, NULL));
    ck_assert_status(
        tkz_normalizer_run(normalizer, text, strlen(text), 1, &result, NULL));
    ck_assert_msg(result.size == strlen(wanted) && memcmp(result.text, wanted, result.size) == 0,
                  "%s: %.*s", text, (int)result.size, result.text);
    tkz_normalizer_free(normalizer);
    tkz_normal_form_free(made);
}

START_TEST(test_masks)
{
    assert_masked("pii-v1", "電話03-5253-1111、a@example.jpと〒100-0001。",
                  "電話<PHONE>、<EMAIL>と<POSTAL_CODE>。");
    assert_masked("pii-v1", "090-1234-5678 080-1234-5678", "<PHONE> <PHONE>");
    assert_masked("pii-v1:phone=keep", "電話03-5253-1111、a@example.jp",
                  "電話03-5253-1111、<EMAIL>");
    assert_masked("pii-v1", "サーバー０９０－１２３４－５６７８は", "サーバー<PHONE>は");
    assert_masked("pii-v1", "10000000000円の商品番号 2024001234567890", "10000000000円の商品番号 2024001234567890");
    assert_masked("pii-v1", "", "");
}
END_TEST

START_TEST(test_names)
{
    for (int32_t type = 0; type < TKZ_PII_TYPES; type++) {
        ck_assert_ptr_nonnull(tkz_pii_name(type));
        ck_assert_uint_eq(tkz_pii_mask(type)[0], '<');
    }
    ck_assert_ptr_null(tkz_pii_name(TKZ_PII_TYPES));
    ck_assert_ptr_null(tkz_pii_mask(-1));
}
END_TEST

/* Any bytes: matches within the text, forwards, and an end. */
START_TEST(test_any_bytes)
{
    static const char alphabet[][8] = {"0", "1", "8", "-", ".", "@", " ", "(", ")", "+", "a", "町",
                                       "０", "－", "ー", "〒", "県", "\xE3", "\xFF", "\xEF\xBC", "\n", "丁目"};
    uint64_t state = 7;
    for (int round = 0; round < 20000 / TEST_SHORTER; round++) {
        char text[256];
        size_t size = 0, from = 0;
        tkz_pii_match match;
        while (size < 200) {
            const char *piece =
                alphabet[test_random(&state) % (sizeof alphabet / sizeof *alphabet)];
            size_t length = strnlen(piece, 8);
            memcpy(text + size, piece, length);
            size += length;
            if (test_random(&state) % 40 == 0)
                break;
        }
        char *copy = malloc(size); /* for the address sanitizer */
        memcpy(copy, text, size);
        while (tkz_pii_next(copy, size, from, ALL, &match)) {
            ck_assert(match.start >= from && match.end > match.start && match.end <= size);
            from = (size_t)match.end;
        }
        free(copy);
    }
}
END_TEST

Suite *suite_pii(void)
{
    Suite *suite = suite_create("pii");
    TCase *all = tcase_create("all");
    tcase_add_test(all, test_gold);
    tcase_add_test(all, test_masks);
    tcase_add_test(all, test_names);
    tcase_add_test(all, test_any_bytes);
    suite_add_tcase(suite, all);
    return suite;
}
