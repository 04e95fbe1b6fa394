/* SPDX-License-Identifier: Apache-2.0
 *
 * A checked recipe from inside: its fields with defaults filled in, and the
 * table of options that check, help and bindings share. Leans on jansson.
 */
#ifndef TKZ_PIPELINE_RECIPE_H
#define TKZ_PIPELINE_RECIPE_H

#include <jansson.h>

#include "core/memory.h"
#include "corpus/document.h"
#include "tokenize/pipeline.h"
#include "tokenize/subword.h"
#include "tokenize/text.h"

/* Strings belong to `json`. Those that do not apply are NULL. */
struct tkz_recipe {
    tkz_allocator allocator;
    json_t *json; /* the recipe with defaults */
    char *text;   /* the same as text; jansson's memory */
    size_t text_size;

    /* input */
    const char **paths;
    size_t path_count;
    const char **sources;   /* names in ascending order; NULL: words have one source */
    uint32_t source_count;
    size_t source_room;   /* names that `sources` has room for */
    json_t *source_names; /* owns them */
    uint32_t *path_sources; /* of each path, its place among them; NULL with `sources` */
    tkz__input_format format;
    const char *text_key;
    const char *id_key;
    const char *url_key;
    tkz__surrogates surrogates;
    uint64_t record_limit;
    uint64_t frame_size;

    /* statistics */
    bool statistics;
    const json_t *statistics_members; /* their names */
    size_t statistics_samples;        /* of each reason */

    /* normalize, edit, clean, dedup */
    tkz_normal_form *normal_form; /* NULL: texts stay as they are */
    tkz_normal_form *editors;     /* NULL: there are none */
    char *filters; /* JSON array, jansson's memory; NULL without filters */
    const char *words; /* of filters: a dictionary or "white-space"; NULL: none are needed */
    bool dedup;

    /* vocabulary: a file, or how to train one */
    const char *vocabulary_file;
    bool train;
    bool count; /* words are counted, for training or for their own sake */
    uint32_t vocabulary_size;
    const char *pre_tokenizer;
    const char *cut; /* further rules for counting, or NULL */
    const char *boundaries;
    uint64_t minimum_count;
    const json_t *specials;
    double holdout;

    bool encode; /* some output wants token ids */
    bool take_special; /* special tokens are taken from text */
    bool add_template;
    const char *encode_boundaries; /* the dictionary that a model of words asks for */
    double dropout;
    int32_t compat;       /* of tkz_compat */
    uint64_t encode_seed; /* of dropout and sampling */
    bool sampling;        /* paths of a Unigram model are drawn: */
    int32_t candidates;   /* from so many best ones, -1: from all */
    double alpha;
    const char *append;

    /* output into a directory ... */
    const char *directory;
    const char *work;
    bool text_shards;
    uint64_t text_shard_size;
    int32_t text_level;
    bool token_shards;
    uint64_t token_shard_size;
    bool rejects;

    /* ... or into streams */
    const char *records_path;
    const char *ids_path;
    bool ids_json;
    const char *counts_path;
    const char *tokenizer_path;
    const char *tokenizer_hf_path;
    const char *rejects_path;
    const char *bad_path;
    const char *scores_path; /* NULL without filters */
};

/* The option at `path` ("vocabulary.size"), or NULL. */
const tkz_recipe_option *tkz__recipe_option_find(const char *path);

/* Reads "input.sources" into `sources` and `path_sources`, once the paths are known. */
TKZ_CHECKED tkz_status tkz__recipe_read_sources(tkz_recipe *recipe, tkz_error *error);

/* Checks `value` against type and range of `option`; INVALID_RECIPE says what would be right. */
TKZ_CHECKED tkz_status tkz__recipe_option_check(const tkz_recipe_option *option,
                                                const json_t *value, tkz_error *error);

#endif
