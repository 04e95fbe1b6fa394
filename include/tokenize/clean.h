/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters: which documents are worth keeping, and why not.
 */
#ifndef TOKENIZE_CLEAN_H
#define TOKENIZE_CLEAN_H

#include "tokenize/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- What filters there are ------------------------------------------- */

enum tkz_parameter_type {
    TKZ_PARAMETER_INTEGER = 0,
    TKZ_PARAMETER_NUMBER = 1,
    TKZ_PARAMETER_FLAG = 2, /* true or false; the default is 0 or 1 */
    TKZ_PARAMETER_FILE = 3  /* the name of a file; the default is 1 where it may be left out, 0 where it must be given */
};

/* One option of a filter. Static strings. */
typedef struct tkz_parameter_info {
    const char *name;
    const char *text;
    int32_t type; /* TKZ_PARAMETER_* */
    double default_value;
    double minimum;
    double maximum;
} tkz_parameter_info;

/* How a value is held against the bounds, which are the parameters "minimum" and "maximum". */
enum tkz_comparison {
    TKZ_DROP_BELOW = 1,       /* value < minimum */
    TKZ_DROP_ABOVE = 2,       /* value > maximum */
    TKZ_DROP_AT_OR_BELOW = 4, /* value <= minimum */
    TKZ_DROP_AT_OR_ABOVE = 8  /* value >= maximum */
};

/* One filter. Static strings. */
typedef struct tkz_filter_info {
    const char *name;
    const char *text; /* what its value is */
    const tkz_parameter_info *parameters;
    size_t parameter_count;
    const char *unit;       /* of the value: "share", "characters" */
    const char *source;     /* where the definition comes from */
    const char *difference; /* where the value departs from that; NULL: nowhere */
    uint32_t comparison;    /* TKZ_DROP_* */
    const char *below;      /* reason of a document dropped by the minimum; NULL: there is none */
    const char *above;      /* by the maximum */
} tkz_filter_info;

TKZ_API size_t tkz_filter_count(void);
TKZ_API const tkz_filter_info *tkz_filter_at(size_t index); /* NULL beyond the end */

/* A named list of filters. Static strings. */
typedef struct tkz_preset_info {
    const char *name;
    const char *text;
    const char *source;
    const char *filters; /* as in a recipe; "$lists/NAME" is a file in the folder "lists", "$lists?/NAME" one that may be missing */
    const char *lists;   /* which files that folder must hold, and where to get them; NULL: none */
} tkz_preset_info;

TKZ_API size_t tkz_preset_count(void);
TKZ_API const tkz_preset_info *tkz_preset_at(size_t index); /* NULL beyond the end */

/* ---- A chosen set ----------------------------------------------------- */

/* Filters with their thresholds, in order. Immutable after tkz_filter_set_new; any thread. */
typedef struct tkz_filter_set tkz_filter_set;

/* Makes a set from JSON: an array of objects {"name": "length", "minimum": 100, ...}; parameters
 * left out have their defaults; an empty array keeps everything. An object {"preset": "swallow-v1",
 * "lists": "DIR"} stands for the filters of that preset. Files that filters name are read here.
 * Errors: INVALID_RECIPE, where the error's `where` names the place ("filters[1].minimum") and its
 * message what would be right; those of reading files (OPEN_FAILED, BAD_UTF8, BAD_FORMAT, LIMIT, IO);
 * INVALID_ARGUMENT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_filter_set_new(tkz_filter_set **set, const char *json,
                                                  size_t size, const tkz_allocator *allocator,
                                                  tkz_error *error);
TKZ_API void tkz_filter_set_free(tkz_filter_set *set); /* accepts NULL; after its cleaners */
TKZ_API size_t tkz_filter_set_count(const tkz_filter_set *set);
TKZ_API const char *tkz_filter_set_name(const tkz_filter_set *set, size_t index);

/* The values that a set measures: one or two for each filter, in order. Names say what a value depends
 * on ("swallow_japanese/compat", "swallow_ng_words:LIST"); a filter that is chosen twice has the same
 * name twice. */
TKZ_API size_t tkz_filter_set_value_count(const tkz_filter_set *set);
TKZ_API const char *tkz_filter_set_value_name(const tkz_filter_set *set, size_t index);

/* What tkz_cleaner_judge would say of a document with these values, of which there are
 * tkz_filter_set_value_count(): thresholds can be moved without the text. Any thread. */
typedef struct tkz_verdict tkz_verdict;
TKZ_API void tkz_filter_set_judge(const tkz_filter_set *set, const double *values,
                                  tkz_verdict *verdict);

/* What filter `index` alone would say of these values, and how many of them (1 or 2) are its own. */
TKZ_API void tkz_filter_set_judge_one(const tkz_filter_set *set, size_t index, const double *values,
                                      tkz_verdict *verdict);
TKZ_API size_t tkz_filter_set_values_of(const tkz_filter_set *set, size_t index);

/* Parameter `parameter` of filter `index`, in the order of its description; 0 for files and beyond the
 * end. */
TKZ_API double tkz_filter_set_parameter(const tkz_filter_set *set, size_t index, size_t parameter);

/* Which contents the files of filter `index` had when the set was made: XXH3-128 in hexadecimal, of two files joined
 * by '+'; of lists of hosts, of the hosts in them. NULL: it reads none. As long as the set. Values of one name are comparable only where these are equal. */
TKZ_API const char *tkz_filter_set_files_hash(const tkz_filter_set *set, size_t index);

/* Per-thread worker on a set. */
typedef struct tkz_cleaner tkz_cleaner;
TKZ_API TKZ_CHECKED tkz_status tkz_cleaner_new(tkz_cleaner **cleaner, const tkz_filter_set *set,
                                               const tkz_allocator *allocator, tkz_error *error);
TKZ_API void tkz_cleaner_free(tkz_cleaner *cleaner); /* accepts NULL */

/* The first filter of the set that counts words; NULL: none does. */
TKZ_API const char *tkz_filter_set_needs_words(const tkz_filter_set *set);

/* Where the words of documents are, for the filters that count them; NULL: nowhere. A document is cut a
 * line at a time, as `mecab` takes it; white space around a word is no part of it, and alone it is no
 * word. `words` is copied; what its context is belongs to the caller, until the cleaner is freed. A
 * cleaner without words fails (INVALID_ARGUMENT) at a filter that needs them. Errors: those of the
 * source, INVALID_ARGUMENT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_cleaner_set_words(tkz_cleaner *cleaner,
                                                     const tkz_boundaries *words,
                                                     tkz_error *error);

/* The first filter of the set that looks at the URL of documents; NULL: none does. */
TKZ_API const char *tkz_filter_set_needs_url(const tkz_filter_set *set);

/* The URL of the documents that are judged and measured from now on (`size` bytes of UTF-8); NULL: they have none, as at
 * first. It is not copied and must stay until the next call, or until no filter of the cleaner is asked again. Errors:
 * BAD_UTF8 with the offset of the first invalid byte (then there is none), INVALID_ARGUMENT. */
TKZ_API TKZ_CHECKED tkz_status tkz_cleaner_set_url(tkz_cleaner *cleaner, const char *url, size_t size,
                                                   tkz_error *error);

/* What became of a document. */
struct tkz_verdict {
    int32_t keep;          /* 1 keep, 0 drop */
    uint32_t filter_index; /* in the set, of the filter that dropped it */
    const char *filter;    /* its name; NULL when kept */
    const char *reason;    /* "too_short"; NULL when kept. Static string */
    double value;          /* what was measured */
    double threshold;      /* what it was measured against */
};

/* Judges one document: the first filter that drops it decides, and what the later ones would measure is
 * not. Allocates nothing once the worker has seen a document as large. Errors: BAD_UTF8 with the
 * offset of the first invalid byte; OUT_OF_MEMORY; LIMIT (4 Gi characters); INVALID_ARGUMENT. */
TKZ_API TKZ_CHECKED tkz_status tkz_cleaner_judge(tkz_cleaner *cleaner, const char *text,
                                                 size_t size, tkz_verdict *verdict,
                                                 tkz_error *error);

/* All values of the set, whatever the thresholds. `values` has tkz_filter_set_value_count() places.
 * Errors: as tkz_cleaner_judge. */
TKZ_API TKZ_CHECKED tkz_status tkz_cleaner_measure(tkz_cleaner *cleaner, const char *text,
                                                   size_t size, double *values, tkz_error *error);

/* The parts of the text that the value of filter `index` comes from, for those filters that can say (words
 * of a list, the longest sentence, the most frequent n-gram): `add` is called with each, in bytes of the
 * text last given to tkz_cleaner_measure, which must still be there; what it returns but 0 ends the
 * search. Errors: those of measuring, INVALID_ARGUMENT, and what `add` returned. */
TKZ_API TKZ_CHECKED tkz_status tkz_cleaner_spans(tkz_cleaner *cleaner, size_t index,
                                                 tkz_status (*add)(void *context, size_t start,
                                                                   size_t size, tkz_error *error),
                                                 void *context, tkz_error *error);

/* What outside of the text the value of filter `index` comes from, for those filters that can say (the host that is in a
 * list, or the host of the URL), of the document last judged or measured; `*size` is 0 where there is nothing. It is the
 * cleaner's, until its next call. Errors: INVALID_ARGUMENT, OUT_OF_MEMORY. */
TKZ_API TKZ_CHECKED tkz_status tkz_cleaner_evidence(tkz_cleaner *cleaner, size_t index, const char **evidence,
                                                    size_t *size, tkz_error *error);

#ifdef __cplusplus
}
#endif
#endif /* TOKENIZE_CLEAN_H */
