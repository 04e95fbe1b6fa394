/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens to text by steps: examples of every step, the same with plain tokens from a table, and lists
 * of steps that are none. tests/conformance/compare_sentencepiece and compare_models have the
 * comparisons with the libraries. Leans on decode_steps.
 */
#include <string.h>

#include "subword/decode_steps.h"
#include "testing.h"

Suite *suite_decode_steps(void);

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define S "\xE2\x96\x81" /* U+2581 */

static tkz__piece_type type_of(const char *token, size_t size)
{
    if (tkz__piece_byte((const uint8_t *)token, size) >= 0)
        return TKZ__PIECE_BYTE;
    if (size == 3 && memcmp(token, "<s>", 3) == 0)
        return TKZ__PIECE_CONTROL;
    return size == 5 && memcmp(token, "<unk>", 5) == 0 ? TKZ__PIECE_UNKNOWN : TKZ__PIECE_NORMAL;
}

/* Decodes tokens between bars; with `by_table`, plain tokens by their own text wherever that is
 * allowed. */
static tkz_status run(const char *spelling, const char *tokens, bool by_table,
                      const tkz_allocator *allocator, tkz__buffer *out, tkz_error *error)
{
    tkz__decode_steps *steps = NULL;
    tkz__token_decoder *decoder = NULL;
    tkz__buffer text;
    tkz__buffer_init(&text, allocator);
    tkz_status status =
        tkz__decode_steps_new(&steps, spelling, strlen(spelling), allocator, error);
    if (status == TKZ_OK)
        status = tkz__token_decoder_new(&decoder, steps, allocator, error);
    for (const char *at = tokens; status == TKZ_OK && *at != '\0';) {
        size_t size = strcspn(at, "|");
        tkz__piece_type type = type_of(at, size);
        bool is_plain = false;
        if (by_table && tkz__token_decoder_is_settled(decoder))
            status = tkz__decode_steps_plain(steps, (const uint8_t *)at, size, type, &text,
                                             &is_plain, error);
        if (status == TKZ_OK && is_plain)
            status = tkz__buffer_append(out, text.data, text.size, error);
        else if (status == TKZ_OK)
            status = tkz__token_decoder_put(decoder, (const uint8_t *)at, size, type, out, error);
        at += size;
        at += *at == '|';
    }
    if (status == TKZ_OK)
        status = tkz__token_decoder_end(decoder, out, error);
    tkz__token_decoder_free(decoder);
    tkz__decode_steps_free(steps);
    tkz__buffer_free(&text);
    return status;
}

static const struct {
    const char *steps;
    const char *tokens;
    const char *text;
} cases[] = {
    {"sentencepiece-spm1:prefix=true", S "a|" S "b|" S, "a b "},
    {"sentencepiece-spm1:prefix=true", S "|" S "b|c", " bc"},
    {"sentencepiece-spm1:prefix=true", S S "a" S "b", " a b"},
    {"sentencepiece-spm1:prefix=true:extra=true", S "|" S "b|" S S, "b  "},
    {"sentencepiece-spm1", S "a", " a"},
    {"sentencepiece-spm1:prefix=true:unknown= \xE2\x81\x87 ", "<s>|" S "a|<unk>|<s>|b",
     "a \xE2\x81\x87 b"},
    {"sentencepiece-spm1:prefix=true", "<0xE3>|<0x81>|<0x82>|<0x41>|" S "x",
     "\xE3\x81\x82" "A x"},
    {"sentencepiece-spm1", "<0xE3>|<0x81>|a|<0xFF>|<0xE3>|<0xE3>|<0x81>|<0x82>|<0xE3>",
     "\uFFFD\uFFFD" "a\uFFFD\uFFFD\xE3\x81\x82\uFFFD"},
    {"sentencepiece-spm1", "<0xE3>|<s>|<0x81>|<0x82>", "\uFFFD\uFFFD\uFFFD"},
    {"sentencepiece-spm1:prefix=true:denormalizer=nfkc-spm1\\:remove_extra_whitespaces\\=false",
     S "\xEF\xBC\xA1|\xE3\x81\x8B|\xE3\x82\x99", "A\xE3\x81\x8C"},
    {"spaces-hf0.23", "a|b||c", "a b  c"},
    {"bpe-hf0.23:suffix=</w>", "he|llo</w>|wor|ld</w>", "hello world"},
    {"bpe-hf0.23:suffix=</w>", "a</w>", "a"},
    {"bpe-hf0.23", "ab|c", " a b c"},
    {"byte_level-hf0.23", "\u0120a|\u00E3|\u0123|\u0124|\u00E3|x", " a\xE3\x81\x82\uFFFDx"},
    {"byte_level-hf0.23", "a \u0120|\u00E3|\u0123", "a \u0120\uFFFD"},
    {"word_piece-hf0.23:prefix=##:cleanup=true", "do|not|##s|.|I|'|m|n't", "do nots. I ' mn't"},
    {"word_piece-hf0.23:prefix=##", "do|##es|.", "does ."},
    {"metaspace-hf0.23:replacement=" S, S "a" S "|" S "b", "a b"},
    {"metaspace-hf0.23:replacement=" S ":prepend=never", S "a|" S "b", " a b"},
    {"ctc-hf0.23:pad=<pad>:delimiter=|:cleanup=true", "h|h|<pad>|e|l|<pad>|l|o", "hello"},
    {"ctc-hf0.23:pad=_:delimiter=/:cleanup=true", "a|/|/|b| .|_|_", "a b."},
    {"replace-hf0.23:text=" S ":content= ", S "a|" S S "b", " a  b"},
    {"replace-hf0.23:regex=a+:content=\\:", "aab|a|c", ":b:c"},
    {"replace-hf0.23:content=x", "ab", "ab"},
    {"fuse-hf0.23,replace-hf0.23:text=abab:content=-", "ab|ab|a|b|abc|ab", "--cab"},
    {"fuse-hf0.23,replace-hf0.23:regex=^a:content=-", "a|a|b", "-ab"},
    {"fuse-hf0.23,bpe-hf0.23:suffix=b", "ab|ab", "aa"},
    {"strip-hf0.23:character=x:start=1:stop=2", "xxaxxx|x|b", "xaxb"},
    {"fuse-hf0.23,strip-hf0.23:character= :start=1", "| | a| b ", " a b "},
    {"fuse-hf0.23,strip-hf0.23:character=\u3042:start=2:stop=2",
     "\u3042|\u3042\u3042|a\u3042|\u3042|\u3042|\u3042", "\u3042a\u3042\u3042"},
    {"byte_fallback-hf0.23", "<0xE3>|<0x81>|<0x82>|a|<0xE3>|<0x61>|b|<0xff>|<0x+A>|c",
     "\u3042a\uFFFD\uFFFD" "b\uFFFD\uFFFD" "c"},
    {"byte_fallback-hf0.23", "<0x0A>|<0xE3>|<0x81>", "\uFFFD\uFFFD\uFFFD"},
    {"replace-hf0.23:text=" S ":content= ,byte_fallback-hf0.23,fuse-hf0.23,"
     "strip-hf0.23:character= :start=1",
     S "a|<0xE3>|<0x81>|<0x82>|" S "b", "a\u3042 b"},
    {"fuse-hf0.23,byte_fallback-hf0.23", "<0x|41>", "A"},
    {"fuse-hf0.23,byte_level-hf0.23", "\u0120|a", " a"},
    {"fuse-hf0.23,word_piece-hf0.23:prefix=##:cleanup=true", "a| .", "a."},
};

START_TEST(tokens_become_text)
{
    tkz__buffer out;
    tkz_error error;
    tkz__buffer_init(&out, NULL);
    for (int by_table = 0; by_table < 2; by_table++) {
        tkz__buffer_clear(&out);
        tkz_status status =
            run(cases[_i].steps, cases[_i].tokens, by_table != 0, NULL, &out, &error);
        ck_assert_msg(status == TKZ_OK, "%s: %s", cases[_i].steps, error.message);
        ck_assert_msg(out.size == strlen(cases[_i].text) &&
                          memcmp(out.data, cases[_i].text, out.size) == 0,
                      "%s: %s gives \"%.*s\", not \"%s\"", cases[_i].steps, cases[_i].tokens,
                      (int)out.size, (const char *)out.data, cases[_i].text);
    }
    tkz__buffer_free(&out);
}
END_TEST

/* Random lists of random tokens: the table changes nothing. */
START_TEST(plain_tokens_are_the_same_by_table)
{
    static const char *const tokens[] = {S "a", "b", S,  "<0xE3>", "<0x81>", "<0x82>", "<s>", "<unk>",
                                         " ",   ".", "", "##c",    "\u0120", "\u3042", "x "};
    uint64_t state = 7 + (uint64_t)_i;
    tkz__buffer one, other;
    tkz__buffer_init(&one, NULL);
    tkz__buffer_init(&other, NULL);
    for (int round = 0; round < 300 / TEST_SHORTER; round++) {
        char list[256] = "a";
        for (uint64_t count = test_random(&state) % 12; count > 0; count--) {
            strcat(list, "|");
            strcat(list, tokens[test_random(&state) % (uint64_t)COUNT(tokens)]);
        }
        tkz__buffer_clear(&one);
        tkz__buffer_clear(&other);
        ck_assert_status(run(cases[_i].steps, list, false, NULL, &one, NULL));
        ck_assert_status(run(cases[_i].steps, list, true, NULL, &other, NULL));
        ck_assert_msg(one.size == other.size && memcmp(one.data, other.data, one.size) == 0,
                      "%s: %s", cases[_i].steps, list);
    }
    tkz__buffer_free(&one);
    tkz__buffer_free(&other);
}
END_TEST

START_TEST(most_tokens_are_plain)
{
    static const struct {
        const char *steps;
        bool is_plain;
        bool needs_end;
    } facts[] = {
        {"sentencepiece-spm1:prefix=true", true, false},
        {"sentencepiece-spm1:denormalizer=nfkc-spm1", false, true},
        {"replace-hf0.23:text=" S ":content= ,byte_fallback-hf0.23,fuse-hf0.23,"
         "strip-hf0.23:character= :start=1", true, false},
        {"metaspace-hf0.23:replacement=" S, true, false},
        {"word_piece-hf0.23:prefix=##:cleanup=true", true, false},
        {"bpe-hf0.23:suffix=</w>", false, false},
        {"fuse-hf0.23,replace-hf0.23:regex=a", false, true},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        tkz__decode_steps *steps;
        tkz__buffer text;
        bool is_plain;
        tkz__buffer_init(&text, NULL);
        ck_assert_status(
            tkz__decode_steps_new(&steps, facts[i].steps, strlen(facts[i].steps), NULL, NULL));
        ck_assert_status(tkz__decode_steps_plain(steps, (const uint8_t *)S "a", 4,
                                                 TKZ__PIECE_NORMAL, &text, &is_plain, NULL));
        ck_assert_msg(is_plain == facts[i].is_plain, "%s", facts[i].steps);
        ck_assert_msg(tkz__decode_steps_need_end(steps) == facts[i].needs_end, "%s", facts[i].steps);
        tkz__decode_steps_free(steps);
        tkz__buffer_free(&text);
    }
}
END_TEST

START_TEST(characters_wait_until_they_are_whole)
{
    tkz__decode_steps *steps;
    tkz__token_decoder *decoder;
    tkz__buffer out;
    static const char spelling[] = "sentencepiece-spm1:prefix=true";
    tkz__buffer_init(&out, NULL);
    ck_assert_status(tkz__decode_steps_new(&steps, spelling, sizeof spelling - 1, NULL, NULL));
    ck_assert_status(tkz__token_decoder_new(&decoder, steps, NULL, NULL));
    ck_assert(!tkz__token_decoder_is_settled(decoder));
    ck_assert_status(tkz__token_decoder_put(decoder, (const uint8_t *)S "a", 4, TKZ__PIECE_NORMAL,
                                            &out, NULL));
    ck_assert(out.size == 1 && tkz__token_decoder_is_settled(decoder));
    for (int i = 0; i < 2; i++)
        ck_assert_status(tkz__token_decoder_put(decoder, (const uint8_t *)(i == 0 ? "<0xE3>" : "<0x81>"),
                                                6, TKZ__PIECE_BYTE, &out, NULL));
    ck_assert(out.size == 1 && !tkz__token_decoder_is_settled(decoder));
    ck_assert_status(tkz__token_decoder_put(decoder, (const uint8_t *)"<0x82>", 6, TKZ__PIECE_BYTE,
                                            &out, NULL));
    ck_assert(out.size == 4 && tkz__token_decoder_is_settled(decoder));
    ck_assert_int_eq(tkz__token_decoder_put(decoder, (const uint8_t *)"a", 1, TKZ__PIECE_BYTE, &out,
                                            NULL),
                     TKZ_STATUS_CORRUPT);
    /* A new text begins without what the last one held. */
    tkz__token_decoder_begin(decoder);
    tkz__buffer_clear(&out);
    ck_assert_status(tkz__token_decoder_end(decoder, &out, NULL));
    ck_assert_uint_eq(out.size, 0);
    tkz__token_decoder_free(decoder);
    tkz__decode_steps_free(steps);
    tkz__buffer_free(&out);
}
END_TEST

START_TEST(a_spelling_comes_back)
{
    const tkz_allocator allocator = tkz__allocator_or_default(NULL);
    tkz__decode_spec *specs;
    tkz__buffer again;
    size_t count;
    tkz__buffer_init(&again, NULL);
    ck_assert_status(tkz__decode_specs_read(&specs, &count, cases[_i].steps,
                                            strlen(cases[_i].steps), &allocator, NULL));
    for (size_t i = 0; i < count; i++)
        ck_assert_status(tkz__decode_spec_append(&specs[i], &again, NULL));
    ck_assert_uint_eq(again.size, strlen(cases[_i].steps));
    ck_assert_mem_eq(again.data, cases[_i].steps, again.size);
    tkz__decode_specs_free(specs, count, &allocator);
    tkz__buffer_free(&again);
}
END_TEST

START_TEST(wrong_spellings_are_refused)
{
    static const char *const wrong[] = {
        "", "fuse", "fuse-hf0.23,", "fuse-hf0.23:x=1", "strip-hf0.23", "strip-hf0.23:character=ab",
        "strip-hf0.23:character=a:start=0", "strip-hf0.23:character=a:start=-1",
        "strip-hf0.23:character=a:start=99999999", "metaspace-hf0.23",
        "metaspace-hf0.23:replacement=", "metaspace-hf0.23:replacement=x:prepend=always",
        "metaspace-hf0.23:replacement=x:prepend=no", "word_piece-hf0.23:cleanup=false",
        "replace-hf0.23:text=a:regex=b", "replace-hf0.23:text=a:text=b", "bpe-hf0.23:suffix",
        "fuse-hf0.23:", "sentencepiece-spm1,fuse-hf0.23", "fuse-hf0.23,sentencepiece-spm1",
        "bpe-hf0.23:suffix=\xFF",
    };
    tkz__decode_steps *steps;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_msg(tkz__decode_steps_new(&steps, wrong[i], strlen(wrong[i]), NULL, NULL) ==
                          TKZ_STATUS_BAD_FORMAT,
                      "%s", wrong[i]);
    char many[1024] = "fuse-hf0.23";
    for (int i = 0; i < TKZ__DECODE_MOST_STEPS; i++)
        strcat(many, ",fuse-hf0.23");
    ck_assert_int_eq(tkz__decode_steps_new(&steps, many, strlen(many), NULL, NULL),
                     TKZ_STATUS_LIMIT);
    static const char denormalizer[] = "sentencepiece-spm1:denormalizer=nothing";
    ck_assert_int_eq(
        tkz__decode_steps_new(&steps, denormalizer, sizeof denormalizer - 1, NULL, NULL),
        TKZ_STATUS_NOT_FOUND);
    tkz__buffer buffer;
    tkz__buffer_init(&buffer, NULL);
    tkz__decode_spec spec = {.kind = TKZ__DECODE_BPE, .text = (char *)"a\0b", .text_size = 3};
    ck_assert_int_eq(tkz__decode_spec_append(&spec, &buffer, NULL), TKZ_STATUS_UNSUPPORTED);
    tkz__buffer_free(&buffer);
}
END_TEST

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    tkz__buffer out;
    tkz__buffer_init(&out, allocator);
    tkz_status status = TKZ_OK;
    for (int i = 0; i < COUNT(cases) && status == TKZ_OK; i++)
        status = run(cases[i].steps, cases[i].tokens, context != NULL, allocator, &out, NULL);
    tkz__buffer_free(&out);
    return status;
}

START_TEST(out_of_memory_is_a_status)
{
    int by_table = 1;
    test_all_allocation_failures(attempt, NULL);
    test_all_allocation_failures(attempt, &by_table);
}
END_TEST

Suite *suite_decode_steps(void)
{
    Suite *suite = suite_create("decode_steps");
    TCase *tests = tcase_create("steps");
    tcase_add_loop_test(tests, tokens_become_text, 0, COUNT(cases));
    tcase_add_loop_test(tests, plain_tokens_are_the_same_by_table, 0, COUNT(cases));
    tcase_add_loop_test(tests, a_spelling_comes_back, 0, COUNT(cases));
    tcase_add_test(tests, most_tokens_are_plain);
    tcase_add_test(tests, characters_wait_until_they_are_whole);
    tcase_add_test(tests, wrong_spellings_are_refused);
    tcase_add_test(tests, out_of_memory_is_a_status);
    suite_add_tcase(suite, tests);
    return suite;
}
