/* SPDX-License-Identifier: Apache-2.0
 *
 * The byte-rule scanner of the processor it is built for against the plain one, on random rules and
 * texts. Without Check, for processors that are emulated. Leans on byte_rules.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "text/byte_rules.h"

#if TKZ__PATH_NEON
static const char name[] = "neon";
#else
static const char name[] = "no vector path";
#endif

/* SplitMix64. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t value = *state += UINT64_C(0x9E3779B97F4A7C15);
    value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
    return value ^ (value >> 31);
}

static void random_rules(uint64_t *state, tkz__byte_rules *rules)
{
    tkz__byte_rule list[TKZ__BYTE_RULE_LIMIT];
    uint32_t count = 1 + (uint32_t)(next_random(state) % TKZ__BYTE_RULE_LIMIT);
    for (uint32_t k = 0; k < count; k++)
        for (size_t i = 0; i < 6; i++) {
            uint64_t bits = next_random(state);
            list[k].halves[i] = (uint16_t)(bits & bits >> 16);
        }
    tkz__byte_rules_set(rules, list, count);
}

/* Places that differ from the plain search, which takes bytes behind the end for 0 as well. */
static size_t faults(const tkz__byte_rules *rules, const char *text, size_t size)
{
    size_t differing = 0;
    tkz__byte_search search = tkz__byte_search_start(rules, text, size);
    for (size_t from = 0; from <= size; from++) {
        size_t expected = tkz__byte_rules_find_scalar(rules, text, from, size);
        differing += tkz__byte_rules_find(rules, text, from, size) != expected ||
                     tkz__byte_search_next(&search, from) != expected;
    }
    return differing;
}

int main(void)
{
    uint64_t state = 64;
    size_t texts = 0, places = 0, differing = 0;
    for (; texts < 4000; texts++) {
        tkz__byte_rules rules;
        char text[160];
        size_t size = next_random(&state) % sizeof text;
        uint64_t mask = texts % 3 == 0 ? 0x0F : texts % 3 == 1 ? 0xF7 : 0xFF;
        random_rules(&state, &rules);
        for (size_t i = 0; i < size; i++)
            text[i] = (char)(next_random(&state) & mask);
        differing += faults(&rules, text, size);
        places += size + 1;
    }
    printf("compared %zu places in %zu texts: %s, byte rules: %zu differ\n", places, texts, name,
           differing);
    return differing == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
