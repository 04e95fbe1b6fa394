/* SPDX-License-Identifier: Apache-2.0
 *
 * What a corpus is made of and what filters do to it: amounts before and behind every filter, spread of every
 * value, scripts, members of the records such as sources and licences, samples. Statistics of parts add up to
 * those of the whole, byte for byte. Leans on clean, and on the counters of this room.
 */
#ifndef TKZ_PIPELINE_STATISTICS_H
#define TKZ_PIPELINE_STATISTICS_H

#include "clean/filter_set.h"
#include "corpus/document.h"
#include "pipeline/amount.h"
#include "pipeline/document_samples.h"
#include "pipeline/member_counts.h"
#include "pipeline/script_mix.h"
#include "pipeline/value_histogram.h"

enum { TKZ__STATISTICS_MEMBERS = 16 };

/* What is counted. Immutable once made; shared by all workers. */
typedef struct tkz__statistics_plan {
    json_t *filters; /* [{"name","unit","parameters","files_hash"?,"values":[{"name","minimum"?,"maximum"?}]}] */
    json_t *made_with; /* what the values depend on besides: tkz__made_with */
    size_t filter_count;
    size_t value_count;
    tkz__scale *scales;      /* of each value */
    const char **members;    /* of the records, in `member_names` */
    size_t *member_sizes;
    size_t member_count;
    json_t *member_names;    /* owns them */
    size_t sample_count;     /* of each reason */
    tkz__script_table *scripts;
    tkz_allocator allocator;
} tkz__statistics_plan;

/* `filters` may be NULL: there are none. Members are text, at most TKZ__STATISTICS_MEMBERS of them. Free in any
 * case. Errors: OUT_OF_MEMORY, LIMIT. */
TKZ_CHECKED tkz_status tkz__statistics_plan_init(tkz__statistics_plan *plan,
                                                 const tkz_filter_set *filters,
                                                 const json_t *made_with, const json_t *members, size_t sample_count,
                                                 const tkz_allocator *allocator, tkz_error *error);
/* The plan of statistics that were written. Errors: CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__statistics_plan_from_json(tkz__statistics_plan *plan,
                                                      const json_t *json,
                                                      const tkz_allocator *allocator,
                                                      tkz_error *error);
void tkz__statistics_plan_free(tkz__statistics_plan *plan); /* accepts a zeroed one */

/* What one filter was given, what it dropped, and how many documents it would drop alone. */
typedef struct tkz__filter_account {
    tkz__amount in;
    tkz__amount dropped;
    uint64_t alone;
} tkz__filter_account;

typedef struct tkz__statistics {
    const tkz__statistics_plan *plan; /* NULL: never made */
    uint64_t bad; /* records that are no documents */
    tkz__amount in;
    tkz__amount kept;
    tkz__filter_account *accounts;   /* of each filter */
    tkz__value_histogram *values;    /* of each value */
    tkz__value_histogram characters; /* of a document */
    tkz__value_histogram bytes;
    uint64_t scripts_in[TKZ__SCRIPT_PARTS];
    uint64_t scripts_kept[TKZ__SCRIPT_PARTS];
    tkz__member_counts files;
    tkz__member_counts members[TKZ__STATISTICS_MEMBERS];
    tkz__document_samples samples;
} tkz__statistics;

/* The plan must stay. Free in any case. */
TKZ_CHECKED tkz_status tkz__statistics_init(tkz__statistics *statistics,
                                            const tkz__statistics_plan *plan, tkz_error *error);
void tkz__statistics_free(tkz__statistics *statistics); /* accepts a zeroed one */
void tkz__statistics_clear(tkz__statistics *statistics);

/* Counts a document that was read from `source_name`. `filters`, `values` and `verdict` may be NULL together:
 * it is kept. `is_json`: its raw bytes are a JSON object. */
TKZ_CHECKED tkz_status tkz__statistics_add(tkz__statistics *statistics,
                                           const tkz__document *document, const char *source_name,
                                           bool is_json, const tkz_filter_set *filters,
                                           const double *values, const tkz_verdict *verdict,
                                           tkz__arena *arena, tkz_error *error);

/* total += part; of equal plans. */
TKZ_CHECKED tkz_status tkz__statistics_merge(tkz__statistics *total, const tkz__statistics *part,
                                             tkz_error *error);

/* The JSON of doc/report.md; NULL: out of memory. */
json_t *tkz__statistics_to_json(const tkz__statistics *statistics);
TKZ_CHECKED tkz_status tkz__statistics_from_json(tkz__statistics *statistics, const json_t *json,
                                                 tkz_error *error);

#endif
