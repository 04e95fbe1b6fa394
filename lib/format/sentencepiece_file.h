/* SPDX-License-Identifier: Apache-2.0
 *
 * A SentencePiece model as its file has it (sentencepiece 0.2.3: src/sentencepiece_model.proto), for
 * its reader and writer. Leans on format.h and protobuf_reader.
 */
#ifndef TKZ_FORMAT_SENTENCEPIECE_FILE_H
#define TKZ_FORMAT_SENTENCEPIECE_FILE_H

#include "format/format.h"
#include "io/protobuf_reader.h"
#include "subword/tokenizer_builder.h"
#include "subword/tokenizer_edit.h"

/* Fields of ModelProto, and of a piece in it. */
enum {
    TKZ__SPM_PIECES = 1,
    TKZ__SPM_TRAINER = 2,
    TKZ__SPM_NORMALIZER = 3,
    TKZ__SPM_DENORMALIZER = 5,
    TKZ__SPM_PIECE_TEXT = 1,
    TKZ__SPM_PIECE_SCORE = 2,
    TKZ__SPM_PIECE_TYPE = 3
};

/* Numbers of TrainerSpec.model_type. */
enum { TKZ__SPM_UNIGRAM = 1, TKZ__SPM_BPE = 2, TKZ__SPM_WORD = 3, TKZ__SPM_CHAR = 4 };

typedef struct tkz__spm_piece_entry {
    size_t start; /* of its field in the file */
    size_t end;
    size_t text_start;
    uint32_t text_size;
    float score;
    tkz__piece_type type;
} tkz__spm_piece_entry;

/* NormalizerSpec. */
typedef struct tkz__spm_normalizer_spec {
    bool is_there;
    bool add_dummy_prefix;
    bool remove_extra_whitespaces;
    bool escape_whitespaces;
    size_t charsmap_start;
    size_t charsmap_size; /* 0: none */
} tkz__spm_normalizer_spec;

typedef struct tkz__spm_file {
    const char *path;
    const uint8_t *data;
    size_t size;
    tkz_error *error;
    tkz_allocator allocator;
    tkz__spm_piece_entry *pieces; /* by id */
    size_t piece_count;
    size_t piece_capacity;
    uint32_t model_type;
    size_t model_type_place;
    bool byte_fallback;
    bool treat_whitespace_as_suffix;
    size_t unk_surface_start;
    size_t unk_surface_size;
    bool has_unk_surface;
    tkz__spm_normalizer_spec normalizer;
    tkz__spm_normalizer_spec denormalizer;
    uint32_t unknown; /* id, or TKZ__NO_TOKEN */
    tkz__buffer origin;
    bool as_hf;               /* it is to encode as HF tokenizers would */
    tkz__pre_tokenizer words; /* that cuts for models of words then */
    tkz__tokenizer_builder *builder;
} tkz__spm_file;

/* How the rest of a file is kept with the tokenizer: behind the line that names the format, fields of
 * these numbers in the order of the file. */
#define TKZ__SPM_ORIGIN "sentencepiece\n"
/* The tokens were changed since (subword/tokenizer_edit.h): only the other fields hold. */
#define TKZ__SPM_ORIGIN_EDITED "sentencepiece" TKZ__ORIGIN_EDITED
enum {
    TKZ__SPM_ORIGIN_PIECES = 1, /* so many pieces as tkz__spm_put_piece writes them */
    TKZ__SPM_ORIGIN_TYPED = 2,  /* the same, with the type of NORMAL ones */
    TKZ__SPM_ORIGIN_PIECE = 3,  /* one piece that is written in another way: its field */
    TKZ__SPM_ORIGIN_REST = 4    /* other fields of the model */
};

/* Appends the field of a piece as sentencepiece writes it. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spm_put_piece(tkz__buffer *buffer, const void *text, size_t size,
                                          float score, tkz__piece_type type, bool is_typed,
                                          tkz_error *error);

/* Reads and checks all of the file that says something to us, and fills `origin`. Errors: BAD_FORMAT,
 * LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spm_parse(tkz__spm_file *file);
TKZ_CHECKED tkz_status tkz__spm_make_origin(tkz__spm_file *file);

/* The two halves that a model needs which stands in a file of another format: checks what has been
 * filled
 * in by hand, and makes file->builder of it, all but the origin. Errors: BAD_FORMAT, UNSUPPORTED,
 * LIMIT,
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spm_check(tkz__spm_file *file);
TKZ_CHECKED tkz_status tkz__spm_give(tkz__spm_file *file);

/* The same for HF tokenizers' way, in sentencepiece_hf.c; tkz__spm_give calls it where `as_hf` says so.
 * Errors: UNSUPPORTED (HF cannot say it), LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spm_give_as_hf(tkz__spm_file *file);
/* Does the normalizer leave user-defined symbols as they are, wherever they stand? Then HF can look for
 * them in its result, as sentencepiece does; else in the text itself. */
bool tkz__spm_keeps_symbols(const tkz__spm_file *file);
/* The merges of a BPE for the builder, which has its pieces. Errors: LIMIT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spm_join(tkz__spm_file *file);

/* Appends the option of a step that holds a charsmap. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spm_spell_map(const uint8_t *charsmap, size_t size,
                                          tkz__buffer *steps, tkz_error *error);

/* Appends the tokenizer.json of a tokenizer that encodes as sentencepiece, where HF gives the same ids
 * for every text. Errors: UNSUPPORTED (it does not, or it is not known), CORRUPT, OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spm_write_as_hf(const tkz_tokenizer *tokenizer, tkz__buffer *buffer,
                                            tkz_error *error);

/* Appends the normalizer and the decoder as steps. Errors: UNSUPPORTED (U+0000 in a text),
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spm_spell_normalizer(const tkz__spm_file *file, tkz__buffer *steps);
TKZ_CHECKED tkz_status tkz__spm_spell_decoder(const tkz__spm_file *file, tkz__buffer *steps);

/* Appends the file of a tokenizer that was read from one. Errors: UNSUPPORTED (it was not), CORRUPT,
 * OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__spm_write(const tkz_tokenizer *tokenizer, tkz__buffer *buffer,
                                      tkz_error *error);

#endif
