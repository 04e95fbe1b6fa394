/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenizer.json as it is read and kept: what each field does, and the way back. Leans on hf_parts.h;
 * suite_hf_steps has the parts around the model, suite_hf_damage what is refused.
 */
#include <stdlib.h>

#include "hf_parts.h"
#include "id_check.h"

Suite *suite_hf_file(void);

/* ---- What is read ------------------------------------------------------ */

START_TEST(plain)
{
    tkz_tokenizer *tokenizer = opened(&(parts){0});
    ck_assert_uint_eq(tkz_tokenizer_size(tokenizer), 259);
    check_ids(tokenizer, "x abc", IDS('x', 256, 257));
    check_ids(tokenizer, "abc\n", IDS(258, '\n'));
    ck_assert_str_eq(tkz__tokenizer_pre_tokenizer(tokenizer)->name, "gpt2");
    tkz_tokenizer_free(tokenizer);
}
END_TEST

static const parts same_tokenizers[] = {
    {.merges = "[\"\xC4\xA0 a\",\"b c\",\"a bc\"]"},
    {.fields = ""},
    {.fields = "\"type\":\"BPE\",\"dropout\":null,\"unk_token\":\"<unk>\",\"fuse_unk\":true,"
               "\"byte_fallback\":true,\"continuing_subword_prefix\":\"\","
               "\"end_of_word_suffix\":null,\"ignore_merges\":false,"},
    {.fields = "\"type\":\"BPE\",\"dropout\":0.0,"},
    {.fields = "\"type\":\"BPE\",\"dropout\":-0e9,"},
    {.before = ""},
    {.before = "\"version\":\"1.0\",\"truncation\":{\"max_length\":5},\"other\":[[{}]],"},
    {.normalizer = "{\"type\":\"Sequence\",\"normalizers\":[]}"},
    {.decoder = "null"},
    {.decoder = "{\"type\":\"Sequence\",\"decoders\":[" BYTE_LEVEL ",{\"type\":\"Fuse\"}]}"},
    {.post_processor = "{\"type\":\"ByteLevel\",\"trim_offsets\":true}"},
    {.post_processor = "{\"type\":\"TemplateProcessing\",\"single\":[{\"Sequence\":{\"id\":\"A\","
                       "\"type_id\":0}}],\"pair\":[{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},"
                       "{\"Sequence\":{\"id\":\"B\",\"type_id\":1}}],\"special_tokens\":{}}"},
    {.pre_tokenizer = "{\"pretokenizers\":[{\"type\":\"Sequence\",\"pretokenizers\":[" BYTE_LEVEL
                      "]}],\"type\":\"Sequence\"}"},
    {.pre_tokenizer = "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true}"},
    /* The last one of two equal merges counts; here both are of the same rank among the others. */
    {.merges = "[[\"\xC4\xA0\",\"a\"],[\"b\",\"c\"],[\"b\",\"c\"],[\"a\",\"bc\"]]"},
};

START_TEST(same)
{
    tkz_tokenizer *tokenizer = opened(&(parts){0}), *other = opened(&same_tokenizers[_i]);
    tkz_bytes bytes, others;
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "tkz", &bytes, NULL));
    ck_assert_status(tkz_tokenizer_serialize(other, "tkz", &others, NULL));
    ck_assert_uint_eq(bytes.size, others.size);
    ck_assert(memcmp(bytes.data, others.data, bytes.size) == 0);
    tkz_bytes_free(&bytes);
    tkz_bytes_free(&others);
    tkz_tokenizer_free(tokenizer);
    tkz_tokenizer_free(other);
}
END_TEST

START_TEST(later_merge_counts)
{
    /* "abc" is a and bc, as the second a b comes behind b c. */
    tkz_tokenizer *tokenizer =
        opened(&(parts){.vocab = ",\"ab\":256,\"bc\":257",
                        .merges = "[[\"a\",\"b\"],[\"b\",\"c\"],[\"a\",\"b\"]]"});
    check_ids(tokenizer, "abc", IDS('a', 257));
    check_ids(tokenizer, "ab", IDS(256));
    tkz_tokenizer_free(tokenizer);
}
END_TEST

START_TEST(whole_chunks)
{
    /* No merge makes "dog". */
    const parts given = {.fields = "\"type\":\"BPE\",\"ignore_merges\":true,",
                         .vocab = ",\"dog\":256,\"\xC4\xA0" "dog\":257",
                         .merges = "[]"};
    tkz_tokenizer *tokenizer = opened(&given);
    check_ids(tokenizer, "dog dog dogs", IDS(256, 257, ' ', 'd', 'o', 'g', 's'));
    tkz_tokenizer_free(tokenizer);
    tokenizer = opened(&(parts){.vocab = given.vocab, .merges = given.merges});
    check_ids(tokenizer, "dog", IDS('d', 'o', 'g'));
    tkz_tokenizer_free(tokenizer);
}
END_TEST

static void check_added(const tkz_tokenizer *tokenizer, uint32_t index, uint32_t id,
                        const char *content, uint32_t flags)
{
    uint32_t found;
    const uint8_t *bytes;
    size_t size;
    ck_assert_uint_eq(tkz__tokenizer_added(tokenizer, index, &found), id);
    ck_assert_uint_eq(found, flags);
    ck_assert_status(tkz_tokenizer_token(tokenizer, id, &bytes, &size, NULL, NULL));
    ck_assert(size == strlen(content) && memcmp(bytes, content, size) == 0);
}

START_TEST(added_tokens)
{
    /* Ids are those of the vocabulary, or go on from its size, whatever the file says; empty
     * contents are passed over; of two with one content the later flags count. U+2581 is no
     * byte's character: with no added token of that content it is an id and no more. */
    tkz_tokenizer *tokenizer = opened(&(parts){
        .added = "[" ADDED(7, "<s>", false, false, false, false, true) ","
                 ADDED(256, "<x>", true, true, true, true, false) ","
                 ADDED(9, "", false, false, false, false, true) ","
                 ADDED(9, "\xE7\xB5\x82", false, false, false, false, false) ","
                 ADDED(9, "<s>", false, false, true, false, true) "]",
        .vocab = ",\"<x>\":256,\"\xE2\x96\x81\":257",
        .merges = "[]"});
    ck_assert_uint_eq(tkz_tokenizer_size(tokenizer), 260);
    ck_assert_uint_eq(tkz__tokenizer_added_count(tokenizer), 4);
    check_added(tokenizer, 0, 256, "<x>",
                TKZ__ADDED_SINGLE_WORD | TKZ__ADDED_LSTRIP | TKZ__ADDED_RSTRIP |
                    TKZ__ADDED_NORMALIZED);
    check_added(tokenizer, 1, 257, "\xE2\x96\x81", TKZ__ADDED_SILENT);
    check_added(tokenizer, 2, 258, "<s>", TKZ__ADDED_SPECIAL | TKZ__ADDED_RSTRIP);
    check_added(tokenizer, 3, 259, "\xE7\xB5\x82", 0);
    tkz_tokenizer_facts facts;
    tkz_tokenizer_describe(tokenizer, &facts);
    ck_assert_uint_eq(facts.added, 4);
    ck_assert_uint_eq(facts.special, 1);
    ck_assert_uint_eq(facts.single_word, 1);
    ck_assert_uint_eq(facts.left_space, 1);
    ck_assert_uint_eq(facts.right_space, 2);
    ck_assert_uint_eq(facts.normalized, 1);
    ck_assert_uint_eq(facts.silent, 1);
    ck_assert_uint_eq(facts.unmerged, 0);
    ck_assert_uint_eq(facts.losses, TKZ_LOSS_SPACES);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

START_TEST(facts_of)
{
    tkz_tokenizer_facts facts;
    tkz_tokenizer *tokenizer = opened(&(parts){
        .fields = "\"type\":\"BPE\",\"ignore_merges\":true,",
        .vocab = ",\"ab\":256,\"dog\":257,\"\xC4\xA0" "dog\":300",
        .merges = "[[\"a\",\"b\"]]",
        .normalizer = "{\"type\":\"NFC\"}"});
    tkz_tokenizer_describe(tokenizer, &facts);
    ck_assert_uint_eq(facts.ids, 301);
    ck_assert_uint_eq(facts.holes, 42);
    ck_assert_uint_eq(facts.bytes, 256);
    ck_assert_uint_eq(facts.merges, 1);
    ck_assert_uint_eq(facts.unmerged, 2);
    ck_assert_int_eq(facts.whole_chunks, 1);
    ck_assert_uint_eq(facts.added, 0);
    ck_assert_uint_eq(facts.longest, 300);
    ck_assert_uint_eq(facts.longest_size, 4);
    ck_assert_uint_eq(facts.losses, TKZ_LOSS_NORMALIZER);
    ck_assert_str_eq(facts.pre_tokenizer->name, "gpt2");
    ck_assert_str_eq(facts.normalizer, "nfc-hf0.23");
    ck_assert_status(tkz_tokenizer_verify(tokenizer, NULL));
    tkz_tokenizer_free(tokenizer);
}
END_TEST

START_TEST(spelled_like_other_bytes)
{
    /* U+00E9 stands for the byte E9. As long as nothing in encoding needs the entry, the id is the
     * added token's. */
    const char *added = "[" ADDED(256, "<\xC3\xA9>", false, false, false, false, true) "]";
    tkz_tokenizer *tokenizer =
        opened(&(parts){.added = added, .vocab = ",\"<\xC3\xA9>\":256", .merges = "[]"});
    check_added(tokenizer, 0, 256, "<\xC3\xA9>", TKZ__ADDED_SPECIAL);
    tkz_tokenizer_free(tokenizer);
    tkz_error error;
    ck_assert_int_eq(
        open_parts(&tokenizer,
                   &(parts){.added = "[" ADDED(1, "\xC3\xA9", false, false, false, false, true)
                                     "]"},
                   &error),
        TKZ_STATUS_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error.message, "other bytes"));
}
END_TEST

/* ---- What is kept ------------------------------------------------------ */

/* Whether `json` holds `text`. */
static bool holds(const tkz_bytes *json, const char *text)
{
    size_t size = strlen(text);
    for (size_t at = 0; at + size <= json->size; at++) {
        if (memcmp(json->data + at, text, size) == 0)
            return true;
    }
    return false;
}

/* As the file has it, its value, as it is written. */
static const struct {
    const char *read;
    double value;
    const char *written;
} dropouts[] = {
    {"null", 0, "null"},     {"0.0", 0, "null"},      {"0e999", 0, "null"},
    {"0.1", 0.1, "0.1"},     {"1e-1", 0.1, "0.1"},    {"0.05", 0.05, "0.05"},
    {"0.125", 0.125, "0.125"}, {"1", 1, "1.0"},       {"10.0E-1", 1, "1.0"},
    {"0.3333333333333333", 0.3333333333333333, "0.3333333333333333"},
    {"0.10000000000000000000000000000000009", 0.1, "0.1"},
    {"100000000000000000000000000000e-30", 0.1, "0.1"},
    {"0.000000000000000000000000000001e29", 0.1, "0.1"},
};

START_TEST(dropout_of)
{
    char fields[200], member[100];
    snprintf(fields, sizeof fields, "\"type\":\"BPE\",\"dropout\":%s,", dropouts[_i].read);
    snprintf(member, sizeof member, "\"dropout\": %s,\n", dropouts[_i].written);
    tkz_tokenizer *tokenizer = opened(&(parts){.fields = fields});
    tkz_tokenizer_facts facts;
    tkz_tokenizer_describe(tokenizer, &facts);
    ck_assert(facts.dropout == dropouts[_i].value);
    tkz_bytes json = written(tokenizer);
    ck_assert_msg(holds(&json, member), "%s", member);
    check_ids(tokenizer, "abc\n", IDS(258, '\n')); /* an encoder starts without */
    tkz_bytes_free(&json);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

/* Merges that can never happen without dropout, and merges that act out of order: all are written as
 * they were read. */
START_TEST(merges_kept)
{
    static const char *const lists[] = {
        "[[\"b\",\"c\"],[\"a\",\"b\"],[\"ab\",\"c\"],[\"a\",\"bc\"]]",
        "[[\"ab\",\"a\"],[\"a\",\"b\"],[\"b\",\"c\"]]", /* aba before ab, and it overlaps */
    };
    static const char *const expected[] = {
        "[\n      [\"b\", \"c\"],\n      [\"a\", \"b\"],\n      [\"ab\", \"c\"],\n"
        "      [\"a\", \"bc\"]\n    ]",
        "[\n      [\"ab\", \"a\"],\n      [\"a\", \"b\"],\n      [\"b\", \"c\"]\n    ]",
    };
    tkz_tokenizer *tokenizer = opened(&(parts){
        .vocab = ",\"ab\":256,\"bc\":257,\"abc\":258,\"aba\":259", .merges = lists[_i]});
    tkz_tokenizer_facts facts;
    tkz_tokenizer_describe(tokenizer, &facts);
    ck_assert_int_eq(facts.out_of_order, _i);
    ck_assert_uint_eq(facts.merges, 3); /* a and bc, not ab and c; or all */
    ck_assert_uint_eq(facts.unmerged, _i == 0 ? 1 : 0);
    tkz_bytes json = written(tokenizer), again;
    ck_assert(holds(&json, expected[_i]));
    tkz_tokenizer *other;
    ck_assert_status(tkz__hf_open(&other, "written", json.data, json.size, NULL, NULL));
    again = written(other);
    ck_assert(again.size == json.size && memcmp(again.data, json.data, json.size) == 0);
    check_ids(other, "abc", _i == 0 ? IDS(258) : IDS(256, 'c'));
    check_ids(other, "ababab", _i == 0 ? IDS(256, 256, 256) : IDS(259, 'b', 256));
    tkz_bytes_free(&json);
    tkz_bytes_free(&again);
    tkz_tokenizer_free(tokenizer);
    tkz_tokenizer_free(other);
}
END_TEST

Suite *suite_hf_file(void)
{
    Suite *suite = suite_create("hf_file");
    TCase *cases = tcase_create("hf_file");
    tcase_add_test(cases, plain);
    tcase_add_loop_test(cases, same, 0, COUNT(same_tokenizers));
    tcase_add_test(cases, later_merge_counts);
    tcase_add_test(cases, whole_chunks);
    tcase_add_test(cases, added_tokens);
    tcase_add_test(cases, facts_of);
    tcase_add_test(cases, spelled_like_other_bytes);
    tcase_add_loop_test(cases, dropout_of, 0, COUNT(dropouts));
    tcase_add_loop_test(cases, merges_kept, 0, 2);
    suite_add_tcase(suite, cases);
    return suite;
}
