/* SPDX-License-Identifier: Apache-2.0
 *
 * A sentence that comes in pieces: words are given out as soon as no text behind them can change them.
 * Leans on the best path.
 *
 * What has come is analysed as if it were all. Words are believed as long as no look-up they depend on has come
 * near the end of it; analysis goes on behind the last one believed when more text is there. Where nothing could be
 * believed it waits for twice as much, so that all of it takes linear time.
 */
#include <string.h>

#include "morph/lattice_direct.h"
#include "morph/tagger.h"

enum {
    /* A look-up reads less: a word has at most 64 KiB, and an unknown word 25 characters. */
    REACH = 1 << 17,
    /* Text that is waited for before it is analysed. */
    PIECE = 1 << 18,
};

struct tkz_tagger_stream {
    tkz_allocator allocator;
    tkz_dictionary *dictionary; /* the tagger keeps it */
    tkz_tagger *tagger;
    int32_t format;
    const tkz_morph_style *style; /* NULL: `format` */
    tkz_lattice *writer;          /* of a style: has the word written last */
    tkz__buffer text;  /* that is not decided */
    size_t dropped;    /* bytes of the sentence before it */
    uint32_t right_id; /* of the word before it */
    size_t wanted;     /* bytes of `text` at which it is analysed again */
    bool is_begun;     /* something of the sentence has come */
};

static void begin_sentence(tkz_tagger_stream *stream)
{
    tkz__buffer_clear(&stream->text);
    stream->dropped = 0;
    stream->right_id = 0;
    stream->wanted = PIECE;
    stream->is_begun = false;
}

tkz_status tkz_tagger_stream_new(tkz_tagger_stream **stream, tkz_dictionary *dictionary,
                                 int32_t format, const tkz_allocator *allocator, tkz_error *error)
{
    *stream = NULL;
    tkz_status status = tkz__tagger_check_format(format, error);
    if (status != TKZ_OK)
        return status;
    tkz_allocator memory = tkz__allocator_or_default(allocator);
    tkz_tagger_stream *made = tkz__allocate_zeroed(&memory, sizeof *made);
    if (made == NULL)
        return tkz__error_memory(error, sizeof *made);
    made->allocator = memory;
    made->dictionary = dictionary;
    made->format = format;
    tkz__buffer_init(&made->text, &memory);
    begin_sentence(made);
    status = tkz_tagger_new(&made->tagger, dictionary, allocator, error);
    if (status != TKZ_OK) {
        tkz_tagger_stream_free(made);
        return status;
    }
    *stream = made;
    return TKZ_OK;
}

void tkz_tagger_stream_free(tkz_tagger_stream *stream)
{
    if (stream == NULL)
        return;
    tkz_tagger_free(stream->tagger);
    tkz_lattice_free(stream->writer);
    tkz__buffer_free(&stream->text);
    tkz_allocator allocator = stream->allocator;
    tkz__release(&allocator, stream, sizeof *stream);
}

tkz_status tkz_tagger_stream_set_style(tkz_tagger_stream *stream, const tkz_morph_style *style,
                                       tkz_error *error)
{
    if (stream->is_begun)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_tagger_stream_set_style",
                              TKZ__NO_OFFSET, "a sentence has begun; end it first");
    if (style != NULL && !tkz_morph_style_can_stream(style))
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, "tkz_tagger_stream_set_style",
                              TKZ__NO_OFFSET,
                              "the style asks for the sentence as a whole or for its lattice");
    if (style != NULL && stream->writer == NULL) {
        tkz_status status =
            tkz_lattice_new(&stream->writer, stream->dictionary, &stream->allocator, error);
        if (status != TKZ_OK)
            return status;
    }
    stream->style = style;
    return TKZ_OK;
}

/* What is written in the end. */
static tkz__buffer *output_of(tkz_tagger_stream *stream)
{
    return stream->style != NULL ? &stream->writer->output : tkz__tagger_output(stream->tagger);
}

/* ---- What can be believed ---- */

/* Whether white space goes from inside of the window to near the end of the text. */
static bool space_nears_end(const tkz__best_path *path)
{
    const tkz__word_graph *graph = &path->graph;
    size_t begin = path->seen - graph->place_count;
    for (size_t i = 0; i < graph->visit_count; i++) {
        uint32_t place = graph->visits[i].place;
        if (graph->begins[place] == graph->place_count &&
            tkz__char_property_skip_space(&graph->dictionary->property, path->text, path->end,
                                          begin + place) + REACH > path->end)
            return true;
    }
    return false;
}

/* Whether the words that were found last are the same whatever follows the text. */
static bool is_believed(const tkz__best_path *path)
{
    if (!path->is_of_window)
        return !path->longer.is_ended && path->longer.seen + REACH <= path->end;
    return path->start < path->end && path->seen + REACH <= path->end && !space_nears_end(path);
}

/* ---- Words ---- */

static tkz_status write_words(tkz_tagger_stream *stream, const tkz__path_word *words, size_t count,
                              tkz_error *error)
{
    const char *text = (const char *)stream->text.data;
    if (stream->style == NULL)
        return tkz__tagger_write(stream->tagger, text, words, count, stream->format, error);
    tkz__direct_show(stream->writer, text, stream->text.size, (uint32_t)stream->dropped);
    return tkz__direct_words(stream->writer, stream->style, words, count, error);
}

/* Writes the words of text[start, end), all if it `is_whole` and else those that are certain. `*done` is where
 * those begin that are not. */
static tkz_status write_sentence(tkz_tagger_stream *stream, size_t start, size_t end,
                                 bool is_whole, size_t *done, tkz_error *error)
{
    tkz__best_path *path = tkz__tagger_path(stream->tagger);
    const char *text = (const char *)stream->text.data;
    tkz__best_path_begin(path, text, start, end);
    path->right_id = stream->right_id;
    *done = start;
    for (;;) {
        const tkz__path_word *words;
        size_t count;
        tkz_status status = tkz__best_path_next(path, &words, &count, error);
        if (status != TKZ_OK || count == 0 || (!is_whole && !is_believed(path)))
            return status;
        status = write_words(stream, words, count, error);
        if (status != TKZ_OK)
            return status;
        *done = words[count - 1].end;
        stream->right_id = path->right_id;
    }
}

/* Writes what is certain of the text that has come, NUL being the end of a sentence, and drops it. */
static tkz_status write_text(tkz_tagger_stream *stream, bool is_whole, tkz_error *error)
{
    size_t start = 0, kept = 0, size = stream->text.size, done;
    const uint8_t *data = stream->text.data;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && start < size) {
        const uint8_t *nul = memchr(data + start, 0, size - start);
        size_t end = nul != NULL ? (size_t)(nul - data) : size;
        status = write_sentence(stream, start, end, is_whole || nul != NULL, &done, error);
        if (done > start)
            kept = done;
        start = done;
        if (nul == NULL)
            break;
        start = end + 1;
        stream->right_id = 0;
    }
    /* A style may show what stands before the next word. */
    size_t drop = stream->style != NULL ? kept : start;
    if (status != TKZ_OK || drop == 0)
        return status;
    memmove(stream->text.data, data + drop, size - drop);
    stream->text.size = size - drop;
    stream->dropped += drop;
    return TKZ_OK;
}

/* What a style writes before and behind a sentence. */
static tkz_status begin_style(tkz_tagger_stream *stream, tkz_error *error)
{
    if (stream->style == NULL || stream->is_begun)
        return TKZ_OK;
    tkz__direct_show(stream->writer, "", 0, 0);
    return tkz__direct_begin(stream->writer, stream->style, error);
}

static tkz_status end_style(tkz_tagger_stream *stream, tkz_error *error)
{
    tkz__direct_show(stream->writer, (const char *)stream->text.data, stream->text.size,
                     (uint32_t)stream->dropped);
    return tkz__direct_end(stream->writer, stream->style,
                           (uint32_t)(stream->dropped + stream->text.size), error);
}

static void give_output(tkz_tagger_stream *stream, const char **output, size_t *output_size)
{
    const tkz__buffer *written = output_of(stream);
    *output = (const char *)written->data;
    *output_size = written->size;
}

tkz_status tkz_tagger_stream_add(tkz_tagger_stream *stream, const char *text, size_t size,
                                 const char **output, size_t *output_size, tkz_error *error)
{
    *output = NULL;
    *output_size = 0;
    tkz__buffer_clear(output_of(stream));
    if (text == NULL && size > 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, "tkz_tagger_stream_add",
                              TKZ__NO_OFFSET, "text is NULL");
    if (stream->style != NULL && size > UINT32_MAX - stream->dropped - stream->text.size)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, "tkz_tagger_stream_add", TKZ__NO_OFFSET,
                              "a sentence of more than 4 GiB cannot be written by templates; "
                              "use the default format or wakati");
    tkz_status status = begin_style(stream, error);
    stream->is_begun = true;
    if (status == TKZ_OK && size > 0)
        status = tkz__buffer_append(&stream->text, text, size, error);
    if (status == TKZ_OK && stream->text.size >= stream->wanted) {
        status = write_text(stream, false, error);
        size_t left = stream->text.size;
        stream->wanted = left + (left > PIECE ? left : PIECE);
    }
    if (status == TKZ_OK)
        give_output(stream, output, output_size);
    return status;
}

tkz_status tkz_tagger_stream_end(tkz_tagger_stream *stream, const char **output,
                                 size_t *output_size, tkz_error *error)
{
    *output = NULL;
    *output_size = 0;
    tkz__buffer *written = output_of(stream);
    tkz__buffer_clear(written);
    tkz_status status = begin_style(stream, error);
    stream->is_begun = true;
    if (status == TKZ_OK)
        status = write_text(stream, true, error);
    if (status == TKZ_OK && stream->style != NULL)
        status = end_style(stream, error);
    else if (status == TKZ_OK)
        status = tkz__buffer_append_text(
            written, stream->format == TKZ_MORPH_FORMAT_DEFAULT ? "EOS\n" : "\n", error);
    begin_sentence(stream);
    if (status == TKZ_OK)
        give_output(stream, output, output_size);
    return status;
}
