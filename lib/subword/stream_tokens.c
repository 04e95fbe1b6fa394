/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding added tokens in a text that comes in parts. Leans on the finder.
 */
#include "subword/stream_tokens.h"

enum { CHARACTER = 4 /* most bytes of one */ };

void tkz__token_stream_init(tkz__token_stream *stream, const tkz__added_finder *finder,
                            const tkz_allocator *allocator)
{
    *stream = (tkz__token_stream){.finder = finder};
    tkz__buffer_init(&stream->held, allocator);
}

void tkz__token_stream_free(tkz__token_stream *stream)
{
    tkz__buffer_free(&stream->held);
}

void tkz__token_stream_clear(tkz__token_stream *stream, bool allow_special)
{
    stream->allow_special = allow_special;
    tkz__buffer_clear(&stream->held);
    stream->start = 0;
    stream->passed = stream->taken = stream->at = stream->wait = 0;
}

/* Whether the next byte may belong to a character that starts before text[at]. */
static bool is_inside(const char *text, size_t at)
{
    return ((uint8_t)text[at] & 0xC0) == 0x80;
}

/* Contents that start before it are known, with one character behind them. It lies between two
 * characters: a lead is at most three bytes back, or the byte there is a character by itself. */
static size_t search_limit(const tkz__token_stream *stream, const char *text, size_t size)
{
    size_t needed = stream->finder->longest + CHARACTER - 1;
    if (size <= needed)
        return 0;
    size_t limit = size - needed, start = limit;
    while (start > 0 && limit - start < CHARACTER - 1 && is_inside(text, start))
        start--;
    return is_inside(text, start) ? limit : start;
}

static tkz_status pass(tkz__token_stream *stream, size_t end, const tkz__token_stream_steps *steps,
                       tkz_error *error)
{
    size_t from = stream->passed;
    if (end <= from)
        return TKZ_OK;
    stream->passed = end;
    return steps->plain(steps->context, (const char *)stream->held.data + from, end - from,
                        stream->start + from, error);
}

/* Drops what is neither needed nor looked back at. */
static void drop(tkz__token_stream *stream)
{
    size_t first = stream->passed < stream->at ? stream->passed : stream->at;
    size_t count = first > CHARACTER ? first - CHARACTER : 0;
    tkz__buffer *held = &stream->held;
    held->size -= count;
    if (count > 0)
        memmove(held->data, held->data + count, held->size);
    stream->start += count;
    stream->passed -= count;
    stream->at -= count;
    /* A token that ended before what is left does not reach into it, nor does white space: what was
     * given on does not end in any that a token could take in. */
    stream->taken = stream->taken > count ? stream->taken - count : 0;
}

static tkz_status give_tokens(tkz__token_stream *stream, bool is_end,
                              const tkz__token_stream_steps *steps, tkz_error *error)
{
    const char *text = (const char *)stream->held.data;
    size_t size = stream->held.size;
    size_t limit = is_end ? size : search_limit(stream, text, size);
    tkz__added_match match;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK &&
           tkz__added_finder_next(stream->finder, text, size, limit, stream->allow_special,
                                  stream->taken, &stream->at, &match)) {
        if (!is_end && match.end + CHARACTER > size) {
            /* White space that it takes in may go on. */
            stream->at = match.content;
            break;
        }
        status = pass(stream, match.start, steps, error);
        if (status == TKZ_OK)
            status = steps->token(steps->context, match.id, stream->start + match.start,
                                  stream->start + match.end, error);
        if (match.end > stream->taken)
            stream->taken = match.end;
        if (stream->taken > stream->passed)
            stream->passed = stream->taken;
    }
    if (status != TKZ_OK)
        return status;
    if (!is_end)
        size = tkz__added_finder_reach(stream->finder, text, stream->at, stream->taken);
    return pass(stream, size, steps, error);
}

tkz_status tkz__token_stream_next(tkz__token_stream *stream, const char *text, size_t size,
                                  const tkz__token_stream_steps *steps, tkz_error *error)
{
    if (tkz__added_finder_is_idle(stream->finder, stream->allow_special)) {
        uint64_t place = stream->start;
        stream->start += size;
        return size == 0 ? TKZ_OK : steps->plain(steps->context, text, size, place, error);
    }
    tkz_status status = tkz__buffer_append(&stream->held, text, size, error);
    if (status != TKZ_OK || stream->held.size < stream->wait)
        return status;
    status = give_tokens(stream, false, steps, error);
    if (status != TKZ_OK)
        return status;
    drop(stream);
    /* What is held is read again; as much as that is new then, so that the cost stays linear. */
    stream->wait = 2 * stream->held.size;
    return TKZ_OK;
}

tkz_status tkz__token_stream_end(tkz__token_stream *stream, const tkz__token_stream_steps *steps,
                                 tkz_error *error)
{
    if (tkz__added_finder_is_idle(stream->finder, stream->allow_special))
        return TKZ_OK;
    return give_tokens(stream, true, steps, error);
}
