/* SPDX-License-Identifier: Apache-2.0
 *
 * What `tokenize morph` prints for one sentence. Leans on the public interface of
 * morphological analysis.
 */
#include "tools/morph_printer.h"

#include <string.h>

static tkz_status open_lattice(struct morph_printer *printer, tkz_error *error)
{
    const struct morph_request *request = printer->request;
    tkz_status status = tkz_lattice_new(&printer->lattice, request->dictionary, NULL, error);
    if (status == TKZ_OK)
        status = tkz_lattice_set_requests(printer->lattice, request->lattice_requests, error);
    if (status == TKZ_OK)
        status = tkz_lattice_set_theta(printer->lattice, request->theta, error);
    if (status == TKZ_OK)
        status = tkz_lattice_set_grouping(printer->lattice, request->grouping, error);
    if (status == TKZ_OK && request->unknown_feature != NULL)
        status = tkz_lattice_set_unknown_feature(printer->lattice, request->unknown_feature,
                                                 strlen(request->unknown_feature), error);
    return status;
}

tkz_status morph_printer_open(struct morph_printer *printer, const struct morph_request *request,
                              tkz_error *error)
{
    *printer = (struct morph_printer){.request = request};
    tkz_status status = request->needs_lattice
                            ? open_lattice(printer, error)
                            : tkz_tagger_new(&printer->tagger, request->dictionary, NULL, error);
    if (status != TKZ_OK)
        morph_printer_close(printer);
    return status;
}

void morph_printer_close(struct morph_printer *printer)
{
    tkz_tagger_free(printer->tagger);
    tkz_tagger_stream_free(printer->stream);
    tkz_lattice_free(printer->lattice);
    *printer = (struct morph_printer){0};
}

/* The sentence of mecab's lines of known words: what stands before the TABs. */
static void join_surfaces(const char *lines, size_t size, struct text *sentence)
{
    const char *at = lines, *stop = lines + size;
    while (at < stop) {
        const char *end = memchr(at, '\n', (size_t)(stop - at));
        if (end == NULL)
            end = stop;
        const char *tab = memchr(at, '\t', (size_t)(end - at));
        if (tab == NULL && end - at == 3 && memcmp(at, "EOS", 3) == 0)
            return;
        text_append(sentence, at, (size_t)((tab != NULL ? tab : end) - at));
        at = end + 1;
    }
}

static tkz_status print_view(struct morph_printer *printer, const char *text, size_t size,
                             struct text *result, tkz_error *error)
{
    const struct morph_request *request = printer->request;
    if (request->view != MORPH_VIEW_JSON)
        return morph_explain(request, printer->lattice, text, size, result, error);
    if (request->best_count < 2) {
        tkz_status status =
            morph_json_path(request, printer->lattice, text, size, result, error);
        text_append_string(result, "\n");
        return status;
    }
    text_append_string(result, "{\"paths\":[");
    for (uint32_t i = 0; i < request->best_count; i++) {
        int32_t found;
        tkz_status status = tkz_lattice_next(printer->lattice, &found, error);
        if (status == TKZ_OK && !found)
            break;
        if (i > 0)
            text_append_string(result, ",");
        if (status == TKZ_OK)
            status = morph_json_path(request, printer->lattice, text, size, result, error);
        if (status != TKZ_OK)
            return status;
    }
    text_append_string(result, "]}\n");
    return TKZ_OK;
}

static tkz_status print_lattice(struct morph_printer *printer, const char *sentence, size_t size,
                                struct text *result, tkz_error *error)
{
    const struct morph_request *request = printer->request;
    tkz_lattice *lattice = printer->lattice;
    const char *output;
    size_t output_size;
    if (request->view == MORPH_VIEW_STYLE && !request->is_partial && request->best_count < 2) {
        tkz_status status = tkz_lattice_format_text(lattice, request->style, sentence, size,
                                                    &output, &output_size, error);
        if (status == TKZ_OK)
            text_append(result, output, output_size);
        return status;
    }
    tkz_status status = request->is_partial
                            ? tkz_lattice_parse_partial(lattice, sentence, size, error)
                            : tkz_lattice_parse(lattice, sentence, size, error);
    if (status != TKZ_OK)
        return status;
    if (request->view != MORPH_VIEW_STYLE) {
        struct text joined = {0};
        if (request->is_partial) {
            join_surfaces(sentence, size, &joined);
            sentence = joined.data;
            size = joined.size;
        }
        status = joined.failed ? TKZ_STATUS_OUT_OF_MEMORY
                               : print_view(printer, sentence, size, result, error);
        text_free(&joined);
        return status;
    }
    status = request->best_count >= 2
                 ? tkz_lattice_format_best(lattice, request->style, request->best_count, &output,
                                           &output_size, error)
                 : tkz_lattice_format(lattice, request->style, &output, &output_size, error);
    if (status == TKZ_OK)
        text_append(result, output, output_size);
    return status;
}

tkz_status morph_printer_print(struct morph_printer *printer, const char *sentence, size_t size,
                               struct text *result, tkz_error *error)
{
    if (printer->lattice != NULL)
        return print_lattice(printer, sentence, size, result, error);
    const char *output;
    size_t output_size;
    int32_t format = tkz_morph_style_tagger_format(printer->request->style);
    tkz_status status =
        tkz_tagger_format(printer->tagger, sentence, size, format, &output, &output_size, error);
    if (status == TKZ_OK)
        text_append(result, output, output_size);
    return status;
}

bool morph_printer_can_stream(const struct morph_request *request)
{
    return !request->needs_lattice || request->can_stream;
}

tkz_status morph_printer_print_piece(struct morph_printer *printer, const char *piece, size_t size,
                                     bool is_last, struct text *result, tkz_error *error)
{
    const struct morph_request *request = printer->request;
    tkz_status status = TKZ_OK;
    if (printer->stream == NULL) {
        int32_t format = tkz_morph_style_tagger_format(request->style);
        status = tkz_tagger_stream_new(&printer->stream, request->dictionary,
                                       format < 0 ? TKZ_MORPH_FORMAT_DEFAULT : format, NULL, error);
        if (status == TKZ_OK && format < 0)
            status = tkz_tagger_stream_set_style(printer->stream, request->style, error);
    }
    const char *output;
    size_t output_size;
    if (status == TKZ_OK)
        status = tkz_tagger_stream_add(printer->stream, piece, size, &output, &output_size, error);
    if (status == TKZ_OK)
        text_append(result, output, output_size);
    if (status != TKZ_OK || !is_last)
        return status;
    status = tkz_tagger_stream_end(printer->stream, &output, &output_size, error);
    if (status == TKZ_OK)
        text_append(result, output, output_size);
    return status;
}
