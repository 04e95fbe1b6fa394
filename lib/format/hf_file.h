/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenizer.json of HF tokenizers while it is read: the places of its parts, and
 * what each part has said so far. Leans on spelled_vocabulary.h and the JSON reader.
 */
#ifndef TKZ_FORMAT_HF_FILE_H
#define TKZ_FORMAT_HF_FILE_H

#include "format/format.h"
#include "format/spelled_vocabulary.h"
#include "io/json_reader.h"

/* Texts and ids of the templates: each piece may name many ids, and is looked for in a list. */
enum { TKZ__HF_TEMPLATE_LIMIT = 128 };

/* Members of the file and of its model that are read. */
enum {
    TKZ__HF_VERSION,
    TKZ__HF_ADDED_TOKENS,
    TKZ__HF_NORMALIZER,
    TKZ__HF_PRE_TOKENIZER,
    TKZ__HF_POST_PROCESSOR,
    TKZ__HF_DECODER,
    TKZ__HF_MODEL,
    TKZ__HF_PARTS
};
enum {
    TKZ__HF_TYPE,
    TKZ__HF_DROPOUT,
    TKZ__HF_UNK_TOKEN,
    TKZ__HF_SUBWORD_PREFIX,
    TKZ__HF_WORD_SUFFIX,
    TKZ__HF_FUSE_UNK,
    TKZ__HF_BYTE_FALLBACK,
    TKZ__HF_IGNORE_MERGES,
    TKZ__HF_UNK_ID,
    TKZ__HF_WORD_LIMIT,
    TKZ__HF_VOCAB,
    TKZ__HF_MERGES,
    TKZ__HF_MODEL_PARTS
};

typedef struct tkz__hf_file {
    tkz__json_reader json;
    const char *path;
    tkz_allocator allocator;
    tkz_error *error;
    size_t parts[TKZ__HF_PARTS]; /* where their values start, or TKZ__JSON_ABSENT */
    size_t model_parts[TKZ__HF_MODEL_PARTS];
    int32_t compat;       /* of tkz_compat */
    bool by_score;        /* BPE as sentencepiece: pieces have scores in place of merges */
    tkz__model_kind kind; /* BYTE_BPE until it is known that ByteLevel is missing: CHARACTER_BPE */
    tkz__piece_settings pieces;
    tkz__buffer mark;    /* of WordPiece */
    tkz__buffer decoder; /* steps as decode_spelling.h has them; empty: tokens are bytes */
    double *scores;      /* of each id of Unigram, or where `by_score` */
    size_t score_count;
    size_t score_capacity;
    const tkz__pre_tokenizer *pre_tokenizer;
    tkz__buffer steps;                    /* of one that is none of ours (split_spelling.h), and */
    tkz__pre_tokenizer own_pre_tokenizer; /* what is made of them */
    tkz__buffer normalizer; /* steps as tkz_normalizer_new takes them */
    tkz__spelled_vocabulary vocabulary;
    bool whole_chunks;
    double dropout; /* 0: none */
    tkz__template_item template_items[TKZ__HF_TEMPLATE_LIMIT]; /* of one text, then of two */
    uint32_t template_count;
    uint32_t template_single; /* those of one text; 0: there is no template */
    tkz__byte_map added_contents; /* to indices of `added` */
    tkz__spelled_added *added;
    size_t added_count;
    size_t added_capacity;
} tkz__hf_file;

extern const char *const tkz__hf_model_keys[TKZ__HF_MODEL_PARTS];

/* "FIELD: WHAT", at a byte of the file. */
tkz_status tkz__hf_unsupported(tkz__hf_file *file, size_t place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A member of such an object that must be there. */
TKZ_CHECKED tkz_status tkz__hf_required(tkz__hf_file *file, size_t object, size_t place,
                                        const char *key);

/* The value at `place` is the string `text`? Of any other kind: no. */
bool tkz__hf_is_string(tkz__hf_file *file, size_t place, const char *text);
/* `place` is absent or holds null? */
bool tkz__hf_is_null(tkz__hf_file *file, size_t place);
/* Reads true or false at `place`; absent or null: leaves `*value`. */
TKZ_CHECKED tkz_status tkz__hf_boolean(tkz__hf_file *file, size_t place, bool *value);
/* Reads the string at `place`, valid until the next one is read. */
TKZ_CHECKED tkz_status tkz__hf_string(tkz__hf_file *file, size_t place, const char **text,
                                      size_t *size);

/* Reads the number at `place` as HF does. Errors: BAD_FORMAT. */
TKZ_CHECKED tkz_status tkz__hf_number(tkz__hf_file *file, size_t place, double *value);

/* Calls `visit` for every object of a part, in order: the part itself, or what is in it if it is a
 * Sequence, whose items are the member `list`. A part that is absent or null has none. `type` is
 * valid during the call. */
typedef tkz_status (*tkz__hf_visit)(tkz__hf_file *file, size_t object, const char *type,
                                    void *context);
TKZ_CHECKED tkz_status tkz__hf_each(tkz__hf_file *file, size_t part, const char *list,
                                    tkz__hf_visit visit, void *context);

/* The parts, one file each. */
TKZ_CHECKED tkz_status tkz__hf_read_pre_tokenizer(tkz__hf_file *file);
TKZ_CHECKED tkz_status tkz__hf_read_decoder(tkz__hf_file *file);
TKZ_CHECKED tkz_status tkz__hf_read_post_processor(tkz__hf_file *file);
TKZ_CHECKED tkz_status tkz__hf_read_normalizer(tkz__hf_file *file);
TKZ_CHECKED tkz_status tkz__hf_check_model_type(tkz__hf_file *file);
TKZ_CHECKED tkz_status tkz__hf_read_dropout(tkz__hf_file *file);
TKZ_CHECKED tkz_status tkz__hf_read_model(tkz__hf_file *file);
TKZ_CHECKED tkz_status tkz__hf_read_vocabulary(tkz__hf_file *file); /* an object of ids */
TKZ_CHECKED tkz_status tkz__hf_read_unigram(tkz__hf_file *file);
TKZ_CHECKED tkz_status tkz__hf_read_words(tkz__hf_file *file); /* WordPiece and WordLevel */
TKZ_CHECKED tkz_status tkz__hf_read_unknown(tkz__hf_file *file); /* of BPE of characters */
TKZ_CHECKED tkz_status tkz__hf_read_added_tokens(tkz__hf_file *file);

/* Where sentencepiece is to be followed and has such a model: its settings, and scores in place of
 * merges. All of the file has been read. Errors: UNSUPPORTED, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__hf_as_sentencepiece(tkz__hf_file *file);

/* Gives kind, settings, scores and types of pieces to the builder, which has all tokens. */
TKZ_CHECKED tkz_status tkz__hf_give_pieces(tkz__hf_file *file, tkz__tokenizer_builder *builder);

/* Gives the ids around a text to the builder, which has all tokens. */
TKZ_CHECKED tkz_status tkz__hf_give_template(tkz__hf_file *file,
                                             tkz__tokenizer_builder *builder);

/* Reads a whole file, as it says or as one of tkz_compat. */
TKZ_CHECKED tkz_status tkz__hf_open(tkz_tokenizer **tokenizer, const char *path,
                                    const uint8_t *data, size_t size,
                                    const tkz_allocator *allocator, tkz_error *error);
TKZ_CHECKED tkz_status tkz__hf_open_compat(tkz_tokenizer **tokenizer, const char *path,
                                           const uint8_t *data, size_t size, int32_t compat,
                                           const tkz_allocator *allocator, tkz_error *error);

/* Appends the members "normalizer" and "pre_tokenizer". Errors: UNSUPPORTED, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__hf_write_stages(const tkz_tokenizer *tokenizer, tkz__buffer *buffer,
                                            tkz_error *error);

/* Appends the value of "dropout". Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__hf_write_dropout(double dropout, tkz__buffer *buffer,
                                             tkz_error *error);

/* Appends the member "model" and the end of the file, of any kind but BYTE_BPE; and whether that
 * can be.
 * Errors: UNSUPPORTED, CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__hf_write_pieces(const tkz_tokenizer *tokenizer, tkz__buffer *buffer,
                                            tkz_error *error);
TKZ_CHECKED tkz_status tkz__hf_check_pieces(const tkz_tokenizer *tokenizer, tkz_error *error);

/* Appends the member "decoder". Errors: UNSUPPORTED, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__hf_write_decoder(const tkz_tokenizer *tokenizer, tkz__buffer *buffer,
                                             tkz_error *error);

/* The value of a number that JSON allows, as HF has it. */
double tkz__hf_number_value(const char *text, size_t size);

/* The number itself, or the nearest that HF can read from a decimal: serde_json does not round all of
 * them to the nearest double, and there are doubles that no decimal gives. */
double tkz__hf_readable_number(double value);

/* Appends a number that HF reads back as the same. Errors: UNSUPPORTED, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__hf_write_number(double value, tkz__buffer *buffer, tkz_error *error);

/* Writes a whole file. */
TKZ_CHECKED tkz_status tkz__hf_write(const tkz_tokenizer *tokenizer, tkz__buffer *buffer,
                                     tkz_error *error);

#endif
