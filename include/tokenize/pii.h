/* SPDX-License-Identifier: Apache-2.0
 *
 * Personal information in Japanese text: telephone numbers, addresses, numbers of persons and cards.
 */
#ifndef TOKENIZE_PII_H
#define TOKENIZE_PII_H

#include "tokenize/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, number, mask, text): append-only. */
#define TKZ_PII_LIST(X)                                                                           \
    X(PHONE, 0, "<PHONE>", "phone", "telephone numbers of Japan, with and without +81")           \
    X(POSTAL_CODE, 1, "<POSTAL_CODE>", "postal_code", "postal codes with the sign 〒, their name, or before a prefecture") \
    X(EMAIL, 2, "<EMAIL>", "email", "e-mail addresses")                                           \
    X(ADDRESS, 3, "<ADDRESS>", "address", "numbers of blocks and houses behind a place")          \
    X(MY_NUMBER, 4, "<MY_NUMBER>", "my_number", "My Number: 12 digits with a right check digit, by context") \
    X(CARD, 5, "<CARD>", "card", "payment cards: issuer's prefix, length and Luhn's check digit")  \
    X(BANK_ACCOUNT, 6, "<BANK_ACCOUNT>", "bank_account", "bank accounts by context")              \
    X(PASSPORT, 7, "<PASSPORT>", "passport", "passport numbers by context")                       \
    X(DRIVER_LICENCE, 8, "<DRIVER_LICENCE>", "driver_licence", "driver's licences: 12 digits by context") \
    X(IP_ADDRESS, 9, "<IP_ADDRESS>", "ip_address", "public IPv4 addresses")

enum tkz_pii_type {
#define TKZ_PII_ENUM(name, number, mask, option, text) TKZ_PII_##name = number,
    TKZ_PII_LIST(TKZ_PII_ENUM)
#undef TKZ_PII_ENUM
    TKZ_PII_TYPES = 10
};

typedef struct tkz_pii_match {
    uint64_t start; /* bytes of the text */
    uint64_t end;
    int32_t type; /* TKZ_PII_* */
} tkz_pii_match;

/* The first match at or behind `from` of a type in `types` (bits 1 << TKZ_PII_*), which must not lie in the
 * midst of one. Digits, letters and hyphens may be of half or full width. Any bytes are a legal text. Returns 1,
 * or 0 when there is none. Linear over the calls of a text that start each at the end of the last match; a
 * pure function. */
TKZ_API int32_t tkz_pii_next(const char *text, size_t size, size_t from, uint32_t types,
                             tkz_pii_match *match);

/* What stands for a type in masked text ("<PHONE>"), and its name ("phone"). Static strings; NULL for other
 * numbers. */
TKZ_API const char *tkz_pii_mask(int32_t type);
TKZ_API const char *tkz_pii_name(int32_t type);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_PII_H */
