/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes tokenizer.json of HF tokenizers: what all models have, and byte-level BPE. Leans on
 * hf_model_writer.c for the others, on subword and the JSON writer of io.
 *
 * HF gives the same ids as our encoder, with one difference that is intended: it
 * takes special tokens from text unless `encode_special_tokens` is set, which
 * our encoder never does.
 */
#include <string.h>

#include "format/hf_file.h"
#include "format/sentencepiece_file.h"
#include "io/json_scanner.h"
#include "subword/byte_level.h"
#include "subword/tokenizer_image.h"
#include "text/utf8.h"

enum { NOTE_ADDED = 64, NOTE_SYMBOL = 128 /* a byte, or a merge has it */ };

/* What the writing carries along: among it the names of the vocabulary, each in HF's byte
 * characters, added tokens as they are. */
typedef struct json_writer {
    const tkz_tokenizer *tokenizer;
    const tkz__image *image;
    tkz__buffer *output;
    tkz__byte_map names;
    uint32_t *name_of;  /* token_count: its entry in `names`, or TKZ__NO_TOKEN for a hole */
    uint8_t *notes;     /* token_count: TKZ__ADDED_ flags and the two below */
    bool is_bytes;      /* the model is one of bytes; tokens of the others are written as they are */
    uint32_t listed;    /* ids from here on are only in the list of added tokens */
    tkz__buffer scratch;
    tkz_error *error;
} json_writer;

static tkz_status put(json_writer *writer, const char *text)
{
    return tkz__buffer_append_text(writer->output, text, writer->error);
}

static tkz_status put_string(json_writer *writer, const void *text, size_t size)
{
    return tkz__json_append_string(writer->output, text, size, writer->error);
}

/* ---- Names ------------------------------------------------------------- */

/* The bytes of a token as HF writes them, in writer->scratch. */
static tkz_status map_bytes(json_writer *writer, const uint8_t *bytes, size_t size)
{
    tkz__buffer_clear(&writer->scratch);
    /* The characters are below U+0800: two bytes at most. */
    tkz_status status = tkz__buffer_reserve(&writer->scratch, 2 * size, writer->error);
    for (size_t i = 0; status == TKZ_OK && i < size; i++) {
        char *target = (char *)writer->scratch.data + writer->scratch.size;
        writer->scratch.size += tkz__utf8_encode(tkz__byte_level_character(bytes[i]), target);
    }
    return status;
}

static bool is_ascii(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] >= 0x80)
            return false;
    }
    return true;
}

/* HF's byte-level decoder reads an added token as bytes if all of its characters stand for some;
 * if they are ASCII too, that changes nothing. */
static bool decodes_as_itself(const uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        uint32_t character;
        at += tkz__utf8_decode((const char *)bytes + at, size - at, &character);
        bool stands_for_byte = (character >= 33 && character <= 126) ||
                               (character >= 161 && character <= 172) ||
                               (character >= 174 && character <= 0x143);
        if (!stands_for_byte)
            return true;
    }
    return is_ascii(bytes, size);
}

/* Bytes that stand for themselves as characters. */
static bool is_spelled_alike(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] < 33 || bytes[i] > 126)
            return false;
    }
    return true;
}

static tkz_status refuse(const json_writer *writer, uint32_t id, const char *why)
{
    return tkz__error_set(writer->error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                          "token %u cannot be written to tokenizer.json: %s; the native image "
                          "can hold it",
                          id, why);
}

/* Whether the text of an added token could be one chunk: HF would then take it for that token
 * before merging, as it does with the whole vocabulary. */
static bool can_be_chunk(const json_writer *writer, const uint8_t *bytes, size_t size)
{
    return (writer->image->flags & TKZ__IMAGE_WHOLE_CHUNKS) != 0 &&
           tkz__tokenizer_pre_tokenizer(writer->tokenizer)->next((const char *)bytes, size) ==
               size;
}

static tkz_status check_added(json_writer *writer, uint32_t id, const uint8_t *bytes, size_t size)
{
    if (!decodes_as_itself(bytes, size))
        return refuse(writer, id, "HF's byte-level decoder would read this added token as bytes");
    bool is_symbol = (writer->notes[id] & NOTE_SYMBOL) != 0;
    if (is_symbol && !is_spelled_alike(bytes, size))
        return refuse(writer, id, "it is added and in the vocabulary, where it has two spellings");
    if (id < writer->listed && !is_symbol && is_ascii(bytes, size) &&
        can_be_chunk(writer, bytes, size))
        return refuse(writer, id, "HF would find this added token in the vocabulary too");
    return TKZ_OK;
}

static tkz_status collect_name(json_writer *writer, uint32_t id)
{
    const uint8_t *bytes;
    size_t size;
    writer->name_of[id] = TKZ__NO_TOKEN;
    if (!tkz__image_token(writer->image, id, &bytes, &size))
        return TKZ_OK;
    bool is_added = (writer->notes[id] & NOTE_ADDED) != 0 || !writer->is_bytes;
    tkz_status status = !writer->is_bytes ? TKZ_OK
                        : is_added ? check_added(writer, id, bytes, size)
                                   : map_bytes(writer, bytes, size);
    if (status != TKZ_OK)
        return status;
    if (!is_added) {
        bytes = writer->scratch.data;
        size = writer->scratch.size;
    }
    uint64_t *value;
    bool added;
    writer->name_of[id] = (uint32_t)writer->names.count;
    status = tkz__byte_map_insert(&writer->names, bytes, size, &value, &added, writer->error);
    if (status == TKZ_OK && !added)
        status = refuse(writer, id, "an added token is written like an ordinary one");
    return status;
}

static tkz_status put_name(json_writer *writer, uint32_t id)
{
    if (id >= writer->image->id_count || writer->name_of[id] == TKZ__NO_TOKEN)
        return tkz__error_set(writer->error, TKZ_STATUS_CORRUPT, NULL, TKZ__NO_OFFSET,
                              "the tokenizer image is damaged: it names the token %u", id);
    const tkz__byte_map_entry *entry = &writer->names.entries[writer->name_of[id]];
    return put_string(writer, tkz__byte_map_key(&writer->names, entry), entry->key_size);
}

/* ---- Ids --------------------------------------------------------------- */

static void note_symbol(json_writer *writer, uint32_t id)
{
    if (id < writer->image->id_count)
        writer->notes[id] |= NOTE_SYMBOL;
}

static void take_notes(json_writer *writer)
{
    uint32_t count = tkz__tokenizer_added_count(writer->tokenizer);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t flags;
        uint32_t id = tkz__tokenizer_added(writer->tokenizer, i, &flags);
        if (id < writer->image->id_count)
            writer->notes[id] = (uint8_t)((flags & TKZ__ADDED_FLAGS) | NOTE_ADDED);
    }
    for (uint32_t byte = 0; byte < TKZ__SYMBOL_BYTES; byte++)
        note_symbol(writer, tkz__image_symbol_id(writer->image, byte));
    count = tkz__tokenizer_merge_count(writer->tokenizer);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t left, right, result;
        tkz__tokenizer_merge(writer->tokenizer, i, &left, &right, &result);
        note_symbol(writer, left);
        note_symbol(writer, right);
        note_symbol(writer, result);
    }
}

/* HF gives added tokens that are not in the vocabulary ids that go on from its size. Where that
 * gives their own ids they stay out of it, as HF's own files have it; a vocabulary with holes
 * names them all. */
static void find_listed(json_writer *writer)
{
    const tkz__image *image = writer->image;
    const uint8_t *bytes;
    size_t size;
    writer->listed = image->id_count;
    for (uint32_t id = 0; id < image->id_count; id++) {
        if (!tkz__image_token(image, id, &bytes, &size))
            return;
    }
    while (writer->listed > 0 &&
           (writer->notes[writer->listed - 1] & (NOTE_ADDED | NOTE_SYMBOL | TKZ__ADDED_SILENT)) ==
               NOTE_ADDED)
        writer->listed--;
}

/* ---- The parts of the file --------------------------------------------- */

static tkz_status put_flags(json_writer *writer, uint32_t flags)
{
    static const struct {
        const char *key;
        uint32_t flag;
    } keys[] = {{"single_word", TKZ__ADDED_SINGLE_WORD},
                {"lstrip", TKZ__ADDED_LSTRIP},
                {"rstrip", TKZ__ADDED_RSTRIP},
                {"normalized", TKZ__ADDED_NORMALIZED},
                {"special", TKZ__ADDED_SPECIAL}};
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < sizeof keys / sizeof keys[0]; i++)
        status = tkz__buffer_append_format(writer->output, writer->error, ", \"%s\": %s",
                                           keys[i].key,
                                           (flags & keys[i].flag) != 0 ? "true" : "false");
    return status == TKZ_OK ? put(writer, "}") : status;
}

static tkz_status put_added_tokens(json_writer *writer)
{
    tkz_status status = put(writer, "{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n"
                                    "  \"padding\": null,\n  \"added_tokens\": [");
    uint32_t count = tkz__tokenizer_added_count(writer->tokenizer);
    uint32_t written = 0;
    for (uint32_t i = 0; status == TKZ_OK && i < count; i++) {
        uint32_t flags;
        uint32_t id = tkz__tokenizer_added(writer->tokenizer, i, &flags);
        if ((flags & TKZ__ADDED_SILENT) != 0)
            continue;
        status = tkz__buffer_append_format(writer->output, writer->error,
                                           "%s\n    {\"id\": %u, \"content\": ",
                                           written++ > 0 ? "," : "", id);
        if (status == TKZ_OK)
            status = put_name(writer, id);
        if (status == TKZ_OK)
            status = put_flags(writer, flags);
    }
    return status == TKZ_OK ? put(writer, written > 0 ? "\n  ],\n" : "],\n") : status;
}

/* One item of a template; each special token is named by its spelling. */
static tkz_status put_piece(json_writer *writer, tkz__template_item item)
{
    bool is_text = item.value >= TKZ__TEMPLATE_FIRST;
    tkz_status status =
        put(writer, is_text ? "{\"Sequence\": {\"id\": " : "{\"SpecialToken\": {\"id\": ");
    if (status == TKZ_OK && is_text)
        status = put(writer, item.value == TKZ__TEMPLATE_FIRST ? "\"A\"" : "\"B\"");
    else if (status == TKZ_OK)
        status = put_name(writer, item.value);
    return status == TKZ_OK ? tkz__buffer_append_format(writer->output, writer->error,
                                                        ", \"type_id\": %u}}", item.type)
                            : status;
}

static tkz_status put_pieces(json_writer *writer, uint32_t first, uint32_t count)
{
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && i < count; i++) {
        if (i > 0)
            status = put(writer, ", ");
        if (status == TKZ_OK)
            status = put_piece(writer, tkz__image_template_item(writer->image, first + i));
    }
    return status;
}

/* Has an item before number `index` the same value? */
static bool stands_before(const tkz__image *image, uint32_t index, uint32_t value)
{
    for (uint32_t i = 0; i < index; i++) {
        if (tkz__image_template_item(image, i).value == value)
            return true;
    }
    return false;
}

static tkz_status put_template_tokens(json_writer *writer, uint32_t count)
{
    uint32_t written = 0;
    tkz_status status = TKZ_OK;
    for (uint32_t i = 0; status == TKZ_OK && i < count; i++) {
        uint32_t id = tkz__image_template_item(writer->image, i).value;
        if (id >= TKZ__TEMPLATE_FIRST || stands_before(writer->image, i, id))
            continue;
        status = put(writer, written++ > 0 ? ", " : "");
        if (status == TKZ_OK)
            status = put_name(writer, id);
        if (status == TKZ_OK)
            status = put(writer, ": {\"id\": ");
        if (status == TKZ_OK)
            status = put_name(writer, id);
        if (status == TKZ_OK)
            status = tkz__buffer_append_format(writer->output, writer->error,
                                               ", \"ids\": [%u], \"tokens\": [", id);
        if (status == TKZ_OK)
            status = put_name(writer, id);
        if (status == TKZ_OK)
            status = put(writer, "]}");
    }
    return status;
}

/* Is the template what HF does without a post-processor: the texts, the second with type 1? */
static bool is_bare(const tkz__image *image)
{
    if (image->single_count != 1 || image->pair_count != 2)
        return false;
    for (uint32_t i = 0; i < 3; i++) {
        tkz__template_item item = tkz__image_template_item(image, i);
        if (item.value != (i < 2 ? TKZ__TEMPLATE_FIRST : TKZ__TEMPLATE_SECOND) ||
            item.type != (i < 2 ? 0 : 1))
            return false;
    }
    return true;
}

static tkz_status put_post_processor(json_writer *writer)
{
    const tkz__image *image = writer->image;
    uint32_t count = image->single_count + image->pair_count;
    if (is_bare(image))
        return put(writer, "  \"post_processor\": null,\n");
    if (count > TKZ__HF_TEMPLATE_LIMIT)
        return tkz__error_set(writer->error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                              "templates of more than %d texts and ids are not written to "
                              "tokenizer.json; the native image can hold them",
                              TKZ__HF_TEMPLATE_LIMIT);
    tkz_status status = put(writer, "  \"post_processor\": {\"type\": \"TemplateProcessing\",\n"
                                    "    \"single\": [");
    if (status == TKZ_OK)
        status = put_pieces(writer, 0, image->single_count);
    if (status == TKZ_OK)
        status = put(writer, "],\n    \"pair\": [");
    if (status == TKZ_OK)
        status = put_pieces(writer, image->single_count, image->pair_count);
    if (status == TKZ_OK)
        status = put(writer, "],\n    \"special_tokens\": {");
    if (status == TKZ_OK)
        status = put_template_tokens(writer, count);
    return status == TKZ_OK ? put(writer, "}},\n") : status;
}

static tkz_status put_vocabulary(json_writer *writer)
{
    bool whole_chunks = (writer->image->flags & TKZ__IMAGE_WHOLE_CHUNKS) != 0;
    tkz_status status = put(writer, "  \"model\": {\n    \"type\": \"BPE\",\n    \"dropout\": ");
    if (status == TKZ_OK)
        status = tkz__hf_write_dropout(writer->image->dropout, writer->output, writer->error);
    if (status == TKZ_OK)
        status = tkz__buffer_append_format(
            writer->output, writer->error,
            ",\n    \"unk_token\": null,\n    \"continuing_subword_prefix\": null,\n"
            "    \"end_of_word_suffix\": null,\n    \"fuse_unk\": false,\n"
            "    \"byte_fallback\": false,\n    \"ignore_merges\": %s,\n"
            "    \"vocab\": {",
            whole_chunks ? "true" : "false");
    const char *between = "\n      ";
    for (uint32_t id = 0; status == TKZ_OK && id < writer->listed; id++) {
        if (writer->name_of[id] == TKZ__NO_TOKEN)
            continue;
        status = put(writer, between);
        between = ",\n      ";
        if (status == TKZ_OK)
            status = put_name(writer, id);
        if (status == TKZ_OK)
            status = tkz__buffer_append_format(writer->output, writer->error, ": %u", id);
    }
    return status == TKZ_OK ? put(writer, "\n    },\n") : status;
}

static tkz_status put_merges(json_writer *writer)
{
    tkz_status status = put(writer, "    \"merges\": [");
    uint32_t count = tkz__tokenizer_merge_count(writer->tokenizer);
    for (uint32_t rank = 0; status == TKZ_OK && rank < count; rank++) {
        uint32_t left, right, result;
        tkz__tokenizer_merge(writer->tokenizer, rank, &left, &right, &result);
        status = put(writer, rank > 0 ? ",\n      [" : "\n      [");
        if (status == TKZ_OK)
            status = put_name(writer, left);
        if (status == TKZ_OK)
            status = put(writer, ", ");
        if (status == TKZ_OK)
            status = put_name(writer, right);
        if (status == TKZ_OK)
            status = put(writer, "]");
    }
    return status == TKZ_OK ? put(writer, count > 0 ? "\n    ]\n  }\n}\n" : "]\n  }\n}\n") : status;
}

/* HF gives each merge a rank of its own. That is the same as ranks that are ids as long as one merge
 * of an id can happen only. */
static tkz_status check_ranks(const json_writer *writer)
{
    const uint32_t both = TKZ__IMAGE_BY_RANK | TKZ__IMAGE_OUT_OF_ORDER;
    if ((writer->image->flags & both) != both)
        return TKZ_OK;
    return tkz__error_set(writer->error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                          "this tokenizer cannot be written to tokenizer.json: its ranks are ids, "
                          "and merges act out of their order; the native image can hold it");
}

static tkz_status put_model(json_writer *writer)
{
    if (!writer->is_bytes)
        return tkz__hf_write_pieces(writer->tokenizer, writer->output, writer->error);
    tkz_status status = put_vocabulary(writer);
    return status == TKZ_OK ? put_merges(writer) : status;
}

static tkz_status write_all(json_writer *writer)
{
    take_notes(writer);
    find_listed(writer);
    tkz_status status = writer->is_bytes ? check_ranks(writer)
                                         : tkz__hf_check_pieces(writer->tokenizer, writer->error);
    for (uint32_t id = 0; status == TKZ_OK && id < writer->image->id_count; id++)
        status = collect_name(writer, id);
    if (status == TKZ_OK)
        status = put_added_tokens(writer);
    if (status == TKZ_OK)
        status = tkz__hf_write_stages(writer->tokenizer, writer->output, writer->error);
    if (status == TKZ_OK)
        status = put_post_processor(writer);
    if (status == TKZ_OK)
        status = tkz__hf_write_decoder(writer->tokenizer, writer->output, writer->error);
    return status == TKZ_OK ? put_model(writer) : status;
}

tkz_status tkz__hf_write(const tkz_tokenizer *tokenizer, tkz__buffer *buffer, tkz_error *error)
{
    if (tkz__format_compat(tokenizer) == TKZ_COMPAT_SENTENCEPIECE)
        return tkz__spm_write_as_hf(tokenizer, buffer, error);
    const tkz_allocator *allocator = &buffer->allocator;
    json_writer writer = {.tokenizer = tokenizer, .output = buffer, .error = error,
                          .image = tkz__tokenizer_image(tokenizer)};
    writer.is_bytes = writer.image->kind == TKZ__MODEL_BYTE_BPE;
    size_t count = writer.image->id_count;
    writer.name_of = tkz__allocate_array(allocator, count, sizeof *writer.name_of);
    writer.notes = tkz__allocate_zeroed(allocator, count);
    tkz__byte_map_init(&writer.names, allocator);
    tkz__buffer_init(&writer.scratch, allocator);
    tkz_status status = writer.name_of != NULL && writer.notes != NULL
                            ? write_all(&writer)
                            : tkz__error_memory(error, count * sizeof *writer.name_of);
    tkz__byte_map_free(&writer.names);
    tkz__buffer_free(&writer.scratch);
    tkz__release_array(allocator, writer.name_of, count, sizeof *writer.name_of);
    tkz__release(allocator, writer.notes, count);
    return status;
}
