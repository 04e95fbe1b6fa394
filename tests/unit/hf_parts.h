/* SPDX-License-Identifier: Apache-2.0
 *
 * Files tokenizer.json that suites compose of parts, and the members that they have. Leans on Check.
 */
#ifndef TKZ_TESTS_HF_PARTS_H
#define TKZ_TESTS_HF_PARTS_H

#include <stdio.h>
#include <string.h>

#include "format/hf_file.h"
#include "subword/byte_level.h"
#include "subword/tokenizer_image.h"
#include "testing.h"
#include "text/utf8.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* The parts that a test changes; NULL: as in plain_parts. */
typedef struct parts {
    const char *before; /* members in front of the others */
    const char *added;
    const char *normalizer;
    const char *pre_tokenizer;
    const char *post_processor;
    const char *decoder;
    const char *fields; /* of the model */
    const char *vocab;  /* behind the 256 bytes, which have the ids 0 to 255 */
    const char *merges;
} parts;

#define BYTE_LEVEL                                                                                \
    "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}"

static const parts plain_parts = {
    .before = "\"version\":\"1.0\",",
    .added = "[]",
    .normalizer = "null",
    .pre_tokenizer = BYTE_LEVEL,
    .post_processor = "null",
    .decoder = BYTE_LEVEL,
    .fields = "\"type\":\"BPE\",",
    .vocab = ",\"\xC4\xA0" "a\":256,\"bc\":257,\"abc\":258",
    .merges = "[[\"\xC4\xA0\",\"a\"],[\"b\",\"c\"],[\"a\",\"bc\"]]",
};

static inline void append(tkz__buffer *buffer, const char *text)
{
    ck_assert_status(tkz__buffer_append_text(buffer, text, NULL));
}

/* The 256 bytes in their own order: "!" has the id 33. */
static inline void append_bytes(tkz__buffer *buffer)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        char name[8] = {0};
        tkz__utf8_encode(tkz__byte_level_character((uint8_t)byte), name);
        const char *escape = byte == '"' || byte == '\\' ? "\\" : "";
        ck_assert_status(tkz__buffer_append_format(buffer, NULL, "%s\"%s%s\":%u",
                                                   byte > 0 ? "," : "", escape, name, byte));
    }
}

#define PART(name) (given->name != NULL ? given->name : plain_parts.name)

static inline void compose(tkz__buffer *file, const parts *given)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__buffer_init(file, &allocator);
    append(file, "{");
    append(file, PART(before));
    append(file, "\"added_tokens\":");
    append(file, PART(added));
    append(file, ",\"normalizer\":");
    append(file, PART(normalizer));
    append(file, ",\"pre_tokenizer\":");
    append(file, PART(pre_tokenizer));
    append(file, ",\"post_processor\":");
    append(file, PART(post_processor));
    append(file, ",\"decoder\":");
    append(file, PART(decoder));
    append(file, ",\"model\":{");
    append(file, PART(fields));
    append(file, "\"vocab\":{");
    append_bytes(file);
    append(file, PART(vocab));
    append(file, "},\"merges\":");
    append(file, PART(merges));
    append(file, "}}\n");
}

static inline tkz_status open_parts(tkz_tokenizer **tokenizer, const parts *given, tkz_error *error)
{
    tkz__buffer file;
    compose(&file, given);
    tkz_status status = tkz__hf_open(tokenizer, "file", file.data, file.size, NULL, error);
    tkz__buffer_free(&file);
    return status;
}

static inline tkz_tokenizer *opened(const parts *given)
{
    tkz_tokenizer *tokenizer = NULL;
    tkz_error error = {0};
    tkz_status status = open_parts(&tokenizer, given, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    return tokenizer;
}

static inline tkz_bytes written(const tkz_tokenizer *tokenizer)
{
    tkz_bytes json;
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "hf", &json, NULL));
    return json;
}

/* ---- Members ---- */

#define ADDED(id, content, single, left, right, normalized, special)                              \
    "{\"id\":" #id ",\"content\":\"" content "\",\"single_word\":" #single ",\"lstrip\":" #left     \
    ",\"rstrip\":" #right ",\"normalized\":" #normalized ",\"special\":" #special "}"
#define SPLIT(pattern, behavior, invert)                                                          \
    "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"" pattern "\"},\"behavior\":\"" behavior          \
    "\",\"invert\":" invert "}"
#define LLAMA3                                                                                    \
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}|"             \
    " ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+"
#define NO_REGEX "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}"
#define STEPS(...) "{\"type\":\"Sequence\",\"pretokenizers\":[" __VA_ARGS__ "]}"
#define PIECE(id) "{\"SpecialToken\":{\"id\":\"" id "\",\"type_id\":0}}"
#define TEXT "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}"
#define OTHER "{\"Sequence\":{\"id\":\"B\",\"type_id\":7}}"
#define PAIR(single, pair)                                                                        \
    "{\"type\":\"TemplateProcessing\",\"single\":[" single "],\"pair\":[" pair                       \
    "],\"special_tokens\":"                                                                       \
    "{\"x\":{\"id\":\"x\",\"ids\":[120,256]},\"y\":{\"id\":\"y\",\"ids\":[121]}}}"
#define TEMPLATE(single) PAIR(single, "")
#define BERT(type)                                                                                \
    "{\"type\":\"" type "\",\"sep\":[\"b\",98],\"cls\":[\"a\",97],\"trim_offsets\":true}"

#define MANY(text) text text text text text text

#endif
