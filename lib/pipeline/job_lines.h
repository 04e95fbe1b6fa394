/* SPDX-License-Identifier: Apache-2.0
 *
 * The lines that a frame's work leaves in its outputs besides kept records:
 * rejects, quarantine, ids. Leans on io's JSON writing.
 */
#ifndef TKZ_PIPELINE_JOB_LINES_H
#define TKZ_PIPELINE_JOB_LINES_H

#include "pipeline/frame_job.h"

/* Records in a frame, counted from its bytes alone, apart from the code that reads them: lines
 * that are not blank, or 1 for what is a record as a whole. */
uint64_t tkz__count_records(const tkz__frame *frame);

/* filter_index of a verdict that is not of a filter of the set: nothing was measured. */
#define TKZ__NO_FILTER UINT32_MAX

/* What tkz_cleaner_evidence says; size 0: nothing. */
typedef struct tkz__evidence {
    const char *text;
    size_t size;
} tkz__evidence;

/* {"source","line","offset","id"?,"filter","reason","value"?,"threshold"?,"evidence"?,"record":{...}} */
TKZ_CHECKED tkz_status tkz__append_reject_line(tkz__buffer *lines, const tkz__document *document,
                                               tkz__input_format format, const char *source_name,
                                               const tkz_verdict *verdict, const tkz__evidence *evidence,
                                               tkz_error *error);

/* {"source","line","offset","id"?,"values":{name:number,...},"made_with"?,"keep","filter"?,"reason"?}: numbers
 * with as many digits as give the same double again. `made_with`: what the values depend on, as JSON, or "". */
TKZ_CHECKED tkz_status tkz__append_score_line(tkz__buffer *lines, const tkz__document *document,
                                              const char *source_name, const char *made_with,
                                              const tkz_filter_set *filters, const double *values,
                                              const tkz_verdict *verdict, tkz_error *error);

/* {"source","line","offset","size","reason","message","record_base64","record_truncated"}: the raw
 * bytes, of which at most 1 MiB, since they may be neither JSON nor UTF-8. */
TKZ_CHECKED tkz_status tkz__append_bad_line(tkz__buffer *lines, const tkz__document *document,
                                            const char *source_name, tkz_error *error);

/* A line for each encoded document of `item`: ids with spaces between, or as JSON with the
 * document's id, that lie in `names` behind one another and end at the u64 `name_borders`. */
TKZ_CHECKED tkz_status tkz__append_ids_lines(tkz__buffer *lines, const tkz__job_item *item,
                                             bool json, const tkz__buffer *names,
                                             const tkz__buffer *name_borders, tkz_error *error);

#endif
