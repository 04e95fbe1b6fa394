/* SPDX-License-Identifier: Apache-2.0
 *
 * Tells the tokenizer files that are JSON apart. Leans on io.
 */
#include "format/json_shape.h"

#include <string.h>

#include "io/json_reader.h"

/* So many members in a row with whole numbers make a vocabulary. */
enum { ENOUGH_NUMBERS = 16 };

static bool equals(const char *text, size_t size, const char *known)
{
    return strlen(known) == size && memcmp(text, known, size) == 0;
}

static tkz__json_shape shape_of_key(const char *key, size_t size, tkz__json_kind kind)
{
    static const char *const tokenizer[] = {"added_tokens", "normalizer",     "pre_tokenizer",
                                            "decoder",      "post_processor", "truncation",
                                            "padding"};
    if (kind == TKZ__JSON_OBJECT && equals(key, size, "model"))
        return TKZ__SHAPE_TOKENIZER;
    if (kind == TKZ__JSON_OBJECT && equals(key, size, "config"))
        return TKZ__SHAPE_TEKKEN;
    for (size_t i = 0; i < sizeof tokenizer / sizeof tokenizer[0]; i++) {
        if (kind != TKZ__JSON_NUMBER && kind != TKZ__JSON_STRING && equals(key, size, tokenizer[i]))
            return TKZ__SHAPE_TOKENIZER;
    }
    return TKZ__SHAPE_OTHER;
}

static tkz__json_shape read_shape(tkz__json_reader *reader)
{
    size_t numbers = 0;
    bool only_numbers = true;
    if (tkz__json_reader_object(reader) != TKZ_OK)
        return TKZ__SHAPE_OTHER;
    for (;;) {
        bool more;
        const char *key;
        size_t size;
        tkz__json_kind kind;
        uint32_t number;
        if (tkz__json_reader_next_member(reader, &more, &key, &size) != TKZ_OK)
            return TKZ__SHAPE_OTHER;
        if (!more)
            return only_numbers && numbers > 0 ? TKZ__SHAPE_VOCAB : TKZ__SHAPE_OTHER;
        if (tkz__json_reader_kind(reader, &kind) != TKZ_OK)
            return TKZ__SHAPE_OTHER;
        tkz__json_shape shape = shape_of_key(key, size, kind);
        if (shape != TKZ__SHAPE_OTHER)
            return shape;
        if (kind == TKZ__JSON_NUMBER && only_numbers) {
            if (tkz__json_reader_u32(reader, &number) != TKZ_OK)
                return TKZ__SHAPE_OTHER;
            if (++numbers == ENOUGH_NUMBERS)
                return TKZ__SHAPE_VOCAB;
            continue;
        }
        only_numbers = false;
        if (tkz__json_reader_skip(reader) != TKZ_OK)
            return TKZ__SHAPE_OTHER;
    }
}

tkz__json_shape tkz__json_shape_of(const uint8_t *data, size_t size)
{
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__json_reader reader = {.text = (const char *)data, .size = size};
    tkz__buffer_init(&reader.scratch, &allocator);
    tkz__json_shape shape = read_shape(&reader);
    tkz__json_reader_free(&reader);
    return shape;
}
