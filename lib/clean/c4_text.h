/* SPDX-License-Identifier: Apache-2.0
 *
 * What C4 asks of a line (Raffel et al. 2020, JMLR 21/140, section 2.2), as datatrove has it: shared by the filters that
 * count lines and the editor that takes them out. Leans on nothing.
 */
#ifndef TKZ_CLEAN_C4_TEXT_H
#define TKZ_CLEAN_C4_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TKZ__C4_LONGEST_WORD = 1000, TKZ__C4_LEAST_WORDS = 3 };

/* A line without white space around it, and without citations. */
typedef struct tkz__c4_line {
    const uint32_t *characters;
    size_t size;
} tkz__c4_line;

/* Words between white space, and whether one of them is above TKZ__C4_LONGEST_WORD characters. */
size_t tkz__c4_words(const uint32_t *line, size_t size, bool *too_long);

/* Characters of a citation, \[\d*]|\[edit]|\[citation needed], at `at`; 0: there is none. Digits are looked at once,
 * since only [ begins one. */
size_t tkz__c4_citation(const uint32_t *at, size_t left);

/* In . ? ! " or ', and not in ... */
bool tkz__c4_ends_well(const tkz__c4_line *line);

/* A short phrase of small letters in the line, whatever its case. */
bool tkz__c4_contains(const tkz__c4_line *line, const char *phrase);

/* A phrase of policies about cookies, use and privacy. */
bool tkz__c4_has_policy(const tkz__c4_line *line);

#endif
