/* SPDX-License-Identifier: Apache-2.0
 *
 * A trained vocabulary as a SentencePiece model: what models of all kinds have alike (sentencepiece 0.2.3:
 * src/sentencepiece_model.proto). Leans on the protocol buffers of io.
 */
#ifndef TKZ_TRAIN_PIECE_MODEL_WRITER_H
#define TKZ_TRAIN_PIECE_MODEL_WRITER_H

#include "core/buffer.h"

/* Types of pieces. */
enum {
    TKZ__MODEL_NORMAL = 1,
    TKZ__MODEL_UNKNOWN = 2,
    TKZ__MODEL_CONTROL = 3,
    TKZ__MODEL_BYTE = 6
};

/* Fields of the trainer's settings that several kinds of models have. */
enum {
    TKZ__TRAINER_MODEL_TYPE = 3,
    TKZ__TRAINER_VOCAB_SIZE = 4,
    TKZ__TRAINER_COVERAGE = 10,
    TKZ__TRAINER_LONGEST = 20,
    TKZ__TRAINER_BY_SCRIPT = 21,
    TKZ__TRAINER_BY_WHITESPACE = 22,
    TKZ__TRAINER_BY_NUMBER = 23,
    TKZ__TRAINER_DIGITS = 25,
    TKZ__TRAINER_WHITESPACE_ONLY = 26,
    TKZ__TRAINER_BYTE_FALLBACK = 35
};

typedef struct tkz__model_writer {
    tkz__buffer model;
    tkz__buffer message; /* the one that is being made: pieces and settings one after the other */
    tkz_error *error;
} tkz__model_writer;

typedef struct tkz__model_number {
    uint32_t field;
    uint64_t value;
} tkz__model_number;

void tkz__model_writer_init(tkz__model_writer *writer, const tkz_allocator *allocator,
                            tkz_error *error);
void tkz__model_writer_free(tkz__model_writer *writer);

/* Members of the message that is being made. Errors of all: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__model_writer_numbers(tkz__model_writer *writer,
                                                 const tkz__model_number *numbers, size_t count);
TKZ_CHECKED tkz_status tkz__model_writer_bytes(tkz__model_writer *writer, uint32_t field,
                                               const void *data, size_t size);
TKZ_CHECKED tkz_status tkz__model_writer_float(tkz__model_writer *writer, uint32_t field,
                                               float value);

/* A piece; one that stands for a byte. */
TKZ_CHECKED tkz_status tkz__model_writer_piece(tkz__model_writer *writer, const void *text,
                                               size_t size, float score, uint32_t type);
TKZ_CHECKED tkz_status tkz__model_writer_byte(tkz__model_writer *writer, uint8_t byte);

/* Ends the message as the settings of the trainer, unless `status` is an error, which is given back. */
TKZ_CHECKED tkz_status tkz__model_writer_trainer(tkz__model_writer *writer, tkz_status status);

/* A normalizer that changes nothing but spaces. */
TKZ_CHECKED tkz_status tkz__model_writer_normalizer(tkz__model_writer *writer, bool dummy_prefix,
                                                    bool remove_extra_whitespaces);

#endif
