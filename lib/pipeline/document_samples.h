/* SPDX-License-Identifier: Apache-2.0
 *
 * A few documents of each verdict, to look at: those whose texts have the least hashes, so that they are the
 * same ones however the corpus is cut into parts. Leans on hash, jansson.
 */
#ifndef TKZ_PIPELINE_DOCUMENT_SAMPLES_H
#define TKZ_PIPELINE_DOCUMENT_SAMPLES_H

#include <jansson.h>

#include "core/memory.h"

/* Of a text the first characters, of names the first bytes, whole characters. */
enum { TKZ__SAMPLE_CHARACTERS = 200, TKZ__SAMPLE_NAME = 120, TKZ__SAMPLES_MOST = 100 };

typedef struct tkz__document_sample {
    uint64_t hash; /* of the text */
    uint64_t line;
    double value;
    double threshold;
    uint32_t text_size;
    uint16_t id_size;
    uint16_t source_size;
    char text[TKZ__SAMPLE_CHARACTERS * 4];
    char id[TKZ__SAMPLE_NAME];
    char source[TKZ__SAMPLE_NAME];
} tkz__document_sample;

/* The documents of one filter and reason. */
typedef struct tkz__sample_set {
    char filter[64]; /* "" and "": those that were kept */
    char reason[48];
    uint64_t documents; /* all there are */
    tkz__document_sample *samples; /* ascending by hash, source, line */
    size_t count;
} tkz__sample_set;

typedef struct tkz__document_samples {
    size_t most; /* of each set */
    tkz__sample_set *sets; /* ascending by filter, reason */
    size_t count;
    size_t capacity;
    tkz_allocator allocator;
} tkz__document_samples;

void tkz__document_samples_init(tkz__document_samples *samples, size_t most,
                                const tkz_allocator *allocator);
void tkz__document_samples_free(tkz__document_samples *samples);
void tkz__document_samples_clear(tkz__document_samples *samples);

/* What is looked at of a document. */
typedef struct tkz__sampled_document {
    const char *text;
    size_t text_size;
    const char *id; /* NULL: none */
    size_t id_size;
    const char *source; /* any bytes */
    uint64_t line;
    const char *filter; /* NULL: kept */
    const char *reason;
    double value;
    double threshold;
} tkz__sampled_document;

TKZ_CHECKED tkz_status tkz__document_samples_add(tkz__document_samples *samples,
                                                 const tkz__sampled_document *document,
                                                 tkz_error *error);
TKZ_CHECKED tkz_status tkz__document_samples_merge(tkz__document_samples *total,
                                                   const tkz__document_samples *part,
                                                   tkz_error *error);

/* [{"filter"?,"reason"?,"documents","samples":[{"text","hash","id"?,"source","line","value","threshold"}]}] */
json_t *tkz__document_samples_to_json(const tkz__document_samples *samples);
TKZ_CHECKED tkz_status tkz__document_samples_from_json(tkz__document_samples *samples,
                                                       const json_t *json, tkz_error *error);

#endif
