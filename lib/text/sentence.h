/* SPDX-License-Identifier: Apache-2.0
 *
 * Bounds of the sentence splitter. Leans on nothing.
 */
#ifndef TKZ_TEXT_SENTENCE_H
#define TKZ_TEXT_SENTENCE_H

/* Brackets open at one time; further ones are ordinary characters. */
#define TKZ__SENTENCE_BRACKETS 32

/* Bytes from an opening bracket to its closing one within which end marks do not split: 700
 * characters of Japanese, a long speech. Behind that the bracket counts as never closed. */
#define TKZ__SENTENCE_BRACKET_BYTES 2100

#endif
