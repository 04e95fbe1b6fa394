/* SPDX-License-Identifier: Apache-2.0
 *
 * GPT-2's way of writing bytes as visible characters, which HF's byte-level
 * vocabularies use (openai/gpt-2: src/encoder.py, bytes_to_unicode). Leans on nothing.
 */
#ifndef TKZ_SUBWORD_BYTE_LEVEL_H
#define TKZ_SUBWORD_BYTE_LEVEL_H

#include <stdint.h>

/* The character that stands for `byte`: itself if Latin-1 prints it (33-126, 161-172, 174-255),
 * otherwise U+0100 and up, in the order of the bytes. */
uint32_t tkz__byte_level_character(uint8_t byte);

/* The 256 bytes in ascending order of their characters. */
void tkz__byte_level_order(uint8_t order[256]);

#endif
