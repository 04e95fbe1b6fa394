/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenizer.json as it is read: what each field does, what is refused and where, the
 * way back, damaged files.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/hf_file.h"
#include "subword/byte_level.h"
#include "subword/tokenizer_image.h"
#include "id_check.h"
#include "testing.h"
#include "text/utf8.h"

Suite *suite_hf_file(void);

/* ---- Files made here --------------------------------------------------- */

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

static void append(tkz__buffer *buffer, const char *text)
{
    ck_assert_status(tkz__buffer_append_text(buffer, text, NULL));
}

/* The 256 bytes in their own order: "!" has the id 33. */
static void append_bytes(tkz__buffer *buffer)
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

static void compose(tkz__buffer *file, const parts *given)
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

static tkz_status open_parts(tkz_tokenizer **tokenizer, const parts *given, tkz_error *error)
{
    tkz__buffer file;
    compose(&file, given);
    tkz_status status = tkz__hf_open(tokenizer, "file", file.data, file.size, NULL, error);
    tkz__buffer_free(&file);
    return status;
}

static tkz_tokenizer *opened(const parts *given)
{
    tkz_tokenizer *tokenizer = NULL;
    tkz_error error = {0};
    tkz_status status = open_parts(&tokenizer, given, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    return tokenizer;
}

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

#define ADDED(id, content, single, left, right, normalized, special)                              \
    "{\"id\":" #id ",\"content\":\"" content "\",\"single_word\":" #single ",\"lstrip\":" #left     \
    ",\"rstrip\":" #right ",\"normalized\":" #normalized ",\"special\":" #special "}"

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

#define SPLIT(pattern, behavior, invert)                                                          \
    "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"" pattern "\"},\"behavior\":\"" behavior          \
    "\",\"invert\":" invert "}"
#define LLAMA3                                                                                    \
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}|"             \
    " ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+"
#define NO_REGEX "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}"
#define STEPS(...) "{\"type\":\"Sequence\",\"pretokenizers\":[" __VA_ARGS__ "]}"

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

/* ---- What is kept ------------------------------------------------------ */

static tkz_bytes written(const tkz_tokenizer *tokenizer)
{
    tkz_bytes json;
    ck_assert_status(tkz_tokenizer_serialize(tokenizer, "hf", &json, NULL));
    return json;
}

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

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

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
    tcase_add_loop_test(cases, pre_tokenizers, 0, COUNT(cuts));
    tcase_add_loop_test(cases, other_pre_tokenizers, 0, COUNT(other_cuts));
    tcase_add_loop_test(cases, normalizers_and_back, 0, COUNT(normalizers));
    tcase_add_loop_test(cases, templates_of, 0, COUNT(templates));
    tcase_add_loop_test(cases, dropout_of, 0, COUNT(dropouts));
    tcase_add_loop_test(cases, merges_kept, 0, 2);
    tcase_add_loop_test(cases, refused, 0, COUNT(refusals));
    tcase_add_test(cases, missing_bytes);
    tcase_add_test(cases, cut_off);
    tcase_add_test(cases, changed_bytes);
    tcase_add_test(cases, memory);
    suite_add_tcase(suite, cases);
    return suite;
}
