/* SPDX-License-Identifier: Apache-2.0
 *
 * The byte-rule scanner: every implementation against the definition, on random
 * rules and texts of every length around a block.
 */
#include <string.h>

#include "testing.h"
#include "text/byte_rules.h"

Suite *suite_byte_rules(void);

static bool matches(const tkz__byte_rule *rule, const uint8_t *bytes)
{
    for (size_t i = 0; i < 3; i++)
        if (!(rule->halves[2 * i] >> (bytes[i] >> 4) & 1) ||
            !(rule->halves[2 * i + 1] >> (bytes[i] & 15) & 1))
            return false;
    return true;
}

static size_t find_by_definition(const tkz__byte_rule *list, uint32_t count, const char *text,
                                 size_t from, size_t size)
{
    for (; from < size; from++) {
        uint8_t bytes[3] = {0, 0, 0};
        memcpy(bytes, text + from, size - from < 3 ? size - from : 3);
        for (uint32_t k = 0; k < count; k++)
            if (matches(&list[k], bytes))
                return from;
    }
    return size;
}

static uint32_t random_rules(uint64_t *state, tkz__byte_rule *list)
{
    uint32_t count = 1 + (uint32_t)(test_random(state) % TKZ__BYTE_RULE_LIMIT);
    for (uint32_t k = 0; k < count; k++)
        for (size_t i = 0; i < 6; i++) {
            uint64_t bits = test_random(state);
            list[k].halves[i] = (uint16_t)(bits & bits >> 16);
        }
    return count;
}

START_TEST(test_against_definition)
{
    uint64_t state = 11;
    for (size_t round = 0; round < 4000; round++) {
        tkz__byte_rule list[TKZ__BYTE_RULE_LIMIT];
        tkz__byte_rules rules;
        uint32_t count = random_rules(&state, list);
        tkz__byte_rules_set(&rules, list, count);
        char text[160];
        size_t size = test_random(&state) % sizeof text;
        uint8_t mask = round % 3 == 0 ? 0x0F : round % 3 == 1 ? 0xF7 : 0xFF;
        for (size_t i = 0; i < size; i++)
            text[i] = (char)(test_random(&state) & mask);
        tkz__byte_search search = tkz__byte_search_start(&rules, text, size);
        for (size_t from = 0; from <= size; from += 1 + test_random(&state) % 7) {
            size_t expected = find_by_definition(list, count, text, from, size);
            size_t plain = tkz__byte_rules_find_scalar(&rules, text, from, size);
            size_t found = tkz__byte_rules_find(&rules, text, from, size);
            size_t searched = tkz__byte_search_next(&search, from);
            if (plain != expected || found != expected || searched != expected)
                ck_abort_msg("from %zu of %zu: %zu, %zu and %zu, not %zu", from, size, plain, found,
                             searched, expected);
        }
    }
}
END_TEST

/* The search keeps what it knows of a stretch: texts of several of them, few places and many. */
START_TEST(test_search_in_long_texts)
{
    enum { STRETCH = 64 * TKZ__BYTE_SEARCH_BLOCKS };
    uint64_t state = 12;
    for (size_t round = 0; round < 200; round++) {
        tkz__byte_rule list[TKZ__BYTE_RULE_LIMIT];
        tkz__byte_rules rules;
        uint32_t count = random_rules(&state, list);
        tkz__byte_rules_set(&rules, list, count);
        static char text[3 * STRETCH];
        size_t size = STRETCH - 70 + test_random(&state) % (sizeof text - STRETCH + 70);
        bool many = round % 2 == 0;
        for (size_t i = 0; i < size; i++)
            text[i] = many || test_random(&state) % 300 == 0 ? (char)test_random(&state) : 'a';
        tkz__byte_search search = tkz__byte_search_start(&rules, text, size);
        size_t step = many ? 9 : 1 + test_random(&state) % 400;
        for (size_t from = 0; from <= size; from += 1 + test_random(&state) % step) {
            size_t expected = tkz__byte_rules_find_scalar(&rules, text, from, size);
            size_t searched = tkz__byte_search_next(&search, from);
            if (searched != expected)
                ck_abort_msg("from %zu of %zu: %zu, not %zu", from, size, searched, expected);
        }
    }
}
END_TEST

START_TEST(test_skip_spaces)
{
    char text[40];
    for (size_t size = 0; size < sizeof text; size++)
        for (size_t end = 0; end <= size; end++) {
            memset(text, ' ', sizeof text);
            if (end < size)
                memset(text + end, '!', 1 + (size - end) / 2);
            for (size_t from = 0; from <= end; from++)
                ck_assert_uint_eq(tkz__skip_spaces(text, from, size), end);
        }
}
END_TEST

/* A place anywhere in a long text that is else plain. */
START_TEST(test_single_place)
{
    static const tkz__byte_rule list[] = {
        {{TKZ__HALF(0xE), TKZ__HALF(3), TKZ__HALF(8), TKZ__HALF(0), TKZ__HALF(8), TKZ__HALF(0)}}};
    tkz__byte_rules rules;
    tkz__byte_rules_set(&rules, list, 1);
    char text[300];
    for (size_t size = 3; size < sizeof text; size += 13)
        for (size_t place = 0; place + 3 <= size; place++) {
            memset(text, 'a', sizeof text);
            memcpy(text + place, "\xE3\x80\x80", 3);
            if (tkz__byte_rules_find(&rules, text, 0, size) != place ||
                tkz__byte_rules_find(&rules, text, place + 1, size) != size)
                ck_abort_msg("place %zu of %zu", place, size);
        }
}
END_TEST

Suite *suite_byte_rules(void)
{
    Suite *suite = suite_create("byte_rules");
    TCase *cases = tcase_create("find");
    tcase_add_test(cases, test_against_definition);
    tcase_add_test(cases, test_search_in_long_texts);
    tcase_add_test(cases, test_single_place);
    tcase_add_test(cases, test_skip_spaces);
    suite_add_tcase(suite, cases);
    return suite;
}
