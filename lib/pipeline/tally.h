/* SPDX-License-Identifier: Apache-2.0
 *
 * The accounts of a run: what went in, what was kept, dropped and bad, and why.
 * Tallies of frames add up to that of the run. Leans on jansson for the journal.
 */
#ifndef TKZ_PIPELINE_TALLY_H
#define TKZ_PIPELINE_TALLY_H

#include <jansson.h>

#include "core/error.h"

enum { TKZ__TALLY_REASONS = 128, TKZ__TALLY_SAMPLES = 10, TKZ__TALLY_CHANGES = 256 };

typedef struct tkz__reason_count {
    char reason[40];
    uint64_t count;
} tkz__reason_count;

/* Where one of the first bad records was. */
typedef struct tkz__bad_sample {
    uint32_t source;
    uint64_t line;
    uint64_t offset;
    char reason[24];
    char message[160];
} tkz__bad_sample;

typedef struct tkz__tally {
    uint64_t documents_in;   /* records met by the cursor */
    uint64_t records_counted; /* the same, counted from the bytes of the frames by other code */
    uint64_t normalized;      /* texts that the normal form changed */
    uint64_t edited;          /* texts that the editors changed */
    uint64_t without_url;     /* documents without one where filters look at it */
    uint64_t kept;
    uint64_t dropped;
    uint64_t bad;
    uint64_t bytes_in;       /* decompressed */
    uint64_t text_bytes_in;  /* of all documents that were not bad */
    uint64_t text_bytes_kept;
    uint64_t characters_kept;
    uint64_t tokens;         /* with the appended ones */
    uint64_t held_documents; /* of those kept */
    uint64_t held_characters;
    uint64_t held_tokens;    /* without appended ones */
    tkz__reason_count dropped_by[TKZ__TALLY_REASONS];
    tkz__reason_count bad_by[TKZ__TALLY_REASONS];
    uint64_t changes[TKZ__TALLY_CHANGES]; /* what the normal form's steps count, then the editors */
    size_t sample_count;
    tkz__bad_sample samples[TKZ__TALLY_SAMPLES];
} tkz__tally;

/* Sets everything to 0 that was used. */
void tkz__tally_clear(tkz__tally *tally);

/* Counts one more dropped or bad document. LIMIT if there are more than TKZ__TALLY_REASONS
 * reasons. */
TKZ_CHECKED tkz_status tkz__tally_drop(tkz__tally *tally, const char *reason, tkz_error *error);
TKZ_CHECKED tkz_status tkz__tally_bad(tkz__tally *tally, const tkz__bad_sample *sample,
                                      tkz_error *error);

/* total += part. */
TKZ_CHECKED tkz_status tkz__tally_add(tkz__tally *total, const tkz__tally *part,
                                      tkz_error *error);

/* For the journal: to JSON (NULL: out of memory) and back. */
json_t *tkz__tally_to_json(const tkz__tally *tally);
TKZ_CHECKED tkz_status tkz__tally_from_json(tkz__tally *tally, const json_t *json,
                                            tkz_error *error);

/* {"too_short": 3, ...}; NULL: out of memory. */
json_t *tkz__reasons_to_json(const tkz__reason_count *reasons);

#endif
