/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts that come in parts: cut at random, they give what the whole text gives, ids and
 * offsets; what the scanners promise of open chunks; memory and cost that stay bounded.
 */
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "subword/tokenizer.h"
#include "subword/tokenizer_builder.h"
#include "subword/tokenizer_image.h"
#include "testing.h"

Suite *suite_encode_stream(void);

/* Texts that patterns, added tokens and normal forms tell apart. */
static const char *const samples[] = {
    "a", "b", "re", "S", "T", "LL", "'", "'s", "'re", "\xC5\xBF", "1", "23", "!", "?", "/", ".", "-",
    " ", "  ", "\n", "\r\n", "\t", "\xC2\xA0", "　", "あ", "い", "カ", "漢", "字", "ー", "・", "。",
    "é", "É", "Ä", "ß", "е", "Ж", "한", "글", "１", "\xE3\x82\x99", "\xCC\x81", "\xE0\xBD\xB1", "ﾊ", "ﾞ",
    "\xF0\x9F\x98\x80", "\xE2\x80\x8D", "\x01", "\xFF", "\x81", "\xE3", "\xE3\x81", "\xF0\x9F",
    "<s>", "<s", "<<", "<mask>", "|", "||", "cat", "catalog", "ガ", "～"};

static size_t random_text(uint64_t *random, char *text, size_t capacity)
{
    size_t size = 0, wanted = test_random(random) % capacity;
    /* A few samples only, so that they meet often. */
    size_t count = sizeof samples / sizeof *samples, few = 2 + test_random(random) % 12;
    size_t base = test_random(random) % count;
    bool narrow = test_random(random) % 2 == 0;
    while (size < wanted) {
        size_t pick = narrow ? (base + test_random(random) % few * 7) % count
                             : test_random(random) % count;
        size_t length = strlen(samples[pick]);
        size_t repeat = test_random(random) % 12 == 0 ? test_random(random) % 20 : 1;
        for (; repeat > 0 && size + length <= capacity; repeat--, size += length)
            memcpy(text + size, samples[pick], length);
        if (size + 16 > capacity)
            break;
    }
    return size;
}

/* ---- Open chunks --------------------------------------------------------- */

enum { OPEN_CHUNKS = 2, LONGEST = 90 };

/* The longest start of the first `end` bytes whose last character needs none of the bytes that
 * follow. */
static size_t finished(const char *text, size_t end)
{
    for (size_t back = 1; back <= 3 && back <= end; back++) {
        uint8_t byte = (uint8_t)text[end - back];
        size_t length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
        if ((byte & 0xC0) != 0x80)
            return back < length ? end - back : end;
    }
    return end;
}

static const tkz__pre_tokenizer *find(const char *name)
{
    return tkz__pre_tokenizer_find(name, strlen(name));
}

/* All chunks but the last two of the start of a text are chunks of the whole. */
START_TEST(open_chunks)
{
    uint64_t random = 5;
    size_t changed = 0;
    for (int round = 0; round < 12000 / TEST_SHORTER; round++) {
        char text[LONGEST];
        uint32_t whole[LONGEST], part[LONGEST];
        size_t size = random_text(&random, text, LONGEST);
        for (size_t i = 0; round % 8 == 0 && i < size; i++)
            text[i] = test_random(&random) % 4 == 0 ? (char)test_random(&random) : text[i];
        for (size_t i = 0; i < tkz_pre_tokenizer_count() && size > 0; i++) {
            const char *name = tkz_pre_tokenizer_at(i)->name;
            const tkz__pre_tokenizer *own = find(name);
            size_t count = own->cut(text, size, whole, LONGEST);
            for (size_t some = 1; some < size; some++) {
                size_t end = finished(text, some);
                if (end == 0)
                    continue;
                size_t known = own->cut(text, end, part, LONGEST);
                size_t equal = 0;
                while (equal < known && equal < count && part[equal] == whole[equal])
                    equal++;
                if (equal + OPEN_CHUNKS < known)
                    ck_abort_msg("%s: round %d, %zu of %zu bytes: chunk %zu of %zu changes", name,
                                 round, end, size, equal, known);
                changed += equal + 1 < known;
            }
        }
    }
    ck_assert_uint_gt(changed, 100); /* one would not do */
}
END_TEST

/* ---- Tokenizers ---------------------------------------------------------- */

static const struct {
    const char *content;
    uint32_t flags;
} added[] = {
    {"<s>", TKZ__ADDED_SPECIAL},
    {"<s>>", TKZ__ADDED_SPECIAL | TKZ__ADDED_NORMALIZED},
    {"cat", TKZ__ADDED_SINGLE_WORD},
    {"<mask>", TKZ__ADDED_SPECIAL | TKZ__ADDED_LSTRIP},
    {"|", TKZ__ADDED_LSTRIP | TKZ__ADDED_RSTRIP},
    {"||", TKZ__ADDED_RSTRIP | TKZ__ADDED_NORMALIZED},
    {" ", TKZ__ADDED_RSTRIP},
    {"\n", TKZ__ADDED_LSTRIP | TKZ__ADDED_NORMALIZED},
    {"ガ", TKZ__ADDED_NORMALIZED | TKZ__ADDED_SINGLE_WORD},
    {"いいい", 0},
    {"あああああああああああああああああああああああああああああああああああああああああああああ", 0}};

enum { ADDED = sizeof added / sizeof *added };

static tkz_status make_tokenizer(const tkz__pre_tokenizer *pre_tokenizer, const char *normalizer,
                                 unsigned tokens, const tkz_allocator *allocator,
                                 tkz_tokenizer **tokenizer)
{
    static const char *const words[] = {"re", "cat", "あ", "いい", "  ", "\n\n", "漢字", "'s"};
    tkz__tokenizer_builder *builder;
    tkz_status status = tkz__tokenizer_builder_new(&builder, pre_tokenizer, allocator, NULL);
    if (status != TKZ_OK)
        return status;
    for (uint32_t byte = 0; status == TKZ_OK && byte < 256; byte++) {
        uint8_t value = (uint8_t)byte;
        status = tkz__tokenizer_builder_add_token(builder, byte, &value, 1, NULL);
    }
    uint32_t id = 256;
    for (size_t i = 0; status == TKZ_OK && i < sizeof words / sizeof *words; i++) {
        for (size_t size = 2; status == TKZ_OK && size <= strlen(words[i]); size++) {
            status = tkz__tokenizer_builder_add_token(builder, id, words[i], size, NULL);
            id += status == TKZ_OK;
            if (status == TKZ_STATUS_INVALID_ARGUMENT) /* E3 81 is there from the word before */
                status = TKZ_OK;
        }
    }
    tkz__tokenizer_builder_join_by_rank(builder);
    for (uint32_t i = 0; status == TKZ_OK && i < ADDED; i++) {
        if (tokens >> i & 1)
            status = tkz__tokenizer_builder_add_added(builder, 400 + i, added[i].content,
                                                      strlen(added[i].content), added[i].flags,
                                                      NULL);
    }
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_normalizer(builder, normalizer, strlen(normalizer),
                                                       NULL);
    const tkz__template_item template[] = {
        {97, 0}, {98, 0}, {TKZ__TEMPLATE_FIRST, 0}, {99, 0}};
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_set_template(builder, template, 4, 0, NULL);
    if (status == TKZ_OK)
        status = tkz__tokenizer_builder_finish(builder, tokenizer, NULL);
    tkz__tokenizer_builder_free(builder);
    return status;
}

static tkz_encoder *make_encoder(const tkz__pre_tokenizer *pre_tokenizer, const char *normalizer, unsigned tokens)
{
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    ck_assert_status(make_tokenizer(pre_tokenizer, normalizer, tokens, NULL, &tokenizer));
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, NULL, NULL));
    tkz_tokenizer_free(tokenizer);
    return encoder;
}

/* ---- Parts and wholes ---------------------------------------------------- */

enum { MOST_TEXT = 3000, MOST_IDS = 4 * MOST_TEXT /* normal forms may be longer */ };

typedef struct row {
    uint32_t ids[MOST_IDS];
    tkz_token_span spans[MOST_IDS];
    size_t count;
    bool has_spans;
} row;

static void add_row(row *own, const tkz_batch *batch)
{
    ck_assert_uint_eq(batch->count, 1);
    ck_assert_uint_eq(batch->offsets[0], 0);
    size_t count = (size_t)batch->offsets[1];
    ck_assert_uint_le(own->count + count, MOST_IDS);
    own->has_spans = batch->spans != NULL || (own->has_spans && count == 0);
    if (count > 0) {
        memcpy(own->ids + own->count, batch->ids, count * sizeof *own->ids);
        if (batch->spans != NULL)
            memcpy(own->spans + own->count, batch->spans, count * sizeof *own->spans);
    }
    own->count += count;
}

static void encode_whole(tkz_encoder *encoder, const char *text, size_t size, row *own)
{
    const tkz_batch *batch;
    uint64_t offsets[2] = {0, size};
    ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL));
    own->count = 0;
    add_row(own, batch);
}

/* Parts of up to `most` bytes, now and then an empty one; between two of them the encoder is used for
 * something else. */
static void encode_parts(tkz_encoder *encoder, const char *text, size_t size, size_t most,
                         uint64_t *random, row *own)
{
    const tkz_batch *batch;
    uint64_t other[2] = {0, 4};
    own->count = 0;
    for (size_t at = 0;;) {
        size_t part = test_random(random) % (most + 1);
        if (part > size - at)
            part = size - at;
        bool is_last = at + part == size && test_random(random) % 3 != 0;
        char *exact = malloc(part + 1); /* so that a read behind it is caught */
        memcpy(exact, text + at, part);
        exact = realloc(exact, part > 0 ? part : 1);
        ck_assert_status(tkz_encoder_encode_next(encoder, exact, part, is_last, &batch, NULL));
        free(exact);
        add_row(own, batch);
        at += part;
        if (is_last)
            return;
        if (test_random(random) % 8 == 0)
            ck_assert_status(tkz_encoder_encode(encoder, "a<s>", other, 1, &batch, NULL));
    }
}

static void compare(const row *parts, const row *whole, const char *what, int round)
{
    for (size_t i = 0; i < whole->count || i < parts->count; i++) {
        if (i >= whole->count || i >= parts->count || parts->ids[i] != whole->ids[i])
            ck_abort_msg("%s, round %d: id %zu of %zu differs", what, round, i, whole->count);
        if (whole->has_spans && (parts->spans[i].start != whole->spans[i].start ||
                                 parts->spans[i].end != whole->spans[i].end))
            ck_abort_msg("%s, round %d: span %zu is [%d,%d), not [%d,%d)", what, round, i,
                         (int)parts->spans[i].start, (int)parts->spans[i].end,
                         (int)whole->spans[i].start, (int)whole->spans[i].end);
    }
}

static void random_cuts(const char *normalizer, int rounds)
{
    static row parts, whole;
    uint64_t random = 17;
    for (int round = 0; round < rounds / TEST_SHORTER; round++) {
        const char *pre_tokenizer =
            tkz_pre_tokenizer_at(test_random(&random) % tkz_pre_tokenizer_count())->name;
        unsigned tokens = (unsigned)(test_random(&random) & test_random(&random));
        tkz_encoder *encoder =
            make_encoder(find(pre_tokenizer), normalizer, round % 4 == 0 ? 0 : tokens);
        for (int text_round = 0; text_round < 80; text_round++) {
            char text[MOST_TEXT];
            size_t size = random_text(&random, text, text_round % 8 == 0 ? MOST_TEXT : 150);
            tkz_encoder_allow_special(encoder, test_random(&random) % 2);
            tkz_encoder_add_template(encoder, test_random(&random) % 2);
            tkz_encoder_want_offsets(encoder, (int32_t)(test_random(&random) % 3));
            size_t most = (size_t)1 << test_random(&random) % 9;
            encode_whole(encoder, text, size, &whole);
            encode_parts(encoder, text, size, most, &random, &parts);
            compare(&parts, &whole, pre_tokenizer, round);
        }
        tkz_encoder_free(encoder);
    }
}

START_TEST(plain_text)
{
    random_cuts("", 60);
}
END_TEST

START_TEST(normalized_text)
{
    static const char *const forms[] = {"nfc-hf0.23", "nfd-hf0.23", "nfkc-hf0.23",
                                        "nfkd-hf0.23,nfc-17.0"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        random_cuts(forms[i], 20);
}
END_TEST

/* ---- Bounds -------------------------------------------------------------- */

/* A long text in small parts: what is held does not grow with it, and ids come soon. */
START_TEST(bounded_memory)
{
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    test_memory memory;
    test_memory_init(&memory);
    ck_assert_status(make_tokenizer(find("o200k"), "nfc-hf0.23", 0x3FF, NULL, &tokenizer));
    ck_assert_status(tkz_encoder_new(&encoder, tokenizer, &memory.allocator, NULL));
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_CHARACTERS);
    static const char line[] = "漢字かな交じり文、don't É カ\xE3\x82\x99 <s> | x\n";
    enum { LINES = 40000 / TEST_SHORTER, PART = 100, CHARACTERS = 28 /* of a line */ };
    size_t size = (size_t)LINES * (sizeof line - 1);
    char *text = malloc(size);
    for (size_t i = 0; i < LINES; i++)
        memcpy(text + i * (sizeof line - 1), line, sizeof line - 1);
    int64_t before = 0;
    for (size_t at = 0; at < size; at += PART) {
        const tkz_batch *batch;
        size_t part = size - at < PART ? size - at : PART;
        ck_assert_status(
            tkz_encoder_encode_next(encoder, text + at, part, at + part == size, &batch, NULL));
        /* Ids are never far behind the bytes. */
        uint64_t read = (uint64_t)at * CHARACTERS / (sizeof line - 1);
        if (batch->offsets[1] > 0)
            ck_assert_uint_ge(batch->spans[0].end + 300, read);
        if (at == 100 * PART)
            before = memory.bytes;
    }
    ck_assert_int_le(memory.bytes, before + 4096);
    ck_assert_int_gt(before, 0);
    tkz_encoder_free(encoder);
    tkz_tokenizer_free(tokenizer);
    free(text);
}
END_TEST

/* One chunk, or white space that tokens might take in, of megabytes in parts of a few bytes: reading it
 * from its start at each part would take minutes. */
START_TEST(long_chunks)
{
    static const char *const runs[] = {"a", " ", "\n", "あ", "\xE3\x82\x99", "é", "1", "!", "\xFF",
                                       "| ", "<", "ああ"};
    enum { SIZE = 300000 / TEST_SHORTER };
    tkz_encoder *encoder = make_encoder(find("llama3"), "nfc-hf0.23", 0x7FF);
    char *text = malloc(SIZE + 8);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        size_t length = strlen(runs[i]), size = 0;
        for (; size < SIZE; size += length)
            memcpy(text + size, runs[i], length);
        tkz_encoder_allow_special(encoder, 1);
        const tkz_batch *batch;
        uint64_t offsets[2] = {0, size}, made = 0;
        for (size_t at = 0; at < size; at += 3) {
            size_t part = size - at < 3 ? size - at : 3;
            ck_assert_status(tkz_encoder_encode_next(encoder, text + at, part, at + part == size,
                                                     &batch, NULL));
            made += batch->offsets[1];
        }
        ck_assert_status(tkz_encoder_encode(encoder, text, offsets, 1, &batch, NULL));
        ck_assert_uint_eq(batch->offsets[1], made);
    }
    free(text);
    tkz_encoder_free(encoder);
}
END_TEST

/* ---- Refusals and failures ----------------------------------------------- */

START_TEST(unsupported)
{
    tkz_encoder *encoder = make_encoder(find("gpt2"), "nfc-hf0.23,neologdn-0.5.6", 1);
    const tkz_batch *batch;
    tkz_error error;
    ck_assert_int_eq(tkz_encoder_encode_next(encoder, "a", 1, 1, &batch, &error),
                     TKZ_STATUS_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error.message, "neologdn-0.5.6"));
    tkz_encoder_free(encoder);
    tkz__pre_tokenizer steps =
        tkz__pre_tokenizer_of_steps("split-hf0.23:regex=a*:behavior=isolated");
    encoder = make_encoder(&steps, "", 1);
    ck_assert_int_eq(tkz_encoder_encode_next(encoder, "a", 1, 1, &batch, &error),
                     TKZ_STATUS_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error.message, "pre-tokenizer"));
    tkz_encoder_free(encoder);
    encoder = make_encoder(find("gpt2"), "", 1);
    tkz_encoder_want_masks(encoder, 1);
    ck_assert_int_eq(tkz_encoder_encode_next(encoder, "a", 1, 1, &batch, &error),
                     TKZ_STATUS_UNSUPPORTED);
    tkz_encoder_want_masks(encoder, 0);
    ck_assert_status(tkz_encoder_set_dropout(encoder, 0.1, 1, NULL));
    ck_assert_int_eq(tkz_encoder_encode_next(encoder, "a", 1, 1, &batch, &error),
                     TKZ_STATUS_UNSUPPORTED);
    ck_assert_status(tkz_encoder_set_dropout(encoder, 0, 1, NULL));
    ck_assert_status(tkz_encoder_encode_next(encoder, "a", 1, 1, &batch, &error));
    ck_assert_uint_eq(batch->offsets[1], 1);
    tkz_encoder_free(encoder);
}
END_TEST

/* Settings of the first part hold; the empty text; a new text begins behind the last part. */
START_TEST(one_text_after_the_other)
{
    static row parts;
    tkz_encoder *encoder = make_encoder(find("llama3"), "", 1);
    const tkz_batch *batch;
    for (int round = 0; round < 2; round++) {
        parts.count = 0;
        tkz_encoder_allow_special(encoder, 1);
        tkz_encoder_add_template(encoder, 1);
        tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_BYTES);
        ck_assert_status(tkz_encoder_encode_next(encoder, NULL, 0, 0, &batch, NULL));
        add_row(&parts, batch);
        ck_assert_uint_eq(parts.count, 2); /* the template */
        tkz_encoder_allow_special(encoder, 0);
        tkz_encoder_add_template(encoder, 0);
        tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_NONE);
        ck_assert_status(tkz_encoder_encode_next(encoder, "x<s", 3, 0, &batch, NULL));
        add_row(&parts, batch);
        ck_assert_status(tkz_encoder_encode_next(encoder, ">", 1, 1, &batch, NULL));
        add_row(&parts, batch);
        ck_assert_uint_eq(parts.count, 5);
        ck_assert_uint_eq(parts.ids[2], 'x');
        ck_assert_uint_eq(parts.ids[3], 400);
        ck_assert_uint_eq(parts.spans[3].start, 1);
        ck_assert_uint_eq(parts.spans[3].end, 4);
        ck_assert_uint_eq(parts.ids[4], 'c');
        ck_assert_uint_eq(parts.spans[4].start, 4);
    }
    ck_assert_status(tkz_encoder_encode_next(encoder, "<s>", 3, 1, &batch, NULL));
    ck_assert_uint_eq(batch->offsets[1], 3);
    ck_assert_ptr_null(batch->spans);
    ck_assert_status(tkz_encoder_encode_next(encoder, NULL, 0, 1, &batch, NULL));
    ck_assert_uint_eq(batch->offsets[1], 0);
    tkz_encoder_free(encoder);
}
END_TEST

/* A failure gives the text up: the next call begins a new one. */
static tkz_status use_stream(void *context, const tkz_allocator *allocator)
{
    (void)context;
    static const char text[] = "xガカ\xE3\x82\x99 | <s>漢字 don't\xE3\x81";
    tkz_tokenizer *tokenizer;
    tkz_encoder *encoder;
    tkz_status status = make_tokenizer(find("o200k"), "nfc-hf0.23", 0x7FF, allocator, &tokenizer);
    if (status != TKZ_OK)
        return status;
    status = tkz_encoder_new(&encoder, tokenizer, allocator, NULL);
    tkz_tokenizer_free(tokenizer);
    if (status != TKZ_OK)
        return status;
    tkz_encoder_want_offsets(encoder, TKZ_OFFSETS_CHARACTERS);
    tkz_encoder_add_template(encoder, 1);
    const tkz_batch *batch;
    for (size_t at = 0; status == TKZ_OK && at + 1 < sizeof text; at++)
        status = tkz_encoder_encode_next(encoder, text + at, 1, at + 2 == sizeof text, &batch,
                                         NULL);
    if (status != TKZ_OK) {
        status = tkz_encoder_encode_next(encoder, "q", 1, 1, &batch, NULL);
        if (status == TKZ_OK) {
            ck_assert_uint_eq(batch->offsets[1], 4);
            ck_assert_uint_eq(batch->ids[2], 'q');
            ck_assert_uint_eq(batch->spans[3].start, 1);
        }
        status = TKZ_STATUS_OUT_OF_MEMORY;
    }
    tkz_encoder_free(encoder);
    return status;
}

START_TEST(allocation_failures)
{
    test_all_allocation_failures(use_stream, NULL);
}
END_TEST

Suite *suite_encode_stream(void)
{
    Suite *suite = suite_create("encode_stream");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, open_chunks);
    tcase_add_test(tests, plain_text);
    tcase_add_test(tests, normalized_text);
    tcase_add_test(tests, bounded_memory);
    tcase_add_test(tests, long_chunks);
    tcase_add_test(tests, unsupported);
    tcase_add_test(tests, one_text_after_the_other);
    tcase_add_test(tests, allocation_failures);
    suite_add_tcase(suite, tests);
    return suite;
}
