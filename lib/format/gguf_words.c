/* SPDX-License-Identifier: Apache-2.0
 *
 * WordPiece in GGUF: "bert". Its tokens are those of a vocab.txt, spelled the other way round: U+2581
 * before those that begin a word, nothing before those that go on (llama.cpp: convert_hf_to_gguf.py,
 * BertModel.set_vocab). So this writes the vocab.txt and has it read. Leans on gguf_file.h.
 */
#include <string.h>

#include "format/gguf_file.h"

extern const tkz__format tkz__format_wordpiece;

static const char word_start[] = "\xE2\x96\x81";

/* [CLS] and its like, as they are; older files do not give them a type. */
static bool is_special(const tkz__gguf_file *file, uint32_t id)
{
    tkz__gguf_text text = file->tokens[id];
    const char *bytes = tkz__gguf_bytes(file, text);
    tkz__piece_type type = tkz__gguf_token_type(file, id);
    return type == TKZ__PIECE_CONTROL || type == TKZ__PIECE_UNKNOWN ||
           (text.size > 1 && bytes[0] == '[' && bytes[text.size - 1] == ']');
}

static tkz_status append_line(const tkz__gguf_file *file, uint32_t id, tkz__buffer *lines)
{
    tkz__gguf_text text = file->tokens[id];
    const char *bytes = tkz__gguf_bytes(file, text);
    size_t mark = strlen(word_start);
    bool begins = text.size > mark && memcmp(bytes, word_start, mark) == 0;
    tkz_status status = TKZ_OK;
    if (text.size == 0 || memchr(bytes, '\n', text.size) != NULL)
        return tkz__gguf_bad(file, text.start, "a token that is empty or has a line feed");
    if (!begins && !is_special(file, id))
        status = tkz__buffer_append_text(lines, "##", file->error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(lines, bytes + (begins ? mark : 0),
                                    text.size - (begins ? mark : 0), file->error);
    return status == TKZ_OK ? tkz__buffer_append_byte(lines, '\n', file->error) : status;
}

/* The places of its errors are those of lines, which nobody sees. */
static tkz_status open_lines(const tkz__gguf_file *file, const tkz__buffer *lines,
                             tkz_tokenizer **tokenizer)
{
    tkz__mapped_file mapped = {lines->data, lines->size};
    const tkz__open_options options = {0};
    tkz_status status = tkz__format_wordpiece.open(tokenizer, file->path, &mapped, &options,
                                                   &file->allocator, file->error);
    return tkz__format_error_at(status, file->path, TKZ__NO_OFFSET, file->error);
}

tkz_status tkz__gguf_open_words(tkz__gguf_file *file, tkz_tokenizer **tokenizer)
{
    tkz__buffer lines;
    tkz__buffer_init(&lines, &file->allocator);
    tkz_status status = tkz__gguf_check_types(file, false);
    for (uint32_t id = 0; status == TKZ_OK && id < file->token_count; id++)
        status = append_line(file, id, &lines);
    if (status == TKZ_OK)
        status = open_lines(file, &lines, tokenizer);
    tkz__buffer_free(&lines);
    return status;
}
