/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes the model of tokenizer.json where tokens are pieces of characters: Unigram, WordPiece,
 * WordLevel, BPE of characters. Leans on hf_file.h and the JSON writer of io.
 */
#include <string.h>

#include "format/hf_file.h"
#include "io/json_scanner.h"
#include "subword/tokenizer_image.h"
#include "tokenize/text.h"

typedef struct model_writer {
    const tkz_tokenizer *tokenizer;
    const tkz__image *image;
    tkz__buffer *output;
    tkz_error *error;
} model_writer;

static tkz_status refuse(const model_writer *writer, const char *why)
{
    return tkz__error_set(writer->error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                          "this tokenizer cannot be written to tokenizer.json: %s; the native "
                          "image can hold it",
                          why);
}

static tkz_status put(model_writer *writer, const char *text)
{
    return tkz__buffer_append_text(writer->output, text, writer->error);
}

static tkz_status put_token(model_writer *writer, uint32_t id)
{
    const uint8_t *bytes;
    size_t size;
    if (id >= writer->image->id_count || !tkz__image_token(writer->image, id, &bytes, &size))
        return tkz__error_set(writer->error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                              "the tokenizer image is damaged: it names the token %u", id);
    if (tkz_utf8_valid_prefix((const char *)bytes, size) != size)
        return refuse(writer, "a token is not UTF-8");
    return tkz__json_append_string(writer->output, (const char *)bytes, size, writer->error);
}

/* Is `id` an entry of the model's vocabulary, and not only an added token? */
static bool is_entry(const model_writer *writer, uint32_t id)
{
    const uint8_t *bytes;
    size_t size;
    return tkz__image_token(writer->image, id, &bytes, &size) &&
           tkz__image_type(writer->image, id) != TKZ__PIECE_CONTROL;
}

/* ---- What can be written -------------------------------------------------- */

/* HF gives added tokens that the vocabulary does not have the ids behind its size, in their order. */
static tkz_status check_ids(const model_writer *writer)
{
    uint32_t entries = 0, added = 0, greatest = 0;
    for (uint32_t id = 0; id < writer->image->id_count; id++) {
        bool own = is_entry(writer, id);
        entries += own;
        greatest = own ? id : greatest;
    }
    if (writer->image->kind == TKZ__MODEL_UNIGRAM && greatest + 1 != entries)
        return refuse(writer, "its ids have holes, and those of Unigram in HF cannot");
    for (uint32_t i = 0; i < writer->image->added_count; i++) {
        uint32_t flags;
        uint32_t id = tkz__tokenizer_added(writer->tokenizer, i, &flags);
        if ((flags & TKZ__ADDED_SILENT) != 0)
            return refuse(writer, "it has an id that no text gives");
        if (!is_entry(writer, id) && id != entries + added++)
            return refuse(writer, "HF would give its added tokens other ids");
    }
    return TKZ_OK;
}

static tkz_status check(const model_writer *writer)
{
    const tkz__image *image = writer->image;
    if (image->kind == TKZ__MODEL_CHARACTER)
        return refuse(writer, "HF has no model of single characters");
    if (image->kind == TKZ__MODEL_PLAMO)
        return refuse(writer, "HF has no model that searches as PLaMo's does");
    if ((image->kind == TKZ__MODEL_WORD_PIECE || image->kind == TKZ__MODEL_WORD_LEVEL) &&
        image->pieces.unknown == TKZ__NO_TOKEN)
        return refuse(writer, "it has no unknown token");
    return check_ids(writer);
}

/* ---- Fields --------------------------------------------------------------- */

static tkz_status put_boolean(model_writer *writer, const char *key, bool value)
{
    return tkz__buffer_append_format(writer->output, writer->error, "    \"%s\": %s,\n", key,
                                     value ? "true" : "false");
}

static tkz_status put_unk_token(model_writer *writer)
{
    uint32_t unknown = writer->image->pieces.unknown;
    tkz_status status = put(writer, "    \"unk_token\": ");
    if (status == TKZ_OK)
        status = unknown == TKZ__NO_TOKEN ? put(writer, "null") : put_token(writer, unknown);
    return status == TKZ_OK ? put(writer, ",\n") : status;
}

/* The vocabulary as an object, or as the list that Unigram has. */
static tkz_status put_vocabulary(model_writer *writer)
{
    bool is_list = writer->image->kind == TKZ__MODEL_UNIGRAM;
    const char *between = "\n      ";
    tkz_status status = put(writer, is_list ? "    \"vocab\": [" : "    \"vocab\": {");
    for (uint32_t id = 0; status == TKZ_OK && id < writer->image->id_count; id++) {
        if (!is_entry(writer, id))
            continue;
        status = put(writer, between);
        between = ",\n      ";
        if (status == TKZ_OK && is_list)
            status = put(writer, "[");
        if (status == TKZ_OK)
            status = put_token(writer, id);
        if (status == TKZ_OK && !is_list)
            status = tkz__buffer_append_format(writer->output, writer->error, ": %u", id);
        if (status == TKZ_OK && is_list)
            status = put(writer, ", ");
        if (status == TKZ_OK && is_list)
            status = tkz__hf_write_number(tkz__image_score(writer->image, id), writer->output,
                                          writer->error);
        if (status == TKZ_OK && is_list)
            status = put(writer, "]");
    }
    return status == TKZ_OK ? put(writer, is_list ? "\n    ]" : "\n    }") : status;
}

static tkz_status put_merges(model_writer *writer)
{
    uint32_t count = tkz__tokenizer_merge_count(writer->tokenizer);
    tkz_status status = put(writer, ",\n    \"merges\": [");
    for (uint32_t rank = 0; status == TKZ_OK && rank < count; rank++) {
        uint32_t left, right, result;
        tkz__tokenizer_merge(writer->tokenizer, rank, &left, &right, &result);
        status = put(writer, rank > 0 ? ",\n      [" : "\n      [");
        if (status == TKZ_OK)
            status = put_token(writer, left);
        if (status == TKZ_OK)
            status = put(writer, ", ");
        if (status == TKZ_OK)
            status = put_token(writer, right);
        if (status == TKZ_OK)
            status = put(writer, "]");
    }
    return status == TKZ_OK ? put(writer, count > 0 ? "\n    ]" : "]") : status;
}

/* ---- Models --------------------------------------------------------------- */

static tkz_status put_mark(model_writer *writer, const char *key, const char *text, size_t size)
{
    tkz_status status =
        tkz__buffer_append_format(writer->output, writer->error, "    \"%s\": ", key);
    if (status == TKZ_OK)
        status = size == 0 ? put(writer, "null")
                           : tkz__json_append_string(writer->output, text, size, writer->error);
    return status == TKZ_OK ? put(writer, ",\n") : status;
}

/* Prefix and suffix stand with a NUL between them. */
static tkz_status put_marks(model_writer *writer)
{
    size_t size;
    const char *mark = tkz__tokenizer_mark(writer->tokenizer, &size);
    const char *nul = size > 0 ? memchr(mark, '\0', size) : NULL;
    size_t prefix = nul != NULL ? (size_t)(nul - mark) : 0;
    tkz_status status = put_mark(writer, "continuing_subword_prefix", mark, prefix);
    return status == TKZ_OK ? put_mark(writer, "end_of_word_suffix", nul != NULL ? nul + 1 : mark,
                                       nul != NULL ? size - prefix - 1 : 0)
                            : status;
}

static tkz_status put_bpe(model_writer *writer)
{
    const tkz__piece_settings *pieces = &writer->image->pieces;
    tkz_status status = put(writer, "    \"type\": \"BPE\",\n    \"dropout\": ");
    if (status == TKZ_OK)
        status = tkz__hf_write_dropout(writer->image->dropout, writer->output, writer->error);
    if (status == TKZ_OK)
        status = put(writer, ",\n");
    if (status == TKZ_OK)
        status = put_unk_token(writer);
    if (status == TKZ_OK)
        status = put_marks(writer);
    if (status == TKZ_OK)
        status = put_boolean(writer, "fuse_unk", pieces->fuse_unknown);
    if (status == TKZ_OK)
        status = put_boolean(writer, "byte_fallback", pieces->byte_fallback);
    if (status == TKZ_OK)
        status = put_boolean(writer, "ignore_merges",
                             (writer->image->flags & TKZ__IMAGE_WHOLE_CHUNKS) != 0);
    if (status == TKZ_OK)
        status = put_vocabulary(writer);
    return status == TKZ_OK ? put_merges(writer) : status;
}

static tkz_status put_word_piece(model_writer *writer)
{
    size_t size;
    const char *mark = tkz__tokenizer_mark(writer->tokenizer, &size);
    tkz_status status = put(writer, "    \"type\": \"WordPiece\",\n");
    if (status == TKZ_OK)
        status = put_unk_token(writer);
    if (status == TKZ_OK)
        status = put(writer, "    \"continuing_subword_prefix\": ");
    if (status == TKZ_OK)
        status = tkz__json_append_string(writer->output, size > 0 ? mark : "", size,
                                         writer->error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_format(writer->output, writer->error,
                                           ",\n    \"max_input_chars_per_word\": %u,\n",
                                           writer->image->pieces.word_limit);
    return status == TKZ_OK ? put_vocabulary(writer) : status;
}

static tkz_status put_word_level(model_writer *writer)
{
    tkz_status status = put(writer, "    \"type\": \"WordLevel\",\n");
    if (status == TKZ_OK)
        status = put_unk_token(writer);
    return status == TKZ_OK ? put_vocabulary(writer) : status;
}

static tkz_status put_unigram(model_writer *writer)
{
    const tkz__piece_settings *pieces = &writer->image->pieces;
    tkz_status status = put(writer, "    \"type\": \"Unigram\",\n    \"unk_id\": ");
    if (status == TKZ_OK)
        status = pieces->unknown == TKZ__NO_TOKEN
                     ? put(writer, "null,\n")
                     : tkz__buffer_append_format(writer->output, writer->error, "%u,\n",
                                                 pieces->unknown);
    if (status == TKZ_OK)
        status = put_boolean(writer, "byte_fallback", pieces->byte_fallback);
    return status == TKZ_OK ? put_vocabulary(writer) : status;
}

tkz_status tkz__hf_write_pieces(const tkz_tokenizer *tokenizer, tkz__buffer *buffer,
                                tkz_error *error)
{
    model_writer writer = {tokenizer, tkz__tokenizer_image(tokenizer), buffer, error};
    tkz_status status = put(&writer, "  \"model\": {\n");
    if (status != TKZ_OK)
        return status;
    switch (writer.image->kind) {
    case TKZ__MODEL_UNIGRAM:
        status = put_unigram(&writer);
        break;
    case TKZ__MODEL_WORD_PIECE:
        status = put_word_piece(&writer);
        break;
    case TKZ__MODEL_WORD_LEVEL:
        status = put_word_level(&writer);
        break;
    default:
        status = put_bpe(&writer);
    }
    return status == TKZ_OK ? put(&writer, "\n  }\n}\n") : status;
}

tkz_status tkz__hf_check_pieces(const tkz_tokenizer *tokenizer, tkz_error *error)
{
    const model_writer writer = {tokenizer, tkz__tokenizer_image(tokenizer), NULL, error};
    return check(&writer);
}
