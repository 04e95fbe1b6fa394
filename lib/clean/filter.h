/* SPDX-License-Identifier: Apache-2.0
 *
 * What a filter is: a value of a document, and the bounds outside of which it is dropped. A family of
 * filters is a file lib/clean/filters_NAME.c that defines tkz__filters_NAME, and its line in
 * Makefile.inc, from which the registry is made.
 */
#ifndef TKZ_CLEAN_FILTER_H
#define TKZ_CLEAN_FILTER_H

#include "clean/measuring.h"
#include "core/file_hash.h"
#include "tokenize/clean.h"

typedef struct tkz__filter tkz__filter;

/* A filter of a set, with its parameters. */
typedef struct tkz__chosen_filter {
    const tkz__filter *filter;
    const double *parameters; /* in the order of info.parameters; 0 for those that are texts */
    const char *file;         /* the parameter "file", NULL if the filter has none */
    void *resource;           /* what `open` made of the file, NULL without */
    char files_hash[2 * TKZ__FILE_HASH_SIZE]; /* of the contents of that file, "+", of that beside it; "": none */
    const char *score;        /* name of its value: the filter's, and what else the value depends on */
    size_t first_value;       /* where its values are among those of the set */
    uint32_t measures;        /* TKZ__MEASURE_* that it needs with these parameters */
} tkz__chosen_filter;

/* All static and immutable. */
struct tkz__filter {
    tkz_filter_info info;
    uint32_t measures;    /* TKZ__MEASURE_* that `value` reads */
    uint32_t compat_measures; /* those that it reads with the parameter "compat"; 0: the same */
    bool needs_words;     /* `evaluate` asks the source of words itself, without a pass over all of the text */
    bool needs_url;       /* `evaluate` looks at the URL of the document */
    uint32_t ngram_order; /* with TKZ__MEASURE_NGRAMS and TKZ__MEASURE_WORD_NGRAMS: the n that it reads */
    /* Bounds are the first parameters; info.comparison says which there are, 0: `decide` does it. */
    /* The number that the filter is about, from measures alone; or, for filters that look at the text
     * themselves, `evaluate`. */
    double (*value)(const tkz__measures *measures, const tkz__chosen_filter *chosen);
    tkz_status (*evaluate)(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                           double *value, tkz_error *error);
    /* Whether the bounds keep the document, where that is known without the value; asked where nobody wants it. May be
     * NULL. */
    tkz_status (*keeps)(tkz__measuring *measuring, const tkz__chosen_filter *chosen, bool *surely, tkz_error *error);
    /* A second number, for filters that have one. */
    double (*second)(const tkz__measures *measures, const tkz__chosen_filter *chosen);
    const char *second_name;
    const char *second_unit; /* NULL: that of the first */
    /* True to keep, by the values alone. To drop, fills in reason, value and threshold. */
    bool (*decide)(const double *values, const double *parameters, tkz_verdict *verdict);
    /* What is wrong with parameters that are in range one by one, or NULL. May itself be NULL. */
    const char *(*conflict)(const double *parameters);
    /* Reads the file of the parameter "file"; the result belongs to the set. NULL without file. */
    tkz_status (*open)(const tkz__chosen_filter *chosen, void **resource,
                       const tkz_allocator *allocator, tkz_error *error);
    void (*close)(void *resource, const tkz_allocator *allocator);
    /* What of the file the values depend on, for resources that are no single file. May be NULL: all of its contents. */
    void (*hash)(const void *resource, char text[TKZ__FILE_HASH_SIZE]);
    /* The name of a second file that `open` reads, which belongs to the caller; NULL: out of memory. May itself be
     * NULL: there is none. */
    char *(*beside)(const char *file, const tkz_allocator *allocator);
    /* The parts of the text that the value comes from. May be NULL. */
    tkz_status (*spans)(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                        const tkz__span_sink *sink, tkz_error *error);
    /* What outside of the text the value comes from; it stays until the next call of the filter's. May be NULL. */
    tkz_status (*evidence)(tkz__measuring *measuring, const tkz__chosen_filter *chosen, const char **evidence,
                           size_t *size, tkz_error *error);
};

/* What one file registers. */
typedef struct tkz__filter_family {
    const tkz__filter *filters;
    size_t count;
} tkz__filter_family;

/* A registered filter; NULL beyond the end. */
const tkz__filter *tkz__filter_at(size_t index);

/* By name (`size` bytes); NULL when there is none. */
const tkz__filter *tkz__filter_find(const char *name, size_t size);

/* Fills in the reasons for dropping and returns false. */
static inline bool tkz__filter_drop(tkz_verdict *verdict, const char *reason, double value,
                                    double threshold)
{
    verdict->reason = reason;
    verdict->value = value;
    verdict->threshold = threshold;
    return false;
}

/* Decides by bounds or by the filter's own rule. */
bool tkz__filter_decide(const tkz__filter *filter, const double *values, const double *parameters,
                        tkz_verdict *verdict);

/* Whole numbers up to here are exact as a double. */
#define TKZ__LARGEST_WHOLE 1e15

/* ---- Rows of a family's table -------------------------------------------- */

#define TKZ__PARAMETERS(...)                                                                      \
    .parameters = (const tkz_parameter_info[]){__VA_ARGS__},                                      \
    .parameter_count = sizeof((const tkz_parameter_info[]){__VA_ARGS__}) /                        \
                       sizeof(tkz_parameter_info)
#define TKZ__MINIMUM_SHARE(value)                                                                 \
    {"minimum", "least value of a document that is kept", TKZ_PARAMETER_NUMBER, value, 0, 1}
#define TKZ__MAXIMUM_SHARE(value)                                                                 \
    {"maximum", "greatest value of a document that is kept", TKZ_PARAMETER_NUMBER, value, 0, 1}
#define TKZ__MINIMUM_COUNT(value)                                                                 \
    {"minimum", "least value of a document that is kept", TKZ_PARAMETER_NUMBER, value, 0,         \
     TKZ__LARGEST_WHOLE}
#define TKZ__MAXIMUM_COUNT(value)                                                                 \
    {"maximum", "greatest value of a document that is kept", TKZ_PARAMETER_NUMBER, value, 0,      \
     TKZ__LARGEST_WHOLE}
#define TKZ__COMPAT(what)                                                                         \
    {"compat", "as the reference does it, bug for bug: " what, TKZ_PARAMETER_FLAG, 0, 0, 1}
#define TKZ__FILE(what) {"file", what, TKZ_PARAMETER_FILE, 0, 0, 0}

/* The value of a filter that is an expression of `measures` and `chosen`. */
#define TKZ__VALUE(name, expression)                                                              \
    static double name(const tkz__measures *measures, const tkz__chosen_filter *chosen)           \
    {                                                                                             \
        (void)chosen;                                                                             \
        return expression;                                                                        \
    }

/* A filter whose value comes from measures alone, in a table of filters; its parameters come last. */
#define TKZ__ROW(row_name, row_text, row_unit, where, groups, how, low, high, function, ...)      \
    .info = {.name = row_name,                                                                    \
             .text = row_text,                                                                    \
             .unit = row_unit,                                                                    \
             .source = where,                                                                     \
             .comparison = how,                                                                   \
             .below = low,                                                                        \
             .above = high,                                                                       \
             TKZ__PARAMETERS(__VA_ARGS__)},                                                       \
    .measures = groups, .value = function

#endif
