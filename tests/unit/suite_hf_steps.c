/* SPDX-License-Identifier: Apache-2.0
 *
 * Normalizers, pre-tokenizers and templates of tokenizer.json as they are read and written; such files cut
 * off, and read without memory. Leans on hf_parts.h.
 */
#include <stdlib.h>

#include "hf_parts.h"

Suite *suite_hf_steps(void);

static const struct {
    const char *json;
    const char *name;
} cuts[] = {
    {STEPS(SPLIT(LLAMA3, "Isolated", "false") "," NO_REGEX), "llama3"},
    {STEPS(SPLIT(LLAMA3, "Removed", "true") "," NO_REGEX), "llama3"},
    {STEPS("{\"type\":\"Digits\",\"individual_digits\":true}," BYTE_LEVEL), "command_r"},
};

START_TEST(pre_tokenizers)
{
    tkz_tokenizer *tokenizer = opened(&(parts){.pre_tokenizer = cuts[_i].json});
    ck_assert_str_eq(tkz__tokenizer_pre_tokenizer(tokenizer)->name, cuts[_i].name);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

/* Those that are none of ours: their steps, which are written again as they were read. */
static const struct {
    const char *json;
    const char *steps;
    const char *ids;   /* of "a b" */
    const char *spans; /* and where they come from */
} other_cuts[] = {
    {NO_REGEX, "byte_level-hf0.23:prefix_space=false:regex=false", "97 32 98", "0-1 1-2 2-3"},
    {"{\"type\":\"ByteLevel\",\"add_prefix_space\":true}",
     "byte_level-hf0.23:prefix_space=true:regex=true", "256 32 98", "0-1 1-2 2-3"},
    {STEPS(SPLIT(LLAMA3, "MergedWithNext", "true") "," NO_REGEX),
     "split-hf0.23:regex=(?i\\:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|"
     "\\\\p{N}{1\\,3}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|"
     "\\\\s+:behavior=merged_with_next:invert=true,"
     "byte_level-hf0.23:prefix_space=false:regex=false",
     "97 32 98", "0-1 1-2 2-3"},
    {STEPS("{\"type\":\"Split\",\"pattern\":{\"String\":\" \"},\"behavior\":\"Removed\","
           "\"invert\":false},{\"type\":\"Digits\",\"individual_digits\":false},"
           "{\"type\":\"Punctuation\",\"behavior\":\"Contiguous\"}," NO_REGEX),
     "split-hf0.23:text= :behavior=removed:invert=false,digits-hf0.23:individual=false,"
     "punctuation-hf0.23:behavior=contiguous,byte_level-hf0.23:prefix_space=false:regex=false",
     "97 98", "0-1 2-3"},
    {STEPS("{\"type\":\"Whitespace\"},{\"type\":\"WhitespaceSplit\"},"
           "{\"type\":\"BertPreTokenizer\"},{\"type\":\"UnicodeScripts\"},"
           "{\"type\":\"CharDelimiterSplit\",\"delimiter\":\":\"},"
           "{\"type\":\"FixedLength\",\"length\":7}," NO_REGEX),
     "whitespace-hf0.23,whitespace_split-hf0.23,bert-hf0.23,unicode_scripts-hf0.23,"
     "delimiter-hf0.23:character=\\:,fixed_length-hf0.23:length=7,"
     "byte_level-hf0.23:prefix_space=false:regex=false",
     "97 98", "0-1 2-3"},
    {STEPS("{\"type\":\"Metaspace\",\"replacement\":\"_\",\"prepend_scheme\":\"first\","
           "\"split\":false}," NO_REGEX),
     "metaspace-hf0.23:replacement=_:prepend=first:split=false,"
     "byte_level-hf0.23:prefix_space=false:regex=false",
     "95 97 95 98", "0-1 0-1 1-2 2-3"},
};

START_TEST(other_pre_tokenizers)
{
    tkz_tokenizer *tokenizer = opened(&(parts){.pre_tokenizer = other_cuts[_i].json}), *again;
    tkz_tokenizer_facts facts;
    tkz__buffer copy;
    tkz_encoder *encoder;
    const tkz_batch *batch;
    const uint64_t offsets[] = {0, 3};
    char ids[64] = "", spans[64] = "";
    tkz_tokenizer_describe(tokenizer, &facts);
    ck_assert_str_eq(facts.pre_tokenizer->name, "steps");
    ck_assert_str_eq(facts.pre_tokenizer->pattern, other_cuts[_i].steps);
    ck_assert_status(tkz_tokenizer_verify(tokenizer, NULL));
    tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__buffer_init(&copy, &allocator);
    ck_assert_status(tkz__hf_write(tokenizer, &copy, NULL));
    ck_assert_status(tkz__hf_open(&again, "copy", copy.data, copy.size, NULL, NULL));
    ck_assert_str_eq(tkz__tokenizer_pre_tokenizer(again)->pattern, other_cuts[_i].steps);
    ck_assert_status(tkz_encoder_new(&encoder, again, NULL, NULL));
    tkz_encoder_want_offsets(encoder, 1);
    ck_assert_status(tkz_encoder_encode(encoder, "a b", offsets, 1, &batch, NULL));
    for (uint64_t i = 0; i < batch->offsets[1]; i++) {
        const char *space = i > 0 ? " " : "";
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s%u", space, batch->ids[i]);
        snprintf(spans + strlen(spans), sizeof spans - strlen(spans), "%s%u-%u", space,
                 (unsigned)batch->spans[i].start, (unsigned)batch->spans[i].end);
    }
    ck_assert_str_eq(ids, other_cuts[_i].ids);
    ck_assert_str_eq(spans, other_cuts[_i].spans);
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(again);
    tkz_tokenizer_free(tokenizer);
    tkz__buffer_free(&copy);
}
END_TEST

/* A precompiled_charsmap that makes "bc" of "a". */
#define MAP "DAAAAACAAQBhDQAAAAAAgGJjAA=="
#define MAP_VALUE "DAAAAACAAQBhDQAAAAAAgGJjAA\\=\\="

static const struct {
    const char *json;
    const char *steps;
} normalizers[] = {
    {"{\"type\":\"NFC\"}", "nfc-hf0.23"},
    {"{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFKC\"},{\"type\":\"Lowercase\"}]}",
     "nfkc-hf0.23,lowercase-hf0.23"},
    {"{\"type\":\"Strip\",\"strip_left\":false,\"strip_right\":true}", "strip-hf0.23:left=false"},
    {"{\"type\":\"Replace\",\"pattern\":{\"String\":\",:=\\\\\"},\"content\":\"\"}",
     "replace-hf0.23:pattern=\\,\\:\\=\\\\"},
    {"{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"(?<!\\\\n)^\"},\"content\":\"_\"}",
     "replace-hf0.23:content=_:regex=(?<!\\\\n)^"},
    {"{\"type\":\"ByteLevel\"}", "byte_level-hf0.23"},
    {"{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"" MAP "\"}",
     "precompiled-hf0.23:map=" MAP_VALUE},
    {"{\"type\":\"Prepend\",\"prepend\":\"\xE2\x96\x81\"}", "prepend-hf0.23:content=\xE2\x96\x81"},
    {"{\"type\":\"BertNormalizer\",\"clean_text\":true,\"handle_chinese_chars\":false,"
     "\"strip_accents\":null,\"lowercase\":true}",
     "bert-hf0.23:handle_chinese_chars=false"},
};

/* Read, written, read again: the same image. */
START_TEST(normalizers_and_back)
{
    tkz_tokenizer *tokenizer = opened(&(parts){
        .normalizer = normalizers[_i].json,
        .added = "[" ADDED(9, "<s>", false, true, false, true, true) ","
                 ADDED(9, "\xE7\xB5\x82", true, false, false, false, false) "]",
        .fields = "\"type\":\"BPE\",\"ignore_merges\":true,"});
    const tkz__image *image = tkz__tokenizer_image(tokenizer);
    ck_assert_uint_eq(image->sizes[TKZ__SECTION_NORMALIZER], strlen(normalizers[_i].steps));
    ck_assert(memcmp(image->sections[TKZ__SECTION_NORMALIZER], normalizers[_i].steps,
                     strlen(normalizers[_i].steps)) == 0);
    tkz_bytes json, bytes, others;
    tkz_tokenizer *again;
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "hf", &json, NULL));
    ck_assert_status(tkz__hf_open(&again, "written", json.data, json.size, NULL, NULL));
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "tkz", &bytes, NULL));
    ck_assert_status(tkz_tokenizer_serialize(again, "tkz", &others, NULL));
    ck_assert(bytes.size == others.size && memcmp(bytes.data, others.data, bytes.size) == 0);
    tkz_bytes_free(&json);
    tkz_bytes_free(&bytes);
    tkz_bytes_free(&others);
    tkz_tokenizer_free(tokenizer);
    tkz_tokenizer_free(again);
}
END_TEST

/* Items as "value:type", A and B the texts. */
static const struct {
    const char *json;
    const char *single, *pair;
    uint32_t before, behind;
} templates[] = {
    {"null", "A:0", "A:0 B:1", 0, 0},
    {TEMPLATE(PIECE("x") "," TEXT), "120:0 256:0 A:0", "", 2, 0},
    {PAIR(TEXT "," PIECE("y") "," PIECE("y"), OTHER "," PIECE("y") "," TEXT),
     "A:0 121:0 121:0", "B:7 121:0 A:0", 0, 2},
    {PAIR(TEXT, TEXT "," PIECE("y")), "A:0", "", 0, 0}, /* the second text is missing */
    {BERT("RobertaProcessing"), "97:0 A:0 98:0", "97:0 A:0 98:0 98:0 B:0 98:0", 1, 1},
    {"{\"type\":\"Sequence\",\"processors\":[" BYTE_LEVEL "," BERT("BertProcessing") "]}",
     "97:0 A:0 98:0", "97:0 A:0 98:0 B:1 98:1", 1, 1},
};

static void check_items(const tkz__image *image, uint32_t first, uint32_t count,
                        const char *expected)
{
    char text[200] = "";
    for (uint32_t i = first; i < first + count; i++) {
        tkz__template_item item = tkz__image_template_item(image, i);
        size_t size = strlen(text);
        const char *space = i == first ? "" : " ";
        if (item.value >= TKZ__TEMPLATE_FIRST)
            snprintf(text + size, sizeof text - size, "%s%c:%u", space,
                     item.value == TKZ__TEMPLATE_FIRST ? 'A' : 'B', item.type);
        else
            snprintf(text + size, sizeof text - size, "%s%u:%u", space, item.value, item.type);
    }
    ck_assert_str_eq(text, expected);
}

/* Read, and the same after writing and reading. */
START_TEST(templates_of)
{
    tkz_tokenizer *tokenizer = opened(&(parts){.post_processor = templates[_i].json}), *again;
    tkz_tokenizer_facts facts;
    tkz_tokenizer_describe(tokenizer, &facts);
    ck_assert_uint_eq(facts.before, templates[_i].before);
    ck_assert_uint_eq(facts.behind, templates[_i].behind);
    tkz_bytes json;
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "hf", &json, NULL));
    ck_assert_status(tkz__hf_open(&again, "written", json.data, json.size, NULL, NULL));
    for (int round = 0; round < 2; round++) {
        const tkz__image *image = tkz__tokenizer_image(round == 0 ? tokenizer : again);
        check_items(image, 0, image->single_count, templates[_i].single);
        check_items(image, image->single_count, image->pair_count, templates[_i].pair);
    }
    tkz_bytes_free(&json);
    tkz_tokenizer_free(tokenizer);
    tkz_tokenizer_free(again);
}
END_TEST

START_TEST(cut_off)
{
    tkz__buffer file;
    compose(&file, &(parts){.normalizer = normalizers[1].json});
    for (size_t size = 0; size + 2 < file.size; size += TEST_SHORTER) {
        tkz_tokenizer *tokenizer;
        tkz_error error = {0};
        tkz_status status = tkz__hf_open(&tokenizer, "file", file.data, size, NULL, &error);
        ck_assert(status == TKZ_STATUS_BAD_FORMAT || status == TKZ_STATUS_BAD_UTF8);
        ck_assert_uint_le(error.offset, size);
    }
    tkz__buffer_free(&file);
}
END_TEST

static tkz_status open_with(void *context, const tkz_allocator *allocator)
{
    const tkz__buffer *file = context;
    tkz_tokenizer *tokenizer = NULL;
    tkz_status status =
        tkz__hf_open(&tokenizer, "file", file->data, file->size, allocator, NULL);
    if (status == TKZ_OK)
        tkz_tokenizer_free(tokenizer);
    return status;
}

START_TEST(memory)
{
    tkz__buffer file;
    compose(&file, &(parts){.normalizer = normalizers[1].json,
                            .pre_tokenizer = cuts[0].json,
                            .added = "[" ADDED(1, "<s\\t>", false, false, false, true, true) "]"});
    test_all_allocation_failures(open_with, &file);
    tkz__buffer_free(&file);
    compose(&file, &(parts){.pre_tokenizer = other_cuts[5].json});
    test_all_allocation_failures(open_with, &file);
    tkz__buffer_free(&file);
    compose(&file, &(parts){.post_processor = templates[3].json});
    test_all_allocation_failures(open_with, &file);
    tkz__buffer_free(&file);
}
END_TEST

Suite *suite_hf_steps(void)
{
    Suite *suite = suite_create("hf_steps");
    TCase *cases = tcase_create("hf_steps");
    tcase_add_loop_test(cases, pre_tokenizers, 0, COUNT(cuts));
    tcase_add_loop_test(cases, other_pre_tokenizers, 0, COUNT(other_cuts));
    tcase_add_loop_test(cases, normalizers_and_back, 0, COUNT(normalizers));
    tcase_add_loop_test(cases, templates_of, 0, COUNT(templates));
    tcase_add_test(cases, cut_off);
    tcase_add_test(cases, memory);
    suite_add_tcase(suite, cases);
    return suite;
}
