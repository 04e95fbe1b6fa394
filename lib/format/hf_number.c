/* SPDX-License-Identifier: Apache-2.0
 *
 * Scores of tokenizer.json: decimal numbers to the doubles that HF has, and back. Leans on
 * hf_file.h.
 *
 * HF reads them with serde_json (src/de.rs, without its feature float_roundtrip): up to 64 bits of
 * digits as an integer, rounded to a double, then divided or multiplied by a power of ten. That is
 * not always the nearest double, and paths through equal pieces are told apart by the last bit. So
 * numbers are read here in the same steps, and written with digits that these steps bring back to the
 * same double. Nothing asks the C library, whose decimal point is that of the caller's locale.
 */
#include <float.h>
#include <math.h>

#include "format/hf_file.h"

enum {
    GREATEST_POWER = 308,
    EXPONENT_LIMIT = 100000, /* beyond any double, and far below an overflow */
    MOST_PLACES = 22         /* behind the point, before an exponent is written */
};

#define TENS(tens)                                                                                \
    1e##tens##0, 1e##tens##1, 1e##tens##2, 1e##tens##3, 1e##tens##4, 1e##tens##5, 1e##tens##6,    \
        1e##tens##7, 1e##tens##8, 1e##tens##9

/* The nearest double of 10^exponent, 0..308. */
static double power_of_ten(int exponent)
{
    static const double powers[GREATEST_POWER + 1] = {
        TENS(),   TENS(1),  TENS(2),  TENS(3),  TENS(4),  TENS(5),  TENS(6),  TENS(7),
        TENS(8),  TENS(9),  TENS(10), TENS(11), TENS(12), TENS(13), TENS(14), TENS(15),
        TENS(16), TENS(17), TENS(18), TENS(19), TENS(20), TENS(21), TENS(22), TENS(23),
        TENS(24), TENS(25), TENS(26), TENS(27), TENS(28), TENS(29), 1e300,    1e301,
        1e302,    1e303,    1e304,    1e305,    1e306,    1e307,    1e308};
    return powers[exponent];
}

/* digits * 10^exponent, as serde_json's f64_from_parts; infinite where that is an error. */
static double from_parts(uint64_t digits, int exponent)
{
    double value = (double)digits;
    while (exponent < -GREATEST_POWER && value != 0) {
        value /= 1e308;
        exponent += GREATEST_POWER;
    }
    if (value == 0)
        return 0;
    if (exponent > GREATEST_POWER)
        return 2 * DBL_MAX;
    return exponent < 0 ? value / power_of_ten(-exponent) : value * power_of_ten(exponent);
}

/* The value of a number that JSON allows. */
double tkz__hf_number_value(const char *text, size_t size)
{
    uint64_t digits = 0;
    int exponent = 0, written = 0, sign = 1;
    size_t at = text[0] == '-';
    bool behind_point = false, is_full = false;
    for (; at < size && text[at] != 'e' && text[at] != 'E'; at++) {
        if (text[at] == '.') {
            behind_point = true;
            continue;
        }
        uint64_t digit = (uint64_t)(text[at] - '0');
        is_full = is_full || digits > (UINT64_MAX - digit) / 10;
        if (!is_full)
            digits = digits * 10 + digit;
        /* A digit that there is no room for counts before the point only. */
        if (is_full != behind_point && exponent > -EXPONENT_LIMIT && exponent < EXPONENT_LIMIT)
            exponent += behind_point ? -1 : 1;
    }
    for (at += at < size; at < size; at++) {
        if (text[at] == '-')
            sign = -1;
        else if (text[at] != '+' && written < EXPONENT_LIMIT)
            written = written * 10 + (text[at] - '0');
    }
    double value = from_parts(digits, exponent + sign * written);
    return text[0] == '-' ? -value : value;
}

tkz_status tkz__hf_number(tkz__hf_file *file, size_t place, double *value)
{
    tkz__json_reader *json = &file->json;
    tkz__json_kind kind;
    json->position = place;
    tkz_status status = tkz__json_reader_kind(json, &kind);
    if (status == TKZ_OK && kind != TKZ__JSON_NUMBER)
        return tkz__json_reader_expected(json, "a number");
    size_t start = json->position;
    if (status == TKZ_OK)
        status = tkz__json_reader_skip(json);
    if (status != TKZ_OK)
        return status;
    *value = tkz__hf_number_value(json->text + start, json->position - start);
    if (*value > DBL_MAX || *value < -DBL_MAX)
        return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, start,
                              "a number out of the range of 64-bit floating point");
    return TKZ_OK;
}

/* ---- Writing ------------------------------------------------------------- */

/* Digits near `value` * 10^places that are read as `value`; false if there are none. Those of more
 * than 53
 * bits are read in steps of what a double of their size can tell apart. */
static bool find_digits(double value, int places, uint64_t *digits)
{
    enum { NEAR = 8 };
    double scaled = value;
    for (int left = places; left > 0; left -= GREATEST_POWER)
        scaled *= power_of_ten(left < GREATEST_POWER ? left : GREATEST_POWER);
    if (places < 0)
        scaled /= power_of_ten(-places);
    if (!(scaled < 1.8e19))
        return false;
    uint64_t middle = (uint64_t)(scaled + 0.5);
    uint64_t step = middle >> 53 == 0 ? 1 : UINT64_C(1) << (11 - __builtin_clzll(middle));
    for (uint64_t away = 0; away <= NEAR * step; away += step) {
        if (from_parts(middle + away, -places) == value) {
            *digits = middle + away;
            return true;
        }
        if (away <= middle && from_parts(middle - away, -places) == value) {
            *digits = middle - away;
            return true;
        }
    }
    return false;
}

/* "12.0345" of the digits 120345 and 4 places. */
static tkz_status put_decimal(uint64_t digits, int places, tkz__buffer *buffer, tkz_error *error)
{
    char text[48];
    size_t at = sizeof text;
    for (int i = 0; i < places || digits > 0 || i == places; i++) {
        if (i == places && places > 0)
            text[--at] = '.';
        text[--at] = (char)('0' + digits % 10);
        digits /= 10;
    }
    return tkz__buffer_append(buffer, text + at, sizeof text - at, error);
}

static bool is_short(int places)
{
    return places >= 1 && places <= MOST_PLACES;
}

/* Digits and places that are read as `value`, without an exponent if there are such. */
static bool find_decimal(double value, uint64_t *digits, int *places)
{
    *digits = 0;
    for (*places = 1; *places <= MOST_PLACES; ++*places) {
        if (find_digits(value, *places, digits))
            return true;
    }
    for (*places = -GREATEST_POWER; *places <= 2 * GREATEST_POWER; ++*places) {
        if (find_digits(value, *places, digits))
            return true;
    }
    return false;
}

tkz_status tkz__hf_write_number(double value, tkz__buffer *buffer, tkz_error *error)
{
    uint64_t digits;
    int places;
    tkz_status status = TKZ_OK;
    if (value < 0)
        status = tkz__buffer_append_byte(buffer, '-', error);
    if (status != TKZ_OK)
        return status;
    if (!find_decimal(fabs(value), &digits, &places))
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "a score cannot be written as a decimal number that HF reads back");
    return is_short(places) ? put_decimal(digits, places, buffer, error)
                            : tkz__buffer_append_format(buffer, error, "%llue%d",
                                                        (unsigned long long)digits, -places);
}

double tkz__hf_readable_number(double value)
{
    enum { NEAR = 8 };
    double above = value, below = value;
    uint64_t digits;
    int places;
    for (int i = 0; i < NEAR; i++) {
        if (find_decimal(fabs(above), &digits, &places))
            return above;
        if (find_decimal(fabs(below), &digits, &places))
            return below;
        above = nextafter(above, DBL_MAX);
        below = nextafter(below, -DBL_MAX);
    }
    return value;
}
