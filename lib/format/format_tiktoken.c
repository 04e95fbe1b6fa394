/* SPDX-License-Identifier: Apache-2.0
 *
 * tiktoken's rank files: a line is the bytes of a token in base64, a space and its
 * rank, which is its id (openai/tiktoken: tiktoken/load.py). The file says neither
 * pattern nor special tokens: both are known for the published ones, by their
 * content. Leans on subword and io.
 */
#include <string.h>

#include "core/hash.h"
#include "format/format.h"
#include "io/json_scanner.h"
#include "subword/tokenizer_builder.h"
#include "subword/tokenizer_image.h"

typedef struct special {
    const char *content;
    uint32_t id;
} special;

/* A published file: what tiktoken_ext/openai_public.py says of it. */
typedef struct published {
    uint64_t hash; /* XXH3-64 */
    size_t size;
    const char *pre_tokenizer;
    special specials[6]; /* the last has no content */
} published;

static const published known[] = {
    {UINT64_C(0x3cb2fbe95939bd2d), 835554, "gpt2", {{"<|endoftext|>", 50256}}},
    {UINT64_C(0xaa5d7bf38900641a),
     1681126,
     "cl100k",
     {{"<|endoftext|>", 100257},
      {"<|fim_prefix|>", 100258},
      {"<|fim_middle|>", 100259},
      {"<|fim_suffix|>", 100260},
      {"<|endofprompt|>", 100276}}},
    {UINT64_C(0x72a095e82ca109d6),
     3613922,
     "o200k",
     {{"<|endoftext|>", 199999}, {"<|endofprompt|>", 200018}}},
};

static bool is_base64(uint8_t byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') || byte == '+' || byte == '/' || byte == '=';
}

/* The first line is a token in base64, a space and its rank. */
static bool probe(const uint8_t *data, size_t size)
{
    size_t at = 0;
    while (at < size && is_base64(data[at]))
        at++;
    if (at == 0 || at % 4 != 0 || at >= size || data[at] != ' ')
        return false;
    size_t rank = ++at;
    while (at < size && data[at] >= '0' && data[at] <= '9')
        at++;
    return at > rank && (at == size || data[at] == '\n' || data[at] == '\r');
}

static tkz_status bad_line(const char *path, size_t at, const char *what, tkz_error *error)
{
    return tkz__error_set(error, TKZ_STATUS_BAD_FORMAT, path, at,
                          "a line of a rank file is a token in base64, a space and its rank: %s",
                          what);
}

/* A decimal number below 2^24; TKZ__NO_TOKEN if it is none. */
static uint32_t read_rank(const char *text, size_t size)
{
    uint32_t value = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9' || value >= TKZ__IMAGE_COUNT_LIMIT)
            return TKZ__NO_TOKEN;
        value = value * 10 + (uint32_t)(text[i] - '0');
    }
    return size > 0 && value < TKZ__IMAGE_COUNT_LIMIT ? value : TKZ__NO_TOKEN;
}

static tkz_status read_line(tkz__tokenizer_builder *builder, const char *line, size_t size,
                            tkz__buffer *token, const char *path, size_t at,
                            uint64_t greatest_id, tkz_error *error)
{
    const char *space = memchr(line, ' ', size);
    if (space == NULL)
        return bad_line(path, at, "there is no space", error);
    size_t length = (size_t)(space - line);
    uint32_t rank = read_rank(space + 1, size - length - 1);
    if (rank == TKZ__NO_TOKEN)
        return bad_line(path, at, "the rank is not a number below 16777216", error);
    if (rank > greatest_id)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, path, at,
                              "the rank %u is out of range: ranks leave few holes", rank);
    bool is_valid;
    tkz__buffer_clear(token);
    tkz_status status = tkz__append_base64_decoded(token, line, length, &is_valid, error);
    if (status != TKZ_OK)
        return status;
    if (!is_valid || token->size == 0)
        return bad_line(path, at, "the token is not in base64", error);
    status = tkz__tokenizer_builder_add_token(builder, rank, token->data, token->size, error);
    return tkz__format_error_at(status, path, at, error);
}

static tkz_status read_lines(tkz__tokenizer_builder *builder, const tkz__mapped_file *file,
                             const char *path, const tkz_allocator *allocator, tkz_error *error)
{
    tkz__buffer token;
    tkz__buffer_init(&token, allocator);
    const char *data = (const char *)file->data;
    tkz_status status = TKZ_OK;
    for (size_t at = 0; status == TKZ_OK && at < file->size;) {
        const char *end = memchr(data + at, '\n', file->size - at);
        size_t next = end != NULL ? (size_t)(end - data) + 1 : file->size;
        size_t size = (end != NULL ? next - 1 : next) - at;
        if (size > 0 && data[at + size - 1] == '\r')
            size--;
        if (size > 0)
            status = read_line(builder, data + at, size, &token, path, at,
                               tkz__format_greatest_id(file->size), error);
        at = next;
    }
    tkz__buffer_free(&token);
    return status;
}

static const published *find_published(const tkz__mapped_file *file)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].size == file->size && known[i].hash == tkz__hash64(file->data, file->size))
            return &known[i];
    }
    return NULL;
}

static tkz_status open_file(tkz_tokenizer **tokenizer, const char *path, tkz__mapped_file *file,
                            const tkz__open_options *options, const tkz_allocator *allocator,
                            tkz_error *error)
{
    const published *own = find_published(file);
    const tkz__pre_tokenizer *pre_tokenizer = options->named;
    if (pre_tokenizer == NULL && own != NULL)
        pre_tokenizer = tkz__pre_tokenizer_find(own->pre_tokenizer, strlen(own->pre_tokenizer));
    if (pre_tokenizer == NULL)
        return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, path, TKZ__NO_OFFSET,
                              "this is a rank file of tiktoken, which does not say by which "
                              "pattern text is cut, and not one of OpenAI's; name the "
                              "pre-tokenizer (`tokenize list pre-tokenizers` has them)");
    tkz_allocator chosen = tkz__allocator_or_default(allocator);
    tkz__tokenizer_builder *builder;
    tkz_status status = tkz__tokenizer_builder_new(&builder, pre_tokenizer, &chosen, error);
    if (status != TKZ_OK)
        return status;
    status = read_lines(builder, file, path, &chosen, error);
    for (size_t i = 0; status == TKZ_OK && own != NULL && own->specials[i].content != NULL; i++)
        status = tkz__tokenizer_builder_add_added(builder, own->specials[i].id,
                                                  own->specials[i].content,
                                                  strlen(own->specials[i].content),
                                                  TKZ__ADDED_SPECIAL, error);
    /* tiktoken looks a chunk up as a whole before it merges (src/lib.rs). */
    tkz__tokenizer_builder_set_whole_chunks(builder, true);
    tkz__tokenizer_builder_join_by_rank(builder);
    if (status == TKZ_OK)
        status = tkz__format_error_at(tkz__tokenizer_builder_finish(builder, tokenizer, error),
                                      path, TKZ__NO_OFFSET, error);
    tkz__tokenizer_builder_free(builder);
    return status;
}

/* ---- Writing ----------------------------------------------------------- */

static tkz_status refuse(tkz_error *error, const char *why)
{
    return tkz__error_set(error, TKZ_STATUS_UNSUPPORTED, NULL, TKZ__NO_OFFSET,
                          "this tokenizer cannot be written as a rank file: %s", why);
}

/* Ids that added tokens have (1; 2: of tokens that text must be searched for), and those that
 * merging makes (4). */
enum { IS_ADDED = 1, IS_LOOKED_FOR = 2, IS_SYMBOL = 4 };

static void take_notes(const tkz_tokenizer *tokenizer, uint8_t *notes)
{
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    uint32_t count = tkz__tokenizer_added_count(tokenizer);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t flags;
        uint32_t id = tkz__tokenizer_added(tokenizer, i, &flags);
        if (id < image->id_count)
            notes[id] = (flags & (TKZ__ADDED_SPECIAL | TKZ__ADDED_SILENT)) != 0
                            ? IS_ADDED
                            : IS_ADDED | IS_LOOKED_FOR;
    }
    for (uint32_t symbol = 0; symbol < image->symbol_count; symbol++) {
        uint32_t id = tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, symbol);
        if (id < image->id_count)
            notes[id] |= IS_SYMBOL;
    }
}

/* Why the parts do not fit, or NULL. */
static const char *obstacle(const tkz__image *image, const uint8_t *notes)
{
    bool whole_chunks = (image->flags & TKZ__IMAGE_WHOLE_CHUNKS) != 0;
    if (image->sizes[TKZ__SECTION_NORMALIZER] > 0)
        return "it normalizes text, and tiktoken does not";
    for (uint32_t byte = 0; byte < 256; byte++) {
        if (tkz__image_item(image, TKZ__SECTION_SYMBOL_IDS, byte) == TKZ__NO_TOKEN)
            return "not every byte has a token";
    }
    for (uint32_t id = 0; id < image->id_count; id++) {
        const uint8_t *bytes;
        size_t size;
        if (!tkz__image_token(image, id, &bytes, &size))
            continue;
        if ((notes[id] & IS_LOOKED_FOR) != 0)
            return "it has added tokens that are not special, which tiktoken has not";
        if (notes[id] == 0 && !whole_chunks)
            return "it has tokens that merging never makes and does not take whole chunks for "
                   "tokens, as tiktoken does";
    }
    return NULL;
}

static tkz_status write_lines(const tkz__image *image, const uint8_t *notes, tkz__buffer *buffer,
                              tkz_error *error)
{
    tkz_status status = TKZ_OK;
    for (uint32_t id = 0; status == TKZ_OK && id < image->id_count; id++) {
        const uint8_t *bytes;
        size_t size;
        if (!tkz__image_token(image, id, &bytes, &size) ||
            (notes[id] & (IS_ADDED | IS_SYMBOL)) == IS_ADDED)
            continue;
        status = tkz__append_base64(buffer, bytes, size, error);
        if (status == TKZ_OK)
            status = tkz__buffer_append_format(buffer, error, " %u\n", id);
    }
    return status;
}

/* Ranks alone say which tokens merge. Whether that gives the merges that the tokenizer has: reads
 * the file again and compares. */
static tkz_status check_lines(const tkz_tokenizer *tokenizer, const tkz__buffer *buffer,
                              tkz_error *error)
{
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    tkz__mapped_file file = {buffer->data, buffer->size};
    tkz_tokenizer *again;
    const tkz__open_options options = {.named = tkz__tokenizer_pre_tokenizer(tokenizer)};
    tkz_status status = open_file(&again, NULL, &file, &options, &buffer->allocator, error);
    if (status != TKZ_OK)
        return status;
    const tkz__image *other = tkz__tokenizer_image(again);
    const uint32_t by_rank = TKZ__IMAGE_BY_RANK, out_of_order = TKZ__IMAGE_OUT_OF_ORDER;
    bool is_out_of_order = ((image->flags | other->flags) & out_of_order) != 0;
    bool same = other->symbol_count == image->symbol_count &&
                (!is_out_of_order || ((image->flags ^ other->flags) & (by_rank | out_of_order)) == 0);
    static const tkz__image_section sections[] = {TKZ__SECTION_SYMBOL_IDS, TKZ__SECTION_HALVES,
                                                  TKZ__SECTION_MERGES};
    /* The list of all merges counts only where merging goes by it. */
    for (size_t i = 0; same && i < (is_out_of_order ? 3 : 2); i++)
        same = other->sizes[sections[i]] == image->sizes[sections[i]] &&
               memcmp(other->sections[sections[i]], image->sections[sections[i]],
                      image->sizes[sections[i]]) == 0;
    tkz_tokenizer_free(again);
    return same ? TKZ_OK : refuse(error, "the order of its ids is not that of its merges");
}

static tkz_status write_file(const tkz_tokenizer *tokenizer, tkz__buffer *buffer, tkz_error *error)
{
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    uint8_t *notes = tkz__allocate_zeroed(&buffer->allocator, image->id_count);
    if (notes == NULL)
        return tkz__error_memory(error, image->id_count);
    take_notes(tokenizer, notes);
    const char *why = obstacle(image, notes);
    tkz_status status = why != NULL ? refuse(error, why) : write_lines(image, notes, buffer, error);
    if (status == TKZ_OK)
        status = check_lines(tokenizer, buffer, error);
    tkz__release(&buffer->allocator, notes, image->id_count);
    return status;
}

extern const tkz__format tkz__format_tiktoken;
const tkz__format tkz__format_tiktoken = {
    .info = {"tiktoken", "rank file of tiktoken: a token in base64 and its rank on each line", 1,
             1},
    .probe = probe,
    .open = open_file,
    .takes_pre_tokenizer = true,
    .write = write_file,
};
