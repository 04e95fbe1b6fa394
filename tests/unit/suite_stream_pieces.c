/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts that come in parts, of models of pieces: cut at random, they give what the whole text gives, ids
 * and offsets; what needs whole texts is refused; what is held stays small. Leans on the formats, and on
 * protobuf_reader to make files.
 */
#include <stdio.h>
#include <string.h>

#include "core/little_endian.h"
#include "core/memory.h"
#include "format/sentencepiece_file.h"
#include "subword/stream_pieces.h"
#include "stream_fixture.h"
#include "testing.h"
#include "text/normal_form.h"
#include "text/utf8.h"
#include "tokenize/subword.h"
#include "tokenize/text.h"

Suite *suite_stream_pieces(void);

#define S "\xE2\x96\x81"     /* U+2581 */
#define A "\xE3\x81\x82"     /* U+3042 */
#define MARK "\xE3\x82\x99"  /* U+3099, a mark that joins */
#define HALF "\xEF\xBE\x9E"  /* U+FF9E, another */
#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* ---- Models -------------------------------------------------------------------- */

typedef struct piece {
    const char *text;
    float score;
    int type;
} piece;

/* Scores are such that sums of 32 bits depend on all that came before. */
static const piece pieces[] = {
    {"<unk>", 0, 2}, {"<s>", 0, 3},        {S, -2.25f, 1},   {"a", -3.1f, 1},  {"b", -3.3f, 1},
    {"ab", -6.4f, 1}, {S "a", -4, 1},      {A, -2.7f, 1},    {A A, -5.4f, 1},  {A "a", -5.8f, 1},
    {"aa", -6.2f, 1}, {"\xE3\x81\x8B", -5, 1}, {"\xE3\x81\x8C", -5, 1}, {"<x>", 0, 4},
    {"a b", 0, 4},    {A "b" A, 0, 4},     {S S, -4.5f, 1},  {"(", -3, 1},     {"(a)", -8, 1},
};

static void put_numbers(tkz__buffer *file, uint32_t field, const uint32_t *numbers, size_t count)
{
    tkz__buffer message;
    tkz__buffer_init(&message, NULL);
    for (size_t i = 0; i < count; i += 2)
        ck_assert_status(tkz__protobuf_put_number(&message, numbers[i], numbers[i + 1], NULL));
    ck_assert_status(tkz__protobuf_put_bytes(file, field, message.data, message.size, NULL));
    tkz__buffer_free(&message);
}

/* How the text of a model is normalized: flags of NormalizerSpec. */
enum { PREFIX = 1, EXTRA = 2, BYTES = 4, SUFFIX = 8 };

static void make_model(tkz__buffer *file, uint32_t kind, int flags, const void *map, size_t map_size)
{
    const uint32_t trainer[] = {3, kind, 24, (flags & SUFFIX) != 0, 35, (flags & BYTES) != 0};
    const uint32_t normalizer[] = {3, (flags & PREFIX) != 0, 4, (flags & EXTRA) != 0};
    tkz__buffer_init(file, NULL);
    for (int i = 0; i < COUNT(pieces); i++)
        ck_assert_status(tkz__spm_put_piece(file, pieces[i].text, strlen(pieces[i].text),
                                            pieces[i].score, (tkz__piece_type)pieces[i].type,
                                            pieces[i].type != 1, NULL));
    for (unsigned byte = 0; (flags & BYTES) != 0 && byte < 256; byte++) {
        char name[8];
        snprintf(name, sizeof name, "<0x%02X>", byte);
        ck_assert_status(tkz__spm_put_piece(file, name, 6, 0, TKZ__PIECE_BYTE, true, NULL));
    }
    put_numbers(file, TKZ__SPM_TRAINER, trainer, 6);
    tkz__buffer message;
    tkz__buffer_init(&message, NULL);
    if (map != NULL)
        ck_assert_status(tkz__protobuf_put_bytes(&message, 2, map, map_size, NULL));
    for (size_t i = 0; i < 4; i += 2)
        ck_assert_status(tkz__protobuf_put_number(&message, normalizer[i], normalizer[i + 1], NULL));
    ck_assert_status(tkz__protobuf_put_bytes(file, TKZ__SPM_NORMALIZER, message.data, message.size, NULL));
    tkz__buffer_free(&message);
}

/* ---- Models with rules of their own ---------------------------------------------- */

enum { MOST_NODES = 128 };

/* A double array of darts-clone that wastes room: the children of a node have 256 units to themselves. */
typedef struct charsmap {
    uint8_t blob[4 + 4 * 256 * MOST_NODES + 1024];
    size_t nodes;
    char texts[1024];
    size_t text_size;
    size_t children[MOST_NODES][256]; /* 0: none */
    uint32_t values[MOST_NODES];      /* where the replacement is, plus 1; 0: no key */
} charsmap;

static void add_rule(charsmap *map, const char *key, const char *replacement)
{
    size_t node = 0;
    for (; *key != '\0'; key++) {
        size_t *child = &map->children[node][(uint8_t)*key];
        if (*child == 0)
            *child = ++map->nodes;
        ck_assert_uint_lt(map->nodes, MOST_NODES);
        node = *child;
    }
    map->values[node] = (uint32_t)map->text_size + 1;
    size_t size = strlen(replacement) + 1;
    ck_assert_uint_le(map->text_size + size, sizeof map->texts);
    memcpy(map->texts + map->text_size, replacement, size);
    map->text_size += size;
}

/* The units of node n begin at 256 * (n + 1), the first 256 hold the root alone. */
static size_t write_map(charsmap *map)
{
    size_t size = 4 * 256 * (map->nodes + 2);
    memset(map->blob, 0, size + 4);
    tkz__store_u32(map->blob, (uint32_t)size);
    uint8_t *units = map->blob + 4;
    for (size_t i = 0; i < size / 4; i++) /* units that are free have the labels of others */
        tkz__store_u32(units + 4 * i, (i + 1) & 0xFF);
    tkz__store_u32(units, 256 << 10);
    for (size_t node = 0; node <= map->nodes; node++) {
        size_t start = 256 * (node + 1);
        for (size_t byte = 1; byte < 256; byte++) {
            size_t child = map->children[node][byte];
            if (child != 0)
                tkz__store_u32(units + 4 * (start + byte),
                               (uint32_t)(((start + byte) ^ (256 * (child + 1))) << 10 |
                                          (map->values[child] != 0 ? 1U << 8 : 0) | byte));
        }
        if (map->values[node] != 0)
            tkz__store_u32(units + 4 * start, UINT32_C(1) << 31 | (map->values[node] - 1));
    }
    memcpy(map->blob + 4 + size, map->texts, map->text_size);
    return 4 + size + map->text_size;
}

/* Some of these: letters that become others, more, nothing or spaces, that join with what stands behind
 * them, signs that vanish. */
static size_t random_map(charsmap *map, uint64_t *random)
{
    static const char *const rules[][2] = {
        {"a", "b"},   {"b", "a b"}, {"z", " "},       {"z", ""},          {"a", S},
        {"ab", "a"},  {A A, "a"},   {A, "a" A},       {A MARK, "b"},      {"(", "(a"},
        {"(a)", "a"}, {"\n", " "}, {"\n", ""},      {HALF, MARK},       {"\xE3\x81\x8B" MARK, "\xE3\x81\x8C"},
        {" b", "b"},  {"a ", "a"},  {"\xE3\x80\x80", " "}, {A "b", "  "},  {"\xF0\x9F\x98\x80", ""},
    };
    memset(map, 0, sizeof *map);
    add_rule(map, "\xEF\xBC\xA1", "A"); /* no map is empty */
    for (int i = 0; i < COUNT(rules); i++) {
        if (test_random(random) % 3 == 0)
            add_rule(map, rules[i][0], rules[i][1]);
    }
    return write_map(map);
}

static tkz_tokenizer *open_model_with(uint32_t kind, int flags, const void *map, size_t map_size,
                                      int32_t compat)
{
    char directory[64], path[96];
    tkz_tokenizer *tokenizer;
    tkz__buffer file;
    tkz_error error;
    test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/model", directory);
    make_model(&file, kind, flags, map, map_size);
    test_write_file(path, file.data, file.size);
    tkz__buffer_free(&file);
    tkz_status status = tkz_tokenizer_open_compat(&tokenizer, path, compat, NULL, &error);
    ck_assert_msg(status == TKZ_OK, "%s", error.message);
    test_remove_tree(directory);
    return tokenizer;
}

static tkz_tokenizer *open_model(uint32_t kind, int flags, int32_t compat)
{
    return open_model_with(kind, flags, NULL, 0, compat);
}

/* ---- Parts are the whole ------------------------------------------------------------ */

static size_t random_text(uint64_t *random, char *text, size_t capacity)
{
    static const char *const samples[] = {"a", "b", " ", "  ", A, A A, "a b", "<x>", "<x", "z", S, "(a)",
                                          "\n", MARK, HALF, "\xE3\x81\x8B", "\xFF", "\xE3\x81",
                                          A "b" A, "<s>", "\xF0\x9F\x98\x80", "zz", "\xE3\x80\x80"};
    size_t size = 0, wanted = test_random(random) % capacity;
    size_t few = 1 + test_random(random) % (uint64_t)COUNT(samples);
    while (size < wanted) {
        const char *pick = samples[test_random(random) % few];
        size_t length = strlen(pick);
        if (size + length > capacity)
            break;
        memcpy(text + size, pick, length);
        size += length;
    }
    return size;
}

static const struct {
    uint32_t kind;
    int flags;
    int32_t compat;
} streamed[] = {
    {TKZ__SPM_UNIGRAM, PREFIX, TKZ_COMPAT_FILE},
    {TKZ__SPM_UNIGRAM, PREFIX | EXTRA, TKZ_COMPAT_FILE},
    {TKZ__SPM_UNIGRAM, BYTES, TKZ_COMPAT_FILE},
    {TKZ__SPM_UNIGRAM, PREFIX, TKZ_COMPAT_HF},
    {TKZ__SPM_UNIGRAM, BYTES, TKZ_COMPAT_HF},
    {TKZ__SPM_UNIGRAM, PREFIX | EXTRA, TKZ_COMPAT_HF},
    {TKZ__SPM_BPE, PREFIX, TKZ_COMPAT_FILE},
    {TKZ__SPM_BPE, PREFIX | EXTRA | BYTES, TKZ_COMPAT_FILE},
    {TKZ__SPM_BPE, 0, TKZ_COMPAT_FILE},
    {TKZ__SPM_BPE, PREFIX, TKZ_COMPAT_HF},
    {TKZ__SPM_BPE, BYTES, TKZ_COMPAT_HF},
    {TKZ__SPM_UNIGRAM, PREFIX | SUFFIX, TKZ_COMPAT_FILE},
    {TKZ__SPM_UNIGRAM, PREFIX | EXTRA | SUFFIX | BYTES, TKZ_COMPAT_FILE},
    {TKZ__SPM_BPE, PREFIX | EXTRA | SUFFIX, TKZ_COMPAT_FILE},
    {TKZ__SPM_CHAR, PREFIX | EXTRA, TKZ_COMPAT_FILE},
    {TKZ__SPM_CHAR, BYTES, TKZ_COMPAT_FILE},
    {TKZ__SPM_WORD, PREFIX, TKZ_COMPAT_FILE},
    {TKZ__SPM_WORD, PREFIX | EXTRA | BYTES, TKZ_COMPAT_FILE},
    {TKZ__SPM_WORD, PREFIX, TKZ_COMPAT_HF},
};

/* Takes the tokenizer. */
static void compare_texts(tkz_tokenizer *tokenizer, uint64_t *random, int rounds)
{
    tkz_encoder *whole, *parts;
    ck_assert_status(tkz_encoder_new(&whole, tokenizer, NULL, NULL));
    ck_assert_status(tkz_encoder_new(&parts, tokenizer, NULL, NULL));
    for (int round = 0; round < rounds; round++) {
        char text[160];
        int32_t offsets = round % 2 == 0 ? TKZ_OFFSETS_BYTES : TKZ_OFFSETS_CHARACTERS;
        size_t size = random_text(random, text, sizeof text);
        tkz_encoder_want_offsets(whole, offsets);
        tkz_encoder_want_offsets(parts, offsets);
        tkz_encoder_allow_special(whole, round % 3 == 0);
        tkz_encoder_allow_special(parts, round % 3 == 0);
        compare_parts(whole, parts, random, text, size);
    }
    tkz_encoder_free(whole);
    tkz_encoder_free(parts);
    tkz_tokenizer_free(tokenizer);
}

START_TEST(parts_are_the_whole)
{
    uint64_t random = 11;
    compare_texts(open_model(streamed[_i].kind, streamed[_i].flags, streamed[_i].compat), &random,
                  2000 / TEST_SHORTER);
}
END_TEST

/* The rules of a model's own charsmap. */
START_TEST(own_rules)
{
    static charsmap map;
    uint64_t random = 29;
    for (int i = 0; i < 32; i++) {
        int flags = (i % 2 == 0 ? PREFIX : 0) | (i % 3 == 0 ? EXTRA : 0) | (i % 5 == 0 ? BYTES : 0);
        size_t size = random_map(&map, &random);
        compare_texts(open_model_with(i % 4 == 3 ? TKZ__SPM_BPE : TKZ__SPM_UNIGRAM, flags, map.blob,
                                      size, TKZ_COMPAT_FILE),
                      &random, 300 / TEST_SHORTER);
    }
}
END_TEST

/* A charsmap cannot keep a stream at work, nor lead it out of its bytes. */
START_TEST(damaged_rules)
{
    static charsmap map;
    uint64_t random = 31;
    for (int i = 0; i < 24; i++) {
        size_t size = random_map(&map, &random);
        for (int k = 0; k < 8; k++)
            map.blob[4 + 1024 + test_random(&random) % (size - 4 - 1024 - map.text_size)] =
                (uint8_t)test_random(&random);
        tkz_tokenizer *tokenizer = open_model_with(TKZ__SPM_UNIGRAM, PREFIX, map.blob, size, TKZ_COMPAT_FILE);
        tkz_encoder *encoder;
        const tkz_batch *batch;
        ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
        tkz_status status = tkz_encoder_encode_next(encoder, "a" A "b", 5, 1, &batch, NULL);
        ck_assert(status == TKZ_OK || status == TKZ_STATUS_UNSUPPORTED);
        tkz_encoder_free(encoder);
        tkz_tokenizer_free(tokenizer);
    }
}
END_TEST

/* What a replacement removes or makes stands beside what other steps join: where a text is cut, its halves
 * become what the whole does. */
START_TEST(replacements)
{
    static const char *const chains[] = {
        "replace-hf0.23:pattern=b:content=,nfc-hf0.23",
        "replace-hf0.23:pattern=b:content=" MARK ",nfc-hf0.23",
        "replace-hf0.23:pattern=b:content=,identity-spm1:remove_extra_whitespaces=true",
        "replace-hf0.23:pattern=b:content= ,nmt_nfkc-spm1:remove_extra_whitespaces=true",
        "replace-hf0.23:pattern=(:content=,nfkc-hf0.23,lowercase-hf0.23",
        "nfc-hf0.23,replace-hf0.23:pattern=a:content=",
        "replace-hf0.23:regex=(?<!\\\\n)^:content=" S ",replace-hf0.23:regex= :content=" S,
        "replace-hf0.23:regex= {2\\,}:content= ",
        "replace-hf0.23:regex=^a*(b+)\\\\1$|(?<\\=b )a|\\\\bz\\\\b:content=<>",
        "replace-hf0.23:regex=a*?$|\\\\Z|(?!b)" A ":content=<>",
        "replace-hf0.23:pattern=a b:content=b,strip-hf0.23",
        "strip-hf0.23:left=false,replace-hf0.23:regex= {2\\,}:content=" S,
        "replace-hf0.23:regex=b+|z:content=" MARK ",nfc-hf0.23",
        "lowercase-hf0.23,nfkc-hf0.23,replace-hf0.23:regex=[a-z" A "]+:content=x",
        "precompiled-hf0.23",
        "precompiled-hf0.23,replace-hf0.23:regex= {2\\,}:content= ",
        "precompiled-hf0.23,strip-hf0.23:left=false,replace-hf0.23:regex= {2\\,}:content=" S,
        "byte_level-hf0.23",
        "nfc-hf0.23,byte_level-hf0.23,replace-hf0.23:pattern=ab:content=x",
        "nfkc_cf-17.0",
        "prepend-hf0.23:content=" S ",replace-hf0.23:pattern= :content=" S,
        "nmt_nfkc-spm1:add_dummy_prefix=true:escape_whitespaces=true:treat_whitespace_as_suffix=true",
        "nmt_nfkc-spm1:add_dummy_prefix=true:remove_extra_whitespaces=false:treat_whitespace_as_suffix=true",
        "replace-hf0.23:pattern=zz:content=a,nfkd-hf0.23,strip_accents-hf0.23,lowercase-hf0.23,"
        "precompiled-hf0.23,replace-hf0.23:regex= {2\\,}:content= ",
    };
    uint64_t random = 37;
    tkz_normal_form *form;
    tkz_normalizer *normalizer;
    for (int i = 0; i < COUNT(chains); i++) {
        tkz__stream_places places;
        tkz_normalized result;
        int cuts = 0;
        tkz__stream_places_init(&places, NULL);
        tkz_error error;
        ck_assert_msg(tkz_normal_form_new(&form, chains[i], strlen(chains[i]), NULL, &error) == TKZ_OK,
                      "%s: %s", chains[i], error.message);
        ck_assert_status(tkz__stream_read_steps(&places, form, NULL));
        ck_assert_status(tkz_normalizer_new(&normalizer, form, NULL, NULL));
        for (int round = 0; round < 4000 / TEST_SHORTER; round++) {
            char text[80], halves[2000];
            size_t size = random_text(&random, text, sizeof text), made;
            size_t cut = tkz__stream_cut_text(&places, text, size);
            if (cut == 0)
                continue;
            cuts++;
            tkz__normalizer_take_parts(normalizer, false, true);
            ck_assert_status(tkz_normalizer_run(normalizer, text, cut, 0, &result, NULL));
            tkz__normalizer_take_parts(normalizer, false, false);
            memcpy(halves, result.text, result.size);
            made = result.size;
            tkz__normalizer_take_parts(normalizer, true, false);
            ck_assert_status(tkz_normalizer_run(normalizer, text + cut, size - cut, 0, &result, NULL));
            tkz__normalizer_take_parts(normalizer, false, false);
            memcpy(halves + made, result.text, result.size);
            made += result.size;
            ck_assert_status(tkz_normalizer_run(normalizer, text, size, 0, &result, NULL));
            ck_assert_msg(result.size == made && memcmp(result.text, halves, made) == 0,
                          "%s: \"%.*s\" cut at %zu", chains[i], (int)size, text, cut);
        }
        ck_assert_int_gt(cuts, 400 / TEST_SHORTER);
        tkz_normalizer_free(normalizer);
        tkz_normal_form_free(form);
        tkz__stream_places_free(&places);
    }
}
END_TEST


/* ---- What is held -------------------------------------------------------------------- */

/* A megabyte gives its ids as it comes. */
START_TEST(little_is_held)
{
    static const uint32_t kinds[] = {TKZ__SPM_UNIGRAM, TKZ__SPM_BPE};
    for (int i = 0; i < 2; i++) {
        tkz_tokenizer *tokenizer = open_model(kinds[i], PREFIX | EXTRA | BYTES, TKZ_COMPAT_FILE);
        tkz_encoder *encoder;
        const tkz_batch *batch;
        ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
        size_t given = 0, ids = 0;
        for (int part = 0; part < 10000; part++, given += 100) {
            char text[101];
            for (int at = 0; at < 100; at += 10)
                memcpy(text + at, "ab (b ba b", 10);
            ck_assert_status(tkz_encoder_encode_next(encoder, text, 100, 0, &batch, NULL));
            ids += batch->offsets[1];
        }
        ck_assert_uint_gt(ids, given / 3); /* tokens have two bytes on average */
        ck_assert_status(tkz_encoder_encode_next(encoder, NULL, 0, 1, &batch, NULL));
        ck_assert_uint_lt(batch->offsets[1], 400);
        tkz_encoder_free(encoder);
        tkz_tokenizer_free(tokenizer);
    }
}
END_TEST

/* ---- Rules ----------------------------------------------------------------------------- */

/* What stream_pieces.c says of characters that are left alone, asked of every rule by name: the text
 * before such a character and the one from it on are normalized apart. */
START_TEST(rules_leave_characters_alone)
{
    static const char *const names[] = {"nmt_nfkc-spm1", "nfkc-spm1", "nmt_nfkc_cf-spm1",
                                        "nfkc_cf-spm1"};
    static const char *const rest[] = {"a", "\xC3\xA9", "\xCE\xB1", "\xD0\xB8", "\xE3\x81\x8B",
                                       "\xE3\x82\xAB", "\xE6\xBC\xA2", "\xEA\xB0\x81", "(", "~"};
    for (int i = 0; i < COUNT(names); i++) {
        char steps[120];
        tkz_normal_form *form;
        tkz_normalizer *normalizer;
        tkz_normalized result;
        int size = snprintf(steps, sizeof steps,
                            "%s:add_dummy_prefix=false:remove_extra_whitespaces=false:"
                            "escape_whitespaces=false",
                            names[i]);
        ck_assert_status(tkz_normal_form_new(&form, steps, (size_t)size, NULL, NULL));
        ck_assert_status(tkz_normalizer_new(&normalizer, form, NULL, NULL));
        for (uint32_t character = 0x21; character < 0xD7A4; character++) {
            char text[16], alone[2][64];
            size_t length = tkz__utf8_encode(character, text), sizes[2];
            const char *follower = rest[character % COUNT(rest)];
            tkz__stream_places places;
            tkz__stream_places_init(&places, NULL);
            places.kinds = TKZ__STREAM_RULES;
            memcpy(text + length, follower, strlen(follower));
            size_t all = length + strlen(follower);
            if (tkz__stream_cut_text(&places, text, all) != length)
                continue;
            for (int part = 0; part < 2; part++) {
                ck_assert_status(tkz_normalizer_run(normalizer, part == 0 ? text : text + length,
                                                    part == 0 ? length : all - length, 0, &result,
                                                    NULL));
                sizes[part] = result.size;
                ck_assert_uint_gt(result.size, 0);
                ck_assert_int_ne(result.text[0], ' ');
                memcpy(alone[part], result.text, result.size);
            }
            ck_assert_status(tkz_normalizer_run(normalizer, text, all, 0, &result, NULL));
            ck_assert_uint_eq(result.size, sizes[0] + sizes[1]);
            ck_assert_mem_eq(result.text, alone[0], sizes[0]);
            ck_assert_mem_eq(result.text + sizes[0], alone[1], sizes[1]);
        }
        tkz_normalizer_free(normalizer);
        tkz_normal_form_free(form);
    }
}
END_TEST

/* ---- Refusals ------------------------------------------------------------------------------ */

START_TEST(what_needs_whole_texts_is_refused)
{
    static const struct {
        uint32_t kind;
        int flags;
        int32_t compat;
        bool samples;
        const char *reason;
    } cases[] = {
        {TKZ__SPM_UNIGRAM, PREFIX, TKZ_COMPAT_FILE, true, "sampling"},
    };
    for (int i = 0; i < COUNT(cases); i++) {
        tkz_tokenizer *tokenizer = open_model(cases[i].kind, cases[i].flags, cases[i].compat);
        tkz_encoder *encoder;
        const tkz_batch *batch;
        tkz_error error;
        ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
        if (cases[i].samples)
            ck_assert_status(tkz_encoder_set_sampling(encoder, -1, 0.5, 1, NULL));
        ck_assert_int_eq(tkz_encoder_encode_next(encoder, "a", 1, 1, &batch, &error),
                         TKZ_STATUS_UNSUPPORTED);
        ck_assert_msg(strstr(error.message, cases[i].reason) != NULL, "%s", error.message);
        tkz_encoder_free(encoder);
        tkz_tokenizer_free(tokenizer);
    }
}
END_TEST

/* ---- Memory --------------------------------------------------------------------------------- */

static tkz_status encode(void *context, const tkz_allocator *allocator)
{
    tkz_encoder *encoder = NULL;
    const tkz_batch *batch;
    tkz_status status = tkz_encoder_new(&encoder, context, allocator, NULL);
    if (status == TKZ_OK) {
        tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_CHARACTERS);
        status = tkz_encoder_encode_next(encoder, "ab " A, 6, 0, &batch, NULL);
    }
    if (status == TKZ_OK)
        status = tkz_encoder_encode_next(encoder, "b<x>a", 5, 1, &batch, NULL);
    tkz_encoder_free(encoder);
    return status;
}

START_TEST(out_of_memory_is_a_status)
{
    tkz_tokenizer *tokenizer = open_model(TKZ__SPM_UNIGRAM, PREFIX | EXTRA, TKZ_COMPAT_FILE);
    test_all_allocation_failures(encode, tokenizer);
    tkz_tokenizer_free(tokenizer);
    static charsmap map;
    uint64_t random = 41;
    size_t size = random_map(&map, &random);
    tokenizer = open_model_with(TKZ__SPM_UNIGRAM, PREFIX | EXTRA, map.blob, size, TKZ_COMPAT_FILE);
    test_all_allocation_failures(encode, tokenizer);
    tkz_tokenizer_free(tokenizer);
}
END_TEST

Suite *suite_stream_pieces(void)
{
    Suite *suite = suite_create("stream_pieces");
    TCase *tests = tcase_create("parts");
    tcase_add_loop_test(tests, parts_are_the_whole, 0, COUNT(streamed));
    tcase_add_test(tests, own_rules);
    tcase_add_test(tests, damaged_rules);
    tcase_add_test(tests, replacements);
    tcase_add_test(tests, little_is_held);
    tcase_add_test(tests, rules_leave_characters_alone);
    tcase_add_test(tests, what_needs_whole_texts_is_refused);
    tcase_add_test(tests, out_of_memory_is_a_status);
    suite_add_tcase(suite, tests);
    return suite;
}
