/* SPDX-License-Identifier: Apache-2.0
 *
 * Pre-tokenizers: cases by hand, hostile bytes, and a comparison with slow code
 * that tries the alternatives of each pattern one by one, as a regex engine does.
 */
#include <stdlib.h>
#include <string.h>

#include "subword/char_scan.h"
#include "subword/pre_tokenizer.h"
#include "testing.h"

Suite *suite_pre_tokenizer(void);

static const tkz__pre_tokenizer *find(const char *name)
{
    const tkz__pre_tokenizer *found = tkz__pre_tokenizer_find(name, strlen(name));
    ck_assert_ptr_nonnull(found);
    return found;
}

/* Cuts `text` and joins the chunks with U+00A6 broken bars. */
static char *cut(const char *name, const char *text, size_t size)
{
    const tkz__pre_tokenizer *pre_tokenizer = find(name);
    char *result = malloc(3 * size + 1);
    size_t length = 0;
    for (size_t at = 0; at < size;) {
        size_t chunk = pre_tokenizer->next(text + at, size - at);
        ck_assert_uint_ge(chunk, 1);
        ck_assert_uint_le(chunk, size - at);
        if (at > 0) {
            memcpy(result + length, "\xC2\xA6", 2);
            length += 2;
        }
        memcpy(result + length, text + at, chunk);
        length += chunk;
        at += chunk;
    }
    result[length] = '\0';
    return result;
}

static void check_cut(const char *name, const char *text, const char *expected)
{
    char *chunks = cut(name, text, strlen(text));
    ck_assert_str_eq(chunks, expected);
    free(chunks);
}

/* The expected chunks of both are what HF tokenizers 0.23.3 gives for the pattern. */
START_TEST(llama3_cases)
{
    check_cut("llama3", "Hello, world!", "Hello¦,¦ world¦!");
    check_cut("llama3", "I'll he'S we'VE o'\xC5\xBF", "I¦'ll¦ he¦'S¦ we¦'VE¦ o¦'\xC5\xBF");
    check_cut("llama3", "'x 'lx '", "'x¦ '¦lx¦ '");
    check_cut("llama3", "1234567", "123¦456¦7");
    check_cut("llama3", "  a\n\n  b\n", " ¦ a¦\n\n¦ ¦ b¦\n");
    check_cut("llama3", "a   ", "a¦   ");
    check_cut("llama3", "a \n \n b", "a¦ \n \n¦ b");
    check_cut("llama3", "!!\r\n\n x", "!!\r\n\n¦ x");
    check_cut("llama3", "、吾輩は猫である。名前はまだ無い。", "、吾輩は猫である¦。名前はまだ無い¦。");
    check_cut("llama3", "　吾輩・猫ー々　　", "　吾輩¦・猫ー々¦　　");
    check_cut("llama3", "は\xE3\x82\x99ー１２３４", "は¦\xE3\x82\x99ー¦１２３¦４");
}
END_TEST

START_TEST(gpt2_cases)
{
    check_cut("gpt2", "Hello, world!", "Hello¦,¦ world¦!");
    check_cut("gpt2", "I'll he'S 's", "I¦'ll¦ he¦'¦S¦ '¦s");
    check_cut("gpt2", "1234567 89", "1234567¦ 89");
    check_cut("gpt2", "a \n \n b", "a¦ \n \n¦ b");
    check_cut("gpt2", "a   ", "a¦   ");
    check_cut("gpt2", "吾輩は、猫。", "吾輩は¦、¦猫¦。");
}
END_TEST

START_TEST(invalid_bytes)
{
    /* Signs, like any other character that is no letter, number or space. */
    check_cut("llama3", "a\xFF\xFE" "b", "a¦\xFF\xFE¦b");
    check_cut("llama3", "a\xFF" "b", "a¦\xFF" "b");
    check_cut("llama3", "\xE3\x81", "\xE3\x81");
    check_cut("llama3", "1\xED\xA0\x80" "1", "1¦\xED\xA0\x80¦1");
    check_cut("llama3", " \xC0\x80\n", " \xC0\x80\n");
    check_cut("gpt2", " \xF5\x80 a", " \xF5\x80¦ a");
}
END_TEST

/* ---- Slow and literal -------------------------------------------------- */

static tkz__scan_class class_at(const char *text, size_t size, size_t at, size_t *length)
{
    uint32_t character;
    *length = tkz__utf8_decode(text + at, size - at, &character);
    return tkz__scan_class_of(&tkz__class_table_16_0, character);
}

static size_t run_of(const char *text, size_t size, size_t at, unsigned classes, size_t most)
{
    size_t length;
    for (size_t n = 0; n < most && at < size; n++) {
        if ((1u << class_at(text, size, at, &length) & classes) == 0)
            break;
        at += length;
    }
    return at;
}

enum {
    OTHER = 1 << TKZ__SCAN_OTHER,
    LETTER = 1 << TKZ__SCAN_LETTER,
    NUMBER = 1 << TKZ__SCAN_NUMBER,
    SPACE = 1 << TKZ__SCAN_SPACE
};

static size_t skip_newlines(const char *text, size_t size, size_t at)
{
    while (at < size && (text[at] == '\n' || text[at] == '\r'))
        at++;
    return at;
}

/* `\s+(?!\S)`, then `\s+`. */
static size_t slow_blank(const char *text, size_t size)
{
    size_t longest = run_of(text, size, 0, SPACE, SIZE_MAX);
    for (size_t end = longest; end > 0; end--) {
        size_t length;
        if (run_of(text, end, 0, SPACE, SIZE_MAX) != end)
            continue; /* inside a character */
        if (end == size || class_at(text, size, end, &length) == TKZ__SCAN_SPACE)
            return end;
    }
    return longest;
}

static size_t slow_llama3(const char *text, size_t size)
{
    static const char *const contractions[] = {"'s", "'S", "'\xC5\xBF", "'t", "'T", "'re", "'rE",
                                               "'Re", "'RE", "'ve", "'vE", "'Ve", "'VE", "'m",
                                               "'M", "'ll", "'lL", "'Ll", "'LL", "'d", "'D"};
    for (size_t i = 0; i < sizeof contractions / sizeof contractions[0]; i++) {
        size_t length = strlen(contractions[i]);
        if (size >= length && memcmp(text, contractions[i], length) == 0)
            return length;
    }
    size_t prefix = 0, end;
    if (text[0] != '\r' && text[0] != '\n')
        prefix = run_of(text, size, 0, OTHER | SPACE, 1);
    end = run_of(text, size, prefix, LETTER, SIZE_MAX);
    if (end > prefix)
        return end;
    end = run_of(text, size, 0, NUMBER, 3);
    if (end > 0)
        return end;
    for (prefix = text[0] == ' ' ? 1 : 0;; prefix--) {
        end = run_of(text, size, prefix, OTHER, SIZE_MAX);
        if (end > prefix)
            return skip_newlines(text, size, end);
        if (prefix == 0)
            break;
    }
    for (prefix = run_of(text, size, 0, SPACE, SIZE_MAX);; prefix--) {
        end = run_of(text, prefix, 0, SPACE, SIZE_MAX) == prefix
                  ? skip_newlines(text, size, prefix)
                  : prefix;
        if (end > prefix)
            return end;
        if (prefix == 0)
            break;
    }
    return slow_blank(text, size);
}

static size_t slow_gpt2(const char *text, size_t size)
{
    static const char *const contractions[] = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};
    for (size_t i = 0; i < sizeof contractions / sizeof contractions[0]; i++) {
        size_t length = strlen(contractions[i]);
        if (size >= length && memcmp(text, contractions[i], length) == 0)
            return length;
    }
    static const unsigned classes[] = {LETTER, NUMBER, OTHER};
    for (size_t i = 0; i < 3; i++) {
        size_t prefix = text[0] == ' ' ? 1 : 0;
        size_t end = run_of(text, size, prefix, classes[i], SIZE_MAX);
        if (end > prefix)
            return end;
    }
    return slow_blank(text, size);
}

START_TEST(against_slow_code)
{
    static const char *const pieces[] = {
        "'", "'", "s", "S", "t", "r", "e", "E", "v", "m", "l", "L", "d", "a", "Z", "1", "9",
        " ", " ", "\t", "\r", "\n", "\n", "\x0B", "\x1F", "\xC2\x85", "\xC2\xA0", "\xE2\x80\x83",
        "\xE2\x80\xA8", "\xE2\x80\x8B", "　", "・", "ー", "あ", "漢", "\xE3\x82\x99", "々",
        "\xC5\xBF", "\xE2\x84\xAA", "２", "²", "。", "!", "\xF0\x9F\x98\x80", "\xF0\xA0\xAE\xB7",
        "\xFF", "\xE3\x81", "\x80"};
    uint64_t random = 42;
    for (int round = 0; round < 20000 / TEST_SHORTER; round++) {
        char text[200];
        size_t size = 0;
        for (size_t count = 1 + test_random(&random) % 24; count > 0; count--) {
            const char *piece = pieces[test_random(&random) % (sizeof pieces / sizeof pieces[0])];
            memcpy(text + size, piece, strlen(piece));
            size += strlen(piece);
        }
        for (size_t at = 0; at < size;) {
            size_t chunk = find("llama3")->next(text + at, size - at);
            ck_assert_uint_eq(chunk, slow_llama3(text + at, size - at));
            at += chunk;
        }
        for (size_t at = 0; at < size;) {
            size_t chunk = find("gpt2")->next(text + at, size - at);
            ck_assert_uint_eq(chunk, slow_gpt2(text + at, size - at));
            at += chunk;
        }
    }
}
END_TEST

/* Ten million characters of white space must be read a fixed number of times, in few chunks. */
START_TEST(long_white_space)
{
    enum { SIZE = 10000000 / TEST_SHORTER };
    char *text = malloc(SIZE);
    memset(text, ' ', SIZE);
    const tkz__pre_tokenizer *llama3 = find("llama3");
    ck_assert_uint_eq(llama3->next(text, SIZE), SIZE);
    text[SIZE - 1] = 'a';
    ck_assert_uint_eq(llama3->next(text, SIZE), SIZE - 2);
    ck_assert_uint_eq(llama3->next(text + SIZE - 2, 2), 2);
    text[SIZE - 2] = '\n';
    ck_assert_uint_eq(llama3->next(text, SIZE), SIZE - 1);
    memset(text, '\n', SIZE);
    ck_assert_uint_eq(llama3->next(text, SIZE), SIZE);
    ck_assert_uint_eq(find("gpt2")->next(text, SIZE), SIZE);
    free(text);
}
END_TEST

START_TEST(any_bytes)
{
    uint64_t random = 7;
    for (int round = 0; round < 3000 / TEST_SHORTER; round++) {
        size_t size = 1 + test_random(&random) % 40;
        char *text = malloc(size); /* exact, so that a read behind it is caught */
        for (size_t i = 0; i < size; i++)
            text[i] = (char)test_random(&random);
        for (size_t index = 0; index < tkz_pre_tokenizer_count(); index++) {
            char *chunks = cut(tkz_pre_tokenizer_at(index)->name, text, size);
            free(chunks);
        }
        free(text);
    }
}
END_TEST

START_TEST(public_list)
{
    ck_assert_uint_eq(tkz_pre_tokenizer_count(), 2);
    ck_assert_str_eq(tkz_pre_tokenizer_at(0)->name, "gpt2");
    ck_assert_str_eq(tkz_pre_tokenizer_at(1)->name, "llama3");
    ck_assert_ptr_null(tkz_pre_tokenizer_at(2));
    ck_assert_ptr_null(tkz__pre_tokenizer_find("llama", 5));
    ck_assert_ptr_null(tkz__pre_tokenizer_find("llama33", 7));
    ck_assert_str_eq(find("llama3")->unicode_version, "16.0.0");
    ck_assert_str_eq(find("llama3")->unicode_version, tkz__class_table_16_0.unicode_version);
    for (size_t i = 0; i < tkz_pre_tokenizer_count(); i++)
        ck_assert_uint_gt(strlen(tkz_pre_tokenizer_at(i)->text), 0);
}
END_TEST

Suite *suite_pre_tokenizer(void)
{
    Suite *suite = suite_create("pre_tokenizer");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, llama3_cases);
    tcase_add_test(tests, gpt2_cases);
    tcase_add_test(tests, invalid_bytes);
    tcase_add_test(tests, against_slow_code);
    tcase_add_test(tests, long_white_space);
    tcase_add_test(tests, any_bytes);
    tcase_add_test(tests, public_list);
    suite_add_tcase(suite, tests);
    return suite;
}
