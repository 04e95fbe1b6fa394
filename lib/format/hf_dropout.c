/* SPDX-License-Identifier: Apache-2.0
 *
 * model.dropout of tokenizer.json: the probability that HF passes over a merge with while
 * it encodes. Leans on hf_file.h.
 *
 * The number is read and written without the C library, whose decimal point is that of the
 * caller's locale. Up to 15 significant digits, which is more than HF keeps (an f32),
 * are read to the nearest double: both parts of the quotient are exact.
 */
#include "format/hf_file.h"

enum { MOST_DIGITS = 18, EXPONENT_LIMIT = 1000 };

/* 10^exponent; exact up to 22. */
static double power_of_ten(int exponent)
{
    double power = 1;
    for (; exponent > 0; exponent--)
        power *= 10;
    return power;
}

/* The value of a number that JSON allows; what is beyond MOST_DIGITS digits is left out. */
static double value_of(const char *text, size_t size)
{
    uint64_t digits = 0;
    int count = 0, exponent = 0, scale = 0, sign = 1;
    size_t at = size > 0 && text[0] == '-';
    bool behind_point = false;
    for (; at < size && text[at] != 'e' && text[at] != 'E'; at++) {
        if (text[at] == '.') {
            behind_point = true;
            continue;
        }
        bool keeps = count < MOST_DIGITS;
        if (keeps)
            digits = digits * 10 + (uint64_t)(text[at] - '0');
        count += digits > 0;
        if (keeps == behind_point && scale > -EXPONENT_LIMIT && scale < EXPONENT_LIMIT)
            scale += keeps ? -1 : 1;
    }
    for (at += at < size; at < size; at++) {
        if (text[at] == '-')
            sign = -1;
        else if (text[at] != '+' && exponent < EXPONENT_LIMIT)
            exponent = exponent * 10 + (text[at] - '0');
    }
    scale += sign * exponent;
    if (digits == 0)
        return 0;
    double value = scale < 0 ? (double)digits / power_of_ten(-scale)
                             : (double)digits * power_of_ten(scale);
    return size > 0 && text[0] == '-' ? -value : value;
}

/* null, or a probability. */
tkz_status tkz__hf_read_dropout(tkz__hf_file *file)
{
    size_t place = file->model_parts[TKZ__HF_DROPOUT];
    tkz__json_kind kind;
    if (tkz__hf_is_null(file, place))
        return TKZ_OK;
    tkz__json_reader *json = &file->json;
    json->position = place;
    tkz_status status = tkz__json_reader_kind(json, &kind);
    if (status == TKZ_OK && kind != TKZ__JSON_NUMBER)
        return tkz__json_reader_expected(json, "a probability of dropout, or null");
    if (status == TKZ_OK)
        status = tkz__json_reader_skip(json);
    if (status != TKZ_OK)
        return status;
    file->dropout = value_of(json->text + place, json->position - place);
    if (file->dropout >= 0 && file->dropout <= 1)
        return TKZ_OK;
    size_t size = json->position - place;
    return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, place,
                          "model.dropout: %.*s; a probability is in 0..1",
                          (int)(size < 30 ? size : 30), json->text + place);
}

/* In the fewest digits behind the point that read back as the same value. */
tkz_status tkz__hf_write_dropout(double dropout, tkz__buffer *buffer, tkz_error *error)
{
    if (dropout == 0)
        return tkz__buffer_append_text(buffer, "null", error);
    if (dropout >= 1)
        return tkz__buffer_append_text(buffer, "1.0", error);
    int count = 1;
    while (count < MOST_DIGITS &&
           (double)(uint64_t)(dropout * power_of_ten(count) + 0.5) / power_of_ten(count) != dropout)
        count++;
    return tkz__buffer_append_format(
        buffer, error, "0.%0*llu", count,
        (unsigned long long)(dropout * power_of_ten(count) + 0.5));
}
