/* SPDX-License-Identifier: Apache-2.0
 *
 * The tokenizer in GGUF files: what each kind of model becomes, what is refused and where, files
 * that end
 * early or have other bytes in them.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "format/gguf_file.h"
#include "id_check.h"
#include "testing.h"

Suite *suite_gguf(void);

#define SPACE "\xE2\x96\x81"

static tkz_allocator plain;
static char directory[64], path[128];

static void setup(void)
{
    plain = tkz__allocator_or_default(NULL);
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/model.gguf", directory);
}

static void teardown(void)
{
    test_remove_tree(directory);
}

/* ---- Files ------------------------------------------------------------- */

/* Of the numbers of a file. */
static bool is_big;

static void put_u32(tkz__buffer *file, uint32_t value)
{
    value = is_big ? __builtin_bswap32(value) : value;
    ck_assert_status(tkz__buffer_append_u32(file, value, NULL));
}

static void put_u64(tkz__buffer *file, uint64_t value)
{
    value = is_big ? __builtin_bswap64(value) : value;
    ck_assert_status(tkz__buffer_append_u64(file, value, NULL));
}

static void put_text(tkz__buffer *file, const char *text)
{
    put_u64(file, strlen(text));
    ck_assert_status(tkz__buffer_append_text(file, text, NULL));
}

static void begin(tkz__buffer *file, uint32_t version)
{
    tkz__buffer_init(file, &plain);
    ck_assert_status(tkz__buffer_append_text(file, "GGUF", NULL));
    put_u32(file, version);
    put_u64(file, 0);
    put_u64(file, 0);
}

/* One more key, of "tokenizer.ggml." unless it has a dot. */
static void put_key(tkz__buffer *file, const char *key, uint32_t type)
{
    char name[96];
    snprintf(name, sizeof name, "%s%s", strchr(key, '.') != NULL ? "" : "tokenizer.ggml.", key);
    file->data[is_big ? 23 : 16]++;
    put_text(file, name);
    put_u32(file, type);
}

static void put_list(tkz__buffer *file, const char *key, uint32_t type, uint64_t count)
{
    put_key(file, key, TKZ__GGUF_ARRAY);
    put_u32(file, type);
    put_u64(file, count);
}

static void put_string(tkz__buffer *file, const char *key, const char *value)
{
    put_key(file, key, TKZ__GGUF_STRING);
    put_text(file, value);
}

static void put_flag(tkz__buffer *file, const char *key, bool value)
{
    put_key(file, key, TKZ__GGUF_BOOL);
    ck_assert_status(tkz__buffer_append_byte(file, value, NULL));
}

static void put_id(tkz__buffer *file, const char *key, uint32_t id)
{
    put_key(file, key, TKZ__GGUF_U32);
    put_u32(file, id);
}

typedef struct token {
    const char *text; /* NULL: behind the last */
    uint32_t type;
    float score;
} token;

enum { WITH_TYPES = 1, WITH_SCORES = 2 };

static void put_tokens(tkz__buffer *file, const token *tokens, unsigned with)
{
    uint64_t count = 0;
    while (tokens[count].text != NULL)
        count++;
    put_list(file, "tokens", TKZ__GGUF_STRING, count);
    for (uint64_t i = 0; i < count; i++)
        put_text(file, tokens[i].text);
    if (with & WITH_TYPES)
        put_list(file, "token_type", TKZ__GGUF_I32, count);
    for (uint64_t i = 0; (with & WITH_TYPES) && i < count; i++)
        put_u32(file, tokens[i].type);
    if (with & WITH_SCORES)
        put_list(file, "scores", TKZ__GGUF_F32, count);
    for (uint64_t i = 0; (with & WITH_SCORES) && i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &tokens[i].score, 4);
        put_u32(file, bits);
    }
}

static void put_merges(tkz__buffer *file, const char *const *merges, uint64_t count)
{
    put_list(file, "merges", TKZ__GGUF_STRING, count);
    for (uint64_t i = 0; i < count; i++)
        put_text(file, merges[i]);
}

static tkz_status open_bytes(tkz_tokenizer **tokenizer, const tkz__buffer *file, size_t size,
                             const tkz_allocator *allocator, tkz_error *error)
{
    test_write_file(path, file->data, size);
    return tkz_tokenizer_open(tokenizer, path, allocator, error);
}

static tkz_tokenizer *open_good(const tkz__buffer *file)
{
    tkz_tokenizer *tokenizer;
    tkz_error error;
    tkz_status status = open_bytes(&tokenizer, file, file->size, NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    ck_assert_status(tkz_tokenizer_verify(tokenizer, NULL));
    return tokenizer;
}

/* ---- Kinds ------------------------------------------------------------- */

static const token byte_tokens[] = {
    {"a", 1, 0},  {"b", 1, 0},   {"c", 1, 0},     {"\xC4\xA0", 1, 0}, {"ab", 1, 0},
    {"bc", 1, 0}, {"abc", 1, 0}, {"<s>", 3, 0}, {"cc", 4, 0},       {"[PAD0]", 5, 0},
    {NULL, 0, 0}};
static const char *const byte_merges[] = {"b c", "a b", "a bc"};

static void make_bytes(tkz__buffer *file, const char *pre)
{
    begin(file, 3);
    put_list(file, "other.list", TKZ__GGUF_U16, 3);
    ck_assert_status(tkz__buffer_append(file, "abcdef", 6, NULL));
    put_string(file, "model", "gpt2");
    put_string(file, "pre", pre);
    put_tokens(file, byte_tokens, WITH_TYPES);
    put_merges(file, byte_merges, 3);
}

/* The ids of a text with its template. */
static void check_template(tkz_tokenizer *tokenizer, const uint32_t *expected)
{
    tkz_encoder *encoder;
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, 1};
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    tkz_encoder_add_template(encoder, 1);
    ck_assert_status(tkz_encoder_encode(encoder, "a", offsets, 1, &batch, NULL));
    for (size_t i = 0; i < batch->offsets[1]; i++)
        ck_assert_uint_eq(batch->ids[i], expected[i]);
    ck_assert_uint_eq(expected[batch->offsets[1]], UINT32_MAX);
    tkz_encoder_free(encoder);
}

START_TEST(byte_level)
{
    tkz__buffer file;
    make_bytes(&file, "gpt-2");
    tkz_tokenizer *tokenizer = open_good(&file);
    ck_assert_uint_eq(tkz_tokenizer_size(tokenizer), 10);
    check_ids(tokenizer, "abc ab", IDS(6, 3, 4));
    check_ids(tokenizer, "acca", IDS(0, 8, 0));
    check_template(tokenizer, IDS(0));
    uint32_t id;
    ck_assert_status(tkz_tokenizer_special(tokenizer, "<s>", 3, &id, NULL));
    ck_assert_uint_eq(id, 7);
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
}
END_TEST

/* llama-bpe adds BOS unless the file says that it does not. */
START_TEST(byte_level_template)
{
    tkz__buffer file;
    make_bytes(&file, "llama-bpe");
    put_id(&file, "bos_token_id", 7);
    tkz_tokenizer *tokenizer = open_good(&file);
    check_template(tokenizer, IDS(7, 0));
    tkz_tokenizer_free(tokenizer);
    put_flag(&file, "add_bos_token", false);
    put_flag(&file, "add_eos_token", true);
    put_id(&file, "eos_token_id", 9);
    tokenizer = open_good(&file);
    check_template(tokenizer, IDS(0, 9));
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
}
END_TEST

static const token merge_tokens[] = {
    {"<unk>", 2, 0},    {"<s>", 3, 0},    {"</s>", 3, 0},       {"ab", 1, 0},
    {"bc", 1, -1},      {"abc", 1, -2},   {SPACE "a", 1, -3}, {SPACE, 1, -4},
    {"a", 1, -5},       {"b", 1, -6},     {"c", 1, -7},         {"cc", 4, 0},
    {NULL, 0, 0}};

static void make_merges(tkz__buffer *file)
{
    begin(file, 2);
    put_string(file, "model", "llama");
    put_tokens(file, merge_tokens, WITH_TYPES | WITH_SCORES);
}

START_TEST(merges_by_score)
{
    tkz__buffer file;
    make_merges(&file);
    tkz_tokenizer *tokenizer = open_good(&file);
    check_ids(tokenizer, "abc a", IDS(7, 5, 6));
    check_ids(tokenizer, "bc x", IDS(7, 4, 7, 0));
    check_ids(tokenizer, "  b", IDS(7, 7, 7, 9));
    check_template(tokenizer, IDS(1, 6));
    tkz_tokenizer_free(tokenizer);
    put_flag(&file, "add_space_prefix", false);
    put_flag(&file, "remove_extra_whitespaces", true);
    put_flag(&file, "add_bos_token", false);
    tokenizer = open_good(&file);
    check_ids(tokenizer, "abc  a", IDS(5, 6));
    check_template(tokenizer, IDS(8));
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
}
END_TEST

static const token unigram_tokens[] = {
    {"<unk>", 2, 0},    {"</s>", 3, 0},        {SPACE, 1, -2.5F}, {"a", 1, -3.5F}, {"b", 1, -4},
    {SPACE "ab", 1, -9}, {SPACE "a", 1, -5.5F}, {NULL, 0, 0}};

/* Unigram: a b is better than ab, which BPE would have made. */
START_TEST(unigram)
{
    static const char *const names[] = {"llama", "t5"};
    tkz__buffer file;
    begin(&file, 3);
    put_string(&file, "model", names[_i]);
    put_tokens(&file, unigram_tokens, WITH_TYPES | WITH_SCORES);
    put_flag(&file, "add_space_prefix", true);
    put_flag(&file, "add_bos_token", false);
    tkz_tokenizer *tokenizer = open_good(&file);
    check_ids(tokenizer, "ab", IDS(5));
    check_ids(tokenizer, "aba", IDS(5, 3));
    check_template(tokenizer, _i == 0 ? IDS(6) : IDS(6, 1));
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
}
END_TEST

/* The same files with their numbers the other way round. */
START_TEST(big_endian)
{
    tkz__buffer file;
    is_big = true;
    make_bytes(&file, "llama-bpe");
    put_id(&file, "bos_token_id", 7);
    tkz_tokenizer *tokenizer = open_good(&file);
    check_ids(tokenizer, "abc", IDS(6));
    check_template(tokenizer, IDS(7, 0));
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
    make_merges(&file);
    tokenizer = open_good(&file);
    check_ids(tokenizer, "abc a", IDS(7, 5, 6));
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
    begin(&file, 3);
    put_string(&file, "model", "t5");
    put_tokens(&file, unigram_tokens, WITH_TYPES | WITH_SCORES);
    /* The sizes inside a map are little-endian in every file. */
    put_list(&file, "precompiled_charsmap", TKZ__GGUF_U8, 4 + 1024 + 1);
    ck_assert_status(tkz__buffer_append(&file, "\0\4\0\0", 4, NULL));
    ck_assert_status(tkz__buffer_append_fill(&file, 0, 1025, NULL));
    put_flag(&file, "add_space_prefix", true);
    tokenizer = open_good(&file);
    check_ids(tokenizer, "aba", IDS(5, 3));
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
    is_big = false;
}
END_TEST

/* A trie of darts-clone with nothing in it, for the least of a charsmap. */
START_TEST(charsmap)
{
    tkz__buffer file;
    tkz_tokenizer *tokenizer;
    tkz_error error = {0};
    begin(&file, 3);
    put_string(&file, "model", "t5");
    put_tokens(&file, unigram_tokens, WITH_TYPES | WITH_SCORES);
    put_list(&file, "precompiled_charsmap", TKZ__GGUF_U8, 4 + 1024 + 1);
    size_t start = file.size;
    put_u32(&file, 1024);
    ck_assert_status(tkz__buffer_append_fill(&file, 0, 1025, NULL));
    tkz_tokenizer_free(open_good(&file));
    file.data[start] = 1; /* the size of the trie */
    ck_assert_int_eq(open_bytes(&tokenizer, &file, file.size, NULL, &error),
                     TKZ_STATUS_BAD_FORMAT);
    ck_assert_uint_eq(error.offset, start);
    tkz__buffer_free(&file);
}
END_TEST

START_TEST(words)
{
    static const token tokens[] = {{"[PAD]", 1, 0},    {"[UNK]", 3, 0}, {"[CLS]", 3, 0},
                                   {"[SEP]", 3, 0},    {"[x]", 1, 0}, {SPACE "ab", 1, 0},
                                   {"c", 1, 0},        {SPACE "c", 1, 0}, {NULL, 0, 0}};
    tkz__buffer file;
    begin(&file, 3);
    put_string(&file, "model", "bert");
    put_tokens(&file, tokens, WITH_TYPES);
    tkz_tokenizer *tokenizer = open_good(&file);
    check_ids(tokenizer, "ABc c cab", IDS(5, 6, 7, 1));
    check_template(tokenizer, IDS(2, 1, 3));
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
}
END_TEST

/* ---- What is wrong ----------------------------------------------------- */

/* Fails as said; `place`: what stands in the file there. */
static void check_refusal(tkz__buffer *file, tkz_status expected, const char *says,
                          const char *place)
{
    tkz_tokenizer *tokenizer;
    tkz_error error = {0};
    tkz_status status = open_bytes(&tokenizer, file, file->size, NULL, &error);
    ck_assert_msg(status == expected && strstr(error.message, says) != NULL, "%s: %s", says,
                  error.message);
    if (place != NULL)
        ck_assert_msg(error.offset + strlen(place) <= file->size &&
                          memcmp(file->data + error.offset, place, strlen(place)) == 0,
                      "at %llu: %s", (unsigned long long)error.offset, error.message);
    tkz__buffer_free(file);
}

START_TEST(headers)
{
    tkz__buffer file;
    make_bytes(&file, "gpt-2");
    file.data[4] = 1;
    check_refusal(&file, TKZ_STATUS_UNSUPPORTED, "version 1", "\1");
    make_bytes(&file, "gpt-2");
    memcpy(file.data + 4, "\0\0\0\4", 4);
    check_refusal(&file, TKZ_STATUS_UNSUPPORTED, "version 4", NULL);
    make_bytes(&file, "gpt-2");
    file.data[16]++; /* keys */
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "ends within", NULL);
    make_bytes(&file, "gpt-2");
    put_string(&file, "pre", "gpt-2");
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "twice", "tokenizer.ggml.pre");
    make_bytes(&file, "gpt-2");
    put_key(&file, "other.key", TKZ__GGUF_TYPES);
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "type 13", "\x0D");
    make_bytes(&file, "gpt-2");
    put_list(&file, "other.key", TKZ__GGUF_ARRAY, 1);
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "array of arrays", "\x09");
    make_bytes(&file, "gpt-2");
    put_list(&file, "other.key", TKZ__GGUF_U64, UINT64_MAX / 8 + 2);
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "longer", NULL);
    make_bytes(&file, "gpt-2");
    put_key(&file, "other.key", TKZ__GGUF_STRING);
    put_u64(&file, UINT64_MAX);
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "longer", "\xFF\xFF");
    begin(&file, 3);
    check_refusal(&file, TKZ_STATUS_UNSUPPORTED, "no tokenizer", NULL);
}
END_TEST

START_TEST(models)
{
    static const token list[] = {{"a", 1, 0}, {NULL, 0, 0}};
    tkz__buffer file;
    begin(&file, 3);
    put_string(&file, "model", "rwkv");
    put_tokens(&file, list, 0);
    check_refusal(&file, TKZ_STATUS_UNSUPPORTED, "rwkv", "rwkv");
    begin(&file, 3);
    put_string(&file, "model", "none");
    put_tokens(&file, list, 0);
    check_refusal(&file, TKZ_STATUS_UNSUPPORTED, "\"none\"", "none");
    begin(&file, 3);
    put_id(&file, "model", 0);
    put_tokens(&file, list, 0);
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "no string", NULL);
    begin(&file, 3);
    put_string(&file, "model", "gpt2");
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "tokens: it is not there", NULL);
    begin(&file, 3);
    put_string(&file, "model", "gpt2");
    put_list(&file, "tokens", TKZ__GGUF_U8, 0);
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "array", NULL);
    begin(&file, 3);
    put_string(&file, "model", "gpt2");
    put_list(&file, "tokens", TKZ__GGUF_STRING, 0);
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "none", NULL);
    make_bytes(&file, "bloom");
    check_refusal(&file, TKZ_STATUS_UNSUPPORTED, "\"bloom\"", "bloom");
    begin(&file, 3);
    put_string(&file, "model", "gpt2");
    put_tokens(&file, list, 0);
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "pre: it is not there", NULL);
    begin(&file, 3);
    put_string(&file, "model", "bert");
    put_tokens(&file, list, 0);
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "[UNK]", NULL);
}
END_TEST

START_TEST(lists)
{
    static const token bad_type[] = {{"a", 7, 0}, {NULL, 0, 0}};
    static const token bad_text[] = {{"a\xFF", 1, 0}, {NULL, 0, 0}};
    static const token twice[] = {{"a", 1, 0}, {"a", 1, 0}, {NULL, 0, 0}};
    static const token same[] = {{"<unk>", 2, 0}, {"a", 1, -1}, {"b", 1, -1}, {NULL, 0, 0}};
    static const token number[] = {{"<unk>", 2, 0}, {"a", 1, 0.0F / 0.0F}, {NULL, 0, 0}};
    static const char *const merges[] = {"ab", "a b c", "a x"};
    static const char *const says[] = {"one space", "one space", "not in the vocabulary"};
    tkz__buffer file;
    for (size_t i = 0; i < 3; i++) {
        begin(&file, 3);
        put_string(&file, "model", "gpt2");
        put_string(&file, "pre", "gpt-2");
        put_tokens(&file, byte_tokens, WITH_TYPES);
        put_merges(&file, &merges[i], 1);
        check_refusal(&file, TKZ_STATUS_BAD_FORMAT, says[i], merges[i]);
    }
    const struct {
        const token *tokens;
        const char *model;
        const char *says;
        const char *place;
    } bad[] = {
        {bad_type, "llama", "type 7", "\7"},    {bad_text, "llama", "UTF-8", "\xFF"},
        {number, "llama", "no number", NULL}, {same, "t5", "", NULL},
        {twice, "gpt2", "twice", "a"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        begin(&file, 3);
        put_string(&file, "model", bad[i].model);
        put_string(&file, "pre", "gpt-2");
        put_tokens(&file, bad[i].tokens, WITH_TYPES | WITH_SCORES);
        if (bad[i].tokens == same) /* only "llama" has to tell kinds apart */
            tkz_tokenizer_free(open_good(&file));
        if (bad[i].tokens == same)
            tkz__buffer_free(&file);
        else
            check_refusal(&file, TKZ_STATUS_BAD_FORMAT, bad[i].says, bad[i].place);
    }
    begin(&file, 3);
    put_string(&file, "model", "llama");
    put_tokens(&file, same, WITH_TYPES | WITH_SCORES);
    check_refusal(&file, TKZ_STATUS_UNSUPPORTED, "the same", NULL);
    begin(&file, 3);
    put_string(&file, "model", "llama");
    put_tokens(&file, same, WITH_TYPES);
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "scores: it is not there", NULL);
    begin(&file, 3);
    put_string(&file, "model", "llama");
    put_tokens(&file, same, WITH_SCORES);
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "token_type: it is not there", NULL);
    begin(&file, 3);
    put_string(&file, "model", "llama");
    put_tokens(&file, same, WITH_SCORES);
    put_list(&file, "token_type", TKZ__GGUF_I32, 1);
    put_u32(&file, 1);
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "one for each token", NULL);
}
END_TEST

START_TEST(template_values)
{
    tkz__buffer file;
    make_merges(&file);
    put_id(&file, "bos_token_id", 12);
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "no such token", "\x0C");
    make_merges(&file);
    put_string(&file, "bos_token_id", "1");
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "u32", NULL);
    make_merges(&file);
    put_id(&file, "add_bos_token", 1);
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "true or false", NULL);
    make_bytes(&file, "gpt-2");
    put_flag(&file, "add_eos_token", true);
    check_refusal(&file, TKZ_STATUS_BAD_FORMAT, "eos_token_id", NULL);
}
END_TEST

/* No part of a file opens, and none is read beyond its end. */
START_TEST(cut_files)
{
    tkz__buffer file;
    if (_i == 0)
        make_bytes(&file, "gpt-2");
    else
        make_merges(&file);
    for (size_t size = 4; size < file.size; size++) {
        tkz_tokenizer *tokenizer;
        tkz_error error = {0};
        ck_assert_int_eq(open_bytes(&tokenizer, &file, size, NULL, &error), TKZ_STATUS_BAD_FORMAT);
        ck_assert_uint_le(error.offset, size);
    }
    tkz__buffer_free(&file);
}
END_TEST

/* Other bytes: whatever opens encodes. */
START_TEST(damaged_files)
{
    uint64_t random = 7;
    tkz__buffer file;
    if (_i == 0)
        make_bytes(&file, "gpt-2");
    else
        make_merges(&file);
    for (int round = 0; round < 1000 / TEST_SHORTER; round++) {
        size_t at = test_random(&random) % file.size;
        uint8_t before = file.data[at];
        tkz_tokenizer *tokenizer;
        file.data[at] = (uint8_t)test_random(&random);
        if (open_bytes(&tokenizer, &file, file.size, NULL, NULL) == TKZ_OK) {
            ck_assert_status(tkz_tokenizer_verify(tokenizer, NULL));
            tkz_tokenizer_free(tokenizer);
        }
        file.data[at] = before;
    }
    tkz__buffer_free(&file);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    tkz_tokenizer *tokenizer;
    tkz_status status = open_bytes(&tokenizer, context, ((tkz__buffer *)context)->size, allocator,
                                   NULL);
    if (status == TKZ_OK)
        tkz_tokenizer_free(tokenizer);
    return status;
}

START_TEST(memory)
{
    static const token tokens[] = {
        {"[UNK]", 3, 0}, {"[CLS]", 3, 0}, {"[SEP]", 3, 0}, {SPACE "ab", 1, 0}, {NULL, 0, 0}};
    tkz__buffer file;
    if (_i == 0) {
        make_bytes(&file, "qwen2");
    } else if (_i == 1) {
        make_merges(&file);
    } else {
        begin(&file, 3);
        put_string(&file, "model", "bert");
        put_tokens(&file, tokens, WITH_TYPES);
    }
    test_all_allocation_failures(attempt, &file);
    tkz__buffer_free(&file);
}
END_TEST

Suite *suite_gguf(void)
{
    Suite *suite = suite_create("gguf");
    TCase *tests = tcase_create("gguf");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, byte_level);
    tcase_add_test(tests, byte_level_template);
    tcase_add_test(tests, merges_by_score);
    tcase_add_loop_test(tests, unigram, 0, 2);
    tcase_add_test(tests, big_endian);
    tcase_add_test(tests, charsmap);
    tcase_add_test(tests, words);
    tcase_add_test(tests, headers);
    tcase_add_test(tests, models);
    tcase_add_test(tests, lists);
    tcase_add_test(tests, template_values);
    tcase_add_loop_test(tests, cut_files, 0, 2);
    tcase_add_loop_test(tests, damaged_files, 0, 2);
    tcase_add_loop_test(tests, memory, 0, 3);
    suite_add_tcase(suite, tests);
    return suite;
}
