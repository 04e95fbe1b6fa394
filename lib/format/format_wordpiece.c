/* SPDX-License-Identifier: Apache-2.0
 *
 * vocab.txt of BERT: a line is a token, its number the id. The file says nothing else; text goes the
 * way that BERT's own tokenizer takes it. Leans on spelled_vocabulary.h and subword.
 *
 * As BertWordPieceTokenizer of HF tokenizers (implementations/bert_wordpiece.py) and WordPiece's
 * read_file (src/models/wordpiece/mod.rs) have it: BertNormalizer, BertPreTokenizer, pieces with
 * "##", the
 * five special tokens, [CLS] and [SEP] around a text. Whether letters become lower-case the file does
 * not say either: they do not where a token has a capital letter, which would never be found then.
 *
 * Japanese models cut text into the words of a MeCab dictionary instead, where the caller names one:
 * BertJapaneseTokenizer of transformers 5.23 (models/bert_japanese), with word_tokenizer_type "mecab".
 * Text goes through NFKC, words are those of MeCab, and each goes to WordPiece, cut at what Python takes
 * for white space, or to the list character by character.
 */
#include <string.h>

#include "format/format.h"
#include "format/spelled_vocabulary.h"
#include "subword/split_spelling.h"
#include "subword/tokenizer_image.h"
#include "text/char_class.h"
#include "text/utf8.h"
#include "tokenize/text.h"

enum {
    PROBED = 1 << 16, /* bytes in which the special tokens are looked for */
    WORD_LIMIT = 100,
    SPECIALS = 5
};

static const char *const specials[SPECIALS] = {"[UNK]", "[SEP]", "[CLS]", "[PAD]", "[MASK]"};
enum { UNK, SEP, CLS };

/* A line without its end and the white space before it. */
static size_t line_size(const char *line, size_t size)
{
    for (;;) {
        size_t start = size, length;
        uint32_t character;
        while (start > 0 && size - start < 4 && ((uint8_t)line[start - 1] & 0xC0) == 0x80)
            start--;
        if (start == 0)
            return size;
        start--;
        length = tkz__utf8_next(line + start, size - start, &character);
        if (start + length != size ||
            (tkz__char_flags(&tkz__class_table_17_0, character) & TKZ__CHAR_WHITE_SPACE) == 0)
            return size;
        size = start;
    }
}

/* Where the line at `at` ends; `*next`: where the next one starts. */
static size_t find_line_end(const char *data, size_t at, size_t size, size_t *next)
{
    const char *end = memchr(data + at, '\n', size - at);
    *next = end != NULL ? (size_t)(end - data) + 1 : size;
    return end != NULL ? *next - 1 : size;
}

/* [UNK] and [CLS] are lines near the beginning. */
static bool probe(const uint8_t *bytes, size_t size)
{
    const char *data = (const char *)bytes;
    bool has_unk = false, has_cls = false;
    if (size > PROBED)
        size = PROBED;
    for (size_t at = 0, next; at < size; at = next) {
        size_t length = line_size(data + at, find_line_end(data, at, size, &next) - at);
        has_unk = has_unk || (length == 5 && memcmp(data + at, specials[UNK], 5) == 0);
        has_cls = has_cls || (length == 5 && memcmp(data + at, specials[CLS], 5) == 0);
    }
    return has_unk && has_cls;
}

static bool has_capital(const char *token, size_t size)
{
    bool found = false;
    for (size_t i = 0; i < size; i++)
        found = found || (token[i] >= 'A' && token[i] <= 'Z');
    return found && token[0] != '[';
}

/* A line of white space is an id without a token: no word is found there. */
static tkz_status read_lines(tkz__spelled_vocabulary *vocabulary, const tkz__mapped_file *file,
                             bool *is_cased)
{
    const char *data = (const char *)file->data;
    size_t valid = tkz_utf8_valid_prefix(data, file->size);
    tkz_status status = TKZ_OK;
    uint32_t id = 0;
    *is_cased = false;
    if (valid < file->size)
        return tkz__error_set(vocabulary->error, TKZ_STATUS_BAD_UTF8, vocabulary->where, valid,
                              "not UTF-8: byte 0x%02X does not belong here", file->data[valid]);
    for (size_t at = 0, next; status == TKZ_OK && at < file->size; at = next, id++) {
        size_t size = line_size(data + at, find_line_end(data, at, file->size, &next) - at);
        *is_cased = *is_cased || has_capital(data + at, size);
        if (size > 0)
            status = tkz__spelled_vocabulary_add(vocabulary, data + at, size, id, at);
    }
    return status;
}

/* [CLS] A [SEP], and [CLS] A [SEP] B [SEP] with type 1 from B on. */
static tkz_status set_template(tkz__tokenizer_builder *builder, uint32_t cls, uint32_t sep,
                               tkz_error *error)
{
    const tkz__template_item items[] = {
        {cls, 0}, {TKZ__TEMPLATE_FIRST, 0}, {sep, 0}, {cls, 0}, {TKZ__TEMPLATE_FIRST, 0},
        {sep, 0}, {TKZ__TEMPLATE_SECOND, 1}, {sep, 1}};
    return tkz__tokenizer_builder_set_template(builder, items, 3, 5, error);
}

/* The file's lines, and what else there is to know. */
typedef struct model {
    tkz__spelled_vocabulary vocabulary;
    bool is_cased;
    const tkz__morph_options *morph; /* NULL: words are found as BERT does it */
} model;

static tkz_status set_stages(tkz__tokenizer_builder *builder, const model *own, uint32_t unknown,
                             tkz_error *error)
{
    const tkz__morph_options *morph = own->morph;
    const char *decoder = morph != NULL ? "word_piece-hf0.23:prefix=##"
                                        : "word_piece-hf0.23:prefix=##:cleanup=true";
    const char *steps = morph != NULL   ? "nfkc-15.0"
                        : own->is_cased ? "bert-hf0.23:lowercase=false"
                                        : "bert-hf0.23";
    bool is_pieces = morph == NULL || !morph->characters;
    const tkz__piece_settings settings = {.unknown = unknown,
                                          .word_limit = is_pieces ? WORD_LIMIT : 0};
    tkz__tokenizer_builder_set_kind(builder,
                                    is_pieces ? TKZ__MODEL_WORD_PIECE : TKZ__MODEL_WORD_LEVEL);
    tkz__tokenizer_builder_set_pieces(builder, &settings);
    tkz_status status =
        is_pieces ? tkz__tokenizer_builder_set_mark(builder, "##", 2, error) : TKZ_OK;
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_normalizer(builder, steps, strlen(steps), error);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_decoder(builder, decoder, strlen(decoder), error);
    return status == TKZ_OK ? tkz__tokenizer_builder_set_piece(builder, unknown, 0,
                                                               TKZ__PIECE_UNKNOWN, error)
                            : status;
}

static tkz_status fill(tkz__tokenizer_builder *builder, model *own, tkz_error *error)
{
    tkz__spelled_vocabulary *vocabulary = &own->vocabulary;
    tkz__spelled_added added[SPECIALS];
    uint32_t ids[SPECIALS];
    size_t count = 0;
    for (size_t i = 0; i < SPECIALS; i++) {
        size_t size = strlen(specials[i]);
        ids[i] = tkz__spelled_vocabulary_find(vocabulary, specials[i], size);
        if (ids[i] != TKZ__NO_TOKEN)
            added[count++] = (tkz__spelled_added){specials[i], size, ids[i], TKZ__ADDED_SPECIAL, 0};
    }
    if (ids[UNK] == TKZ__NO_TOKEN || ids[CLS] == TKZ__NO_TOKEN || ids[SEP] == TKZ__NO_TOKEN)
        return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, vocabulary->where, TKZ__NO_OFFSET,
                              "a vocab.txt without the lines [UNK], [CLS] and [SEP]");
    tkz_status status = tkz__spelled_vocabulary_give(vocabulary, added, count, false, builder);
    if (status == TKZ_OK)
        status = set_stages(builder, own, ids[UNK], error);
    return status == TKZ_OK ? set_template(builder, ids[CLS], ids[SEP], error) : status;
}

/* How text is cut, and a NUL. str.split of Python, which WordPiece's words go through, takes four
 * characters for white space that Unicode does not. */
static tkz_status spell_steps(const tkz__morph_options *morph, tkz__buffer *steps,
                              tkz_error *error)
{
    static char white_space[] = "[\\s\\x1c-\\x1f]+";
    tkz__split_spec words = tkz__split_spec_default(TKZ__SPLIT_MORPH);
    tkz__split_spec lowercase = tkz__split_spec_default(TKZ__SPLIT_LOWERCASE);
    tkz__split_spec characters = tkz__split_spec_default(TKZ__SPLIT_FIXED_LENGTH);
    tkz__split_spec split = tkz__split_spec_default(TKZ__SPLIT_PATTERN);
    tkz__split_spec bert = tkz__split_spec_default(TKZ__SPLIT_BERT);
    characters.length = 1;
    split.text = white_space;
    split.text_size = strlen(white_space);
    split.is_regex = true;
    split.behavior = TKZ__BEHAVIOR_REMOVED;
    tkz_status status = TKZ_OK;
    if (morph != NULL) {
        words.dictionary = morph->dictionary;
        status = tkz__split_spec_append(&words, steps, error);
        if (status == TKZ_OK && morph->lowercase)
            status = tkz__split_spec_append(&lowercase, steps, error);
    }
    if (status == TKZ_OK)
        status = tkz__split_spec_append(morph == NULL        ? &bert
                                        : morph->characters ? &characters
                                                            : &split,
                                        steps, error);
    return status == TKZ_OK ? tkz__buffer_append_byte(steps, '\0', error) : status;
}

static tkz_status open_file(tkz_tokenizer **tokenizer, const char *path, tkz__mapped_file *file,
                            const tkz__open_options *options, const tkz_allocator *allocator,
                            tkz_error *error)
{
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz__buffer steps;
    model own = {.morph = options->morph};
    tkz__tokenizer_builder *builder = NULL;
    tkz__buffer_init(&steps, &chosen);
    tkz__spelled_vocabulary_init(&own.vocabulary, path, file->size, &chosen, error);
    own.vocabulary.is_plain = true;
    tkz_status status = read_lines(&own.vocabulary, file, &own.is_cased);
    if (status == TKZ_OK)
        status = spell_steps(own.morph, &steps, error);
    if (status == TKZ_OK) {
        tkz__pre_tokenizer words = tkz__pre_tokenizer_of_steps((const char *)steps.data);
        status = tkz__tokenizer_builder_new(&builder, &words, &chosen, error);
        if (status == TKZ_OK)
            status = fill(builder, &own, error);
        if (status == TKZ_OK)
            status = tkz__format_error_at(tkz__tokenizer_builder_finish(builder, tokenizer, error),
                                          path, TKZ__NO_OFFSET, error);
    }
    tkz__tokenizer_builder_free(builder);
    tkz__spelled_vocabulary_free(&own.vocabulary);
    tkz__buffer_free(&steps);
    return status;
}

extern const tkz__format tkz__format_wordpiece;
const tkz__format tkz__format_wordpiece = {
    .info = {"wordpiece", "vocab.txt of BERT: WordPiece, with BERT's own way to cut text", 1, 0},
    .probe = probe,
    .open = open_file,
    .takes_morph = true,
};
