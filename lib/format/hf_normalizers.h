/* SPDX-License-Identifier: Apache-2.0
 *
 * Which step of ours each normalizer of HF is, both ways. Leans on nothing.
 */
#ifndef TKZ_FORMAT_HF_NORMALIZERS_H
#define TKZ_FORMAT_HF_NORMALIZERS_H

#include <stddef.h>

enum { TKZ__HF_OPTION_LIMIT = 4 };

typedef struct tkz__hf_option {
    const char *key; /* of the member; NULL: no more */
    const char *option;
    enum {
        TKZ__HF_BOOLEAN,
        TKZ__HF_BOOLEAN_OR_NULL, /* null is "auto" */
        TKZ__HF_STRING,
        TKZ__HF_MAP,    /* a string that is not empty */
        TKZ__HF_PATTERN /* {"String": ...}, or {"Regex": ...}, which is the option regex */
    } kind;
} tkz__hf_option;

typedef struct tkz__hf_normalizer {
    const char *type;
    const char *step;
    tkz__hf_option options[TKZ__HF_OPTION_LIMIT];
} tkz__hf_normalizer;

extern const tkz__hf_normalizer tkz__hf_normalizers[];
extern const size_t tkz__hf_normalizer_count;

#endif
