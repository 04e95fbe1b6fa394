/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of HF tokenizers' normalizers that have files of their own, and the
 * walk over single characters that several share. Leans on normal_step.
 */
#ifndef TKZ_TEXT_HF_STEPS_H
#define TKZ_TEXT_HF_STEPS_H

#include "text/byte_rules.h"
#include "text/normal_step.h"

/* What one character becomes. */
#define TKZ__HF_KEPT SIZE_MAX
#define TKZ__HF_LONGEST 8

/* A change of single characters. `change` writes what `character` becomes (at most TKZ__HF_LONGEST
 * bytes) and returns its size, or TKZ__HF_KEPT. `places` match wherever it is not kept, and may match
 * elsewhere; without them every character is asked. */
typedef struct tkz__hf_change {
    size_t (*change)(const void *data, uint32_t character, char *target);
    const tkz__byte_rule *places;
    uint32_t place_count;
} tkz__hf_change;

/* Length of the prefix that `what` keeps. `rules` are its places, set once for many texts; NULL where
 * it has none. */
size_t tkz__hf_change_unchanged(const tkz__hf_change *what, const tkz__byte_rules *rules,
                                const void *data, const char *text, size_t size);

/* Appends all of `text`, changed, to the edit. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__hf_change_run(const tkz__hf_change *what, const tkz__byte_rules *rules,
                                          const void *data, const char *text, size_t size,
                                          tkz__edit *edit, tkz_error *error);

/* BertNormalizer; the options of the kind are in this order. */
enum {
    TKZ__HF_BERT_CLEAN_TEXT,
    TKZ__HF_BERT_HANDLE_CHINESE_CHARS,
    TKZ__HF_BERT_STRIP_ACCENTS, /* auto, false, true */
    TKZ__HF_BERT_LOWERCASE,
    TKZ__HF_BERT_OPTIONS
};
TKZ_CHECKED tkz_status tkz__hf_bert_prepare(tkz__normal_step *step, const tkz_allocator *allocator,
                                            tkz_error *error);
void tkz__hf_bert_dispose(tkz__normal_step *step, const tkz_allocator *allocator);
size_t tkz__hf_bert_unchanged(const tkz__normal_step *step, const char *text, size_t size);
TKZ_CHECKED tkz_status tkz__hf_bert_run(const tkz__normal_step *step, const char *text, size_t size,
                                        tkz__edit *edit, tkz_error *error);

/* Replace; the options of the kind are in this order. */
enum {
    TKZ__HF_REPLACE_PATTERN,
    TKZ__HF_REPLACE_CONTENT,
    TKZ__HF_REPLACE_REGEX,
    TKZ__HF_REPLACE_OPTIONS
};
TKZ_CHECKED tkz_status tkz__hf_replace_prepare(tkz__normal_step *step,
                                               const tkz_allocator *allocator, tkz_error *error);
void tkz__hf_replace_dispose(tkz__normal_step *step, const tkz_allocator *allocator);
size_t tkz__hf_replace_unchanged(const tkz__normal_step *step, const char *text, size_t size);
TKZ_CHECKED tkz_status tkz__hf_replace_run(const tkz__normal_step *step, const char *text,
                                           size_t size, tkz__edit *edit, tkz_error *error);

/* Precompiled with the map of sentencepiece's nmt_nfkc, or that of the first option. */
TKZ_CHECKED tkz_status tkz__hf_precompiled_prepare(tkz__normal_step *step,
                                                   const tkz_allocator *allocator,
                                                   tkz_error *error);
void tkz__hf_precompiled_dispose(tkz__normal_step *step, const tkz_allocator *allocator);
size_t tkz__hf_precompiled_unchanged(const tkz__normal_step *step, const char *text, size_t size);
TKZ_CHECKED tkz_status tkz__hf_precompiled_run(const tkz__normal_step *step, const char *text,
                                               size_t size, tkz__edit *edit, tkz_error *error);

#endif
