/* SPDX-License-Identifier: Apache-2.0
 *
 * CCNet's perplexity: normalised lines in pieces of a SentencePiece model, scored by an n-gram model of such pieces.
 * Leans on ccnet_text, tkz_ngram_model and tkz_encoder.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean/ccnet_text.h"
#include "clean/filter.h"
#include "core/span_map.h"
#include "text/char_class.h"
#include "text/utf8.h"
#include "tokenize/ngram.h"
#include "tokenize/subword.h"

enum { COMPAT = 2 };

static const char unknown_piece[] = "<unk>";

/* ---- Models -------------------------------------------------------------- */

typedef struct models {
    tkz_ngram_model *ngrams;
    tkz_tokenizer *pieces;
    tkz_normal_form *form;
    tkz_normal_form *model_form; /* what the SentencePiece model does to text; NULL: nothing */
} models;

static void close_models(void *resource, const tkz_allocator *allocator)
{
    models *made = resource;
    tkz_ngram_model_free(made->ngrams);
    tkz_tokenizer_free(made->pieces);
    tkz_normal_form_free(made->form);
    tkz_normal_form_free(made->model_form);
    tkz__release(allocator, made, sizeof *made);
}

/* CCNet keeps ja.sp.model beside ja.arpa.bin. */
static char *pieces_beside(const char *file, const tkz_allocator *allocator)
{
    static const char *const endings[] = {".arpa.bin", ".arpa", ".binary", ".bin", ".klm"};
    static const char ending[] = ".sp.model";
    size_t size = strlen(file);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t length = strlen(endings[i]);
        if (size > length && strcmp(file + size - length, endings[i]) == 0) {
            size -= length;
            break;
        }
    }
    char *path = tkz__allocate(allocator, size + sizeof ending);
    if (path != NULL) {
        memcpy(path, file, size);
        memcpy(path + size, ending, sizeof ending);
    }
    return path;
}

static tkz_status open_model_form(models *made, const tkz_allocator *allocator, tkz_error *error)
{
    tkz_tokenizer_facts facts;
    tkz_tokenizer_describe(made->pieces, &facts);
    if (facts.normalizer == NULL)
        return TKZ_OK;
    return tkz_normal_form_new(&made->model_form, facts.normalizer, strlen(facts.normalizer),
                               allocator, error);
}

static tkz_status open_models(const tkz__chosen_filter *chosen, void **resource,
                              const tkz_allocator *allocator, tkz_error *error)
{
    models *made = tkz__allocate_zeroed(allocator, sizeof *made);
    char *path = made != NULL ? pieces_beside(chosen->file, allocator) : NULL;
    tkz_status status = path == NULL ? tkz__error_memory(error, sizeof *made) : TKZ_OK;
    if (status == TKZ_OK)
        status = tkz_ngram_model_open(&made->ngrams, chosen->file, allocator, error);
    if (status == TKZ_OK)
        status = tkz_tokenizer_open(&made->pieces, path, allocator, error);
    if (status == TKZ_OK)
        status = tkz_normal_form_new(&made->form, TKZ__CCNET_FORM, strlen(TKZ__CCNET_FORM),
                                     allocator, error);
    if (status == TKZ_OK)
        status = open_model_form(made, allocator, error);
    if (path != NULL)
        tkz__release(allocator, path, strlen(path) + 1);
    if (status == TKZ_OK)
        *resource = made;
    else if (made != NULL)
        close_models(made, allocator);
    return status;
}

/* ---- A worker ------------------------------------------------------------ */

typedef struct scorer {
    tkz_normalizer *decomposer;
    tkz_normalizer *model_normalizer; /* NULL: the model changes nothing */
    tkz_encoder *encoder;
    tkz__buffer scratch;
    tkz__buffer line;   /* normalised */
    tkz__buffer pieces; /* with spaces between */
    tkz_allocator allocator;
} scorer;

static void free_scorer(void *object)
{
    scorer *own = object;
    tkz_allocator allocator = own->allocator;
    tkz_normalizer_free(own->decomposer);
    tkz_normalizer_free(own->model_normalizer);
    tkz_encoder_free(own->encoder);
    tkz__buffer_free(&own->scratch);
    tkz__buffer_free(&own->line);
    tkz__buffer_free(&own->pieces);
    tkz__release(&allocator, own, sizeof *own);
}

static tkz_status make_scorer(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                              scorer **made, tkz_error *error)
{
    const models *resource = chosen->resource;
    const tkz_allocator *allocator = &measuring->allocator;
    *made = tkz__allocate_zeroed(allocator, sizeof **made);
    if (*made == NULL)
        return tkz__error_memory(error, sizeof **made);
    (*made)->allocator = *allocator;
    tkz__buffer_init(&(*made)->scratch, allocator);
    tkz__buffer_init(&(*made)->line, allocator);
    tkz__buffer_init(&(*made)->pieces, allocator);
    tkz_status status = tkz_normalizer_new(&(*made)->decomposer, resource->form, allocator, error);
    if (status == TKZ_OK && resource->model_form != NULL)
        status = tkz_normalizer_new(&(*made)->model_normalizer, resource->model_form, allocator,
                                    error);
    if (status == TKZ_OK)
        status = tkz_encoder_new(&(*made)->encoder, resource->pieces, allocator, error);
    if (status != TKZ_OK) {
        free_scorer(*made);
        return status;
    }
    tkz_encoder_want_offsets((*made)->encoder, TKZ_OFFSETS_BYTES);
    return tkz__measuring_keep(measuring, chosen, *made, free_scorer, error);
}

/* ---- Scoring ------------------------------------------------------------- */

/* The line as the model sees it, once for a line that has unknown pieces. */
static tkz_status normalize_for_model(scorer *own, tkz_normalized *seen, tkz_error *error)
{
    const char *line = (const char *)own->line.data;
    *seen = (tkz_normalized){.text = line, .size = own->line.size};
    if (own->model_normalizer == NULL)
        return TKZ_OK;
    return tkz_normalizer_run(own->model_normalizer, line, own->line.size, 1, seen, error);
}

/* What stands in place of [start, end) of the line in the text that the model sees. */
static void find_seen(const tkz_normalized *seen, const tkz_token_span *span,
                      const uint8_t **piece, size_t *size)
{
    uint64_t start = span->start, end = span->end;
    if (seen->spans != NULL) {
        /* The map only reads its runs. */
        tkz__span_map map = {.runs = (tkz_span *)(uintptr_t)seen->spans, .count = seen->span_count};
        tkz__span_map_to_target(&map, span->start, span->end, &start, &end);
    }
    *piece = (const uint8_t *)seen->text + start;
    *size = (size_t)(end - start);
}

/* The pieces of the line; an unknown one is what stands there, as in sentencepiece. */
static tkz_status cut_line(scorer *own, tkz_tokenizer *tokenizer, tkz_error *error)
{
    const uint64_t offsets[2] = {0, own->line.size};
    const tkz_batch *batch;
    tkz_normalized seen = {0};
    tkz__buffer_clear(&own->pieces);
    const char *line = own->line.size > 0 ? (const char *)own->line.data : "";
    tkz_status status = tkz_encoder_encode(own->encoder, line, offsets, 1, &batch, error);
    for (uint64_t i = 0; status == TKZ_OK && i < batch->offsets[1]; i++) {
        const uint8_t *piece;
        size_t size;
        status = tkz_tokenizer_token(tokenizer, batch->ids[i], &piece, &size, NULL, error);
        if (status != TKZ_OK)
            return status;
        if (size == sizeof unknown_piece - 1 && memcmp(piece, unknown_piece, size) == 0) {
            if (seen.text == NULL)
                status = normalize_for_model(own, &seen, error);
            if (status != TKZ_OK)
                return status;
            find_seen(&seen, &batch->spans[i], &piece, &size);
        }
        if (i > 0)
            status = tkz__buffer_append_byte(&own->pieces, ' ', error);
        if (status == TKZ_OK)
            status = tkz__buffer_append(&own->pieces, piece, size, error);
    }
    return status;
}

/* Words as str.split finds them. */
static uint64_t count_words(const char *text, size_t size)
{
    uint64_t count = 0;
    bool inside = false;
    for (size_t at = 0; at < size;) {
        uint32_t c;
        at += tkz__utf8_next(text + at, size - at, &c);
        bool space = tkz__is_python_space(c);
        count += !space && !inside;
        inside = !space;
    }
    return count;
}

static tkz_status add_line(scorer *own, const models *resource, const char *text, size_t size,
                           double *sum, uint64_t *words, tkz_error *error)
{
    tkz_ngram_score score;
    tkz_status status = tkz__ccnet_normalize(text, size, own->decomposer, &own->scratch, &own->line,
                                             error);
    if (status == TKZ_OK)
        status = cut_line(own, resource->pieces, error);
    if (status != TKZ_OK)
        return status;
    const char *pieces = own->pieces.size > 0 ? (const char *)own->pieces.data : "";
    status = tkz_ngram_model_score(resource->ngrams, pieces, own->pieces.size, TKZ_NGRAM_SENTENCE,
                                   &score, error);
    *sum += score.log10;
    *words += count_words(pieces, own->pieces.size) + 1;
    return status;
}

static tkz_status perplexity(tkz__measuring *measuring, const tkz__chosen_filter *chosen,
                             double *value, tkz_error *error)
{
    bool compat = chosen->parameters[COMPAT] != 0;
    const char *text = measuring->text;
    size_t size = measuring->size;
    scorer *own = tkz__measuring_kept(measuring, chosen);
    double sum = 0;
    uint64_t words = 0;
    tkz_status status = own == NULL ? make_scorer(measuring, chosen, &own, error) : TKZ_OK;
    if (status == TKZ_OK && compat)
        status = add_line(own, chosen->resource, text, size, &sum, &words, error);
    for (size_t start = 0; !compat && start <= size && status == TKZ_OK;) {
        const char *end = start < size ? memchr(text + start, '\n', size - start) : NULL;
        size_t line = end == NULL ? size - start : (size_t)(end - text) - start;
        status = add_line(own, chosen->resource, line == 0 ? "" : text + start, line, &sum, &words,
                          error);
        start += line + 1;
    }
    if (status != TKZ_OK)
        return status;
    *value = pow(10.0, -sum / (double)words);
    if (compat && own->pieces.size == 0)
        *value = 0; /* the reference gives such a document no perplexity, and keeps it */
    else if (compat) {
        char rounded[64];
        (void)snprintf(rounded, sizeof rounded, "%.1f", *value);
        *value = strtod(rounded, NULL);
    }
    if (!isfinite(*value))
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, chosen->file, TKZ__NO_OFFSET,
                              "the weights of the n-gram model give no number for this text");
    return TKZ_OK;
}

/* ---- The table ----------------------------------------------------------- */

static const tkz__filter filters[] = {
    {.info = {.name = "ccnet_perplexity",
              .text = "perplexity of the document's lines, normalised and cut into the pieces of a SentencePiece "
                      "model, by an n-gram model; with CCNet's for Japanese below 1110 is the head, below 1450 the "
                      "middle, the rest the tail",
              .unit = "perplexity",
              .source = "facebookresearch/cc_net, cc_net/perplexity.py and mine.py",
              .difference = "each line is a sentence; there the text is normalised as a whole, where line ends vanish "
                            "and it is one sentence, and the value is rounded to one decimal: compat does so. Σ at the "
                            "end of a word becomes σ, not ς",
              TKZ__PARAMETERS(TKZ__MAXIMUM_COUNT(1450),
                              TKZ__FILE("an n-gram model of pieces, such as ja.arpa.bin; ja.sp.model, the SentencePiece "
                                        "model, must stand beside it"),
                              TKZ__COMPAT("the text is one sentence, the value has one decimal"))},
     .info.comparison = TKZ_DROP_AT_OR_ABOVE,
     .info.above = "perplexity",
     .evaluate = perplexity,
     .open = open_models,
     .beside = pieces_beside,
     .close = close_models},
};

extern const tkz__filter_family tkz__filters_ccnet;
const tkz__filter_family tkz__filters_ccnet = {filters, sizeof filters / sizeof filters[0]};
