/* SPDX-License-Identifier: Apache-2.0
 *
 * What `tokenize morph` prints for one sentence: mecab's formats, JSON, or why it
 * was cut as it was. Leans on the public interface of morphological analysis.
 */
#ifndef TOOLS_MORPH_PRINTER_H
#define TOOLS_MORPH_PRINTER_H

#include <stdbool.h>

#include "tokenize/morph.h"
#include "tools/json_text.h"

enum morph_view {
    MORPH_VIEW_STYLE = 0, /* as `style` says */
    MORPH_VIEW_JSON,
    MORPH_VIEW_EXPLAIN,
    MORPH_VIEW_EXPLAIN_JSON,
};

/* What is asked for; shared by all workers, which change nothing in it. */
struct morph_request {
    tkz_dictionary *dictionary;
    tkz_morph_style *style;
    enum morph_view view;
    uint32_t lattice_requests; /* enum tkz_lattice_request */
    uint32_t best_count;       /* results of a sentence */
    bool is_partial;           /* sentences are mecab's lines of known words */
    bool needs_lattice;        /* a tagger cannot do it */
    bool can_stream;           /* and yet it is written as the text comes */
    uint32_t grouping;
    double theta;
    const char *unknown_feature; /* NULL: that of the dictionary */
    int64_t margin;              /* of explanations */
};

/* One worker's. */
struct morph_printer {
    const struct morph_request *request;
    tkz_tagger *tagger; /* one of the two is there */
    tkz_lattice *lattice;
    tkz_tagger_stream *stream; /* of a sentence that is printed in pieces; made when needed */
};

TKZ_CHECKED tkz_status morph_printer_open(struct morph_printer *printer,
                                          const struct morph_request *request, tkz_error *error);
void morph_printer_close(struct morph_printer *printer);

/* Appends what is printed for a sentence of `size` bytes. */
TKZ_CHECKED tkz_status morph_printer_print(struct morph_printer *printer, const char *sentence,
                                           size_t size, struct text *result, tkz_error *error);

/* Whether a sentence can be printed as its text comes. */
bool morph_printer_can_stream(const struct morph_request *request);

/* Appends what is certain of a sentence of which this is the next piece; with `is_last` all of the rest. */
TKZ_CHECKED tkz_status morph_printer_print_piece(struct morph_printer *printer, const char *piece,
                                                 size_t size, bool is_last, struct text *result,
                                                 tkz_error *error);

/* ---- morph_json.c ---- */

/* The current path of a lattice as one JSON object; `text` is the sentence. */
TKZ_CHECKED tkz_status morph_json_path(const struct morph_request *request, tkz_lattice *lattice,
                                       const char *text, size_t size, struct text *result,
                                       tkz_error *error);

/* ---- morph_explain.c ---- */

TKZ_CHECKED tkz_status morph_explain(const struct morph_request *request, tkz_lattice *lattice,
                                     const char *text, size_t size, struct text *result,
                                     tkz_error *error);

#endif /* TOOLS_MORPH_PRINTER_H */
