/* SPDX-License-Identifier: Apache-2.0
 *
 * The models of tokenizer.json whose tokens are pieces of characters: Unigram, WordPiece, WordLevel,
 * and what BPE says of unknown characters. Leans on hf_file.h.
 */
#include <string.h>

#include "format/hf_file.h"
#include "subword/tokenizer_image.h"
#include "tokenize/text.h"

/* Which bytes are entries: "<0x00>" to "<0xFF>". */
typedef struct byte_entries {
    uint32_t count;
    bool are_enough; /* no text asks for another one */
} byte_entries;

/* A byte below 80 stands in no character but itself: where that one is an entry, as the tab of Gemma 2 is, its
 * byte is not asked for. */
static byte_entries find_bytes(const tkz__hf_file *file)
{
    static const char digits[] = "0123456789ABCDEF";
    byte_entries found = {0, true};
    for (unsigned byte = 0; byte < 256; byte++) {
        const char name[6] = {'<', '0', 'x', digits[byte >> 4], digits[byte & 15], '>'};
        const char character = (char)byte;
        if (tkz__spelled_vocabulary_find(&file->vocabulary, name, sizeof name) != TKZ__NO_TOKEN)
            found.count++;
        else if (byte >= 0x80 || tkz__spelled_vocabulary_find(&file->vocabulary, &character, 1) ==
                                     TKZ__NO_TOKEN)
            found.are_enough = false;
    }
    return found;
}

/* byte_fallback, which does nothing in HF where the vocabulary has none of the bytes. Where it has some, a run
 * of unknown characters of Unigram becomes its bytes if all of them are entries (src/models/unigram/model.rs,
 * tokenize), a character of BPE likewise (marked_bpe.c). sentencepiece has no such models. */
static tkz_status read_byte_fallback(tkz__hf_file *file)
{
    bool wanted = false;
    size_t place = file->model_parts[TKZ__HF_BYTE_FALLBACK];
    tkz_status status = tkz__hf_boolean(file, place, &wanted);
    if (status != TKZ_OK || !wanted)
        return status;
    byte_entries bytes = find_bytes(file);
    file->pieces.byte_fallback = bytes.count > 0;
    bool is_character = file->kind == TKZ__MODEL_CHARACTER_BPE;
    if (bytes.count == 0 || (is_character ? bytes.are_enough : bytes.count == 256))
        return TKZ_OK;
    if (is_character)
        file->kind = TKZ__MODEL_MARKED_BPE;
    if (file->compat != TKZ_COMPAT_SENTENCEPIECE)
        return TKZ_OK;
    return tkz__hf_unsupported(file, place,
                               "model.byte_fallback: only %u of the bytes <0x00> to <0xFF> are in "
                               "the vocabulary; sentencepiece has no such model, --compat hf has",
                               bytes.count);
}

/* The id of the entry that unk_token names. */
static tkz_status read_unk_token(tkz__hf_file *file, bool is_needed)
{
    const char *text;
    size_t size;
    size_t place = file->model_parts[TKZ__HF_UNK_TOKEN];
    tkz_status status = tkz__hf_string(file, place, &text, &size);
    if (status != TKZ_OK)
        return status;
    file->pieces.unknown = tkz__spelled_vocabulary_find(&file->vocabulary, text, size);
    if (file->pieces.unknown != TKZ__NO_TOKEN || !is_needed)
        return TKZ_OK;
    return tkz__hf_unsupported(file, place,
                               "model.unk_token: \"%.*s\" is not in the vocabulary, and HF fails "
                               "where it needs it",
                               tkz__format_shown(text, size, 40), text);
}

/* ---- BPE ----------------------------------------------------------------- */

/* Does the normalizer spell texts in byte characters, which are all in the vocabulary? Then nothing is
 * unknown. */
static bool is_complete(const tkz__hf_file *file)
{
    static const char step[] = "byte_level-hf0.23";
    size_t size = file->normalizer.size, length = strlen(step);
    return size >= length && memcmp(file->normalizer.data + size - length, step, length) == 0 &&
           tkz__spelled_vocabulary_missing_byte(&file->vocabulary) == 256;
}

tkz_status tkz__hf_read_unknown(tkz__hf_file *file)
{
    size_t place = file->model_parts[TKZ__HF_UNK_TOKEN];
    tkz_status status = read_byte_fallback(file);
    if (status == TKZ_OK)
        status = tkz__hf_boolean(file, file->model_parts[TKZ__HF_FUSE_UNK],
                                 &file->pieces.fuse_unknown);
    if (status != TKZ_OK)
        return status;
    bool is_character = file->kind == TKZ__MODEL_CHARACTER_BPE;
    if (!tkz__hf_is_null(file, place))
        return read_unk_token(file, !file->pieces.byte_fallback || !is_character);
    /* HF then leaves out what it does not know before it merges what is around it. */
    if (is_character && !file->pieces.byte_fallback && !is_complete(file))
        file->kind = TKZ__MODEL_MARKED_BPE;
    return TKZ_OK;
}

/* ---- WordPiece and WordLevel --------------------------------------------- */

tkz_status tkz__hf_read_words(tkz__hf_file *file)
{
    const char *text;
    size_t size;
    tkz_status status = tkz__hf_read_vocabulary(file);
    if (status == TKZ_OK)
        status = read_unk_token(file, true);
    if (status != TKZ_OK || file->kind == TKZ__MODEL_WORD_LEVEL)
        return status;
    file->json.position = file->model_parts[TKZ__HF_WORD_LIMIT];
    status = tkz__json_reader_u32(&file->json, &file->pieces.word_limit);
    if (status == TKZ_OK)
        status = tkz__hf_string(file, file->model_parts[TKZ__HF_SUBWORD_PREFIX], &text, &size);
    return status == TKZ_OK ? tkz__buffer_append(&file->mark, text, size, file->error) : status;
}

/* ---- Unigram ------------------------------------------------------------- */

/* The next of a piece's two members, or its end. */
static tkz_status next_member(tkz__hf_file *file, size_t piece, bool wanted)
{
    bool more;
    tkz_status status = tkz__json_reader_next_item(&file->json, &more);
    if (status != TKZ_OK || more == wanted)
        return status;
    return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, piece,
                          "a piece of the vocabulary is its text and its score, and no more");
}

/* A piece of the list: its text and its score. The id is its number. */
static tkz_status read_piece(tkz__hf_file *file, uint32_t id)
{
    tkz__json_reader *json = &file->json;
    const char *text;
    size_t size;
    size_t place = json->position;
    double score = 0;
    tkz_status status = tkz__array_reserve(&file->allocator, (void **)&file->scores,
                                           &file->score_capacity, (size_t)id + 1,
                                           sizeof *file->scores, file->error);
    if (status == TKZ_OK)
        status = tkz__json_reader_array(json);
    if (status == TKZ_OK)
        status = next_member(file, place, true);
    if (status == TKZ_OK)
        status = tkz__json_reader_string(json, &text, &size);
    if (status == TKZ_OK)
        status = tkz__spelled_vocabulary_add(&file->vocabulary, text, size, id, place);
    if (status == TKZ_OK)
        status = next_member(file, place, true);
    if (status == TKZ_OK)
        status = tkz__hf_number(file, json->position, &score);
    if (status == TKZ_OK)
        status = next_member(file, place, false);
    if (status == TKZ_OK)
        file->scores[file->score_count++] = score;
    return status;
}

static tkz_status read_list(tkz__hf_file *file)
{
    tkz__json_reader *json = &file->json;
    json->position = file->model_parts[TKZ__HF_VOCAB];
    tkz_status status = tkz__json_reader_array(json);
    for (uint32_t id = 0; status == TKZ_OK; id++) {
        bool more;
        status = tkz__json_reader_next_item(json, &more);
        if (status != TKZ_OK || !more)
            break;
        status = read_piece(file, id);
    }
    return status;
}

/* Without one, encoding fails at a character that is no piece, as in HF. */
static tkz_status read_unk_id(tkz__hf_file *file)
{
    size_t place = file->model_parts[TKZ__HF_UNK_ID];
    if (tkz__hf_is_null(file, place))
        return TKZ_OK;
    file->json.position = place;
    tkz_status status = tkz__json_reader_u32(&file->json, &file->pieces.unknown);
    if (status == TKZ_OK && file->pieces.unknown >= file->score_count)
        return tkz__error_set(file->error, TKZ_STATUS_BAD_FORMAT, file->path, place,
                              "model.unk_id: %u, of a vocabulary of %zu", file->pieces.unknown,
                              file->score_count);
    return status;
}

tkz_status tkz__hf_read_unigram(tkz__hf_file *file)
{
    tkz_status status = read_list(file);
    if (status == TKZ_OK)
        status = read_unk_id(file);
    file->pieces.fuse_unknown = true; /* always, in HF */
    return status == TKZ_OK ? read_byte_fallback(file) : status;
}

/* ---- Giving -------------------------------------------------------------- */

static tkz__piece_type type_of(const tkz__hf_file *file, uint32_t id, const uint8_t *bytes,
                               size_t size)
{
    if (id == file->pieces.unknown)
        return TKZ__PIECE_UNKNOWN;
    if (file->pieces.byte_fallback && tkz__piece_byte(bytes, size) >= 0)
        return TKZ__PIECE_BYTE;
    bool is_unmade = file->by_score && file->scores[id] == 0;
    return is_unmade && tkz_utf8_count((const char *)bytes, size) > 1 ? TKZ__PIECE_CONTROL
                                                                      : TKZ__PIECE_NORMAL;
}

/* Entries of the vocabulary. */
static tkz_status give_entries(tkz__hf_file *file, tkz__tokenizer_builder *builder)
{
    const tkz__byte_map *map = &file->vocabulary.spellings;
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < map->count; i++) {
        uint32_t id = tkz__spelled_vocabulary_id(&file->vocabulary, i);
        double score = id < file->score_count ? file->scores[id] : 0;
        tkz__piece_type type = type_of(file, id, tkz__byte_map_key(map, &map->entries[i]),
                                       map->entries[i].key_size);
        if (score != 0 || type != TKZ__PIECE_NORMAL)
            status = tkz__tokenizer_builder_set_piece(builder, id, score, type, file->error);
    }
    return status;
}

/* Added tokens that the model does not know: it never makes them of text. Those that it knows are
 * control or user-defined symbols in sentencepiece. */
static tkz_status give_added(tkz__hf_file *file, tkz__tokenizer_builder *builder)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < file->added_count; i++) {
        const tkz__spelled_added *added = &file->added[i];
        bool is_known = tkz__spelled_vocabulary_find(&file->vocabulary, added->content,
                                                     added->size) != TKZ__NO_TOKEN;
        if (is_known && (!file->pieces.sentencepiece || added->id == file->pieces.unknown))
            continue;
        bool is_symbol = is_known && (added->flags & TKZ__ADDED_SPECIAL) == 0;
        if (is_symbol && file->by_score) /* merges may make it where it is not found in raw text */
            continue;
        status = tkz__tokenizer_builder_set_piece(
            builder, added->id, 0, is_symbol ? TKZ__PIECE_USER_DEFINED : TKZ__PIECE_CONTROL,
            file->error);
    }
    return status;
}

tkz_status tkz__hf_give_pieces(tkz__hf_file *file, tkz__tokenizer_builder *builder)
{
    if (file->decoder.size > 0) {
        tkz_status status = tkz__tokenizer_builder_set_decoder(
            builder, (const char *)file->decoder.data, file->decoder.size, file->error);
        if (status != TKZ_OK)
            return tkz__format_error_at(status, file->path, file->parts[TKZ__HF_DECODER],
                                        file->error);
    }
    if (file->kind == TKZ__MODEL_BYTE_BPE)
        return TKZ_OK;
    tkz__tokenizer_builder_set_kind(builder, file->kind);
    tkz__tokenizer_builder_set_pieces(builder, &file->pieces);
    tkz_status status = TKZ_OK;
    if (file->mark.size > 0)
        status = tkz__tokenizer_builder_set_mark(builder, (const char *)file->mark.data,
                                                 file->mark.size, file->error);
    if (status == TKZ_OK)
        status = give_entries(file, builder);
    if (status == TKZ_OK)
        status = give_added(file, builder);
    if (file->by_score)
        tkz__tokenizer_builder_join_by_score(builder);
    return tkz__format_error_at(status, file->path, file->parts[TKZ__HF_MODEL], file->error);
}
