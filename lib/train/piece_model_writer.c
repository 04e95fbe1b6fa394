/* SPDX-License-Identifier: Apache-2.0
 *
 * What SentencePiece models of all kinds have alike. Leans on the protocol buffers of io.
 */
#include "train/piece_model_writer.h"

#include <stdio.h>
#include <string.h>

#include "io/protobuf_reader.h"

/* Fields of the model, of a piece and of the normalizer. */
enum {
    PIECES = 1, TRAINER = 2, NORMALIZER = 3,
    TEXT = 1, SCORE = 2, TYPE = 3,
    NAME = 1, DUMMY_PREFIX = 3, EXTRA_WHITESPACES = 4, ESCAPE_WHITESPACES = 5
};

void tkz__model_writer_init(tkz__model_writer *writer, const tkz_allocator *allocator,
                            tkz_error *error)
{
    tkz__buffer_init(&writer->model, allocator);
    tkz__buffer_init(&writer->message, allocator);
    writer->error = error;
}

void tkz__model_writer_free(tkz__model_writer *writer)
{
    tkz__buffer_free(&writer->message);
    tkz__buffer_free(&writer->model);
}

tkz_status tkz__model_writer_numbers(tkz__model_writer *writer, const tkz__model_number *numbers,
                                     size_t count)
{
    tkz_status status = TKZ_OK;
    for (size_t i = 0; status == TKZ_OK && i < count; i++)
        status = tkz__protobuf_put_number(&writer->message, numbers[i].field, numbers[i].value,
                                          writer->error);
    return status;
}

tkz_status tkz__model_writer_bytes(tkz__model_writer *writer, uint32_t field, const void *data,
                                   size_t size)
{
    return tkz__protobuf_put_bytes(&writer->message, field, data, size, writer->error);
}

tkz_status tkz__model_writer_float(tkz__model_writer *writer, uint32_t field, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return tkz__protobuf_put_fixed32(&writer->message, field, bits, writer->error);
}

/* Ends the message that is being made as a field of the model. */
static tkz_status end_message(tkz__model_writer *writer, uint32_t field, tkz_status status)
{
    if (status == TKZ_OK)
        status = tkz__protobuf_put_bytes(&writer->model, field, writer->message.data,
                                         writer->message.size, writer->error);
    tkz__buffer_clear(&writer->message);
    return status;
}

tkz_status tkz__model_writer_piece(tkz__model_writer *writer, const void *text, size_t size,
                                   float score, uint32_t type)
{
    const tkz__model_number number = {TYPE, type};
    tkz_status status = tkz__model_writer_bytes(writer, TEXT, text, size);
    if (status == TKZ_OK)
        status = tkz__model_writer_float(writer, SCORE, score);
    if (status == TKZ_OK && type != TKZ__MODEL_NORMAL)
        status = tkz__model_writer_numbers(writer, &number, 1);
    return end_message(writer, PIECES, status);
}

tkz_status tkz__model_writer_byte(tkz__model_writer *writer, uint8_t byte)
{
    char text[8];
    int size = snprintf(text, sizeof text, "<0x%02X>", byte);
    return tkz__model_writer_piece(writer, text, (size_t)size, 0, TKZ__MODEL_BYTE);
}

tkz_status tkz__model_writer_trainer(tkz__model_writer *writer, tkz_status status)
{
    return end_message(writer, TRAINER, status);
}

tkz_status tkz__model_writer_normalizer(tkz__model_writer *writer, bool dummy_prefix,
                                        bool remove_extra_whitespaces)
{
    const tkz__model_number numbers[] = {{DUMMY_PREFIX, dummy_prefix},
                                         {EXTRA_WHITESPACES, remove_extra_whitespaces},
                                         {ESCAPE_WHITESPACES, 1}};
    tkz_status status = tkz__model_writer_bytes(writer, NAME, "identity", 8);
    if (status == TKZ_OK)
        status = tkz__model_writer_numbers(writer, numbers, sizeof numbers / sizeof numbers[0]);
    return end_message(writer, NORMALIZER, status);
}
