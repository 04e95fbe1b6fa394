/* SPDX-License-Identifier: Apache-2.0
 *
 * Models read to encode as sentencepiece or as HF tokenizers, whatever file they are in, and
 * SentencePiece models written as tokenizer.json. tests/conformance/compare_compat compares with both
 * programs. Leans on the formats, and on protobuf_reader to make files.
 */
#include <stdio.h>
#include <string.h>

#include "format/hf_file.h"
#include "format/sentencepiece_file.h"
#include "id_check.h"
#include "testing.h"
#include "tokenize/subword.h"

Suite *suite_compat(void);

#define S "\xE2\x96\x81" /* U+2581 */
#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* ---- Files -------------------------------------------------------------------- */

typedef struct piece {
    const char *text;
    float score;
    int type;
} piece;

static void put_numbers(tkz__buffer *file, uint32_t field, const uint32_t *numbers, size_t count)
{
    tkz__buffer message;
    tkz__buffer_init(&message, NULL);
    for (size_t i = 0; i < count; i += 2)
        ck_assert_status(tkz__protobuf_put_number(&message, numbers[i], numbers[i + 1], NULL));
    ck_assert_status(tkz__protobuf_put_bytes(file, field, message.data, message.size, NULL));
    tkz__buffer_free(&message);
}

/* A SentencePiece model of these pieces, up to one without a text; `flags` are numbers of its
 * NormalizerSpec and `suffix` its treat_whitespace_as_suffix. */
static void make_model(tkz__buffer *file, uint32_t kind, const piece *pieces,
                       const uint32_t *flags, size_t flag_count, uint32_t suffix)
{
    const uint32_t trainer[] = {3, kind, 24, suffix};
    tkz__buffer_init(file, NULL);
    for (; pieces->text != NULL; pieces++)
        ck_assert_status(tkz__spm_put_piece(file, pieces->text, strlen(pieces->text),
                                            pieces->score, (tkz__piece_type)pieces->type,
                                            pieces->type != 1, NULL));
    put_numbers(file, TKZ__SPM_TRAINER, trainer, 4);
    put_numbers(file, TKZ__SPM_NORMALIZER, flags, flag_count);
}

typedef struct fixture {
    char directory[64];
    char path[96];
} fixture;

static void setup(fixture *f)
{
    test_make_directory(f->directory, sizeof f->directory);
    snprintf(f->path, sizeof f->path, "%s/model", f->directory);
}

static tkz_tokenizer *open_as(const fixture *f, const void *bytes, size_t size, int32_t compat)
{
    tkz_tokenizer *tokenizer = NULL;
    tkz_tokenizer_facts facts;
    tkz_error error;
    test_write_file(f->path, bytes, size);
    tkz_status status = tkz_tokenizer_open_compat(&tokenizer, f->path, compat, NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    tkz_tokenizer_describe(tokenizer, &facts);
    if (compat != TKZ_COMPAT_FILE)
        ck_assert_int_eq(facts.compat, compat);
    return tokenizer;
}

static void expect_refusal(const fixture *f, const void *bytes, size_t size, int32_t compat,
                           tkz_status expected, const char *reason)
{
    tkz_tokenizer *tokenizer;
    tkz_error error;
    test_write_file(f->path, bytes, size);
    ck_assert_int_eq(tkz_tokenizer_open_compat(&tokenizer, f->path, compat, NULL, &error),
                     expected);
    ck_assert_msg(strstr(error.message, reason) != NULL, "%s", error.message);
}

/* ---- SentencePiece models -------------------------------------------------------- */

/* b has a score that a sum of 32 bits loses. <s> is a piece like any other in HF, and the least score of
 * all decides what unknown characters cost. */
static const piece unigram[] = {{"<unk>", 0, 2}, {"<s>", -9, 3},  {S, -2, 1},     {"a", -1, 1},
                                {"b", 1e-9f, 1}, {"ab", -1, 1},   {"c", -3, 1},   {NULL, 0, 0}};
static const piece bpe[] = {{"<unk>", 0, 2}, {"<s>", 0, 3}, {S, -9, 1},   {"a", -9, 1},
                            {"b", -9, 1},    {"c", -9, 1},  {"bc", -1, 1}, {"ab", -1, 1},
                            {S "a", -2, 1},  {"<x>", 0, 4}, {"cc", -3, 5}, {NULL, 0, 0}};
static const piece exact[] = {{"<unk>", 0, 2}, {"<s>", 0, 3}, {S, -9, 1},    {"a", -9, 1},
                              {"b", -9, 1},    {"c", -9, 1},  {"bc", -2, 1}, {"ab", -1, 1},
                              {S S, -3, 4},    {S S S, -4, 4}, {NULL, 0, 0}};
static const piece unused[] = {{"<unk>", 0, 2}, {"a", -1, 1}, {"b", -1, 5},
                               {"aa", -2, 5},   {"aab", -3, 1}, {NULL, 0, 0}};
static const piece words[] = {{"<unk>", 0, 2}, {S "a", -1, 1}, {"a", -2, 1}, {NULL, 0, 0}};

#define KEPT 4, 0    /* remove_extra_whitespaces */
#define BARE 3, 0    /* add_dummy_prefix */
#define SPACES 5, 0  /* escape_whitespaces */
#define FLAGS(...) {__VA_ARGS__}, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)

static const struct {
    uint32_t kind;
    const piece *pieces;
    uint32_t flags[6];
    size_t flag_count;
    const char *text;
    uint32_t sentencepiece[12]; /* what each program gives; UINT32_MAX behind */
    uint32_t hf[12];
} models[] = {
    {TKZ__SPM_UNIGRAM, unigram, FLAGS(KEPT), "ab", {2, 5, UINT32_MAX}, {2, 3, 4, UINT32_MAX}},
    {TKZ__SPM_UNIGRAM, unigram, FLAGS(KEPT), "c<s>", {2, 6, 0, UINT32_MAX},
     {2, 6, 1, UINT32_MAX}},
    {TKZ__SPM_UNIGRAM, unigram, FLAGS(SPACES, BARE), "a  a", {3, 0, 3, UINT32_MAX},
     {3, 0, 3, UINT32_MAX}},
    {TKZ__SPM_UNIGRAM, unigram, FLAGS(5, 1), "  a  b  ", {2, 3, 2, 4, UINT32_MAX},
     {2, 3, 2, 4, UINT32_MAX}},
    {TKZ__SPM_UNIGRAM, unigram, FLAGS(5, 1), "   ", {UINT32_MAX}, {UINT32_MAX}},
    {TKZ__SPM_BPE, bpe, FLAGS(KEPT), "xabcx", {2, 0, 7, 5, 0, UINT32_MAX},
     {2, 0, 3, 6, 0, UINT32_MAX}},
    {TKZ__SPM_BPE, bpe, FLAGS(KEPT), "a<x>a", {8, 9, 3, UINT32_MAX}, {8, 9, 8, UINT32_MAX}},
    {TKZ__SPM_BPE, bpe, FLAGS(BARE), "cc", {5, 5, UINT32_MAX}, {10, UINT32_MAX}},
    {TKZ__SPM_BPE, exact, FLAGS(KEPT, BARE), "abc   a", {7, 5, 9, 3, UINT32_MAX},
     {7, 5, 9, 3, UINT32_MAX}},
    {TKZ__SPM_CHAR, exact, FLAGS(KEPT), "abzz", {2, 3, 4, 0, UINT32_MAX},
     {2, 3, 4, 0, UINT32_MAX}},
    {TKZ__SPM_WORD, words, FLAGS(KEPT), "a b c a", {1, 0, 1, UINT32_MAX},
     {1, 0, 0, 1, UINT32_MAX}},
};

/* Also of the tokenizer.json that is written of it, and of the native image. */
START_TEST(models_encode_as_either_program)
{
    fixture f;
    tkz__buffer file;
    tkz_bytes bytes;
    setup(&f);
    make_model(&file, models[_i].kind, models[_i].pieces, models[_i].flags, models[_i].flag_count,
               0);
    tkz_tokenizer *tokenizer = open_as(&f, file.data, file.size, TKZ_COMPAT_SENTENCEPIECE);
    check_ids(tokenizer, models[_i].text, models[_i].sentencepiece);
    tkz_tokenizer_free(tokenizer);
    tokenizer = open_as(&f, file.data, file.size, TKZ_COMPAT_HF);
    check_ids(tokenizer, models[_i].text, models[_i].hf);
    ck_assert_status(tkz_tokenizer_verify(tokenizer, NULL));
    static const char *const formats[] = {"hf", "tkz"};
    for (int i = 0; i < 2; i++) {
        tkz_error error;
        tkz_status status = tkz_tokenizer_serialize(tokenizer, formats[i], &bytes, &error);
        ck_assert_msg(status == TKZ_OK, "%s", error.message);
        tkz_tokenizer *again = open_as(&f, bytes.data, bytes.size, TKZ_COMPAT_HF);
        check_ids(again, models[_i].text, models[_i].hf);
        tkz_tokenizer_free(again);
        if (i == 1)
            expect_refusal(&f, bytes.data, bytes.size, TKZ_COMPAT_SENTENCEPIECE,
                           TKZ_STATUS_UNSUPPORTED, "encodes as \"hf\"");
        tkz_bytes_free(&bytes);
    }
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
    test_remove_tree(f.directory);
}
END_TEST

/* ---- Written as they are ------------------------------------------------------------ */

static const uint32_t kept[] = {KEPT}, kept_bare[] = {KEPT, BARE};

static const struct {
    uint32_t kind;
    const piece *pieces;
    const uint32_t *flags;
    size_t flag_count;
    const char *reason; /* NULL: it is written */
} written[] = {
    {TKZ__SPM_BPE, exact, kept_bare, 4, NULL},
    {TKZ__SPM_CHAR, exact, kept_bare, 4, NULL},
    {TKZ__SPM_BPE, exact, kept, 2, "user-defined symbol"},
    {TKZ__SPM_BPE, bpe, kept_bare, 4, "equal scores"},
    {TKZ__SPM_BPE, unused, kept_bare, 4, "takes apart"},
    {TKZ__SPM_CHAR, unused, kept_bare, 4, "unused"},
    {TKZ__SPM_UNIGRAM, unigram, kept_bare, 4, "64 bits"},
    {TKZ__SPM_WORD, words, kept, 2, "unknown words"},
};

START_TEST(what_is_exact_is_written)
{
    fixture f;
    tkz__buffer file;
    tkz_bytes bytes;
    tkz_error error;
    setup(&f);
    make_model(&file, written[_i].kind, written[_i].pieces, written[_i].flags,
               written[_i].flag_count, 0);
    tkz_tokenizer *tokenizer = open_as(&f, file.data, file.size, TKZ_COMPAT_FILE);
    tkz_status status = tkz_tokenizer_serialize(tokenizer, "hf", &bytes, &error);
    if (written[_i].reason != NULL) {
        ck_assert_int_eq(status, TKZ_STATUS_UNSUPPORTED);
        ck_assert_msg(strstr(error.message, written[_i].reason) != NULL, "%s", error.message);
    } else {
        ck_assert_msg(status == TKZ_OK, "%s", error.message);
        tkz_tokenizer *again = open_as(&f, bytes.data, bytes.size, TKZ_COMPAT_HF);
        static const char *const texts[] = {"abc", "   a  b c", "zz" S S S "ab"};
        for (size_t i = 0; i < 3; i++) {
            uint32_t ids[16];
            tkz_encoder *encoder;
            const tkz_batch *batch;
            uint64_t offsets[2] = {0, strlen(texts[i])};
            ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
            ck_assert_status(tkz_encoder_encode(encoder, texts[i], offsets, 1, &batch, NULL));
            memcpy(ids, batch->ids, batch->offsets[1] * sizeof *ids);
            ids[batch->offsets[1]] = UINT32_MAX;
            check_ids(again, texts[i], ids);
            tkz_encoder_free(encoder);
        }
        tkz_tokenizer_free(again);
        tkz_bytes_free(&bytes);
    }
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&file);
    test_remove_tree(f.directory);
}
END_TEST

/* ---- tokenizer.json ------------------------------------------------------------------ */

#define BPE_JSON                                                                                  \
    "{\"added_tokens\":[{\"id\":0,\"content\":\"<s>\",\"single_word\":false,\"lstrip\":false,"     \
    "\"rstrip\":false,\"normalized\":false,\"special\":true}],\"model\":{\"type\":\"BPE\","        \
    "\"unk_token\":\"<unk>\",\"vocab\":{\"<s>\":0,\"<unk>\":1,\"a\":2,\"b\":3,\"c\":4,\"d\":5,"    \
    "\"ab\":6,\"bc\":7,\"abc\":8,\"cd\":9},\"merges\":[[\"a\",\"b\"],[\"a\",\"bc\"],"              \
    "[\"c\",\"d\"],[\"ab\",\"c\"]]}}"
#define UNIGRAM_JSON                                                                              \
    "{\"added_tokens\":[{\"id\":1,\"content\":\"<s>\",\"single_word\":false,\"lstrip\":false,"     \
    "\"rstrip\":false,\"normalized\":false,\"special\":true},{\"id\":6,\"content\":\"<y>\","       \
    "\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,"                \
    "\"special\":false}],\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"" S "\","     \
    "\"prepend_scheme\":\"always\",\"split\":true},\"model\":{\"type\":\"Unigram\",\"unk_id\":0,"  \
    "\"vocab\":[[\"<unk>\",0],[\"<s>\",-9],[\"" S "\",-2],[\"a\",-1],[\"b\",1e-9],[\"ab\",-1],"     \
    "[\"<y>\",0],[\"a" S "b\",-0.5]]}}"

static const struct {
    const char *file;
    const char *text;
    uint32_t hf[12];
    uint32_t sentencepiece[12];
} files[] = {
    /* abc stands on both sides of cd: they have one score, of which the leftmost is first. */
    {BPE_JSON, "abcd", {6, 9, UINT32_MAX}, {8, 5, UINT32_MAX}},
    {BPE_JSON, "xya", {1, 1, 2, UINT32_MAX}, {1, 2, UINT32_MAX}},
    {UNIGRAM_JSON, "ab", {2, 3, 4, UINT32_MAX}, {2, 5, UINT32_MAX}},
    {UNIGRAM_JSON, "<s>", {2, 1, UINT32_MAX}, {2, 0, UINT32_MAX}},
    {UNIGRAM_JSON, "<y>", {6, UINT32_MAX}, {6, UINT32_MAX}},
    {UNIGRAM_JSON, "a b", {2, 3, 2, 4, UINT32_MAX}, {2, 7, UINT32_MAX}},
};

START_TEST(tokenizer_json_encodes_as_either_program)
{
    fixture f;
    setup(&f);
    for (int32_t compat = TKZ_COMPAT_FILE; compat <= TKZ_COMPAT_HF; compat++) {
        tkz_tokenizer *tokenizer = open_as(&f, files[_i].file, strlen(files[_i].file), compat);
        check_ids(tokenizer, files[_i].text, compat == TKZ_COMPAT_SENTENCEPIECE
                                                 ? files[_i].sentencepiece
                                                 : files[_i].hf);
        tkz_tokenizer_free(tokenizer);
    }
    test_remove_tree(f.directory);
}
END_TEST

/* ---- Refusals ------------------------------------------------------------------------- */

START_TEST(what_a_program_does_not_have_is_refused)
{
    static const char pieces[] = "{\"model\":{\"type\":\"WordPiece\",\"unk_token\":\"a\","
                                 "\"continuing_subword_prefix\":\"##\","
                                 "\"max_input_chars_per_word\":9,\"vocab\":{\"a\":0}}}";
    static const char whole[] = "{\"model\":{\"type\":\"BPE\",\"unk_token\":\"a\","
                                "\"ignore_merges\":true,\"vocab\":{\"a\":0},\"merges\":[]}}";
    static const char known[] = "{\"model\":{\"type\":\"Unigram\",\"unk_id\":null,\"vocab\":"
                                "[[\"a\",-1]]}}";
    static const uint32_t flags[] = {KEPT};
    fixture f;
    tkz__buffer file;
    tkz_tokenizer *tokenizer;
    setup(&f);
    expect_refusal(&f, pieces, sizeof pieces - 1, TKZ_COMPAT_SENTENCEPIECE, TKZ_STATUS_UNSUPPORTED,
                   "encodes as \"hf\"");
    expect_refusal(&f, whole, sizeof whole - 1, TKZ_COMPAT_SENTENCEPIECE, TKZ_STATUS_UNSUPPORTED,
                   "ignore_merges");
    expect_refusal(&f, known, sizeof known - 1, TKZ_COMPAT_SENTENCEPIECE, TKZ_STATUS_UNSUPPORTED,
                   "unk_id");
    make_model(&file, TKZ__SPM_UNIGRAM, unigram, flags, 2, 1);
    expect_refusal(&f, file.data, file.size, TKZ_COMPAT_HF, TKZ_STATUS_UNSUPPORTED,
                   "treat_whitespace_as_suffix");
    tkz__buffer_free(&file);
    ck_assert_int_eq(tkz_tokenizer_open_compat(&tokenizer, f.path, 3, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_tokenizer_open_compat(&tokenizer, f.path, -1, NULL, NULL),
                     TKZ_STATUS_INVALID_ARGUMENT);
    test_remove_tree(f.directory);
}
END_TEST

/* ---- Memory ------------------------------------------------------------------------------ */

static tkz_status read_and_write(void *context, const tkz_allocator *allocator)
{
    tkz_tokenizer *tokenizer = NULL;
    tkz_bytes bytes = {0};
    tkz_status status =
        tkz_tokenizer_open_compat(&tokenizer, context, TKZ_COMPAT_SENTENCEPIECE, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_tokenizer_serialize(tokenizer, "hf", &bytes, NULL);
    tkz_bytes_free(&bytes);
    tkz_tokenizer_free(tokenizer);
    return status;
}

static tkz_status read_only(void *context, const tkz_allocator *allocator)
{
    tkz_tokenizer *tokenizer = NULL;
    tkz_status status =
        tkz_tokenizer_open_compat(&tokenizer, context, TKZ_COMPAT_SENTENCEPIECE, allocator, NULL);
    tkz_tokenizer_free(tokenizer);
    return status;
}

START_TEST(out_of_memory_is_a_status)
{
    fixture f;
    tkz__buffer file;
    setup(&f);
    make_model(&file, TKZ__SPM_BPE, exact, kept_bare, 4, 0);
    test_write_file(f.path, file.data, file.size);
    tkz__buffer_free(&file);
    test_all_allocation_failures(read_and_write, f.path);
    test_write_file(f.path, BPE_JSON, sizeof BPE_JSON - 1);
    test_all_allocation_failures(read_only, f.path);
    test_remove_tree(f.directory);
}
END_TEST

Suite *suite_compat(void)
{
    Suite *suite = suite_create("compat");
    TCase *tests = tcase_create("programs");
    tcase_add_loop_test(tests, models_encode_as_either_program, 0, COUNT(models));
    tcase_add_loop_test(tests, what_is_exact_is_written, 0, COUNT(written));
    tcase_add_loop_test(tests, tokenizer_json_encodes_as_either_program, 0, COUNT(files));
    tcase_add_test(tests, what_a_program_does_not_have_is_refused);
    tcase_add_test(tests, out_of_memory_is_a_status);
    suite_add_tcase(suite, tests);
    return suite;
}
