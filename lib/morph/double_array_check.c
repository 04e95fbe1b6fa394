/* SPDX-License-Identifier: Apache-2.0
 *
 * Proof that no look-up in a double array of Darts leaves it. Leans on memory.
 *
 * A look-up (commonPrefixSearch in mecab/src/darts.h of taku910/mecab) begins in the state
 * b = base[0]. In a state b it reads unit b, whose negative base is a value if check[b] = b, and
 * for the next byte c unit b + c + 1, whose base is the next state if its check is b. It tests no
 * bounds, and its caller has room for 512 values.
 */
#include "morph/double_array_check.h"

#include <string.h>

enum {
    CODE_LIMIT = 256,      /* c + 1 of the highest byte */
    MAXIMUM_MATCHES = 512, /* kResultsSize in mecab/src/tokenizer.cpp */
};

/* What is known of a state, in 32 bits: the state that leads to it or, once counted, how many
 * values are on the way to it and in it. An array has less than 2^29 units. */
static const uint32_t HAS_VALUE = UINT32_C(1) << 31;
static const uint32_t IS_COUNTED = UINT32_C(1) << 30;
static const uint32_t NUMBER = (UINT32_C(1) << 30) - 1;
static const uint32_t NO_PARENT = (UINT32_C(1) << 30) - 1;

typedef struct unit {
    int32_t base;
    uint32_t check;
} unit;

_Static_assert(sizeof(unit) == TKZ__UNIT_SIZE, "a unit is a structure of the file");

static unit unit_at(const uint8_t *units, uint32_t index)
{
    unit u;
    memcpy(&u, units + (size_t)index * sizeof u, sizeof u);
    return u;
}

/* Every state must have its 257 units inside the array. Negative bases are no states, so they may
 * stand only where the check is the unit's own number, which no byte leads to. State 0 is no
 * state: zeros are unused units, and as unit 0 has no value it matches nothing. */
static const char *read_units(const uint8_t *units, uint32_t count, uint32_t word_count,
                              uint32_t *states, uint32_t *where)
{
    int64_t last_state = (int64_t)count - CODE_LIMIT - 1;
    int32_t root = unit_at(units, 0).base;
    for (uint32_t i = 0; i < count; i++)
        states[i] = NO_PARENT;
    for (uint32_t i = 0; i < count; i++) {
        unit u = unit_at(units, i);
        *where = i;
        if (u.base < 0) {
            uint32_t value = (uint32_t)(-(u.base + 1)); /* first word, their number in 8 bits */
            if (i == 0 || u.check != i || (uint64_t)(value >> 8) + (value & 0xFF) > word_count)
                return "a key leads to words that are not there";
            states[i] |= HAS_VALUE;
            continue;
        }
        if (u.base > last_state)
            return "a state outside the double array";
        if (i == 0 || u.base == 0 || i <= u.check || i - u.check > CODE_LIMIT)
            continue;
        if ((states[u.base] & NUMBER) != NO_PARENT || u.base == root)
            return "two ways lead to one state";
        states[u.base] = (states[u.base] & HAS_VALUE) | u.check;
    }
    return NULL;
}

/* Counts the values on the way to `state`, and for all states on it; false if there are too many
 * or the way runs in a circle. Over all calls each state is counted once. */
static bool count_matches(uint32_t *states, uint32_t count, uint32_t state)
{
    uint32_t total = 0;
    uint32_t steps = 0;
    uint32_t s = state;
    while (s != NO_PARENT && (states[s] & IS_COUNTED) == 0) {
        total += (states[s] & HAS_VALUE) != 0;
        if (++steps > count)
            return false;
        s = states[s] & NUMBER;
    }
    if (s != NO_PARENT)
        total += states[s] & NUMBER;
    if (total > MAXIMUM_MATCHES)
        return false;
    for (s = state; s != NO_PARENT && (states[s] & IS_COUNTED) == 0;) {
        uint32_t parent = states[s] & NUMBER;
        uint32_t has_value = states[s] & HAS_VALUE;
        states[s] = has_value | IS_COUNTED | total;
        total -= has_value != 0;
        s = parent;
    }
    return true;
}

tkz_status tkz__double_array_check(const uint8_t *units, uint32_t count, uint32_t word_count,
                                   const tkz_allocator *allocator, const char **what,
                                   uint32_t *where, tkz_error *error)
{
    *where = 0;
    *what = "the double array is empty";
    if (count == 0)
        return TKZ_OK;
    uint32_t *states = tkz__allocate_array(allocator, count, sizeof *states);
    if (states == NULL)
        return tkz__error_memory(error, (size_t)count * sizeof *states);
    *what = read_units(units, count, word_count, states, where);
    for (uint32_t i = 0; *what == NULL && i < count; i++) {
        *where = i;
        if ((states[i] & HAS_VALUE) != 0 && !count_matches(states, count, i))
            *what = "more than 512 words begin one another";
    }
    tkz__release_array(allocator, states, count, sizeof *states);
    return TKZ_OK;
}
