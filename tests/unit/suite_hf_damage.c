/* SPDX-License-Identifier: Apache-2.0
 *
 * Files tokenizer.json that are refused, and where; altered ones. Leans on hf_parts.h.
 */
#include <stdlib.h>

#include "hf_parts.h"
#include "id_check.h"

Suite *suite_hf_damage(void);

/* ---- What is refused --------------------------------------------------- */

static const struct {
    parts given;
    tkz_status status;
    const char *says;
    const char *place; /* the error is where this starts in the file; NULL: no place */
} refusals[] = {
    {{.before = "\"version\":\"2.0\","}, TKZ_STATUS_UNSUPPORTED, "version", "\"2.0\""},
    {{.before = "\"model\":{},"}, TKZ_STATUS_BAD_FORMAT, "there twice", "{\"type\":\"BPE\""},
    {{.fields = "\"type\":\"Nope\","}, TKZ_STATUS_UNSUPPORTED, "\"Nope\" is none", "\"Nope\""},
    {{.fields = "\"type\":\"Unigram\","}, TKZ_STATUS_BAD_FORMAT, "an array", "{\""},
    {{.fields = "\"type\":3,"}, TKZ_STATUS_BAD_FORMAT, "expected a string", "3,\"vocab\""},
    {{.fields = "\"type\":\"BPE\",\"dropout\":-0.1,"}, TKZ_STATUS_BAD_FORMAT,
     "model.dropout: -0.1;", "-0.1"},
    {{.fields = "\"type\":\"BPE\",\"dropout\":1.1e0,"}, TKZ_STATUS_BAD_FORMAT, "in 0..1", "1.1e0"},
    {{.fields = "\"type\":\"BPE\",\"dropout\":1e999,"}, TKZ_STATUS_BAD_FORMAT, "in 0..1", "1e999"},
    {{.fields = "\"type\":\"BPE\",\"dropout\":\"0.1\","}, TKZ_STATUS_BAD_FORMAT, "a probability",
     "\"0.1\""},
    {{.fields = "\"type\":\"BPE\",\"continuing_subword_prefix\":\"##\","}, TKZ_STATUS_BAD_FORMAT,
     "shorter than the mark", "[\"\xC4\xA0\""},
    {{.fields = "\"type\":\"BPE\",\"ignore_merges\":1,"}, TKZ_STATUS_BAD_FORMAT, "true or false",
     "1,\"vocab\""},
    {{.vocab = ",\"a\":300"}, TKZ_STATUS_BAD_FORMAT, "there twice", ",\"a\":300"},
    {{.vocab = ",\"aa\":7", .merges = "[]"}, TKZ_STATUS_BAD_FORMAT, "used twice", ",\"aa\":7"},
    {{.vocab = ",\"aa\":-7"}, TKZ_STATUS_BAD_FORMAT, "whole number", "-7"},
    {{.vocab = ",\"aa\":4294967295"}, TKZ_STATUS_LIMIT, "out of range", ",\"aa\":4294967295"},
    {{.vocab = ",\"aa\":16000000"}, TKZ_STATUS_LIMIT, "out of range", ",\"aa\":16000000"},
    {{.vocab = ",\"\":300"}, TKZ_STATUS_BAD_FORMAT, "empty", ",\"\":300"},
    {{.merges = "[[\"a\",\"z\"]]"}, TKZ_STATUS_BAD_FORMAT, "\"az\"", "[\"a\",\"z\"]"},
    {{.merges = "[[\"a\",\"bcd\"]]"}, TKZ_STATUS_BAD_FORMAT, "\"bcd\"", "[\"a\",\"bcd\"]"},
    {{.merges = "[[\"a\"]]"}, TKZ_STATUS_BAD_FORMAT, "two strings", NULL},
    {{.merges = "[\"a b c\"]"}, TKZ_STATUS_BAD_FORMAT, "one space", "\"a b c\""},
    {{.merges = "[\"ab\"]"}, TKZ_STATUS_BAD_FORMAT, "one space", "\"ab\""},
    {{.merges = "{}"}, TKZ_STATUS_BAD_FORMAT, "an array", "{}}}"},
    {{.normalizer = "{\"type\":\"Precompiled\"}"}, TKZ_STATUS_BAD_FORMAT, "precompiled_charsmap",
     "{\"type\":\"Precompiled"},
    {{.normalizer = "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"\"}"},
     TKZ_STATUS_UNSUPPORTED, "empty", "\"\"}"},
    {{.normalizer = "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAAA\"}"},
     TKZ_STATUS_BAD_FORMAT, "charsmap", "{\"type\":\"Precompiled"},
    {{.normalizer = "{\"type\":\"Nope\"}"}, TKZ_STATUS_UNSUPPORTED, "Nope", "{\"type\":\"Nope"},
    {{.normalizer = "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"a(\"},\"content\":\"\"}"},
     TKZ_STATUS_BAD_FORMAT, "at byte 2", "{\"type\":\"Replace"},
    {{.normalizer = "{\"type\":\"Strip\"}"}, TKZ_STATUS_BAD_FORMAT, "strip_left",
     "{\"type\":\"Strip"},
    {{.normalizer = "{\"no\":1}"}, TKZ_STATUS_BAD_FORMAT, "\"type\"", "{\"no\":1}"},
    {{.pre_tokenizer = "{\"type\":\"Metaspace\"}"}, TKZ_STATUS_BAD_FORMAT, "replacement",
     "{\"type\":\"Metaspace"},
    {{.pre_tokenizer = "{\"type\":\"Nope\"}"}, TKZ_STATUS_UNSUPPORTED, "Nope", "{\"type\":\"Nope"},
    {{.pre_tokenizer = STEPS(NO_REGEX "," NO_REGEX)}, TKZ_STATUS_UNSUPPORTED, "behind byte_level",
     "{\"type\":\"Sequence"},
    {{.pre_tokenizer = STEPS(SPLIT("a\\\\yb", "Isolated", "false") "," NO_REGEX)},
     TKZ_STATUS_UNSUPPORTED, "at byte 1", "{\"type\":\"Sequence"},
    {{.pre_tokenizer = STEPS(SPLIT(LLAMA3, "Merged", "false") "," NO_REGEX)},
     TKZ_STATUS_UNSUPPORTED, "behavior", "\"Merged\""},
    {{.pre_tokenizer = STEPS("{\"type\":\"Metaspace\",\"replacement\":\"ab\"}," NO_REGEX)},
     TKZ_STATUS_UNSUPPORTED, "one character", "\"ab\""},
    {{.pre_tokenizer = STEPS("{\"type\":\"Metaspace\",\"replacement\":\"a\","
                             "\"add_prefix_space\":false}," NO_REGEX)},
     TKZ_STATUS_UNSUPPORTED, "add_prefix_space", "false},{\"type\":\"ByteLevel"},
    {{.pre_tokenizer = STEPS("{\"type\":\"FixedLength\",\"length\":0}," NO_REGEX)},
     TKZ_STATUS_UNSUPPORTED, "length: 0", "0},{\"type\":\"ByteLevel"},
    {{.decoder = "{\"type\":\"WordPiece\"}"}, TKZ_STATUS_UNSUPPORTED, "decoder: WordPiece",
     "{\"type\":\"WordPiece"},
    {{.post_processor = "{\"type\":\"Odd\"}"}, TKZ_STATUS_UNSUPPORTED, "Odd", "{\"type\":\"Odd"},
    {{.post_processor = TEMPLATE(PIECE("z") "," TEXT)}, TKZ_STATUS_BAD_FORMAT, "\"z\"",
     "{\"x\":{\"id\""},
    {{.post_processor = TEMPLATE(PIECE("x"))}, TKZ_STATUS_UNSUPPORTED, "0 times", "[{\"Special"},
    {{.post_processor = "{\"type\":\"BertProcessing\",\"sep\":[\"b\",9999],\"cls\":[\"a\",97]}"},
     TKZ_STATUS_BAD_FORMAT, "9999", "{\"type\":\"Bert"},
    {{.post_processor = "{\"type\":\"Sequence\",\"processors\":[" BERT("BertProcessing") "," TEMPLATE(TEXT)
                        "]}"}, TKZ_STATUS_UNSUPPORTED, "reads one of them", "{\"type\":\"Templ"},
    {{.post_processor = TEMPLATE("{\"Sequence\":{\"id\":\"C\",\"type_id\":0}}")},
     TKZ_STATUS_BAD_FORMAT, "\"A\" or \"B\"", "\"C\""},
    {{.post_processor = TEMPLATE(MANY(MANY(PIECE("x") "," PIECE("x") ",")) TEXT)}, TKZ_STATUS_LIMIT,
     "more than 128",
     NULL},
    {{.added = "[{\"content\":\"x\"}]"}, TKZ_STATUS_BAD_FORMAT, "special", "{\"content"},
    {{.added = "[3]"}, TKZ_STATUS_BAD_FORMAT, "an object", "3],\"norm"},
    {{.before = "\"deep\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
                "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["},
     TKZ_STATUS_BAD_FORMAT, "128 deep", NULL},
};

START_TEST(refused)
{
    tkz__buffer file;
    tkz_tokenizer *tokenizer;
    tkz_error error = {0};
    compose(&file, &refusals[_i].given);
    tkz_status status = tkz__hf_open(&tokenizer, "file", file.data, file.size, NULL, &error);
    ck_assert_msg(status == refusals[_i].status, "%d: %s", _i, error.message);
    ck_assert_msg(strstr(error.message, refusals[_i].says) != NULL, "%s", error.message);
    ck_assert_str_eq(error.where, "file");
    if (refusals[_i].place != NULL) {
        const char *place = refusals[_i].place;
        ck_assert_msg(error.offset + strlen(place) <= file.size &&
                          memcmp(file.data + error.offset, place, strlen(place)) == 0,
                      "%d: at %llu: %s", _i, (unsigned long long)error.offset, error.message);
    }
    tkz__buffer_free(&file);
}
END_TEST

START_TEST(missing_bytes)
{
    /* A vocabulary without the 256 bytes: fields that say what becomes of unknown characters count
     * then. */
    static const char file[] = "{\"pre_tokenizer\":" BYTE_LEVEL ",\"model\":{\"unk_token\":%s,"
                               "\"byte_fallback\":%s,\"vocab\":{\"a\":0,\"b\":1},\"merges\":[]}}";
    static const struct {
        const char *unknown, *fallback, *says;
    } cases[] = {{"null", "false", NULL},
                 {"\"a\"", "false", "model.unk_token"},
                 {"null", "true", "model.byte_fallback"}};
    for (size_t i = 0; i < 3; i++) {
        char text[512];
        tkz_tokenizer *tokenizer;
        tkz_error error;
        int size = snprintf(text, sizeof text, file, cases[i].unknown, cases[i].fallback);
        tkz_status status =
            tkz__hf_open(&tokenizer, "file", (const uint8_t *)text, (size_t)size, NULL, &error);
        if (cases[i].says == NULL) {
            ck_assert_status(status);
            check_ids(tokenizer, "ab", IDS(0, 1));
            tkz_tokenizer_free(tokenizer);
        } else {
            ck_assert_int_eq(status, TKZ_STATUS_UNSUPPORTED);
            ck_assert_ptr_nonnull(strstr(error.message, cases[i].says));
        }
    }
}
END_TEST

/* ---- Damage ------------------------------------------------------------ */

START_TEST(changed_bytes)
{
    tkz__buffer file, copy;
    compose(&file, &(parts){.added = "[" ADDED(1, "<s>", false, false, false, true, true) "]"});
    compose(&copy, &(parts){0});
    uint64_t state = 3;
    size_t good = 0;
    for (int round = 0; round < 20000 / TEST_SHORTER; round++) {
        tkz__buffer_clear(&copy);
        ck_assert_status(tkz__buffer_append(&copy, file.data, file.size, NULL));
        for (int change = 0; change < 1 + round % 3; change++) {
            uint64_t random = test_random(&state);
            copy.data[(random >> 8) % copy.size] = copy.data[(random >> 32) % copy.size];
        }
        tkz_tokenizer *tokenizer;
        if (tkz__hf_open(&tokenizer, "file", copy.data, copy.size, NULL, NULL) == TKZ_OK) {
            ck_assert_status(tkz__tokenizer_verify_image(tokenizer, NULL));
            tkz_tokenizer_free(tokenizer);
            good++;
        }
    }
    ck_assert_uint_gt(good, 0);
    tkz__buffer_free(&file);
    tkz__buffer_free(&copy);
}
END_TEST

Suite *suite_hf_damage(void)
{
    Suite *suite = suite_create("hf_damage");
    TCase *cases = tcase_create("hf_damage");
    tcase_add_loop_test(cases, refused, 0, COUNT(refusals));
    tcase_add_test(cases, missing_bytes);
    tcase_add_test(cases, changed_bytes);
    suite_add_tcase(suite, cases);
    return suite;
}
