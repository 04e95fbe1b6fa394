/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8: which implementation is taken, and encoding. Leans on text/utf8_kernels.h.
 */
#include "tokenize/text.h"
#include "text/utf8_kernels.h"

/* Bytes below which the vector paths would hand all to the scalar one. */
#define SHORT_TEXT 67

size_t tkz_utf8_valid_prefix(const char *text, size_t size)
{
#if TKZ__PATH_AVX2
    if (size >= SHORT_TEXT && tkz__processor_has_avx2())
        return tkz__utf8_valid_prefix_avx2(text, size);
#elif TKZ__PATH_NEON
    if (size >= SHORT_TEXT)
        return tkz__utf8_valid_prefix_neon(text, size);
#endif
    return tkz__utf8_valid_prefix_scalar(text, size);
}

uint64_t tkz_utf8_count(const char *text, size_t size)
{
#if TKZ__PATH_AVX2
    if (size >= SHORT_TEXT && tkz__processor_has_avx2())
        return tkz__utf8_count_avx2(text, size);
#elif TKZ__PATH_NEON
    if (size >= SHORT_TEXT)
        return tkz__utf8_count_neon(text, size);
#endif
    return tkz__utf8_count_scalar(text, size);
}

size_t tkz__utf8_decode_run(const char *text, size_t size, uint32_t *characters, size_t capacity,
                            size_t *read)
{
#if TKZ__PATH_AVX2
    if (size >= SHORT_TEXT && tkz__processor_has_avx2())
        return tkz__utf8_decode_run_avx2(text, size, characters, capacity, read);
#elif TKZ__PATH_NEON
    if (size >= SHORT_TEXT)
        return tkz__utf8_decode_run_neon(text, size, characters, capacity, read);
#endif
    return tkz__utf8_decode_run_scalar(text, size, characters, capacity, read);
}

size_t tkz__utf8_encode(uint32_t character, char *text)
{
    uint8_t *bytes = (uint8_t *)text;

    if (character < 0x80) {
        bytes[0] = (uint8_t)character;
        return 1;
    }
    if (character < 0x800) {
        bytes[0] = (uint8_t)(0xC0 | character >> 6);
        bytes[1] = (uint8_t)(0x80 | (character & 0x3F));
        return 2;
    }
    if (character < 0x10000) {
        bytes[0] = (uint8_t)(0xE0 | character >> 12);
        bytes[1] = (uint8_t)(0x80 | (character >> 6 & 0x3F));
        bytes[2] = (uint8_t)(0x80 | (character & 0x3F));
        return 3;
    }
    bytes[0] = (uint8_t)(0xF0 | character >> 18);
    bytes[1] = (uint8_t)(0x80 | (character >> 12 & 0x3F));
    bytes[2] = (uint8_t)(0x80 | (character >> 6 & 0x3F));
    bytes[3] = (uint8_t)(0x80 | (character & 0x3F));
    return 4;
}
