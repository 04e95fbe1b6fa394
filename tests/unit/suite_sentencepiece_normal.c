/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of sentencepiece: examples with all options, the fast scan against one
 * character at a time, span maps, charsmaps of models, hostile ones among them.
 * tests/oracle/compare_sentencepiece_normal has the real comparison.
 */
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "testing.h"
#include "text/normal_step.h"
#include "text/spm_normalize.h"

Suite *suite_sentencepiece_normal(void);

/* ---- Helpers -------------------------------------------------------------- */

typedef struct fixture {
    tkz__buffer target;
    tkz__span_map map;
    tkz__arena scratch;
    tkz__edit edit;
} fixture;

static void setup(fixture *f)
{
    tkz__buffer_init(&f->target, NULL);
    tkz__span_map_init(&f->map, NULL);
    tkz__arena_init(&f->scratch, NULL);
    f->edit = (tkz__edit){.target = &f->target, .map = &f->map, .scratch = &f->scratch};
}

static void clear(fixture *f)
{
    tkz__buffer_clear(&f->target);
    tkz__span_map_clear(&f->map);
}

static void teardown(fixture *f)
{
    tkz__buffer_free(&f->target);
    tkz__span_map_free(&f->map);
    tkz__arena_free(&f->scratch);
}

static const tkz__spm_rules nmt_nfkc = {.maps = true, .nmt = true};
static const tkz__spm_rules nfkc = {.maps = true};
static const tkz__spm_rules nmt_nfkc_cf = {.maps = true, .nmt = true, .folds = true};
static const tkz__spm_rules identity = {.maps = false};
static const tkz__spm_options bare = {.add_dummy_prefix = false};
static const tkz__spm_options usual = {.remove_extra_whitespaces = true};
static const tkz__spm_options model = {
    .add_dummy_prefix = true, .remove_extra_whitespaces = true, .escape_whitespaces = true};
static const tkz__spm_options suffix = {.add_dummy_prefix = true,
                                        .remove_extra_whitespaces = true,
                                        .escape_whitespaces = true,
                                        .treat_whitespace_as_suffix = true};

/* Runs must be adjacent and cover both texts; identities must be equal. One assertion for all: Check
 * takes a microsecond for each. */
static void check_map(const fixture *f, const char *text, size_t size)
{
    uint64_t source = 0, target = 0;
    size_t wrong = 0;
    for (size_t i = 0; i < f->map.count; i++) {
        const tkz__span_run *run = &f->map.runs[i];
        wrong += run->source_start != source || run->target_start != target;
        if (run->identity)
            wrong += run->source_size != run->target_size ||
                     memcmp(text + source, f->target.data + target, (size_t)run->source_size) != 0;
        source += run->source_size;
        target += run->target_size;
    }
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_eq(source, size);
    ck_assert_uint_eq(target, f->target.size);
}

/* The text is the same if no map is asked for. */
static void normalize(fixture *f, const tkz__spm_source *source, const tkz__spm_options *options,
                      const char *text, size_t size)
{
    tkz__buffer plain;
    tkz__edit without = {.target = &plain, .scratch = &f->scratch};
    tkz__buffer_init(&plain, NULL);
    ck_assert_status(tkz__spm_normalize(source, options, text, size, &without, NULL));
    clear(f);
    ck_assert_status(tkz__spm_normalize(source, options, text, size, &f->edit, NULL));
    check_map(f, text, size);
    ck_assert_uint_eq(plain.size, f->target.size);
    ck_assert(plain.size == 0 || memcmp(plain.data, f->target.data, plain.size) == 0);
    tkz__buffer_free(&plain);
    size_t same = tkz__spm_unchanged(source, options, text, size);
    ck_assert_uint_le(same, size);
    ck_assert_uint_le(same, f->target.size);
    if (same > 0)
        ck_assert_mem_eq(f->target.data, text, same);
    if (same == size)
        ck_assert_uint_eq(f->target.size, size);
}

static void expect(fixture *f, const tkz__spm_rules *rules, const tkz__spm_options *options,
                   const char *text, const char *expected)
{
    tkz__spm_source source = {rules, NULL};
    normalize(f, &source, options, text, strlen(text));
    ck_assert_msg(f->target.size == strlen(expected) &&
                      (f->target.size == 0 ||
                       memcmp(f->target.data, expected, f->target.size) == 0),
                  "%s gives %.*s, not %s", text, (int)f->target.size,
                  (const char *)f->target.data, expected);
}

/* ---- Examples ------------------------------------------------------------- */

START_TEST(characters_follow_the_rules)
{
    fixture f;
    setup(&f);
    expect(&f, &nmt_nfkc, &usual, "ＡＢＣ①㍿…", "ABC1株式会社...");
    expect(&f, &nmt_nfkc, &usual, "～〜~", "～〜~");
    expect(&f, &nfkc, &usual, "～〜~", "~〜~");
    expect(&f, &nmt_nfkc, &usual, "a\x01\x7F" "b\u200Bc\td", "ab c d");
    expect(&f, &nfkc, &usual, "a\x01\x7F" "b\u200Bc\td", "a\x01\x7F" "b\u200Bc\td");
    expect(&f, &nmt_nfkc_cf, &usual, "ＡÉẞΣς㌔", "aéßσσキロ");
    expect(&f, &identity, &usual, "Ａ①  b", "Ａ① b");
    teardown(&f);
}
END_TEST

START_TEST(only_listed_sequences_compose)
{
    fixture f;
    setup(&f);
    expect(&f, &nfkc, &usual, "か\u3099は\u309A", "がぱ");
    expect(&f, &nfkc, &usual, "ｶﾞﾊﾟ", "ガパ");
    expect(&f, &nfkc, &usual, "カﾞｶ\u3099", "ガガ");
    expect(&f, &nfkc, &usual, "a\u0323\u0302", "\u1EAD");
    /* A composite in the text joins nothing, and marks are not put in order. */
    expect(&f, &nfkc, &usual, "\u1EA1\u0302", "\u1EA1\u0302");
    expect(&f, &nfkc, &usual, "a\u0302\u0323", "\u00E2\u0323");
    expect(&f, &nfkc, &usual, "\u1112\u1161\u11AB\uFFB1\uFFC2", "\uD55C\uB9C8");
    expect(&f, &nfkc, &usual, "\uD558\u11AB", "\uD558\u11AB");
    teardown(&f);
}
END_TEST

START_TEST(spaces_follow_the_options)
{
    fixture f;
    setup(&f);
    expect(&f, &nmt_nfkc, &usual, "", "");
    expect(&f, &nmt_nfkc, &model, "", "");
    expect(&f, &nmt_nfkc, &model, " \u3000\n", "");
    expect(&f, &nmt_nfkc, &model, "\x01", "");
    expect(&f, &nmt_nfkc, &usual, "  a \u3000 b\n\u2581", "a b");
    expect(&f, &nmt_nfkc, &bare, " a \u3000b ", " a  b ");
    expect(&f, &nmt_nfkc, &model, " a b ", "\u2581a\u2581b");
    expect(&f, &nmt_nfkc, &suffix, " a b ", "a\u2581b\u2581");
    /* Without nmt the symbol itself is stripped at the end, as the reference does. */
    expect(&f, &nfkc, &model, "a\u2581\u2581", "\u2581a");
    expect(&f, &nfkc, &model, "\u2581", "");
    expect(&f, &nmt_nfkc, &model, "\u00A8x", "\u2581\u0308x");
    expect(&f, &nmt_nfkc, &bare, "ﷺ", "صلى الله عليه وسلم");
    teardown(&f);
}
END_TEST

START_TEST(bad_bytes_become_replacement_characters)
{
    fixture f;
    setup(&f);
    expect(&f, &nmt_nfkc, &usual, "a\xFF\xE3\x81", "a\uFFFD\uFFFD\uFFFD");
    expect(&f, &identity, &usual, "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD");
    expect(&f, &nmt_nfkc, &usual, "a\uFFFD" "b", "a b");
    teardown(&f);
}
END_TEST

START_TEST(removed_spaces_are_deletions)
{
    fixture f;
    tkz__spm_source source = {&nfkc, NULL};
    setup(&f);
    normalize(&f, &source, &usual, " ab  c ", 7);
    static const tkz__span_run expected[] = {{.source_size = 1},
                                             {.source_start = 1, .source_size = 3,
                                              .target_size = 3, .identity = 1},
                                             {.source_start = 4, .target_start = 3,
                                              .source_size = 1},
                                             {.source_start = 5, .target_start = 3,
                                              .source_size = 1, .target_size = 1, .identity = 1},
                                             {.source_start = 6, .target_start = 4,
                                              .source_size = 1}};
    ck_assert_uint_eq(f.map.count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < f.map.count; i++) {
        ck_assert_uint_eq(f.map.runs[i].source_start, expected[i].source_start);
        ck_assert_uint_eq(f.map.runs[i].target_start, expected[i].target_start);
        ck_assert_uint_eq(f.map.runs[i].source_size, expected[i].source_size);
        ck_assert_uint_eq(f.map.runs[i].target_size, expected[i].target_size);
        ck_assert_int_eq(f.map.runs[i].identity, expected[i].identity);
    }
    teardown(&f);
}
END_TEST

/* Line ends and the indents behind them: a run for each line end, one for the spaces after it. */
START_TEST(indents_are_one_deletion)
{
    fixture f;
    tkz__spm_source source = {&nmt_nfkc, NULL};
    static const char text[] = "if a:\n\n    b  c\t d";
    static const uint64_t expected[][3] = {/* source, target, identity */
                                           {5, 5, 1}, {1, 1, 0}, {1, 0, 0}, {4, 0, 0}, {2, 2, 1},
                                           {1, 0, 0}, {1, 1, 1}, {1, 1, 0}, {1, 0, 0}, {1, 1, 1}};
    setup(&f);
    normalize(&f, &source, &usual, text, sizeof text - 1);
    ck_assert_uint_eq(f.target.size, strlen("if a: b c d"));
    ck_assert_mem_eq(f.target.data, "if a: b c d", f.target.size);
    ck_assert_uint_eq(f.map.count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < f.map.count; i++) {
        ck_assert_uint_eq(f.map.runs[i].source_size, expected[i][0]);
        ck_assert_uint_eq(f.map.runs[i].target_size, expected[i][1]);
        ck_assert_int_eq(f.map.runs[i].identity, (int)expected[i][2]);
    }
    expect(&f, &nfkc, &usual, "a\n\n  b \n", "a\n\n b \n");
    expect(&f, &nmt_nfkc, &bare, "a\n\n  b", "a    b");
    teardown(&f);
}
END_TEST

/* ---- The scan ------------------------------------------------------------- */

/* What the rules give without the scan. */
static size_t one_by_one(const tkz__spm_rules *rules, const char *text, size_t size, char *target)
{
    size_t length = 0;
    for (size_t at = 0; at < size;) {
        tkz__spm_piece piece;
        at += tkz__spm_rules_match(rules, text + at, size - at, &piece);
        memcpy(target + length, piece.text, piece.size);
        length += piece.size;
    }
    return length;
}

static const char *const parts[] = {
    "あ", "か", "が", "カ", "ー", "日", "本", "語", "。", "、", "\u3099", "\u309A", "ﾞ", "ｶ", "ﾊﾟ",
    "a", "B", " ", "  ", "1", "\n", "\u3000", "Ａ", "①", "…", "―", "\u00E9", "e\u0301", "\u1112",
    "\u1161", "\u11AB", "ゟ", "ヿ", "〶", "ㄱ", "㋿", "㎏", "\xE3", "\xE3\x81", "\x81", "\xFF", "가",
    "😀", "\u0F73", "Σ", "\uFF5E", "\u2581", "\x7F", "\xF0\x9F", "\uFFFD"};

static size_t random_text(uint64_t *state, char *text, size_t limit)
{
    size_t size = 0;
    /* Long stretches of few kinds, so that whole blocks are plain. */
    size_t kinds = 1 + test_random(state) % (sizeof parts / sizeof parts[0]);
    while (size + 8 < limit) {
        uint64_t number = test_random(state);
        const char *part = parts[number % 8 == 0 ? number / 8 % (sizeof parts / sizeof parts[0])
                                                 : number / 8 % kinds];
        memcpy(text + size, part, strlen(part));
        size += strlen(part);
    }
    return size;
}

START_TEST(scan_equals_one_by_one)
{
    static const tkz__spm_rules *const all[] = {&nmt_nfkc, &nfkc, &nmt_nfkc_cf, &identity};
    fixture f;
    uint64_t state = 3;
    char text[1600], expected[1600 * 12];
    setup(&f);
    for (int round = 0; round < 10000; round++) {
        /* Some are longer than the scan looks ahead. */
        size_t size =
            random_text(&state, text, 20 + test_random(&state) % (round % 32 < 4 ? 1500 : 230));
        tkz__spm_source source = {all[round % 4], NULL};
        size_t length = one_by_one(source.named, text, size, expected);
        normalize(&f, &source, &bare, text, size);
        ck_assert_uint_eq(f.target.size, length);
        ck_assert_mem_eq(f.target.data, expected, length);
        normalize(&f, &source, round % 8 < 4 ? &model : &usual, text, size);
    }
    teardown(&f);
}
END_TEST

START_TEST(broken_characters_are_seen_at_every_place)
{
    static const char *const broken[] = {"\xE3", "\xE3\x81", "\x81", "\xE4\xB8", "\xC3"};
    fixture f;
    enum { CHARACTERS = 220 }; /* more than the scan looks ahead */
    char text[CHARACTERS * 4], expected[CHARACTERS * 4 * 3];
    tkz__spm_source source = {&nmt_nfkc, NULL};
    setup(&f);
    for (size_t kind = 0; kind < sizeof broken / sizeof broken[0]; kind++)
        for (size_t place = 0; place < CHARACTERS; place++)
            for (size_t ascii = 0; ascii < 3; ascii++) {
                size_t size = 0;
                memset(text, 'x', ascii);
                size += ascii;
                for (size_t i = 0; i < CHARACTERS; i++) {
                    const char *part = i == place ? broken[kind] : "日";
                    memcpy(text + size, part, strlen(part));
                    size += strlen(part);
                }
                size_t length = one_by_one(&nmt_nfkc, text, size, expected);
                normalize(&f, &source, &usual, text, size);
                ck_assert_uint_eq(f.target.size, length);
                ck_assert_mem_eq(f.target.data, expected, length);
            }
    teardown(&f);
}
END_TEST

START_TEST(one_character_many_times_is_linear)
{
    static const char *const hostile[] = {" ", "\u3099", "か\u3099", "\u2581", "\x01", "\xFF",
                                          "a", "\u0300", "\u1161", "ﷺ", "日  "};
    fixture f;
    char *text = malloc(1 << 18);
    setup(&f);
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        size_t size = 0, part = strlen(hostile[i]);
        while (size + part <= 1 << 18) {
            memcpy(text + size, hostile[i], part);
            size += part;
        }
        tkz__spm_source source = {&nmt_nfkc, NULL};
        normalize(&f, &source, &usual, text, size);
        normalize(&f, &source, &model, text, size);
        source.named = &nfkc;
        normalize(&f, &source, &model, text, size);
    }
    free(text);
    teardown(&f);
}
END_TEST

/* ---- Rules of models ------------------------------------------------------ */

static const tkz_allocator *standard(void)
{
    static tkz_allocator allocator;
    allocator = tkz__allocator_or_default(NULL);
    return &allocator;
}

static tkz__spm_model_rules *rules_of(const tkz__charsmap *charsmap, const char *symbols)
{
    tkz__spm_model_rules *rules;
    ck_assert_status(tkz__spm_model_rules_new(&rules, charsmap == NULL ? &nmt_nfkc : NULL, charsmap,
                                              symbols, strlen(symbols), standard(), NULL));
    return rules;
}

/* sentencepiece's Normalize character by character, with its norm_to_orig. */
typedef struct reference {
    char text[4096];
    size_t origins[4097];
    size_t size;
} reference;

static void put(reference *out, const char *text, size_t size, size_t origin)
{
    for (size_t i = 0; i < size; i++) {
        out->origins[out->size] = origin;
        out->text[out->size++] = text[i];
    }
}

static void normalize_slowly(const tkz__spm_source *source, const tkz__spm_options *options,
                             const char *text, size_t size, reference *out)
{
    const char *symbol = options->escape_whitespaces ? "\u2581" : " ";
    size_t at = 0, symbol_size = strlen(symbol);
    tkz__spm_piece piece;
    out->size = 0;
    out->origins[0] = 0;
    while (options->remove_extra_whitespaces && at < size) {
        size_t length = tkz__spm_model_rules_match(source->model, text + at, size - at, &piece);
        if (piece.size != 1 || piece.text[0] != ' ')
            break;
        at += length;
    }
    if (at == size)
        return;
    if (options->add_dummy_prefix && !options->treat_whitespace_as_suffix)
        put(out, symbol, symbol_size, at);
    for (bool after_space = options->remove_extra_whitespaces; at < size;) {
        size_t length = tkz__spm_model_rules_match(source->model, text + at, size - at, &piece);
        const char *from = piece.text, *end = from + piece.size;
        while (after_space && from < end && *from == ' ')
            from++;
        for (; from < end; from++) {
            put(out, *from == ' ' ? symbol : from, *from == ' ' ? symbol_size : 1, at);
            after_space = options->remove_extra_whitespaces && *from == ' ';
        }
        at += length;
    }
    while (options->remove_extra_whitespaces && out->size >= symbol_size &&
           memcmp(out->text + out->size - symbol_size, symbol, symbol_size) == 0) {
        out->size -= symbol_size;
        at = out->origins[out->size];
    }
    if (options->add_dummy_prefix && options->treat_whitespace_as_suffix)
        put(out, symbol, symbol_size, at);
    out->origins[out->size] = at;
}

/* After normalize: the text is that of the reference, and where its characters come from. */
static void check_against_reference(const fixture *f, const tkz__spm_source *source,
                                    const tkz__spm_options *options, const char *text, size_t size)
{
    static reference expected;
    size_t wrong = 0;
    normalize_slowly(source, options, text, size, &expected);
    ck_assert_uint_eq(f->target.size, expected.size);
    if (expected.size == 0)
        return;
    ck_assert_mem_eq(f->target.data, expected.text, expected.size);
    for (size_t i = 0; i <= expected.size; i++)
        if (i == expected.size || ((uint8_t)expected.text[i] & 0xC0) != 0x80)
            wrong += tkz__spm_source_of(&f->map, i) != expected.origins[i];
    ck_assert_uint_eq(wrong, 0);
}

START_TEST(symbols_stay_as_they_are)
{
    fixture f;
    tkz__spm_source source = {&nmt_nfkc, rules_of(NULL, "<ｓ> %20%20 ① ①②%25 %0A%0A 𠮷")};
    setup(&f);
    normalize(&f, &source, &usual, "ａ<ｓ>ｂ①②①②%\n\n\nx<ｓ", 32);
    ck_assert_uint_eq(f.target.size, strlen("a<ｓ>b①2①②%\n\n x<s"));
    ck_assert_mem_eq(f.target.data, "a<ｓ>b①2①②%\n\n x<s", f.target.size);
    normalize(&f, &source, &bare, "  a   𠮷 ", 11);
    ck_assert_uint_eq(f.target.size, 11);
    ck_assert_mem_eq(f.target.data, "  a   𠮷 ", f.target.size);
    tkz__spm_model_rules_free((tkz__spm_model_rules *)source.model, standard());
    teardown(&f);
}
END_TEST

/* Long texts of rules that change nothing but spaces, which are escaped, with and without symbols. */
START_TEST(escapes_alone)
{
    enum { MOST = 3000 };
    static const char *const units[] = {"a", "word ", " ", "  ", "あ", "é", "<s>", "< s>",
                                        "\xE3", "\xFF", "\n", "longer words without any sign"};
    static const tkz__spm_options escaped = {.add_dummy_prefix = true, .escape_whitespaces = true};
    static char text[MOST * 32];
    fixture f;
    tkz__spm_model_rules *rules;
    uint64_t state = 8;
    setup(&f);
    ck_assert_status(tkz__spm_model_rules_new(&rules, &identity, NULL, "<s> <%20s>", 10, standard(),
                                              NULL));
    tkz__spm_source sources[] = {{&identity, NULL}, {&identity, rules}};
    for (int i = 0; i < 200; i++) {
        size_t size = 0, count = test_random(&state) % (i % 10 == 0 ? MOST : 40);
        for (size_t k = 0; k < count; k++) {
            const char *one = units[test_random(&state) % (sizeof units / sizeof *units)];
            memcpy(text + size, one, strlen(one));
            size += strlen(one);
        }
        for (size_t k = 0; k < 2; k++)
            normalize(&f, &sources[k], &escaped, text, size);
    }
    tkz__spm_model_rules_free(rules, standard());
    teardown(&f);
}
END_TEST

START_TEST(lists_of_symbols_are_checked)
{
    static const char *const wrong[] = {" ", "a ", " a", "a  b", "%", "%2", "%2g", "%00", "%FF", "a\xE3"};
    tkz__spm_symbols symbols;
    tkz_error error;
    tkz__buffer list;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_int_eq(
            tkz__spm_symbols_read(&symbols, wrong[i], strlen(wrong[i]), standard(), &error),
            TKZ_STATUS_BAD_FORMAT);
    tkz__buffer_init(&list, NULL);
    ck_assert_status(tkz__spm_symbols_spell(&list, "a b%\n", 5, NULL));
    ck_assert_status(tkz__spm_symbols_spell(&list, "\u3042", 3, NULL));
    ck_assert_uint_eq(list.size, strlen("a%20b%25%0A \u3042"));
    ck_assert_mem_eq(list.data, "a%20b%25%0A \u3042", list.size);
    ck_assert_status(tkz__spm_symbols_read(&symbols, (const char *)list.data, list.size, standard(), NULL));
    ck_assert_uint_eq(tkz__spm_symbols_match(&symbols, "a b%\n ", 6), 5);
    ck_assert_uint_eq(tkz__spm_symbols_match(&symbols, "a b%", 4), 0);
    tkz__spm_symbols_free(&symbols, standard());
    /* No more than so many symbols that begin one another are looked at. */
    tkz__buffer_clear(&list);
    char letters[101];
    memset(letters, 'x', sizeof letters);
    for (size_t size = 1; size <= 100; size++)
        ck_assert_status(tkz__spm_symbols_spell(&list, letters, size, NULL));
    ck_assert_status(tkz__spm_symbols_read(&symbols, (const char *)list.data, list.size, standard(), NULL));
    ck_assert_uint_eq(tkz__spm_symbols_match(&symbols, letters, sizeof letters), 64);
    tkz__spm_symbols_free(&symbols, standard());
    tkz__buffer_free(&list);
}
END_TEST

START_TEST(the_end_comes_from_where_sentencepiece_says)
{
    static const char *const pieces[] = {" ",      "a",      "\x01", "\u2026", "\u3000", "か", "\u3099",
                                        "\u2581", "<s>",    "\n",   "\xFF",   "\uFE0F",  "é",  "\u00AF"};
    uint64_t state = 5;
    fixture f;
    tkz__spm_source source = {&nmt_nfkc, rules_of(NULL, "<s> %20a ab \u2581\u2581")};
    setup(&f);
    for (int round = 0; round < 20000; round++) {
        char text[64] = "";
        for (uint64_t count = test_random(&state) % 8; count > 0; count--)
            strcat(text, pieces[test_random(&state) % (sizeof pieces / sizeof pieces[0])]);
        uint64_t bits = test_random(&state);
        tkz__spm_options chosen = {bits & 1, bits & 2, bits & 4, bits & 8};
        normalize(&f, &source, &chosen, text, strlen(text));
        check_against_reference(&f, &source, &chosen, text, strlen(text));
        /* Without symbols, the named rules work by themselves. */
        tkz__spm_source named = {&nmt_nfkc, NULL};
        if (strstr(text, "<s>") == NULL && strstr(text, " a") == NULL &&
            strstr(text, "\u2581\u2581") == NULL) {
            normalize(&f, &named, &chosen, text, strlen(text));
            check_against_reference(&f, &source, &chosen, text, strlen(text));
        }
    }
    tkz__spm_model_rules_free((tkz__spm_model_rules *)source.model, standard());
    teardown(&f);
}
END_TEST

/* ---- Charsmaps ------------------------------------------------------------ */

enum { UNITS = 1792, BLOB = 4 + 4 * UNITS + 8 };

static void put_unit(uint8_t *blob, uint32_t index, uint8_t label, bool leaf, uint32_t base)
{
    tkz__store_u32(blob + 4 + 4 * index, (index ^ base) << 10 | (uint32_t)leaf << 8 | label);
}

/* "a" becomes "X", "ab" "YZ", "あ" nothing. Nodes have their children in blocks of their own. */
static void make_blob(uint8_t *blob)
{
    memset(blob, 0, BLOB);
    tkz__store_u32(blob, 4 * UNITS);
    put_unit(blob, 0, 0, false, 256);
    put_unit(blob, 256 ^ 'a', 'a', true, 512);
    tkz__store_u32(blob + 4 + 4 * 512, 0x80000000u | 1);
    put_unit(blob, 512 ^ 'b', 'b', true, 768);
    tkz__store_u32(blob + 4 + 4 * 768, 0x80000000u | 3);
    put_unit(blob, 256 ^ 0xE3, 0xE3, false, 1024);
    put_unit(blob, 1024 ^ 0x81, 0x81, false, 1280);
    put_unit(blob, 1280 ^ 0x82, 0x82, true, 1536);
    tkz__store_u32(blob + 4 + 4 * 1536, 0x80000000u | 0);
    memcpy(blob + 4 + 4 * UNITS, "\0X\0YZ\0\0", 8);
}

START_TEST(charsmap_gives_the_longest_and_the_shortest)
{
    uint8_t blob[BLOB];
    tkz__charsmap charsmap;
    const char *replacement;
    size_t size;
    make_blob(blob);
    ck_assert_status(tkz__charsmap_open(&charsmap, blob, BLOB, NULL));
    ck_assert_uint_eq(tkz__charsmap_longest(&charsmap, "abc", 3, &replacement, &size), 2);
    ck_assert_str_eq(replacement, "YZ");
    ck_assert_uint_eq(tkz__charsmap_shortest(&charsmap, "abc", 3, &replacement, &size), 1);
    ck_assert_str_eq(replacement, "X");
    ck_assert_uint_eq(tkz__charsmap_longest(&charsmap, "ab", 1, &replacement, &size), 1);
    ck_assert_uint_eq(tkz__charsmap_longest(&charsmap, "あ", 3, &replacement, &size), 3);
    ck_assert_uint_eq(size, 0);
    ck_assert_uint_eq(tkz__charsmap_longest(&charsmap, "あ", 2, &replacement, &size), 0);
    ck_assert_uint_eq(tkz__charsmap_longest(&charsmap, "b", 1, &replacement, &size), 0);

    fixture f;
    tkz__spm_source source = {NULL, rules_of(&charsmap, "")};
    setup(&f);
    normalize(&f, &source, &model, " xabあ  a\xFF ", 12);
    ck_assert_uint_eq(f.target.size, strlen("\u2581xYZ\u2581X\uFFFD"));
    ck_assert_mem_eq(f.target.data, "\u2581xYZ\u2581X\uFFFD", f.target.size);
    tkz__spm_model_rules_free((tkz__spm_model_rules *)source.model, standard());
    teardown(&f);
}
END_TEST

START_TEST(charsmap_sizes_are_checked)
{
    uint8_t blob[BLOB];
    tkz__charsmap charsmap;
    tkz_error error;
    make_blob(blob);
    for (size_t size = 0; size <= 4 + 4 * UNITS; size++)
        ck_assert_int_eq(tkz__charsmap_open(&charsmap, blob, size, &error), TKZ_STATUS_BAD_FORMAT);
    blob[BLOB - 1] = 'x';
    ck_assert_int_eq(tkz__charsmap_open(&charsmap, blob, BLOB, &error), TKZ_STATUS_BAD_FORMAT);
    make_blob(blob);
    static const uint32_t wrong[] = {0, 1, 4 * UNITS + 2, BLOB - 4, BLOB, UINT32_MAX, 0x80000000u};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        tkz__store_u32(blob, wrong[i]);
        ck_assert_int_eq(tkz__charsmap_open(&charsmap, blob, BLOB, &error),
                         TKZ_STATUS_BAD_FORMAT);
    }
}
END_TEST

START_TEST(charsmaps_may_hold_anything)
{
    uint64_t state = 11;
    fixture f;
    setup(&f);
    for (int round = 0; round < 3000; round++) {
        /* On the heap and of exact size, so that a sanitizer sees any step outside. */
        uint8_t *blob = malloc(BLOB);
        make_blob(blob);
        for (int i = 0; i < 40; i++) {
            size_t place = 4 + test_random(&state) % (BLOB - 5);
            blob[place] = (uint8_t)test_random(&state);
        }
        tkz__charsmap charsmap;
        ck_assert_status(tkz__charsmap_open(&charsmap, blob, BLOB, NULL));
        tkz__spm_source source = {NULL, rules_of(&charsmap, round % 2 == 0 ? "" : "aa %20a")};
        char text[64];
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = i % 3 == 0 ? 'a' : i % 7 == 1 ? ' ' : (char)test_random(&state);
        normalize(&f, &source, &model, text, sizeof text);
        check_against_reference(&f, &source, &model, text, sizeof text);
        tkz__spm_model_rules_free((tkz__spm_model_rules *)source.model, standard());
        free(blob);
    }
    teardown(&f);
}
END_TEST

/* ---- Memory --------------------------------------------------------------- */

static tkz_status attempt(void *context, const tkz_allocator *allocator)
{
    tkz_normal_form *form = NULL;
    tkz_normalizer *worker = NULL;
    tkz_normalized result;
    const char *text = context;
    static const char steps[] = "nmt_nfkc-spm1:escape_whitespaces=true:add_dummy_prefix=true:symbols=<s> ab,"
                                "charsmap-spm1:map=BAAAAAAAAAAAAA\\=\\=";
    tkz_status status = tkz_normal_form_new(&form, steps, sizeof steps - 1, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_normalizer_new(&worker, form, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_normalizer_run(worker, text, strlen(text), 1, &result, NULL);
    tkz_normalizer_free(worker);
    tkz_normal_form_free(form);
    return status;
}

START_TEST(out_of_memory_is_a_status)
{
    char text[] = "  ①か\u3099  あa  b ｱｲｳ ...  x \xFF  ";
    test_all_allocation_failures(attempt, text);
}
END_TEST

Suite *suite_sentencepiece_normal(void)
{
    Suite *suite = suite_create("sentencepiece_normal");
    TCase *tests = tcase_create("rules");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, characters_follow_the_rules);
    tcase_add_test(tests, only_listed_sequences_compose);
    tcase_add_test(tests, spaces_follow_the_options);
    tcase_add_test(tests, bad_bytes_become_replacement_characters);
    tcase_add_test(tests, removed_spaces_are_deletions);
    tcase_add_test(tests, indents_are_one_deletion);
    tcase_add_test(tests, escapes_alone);
    tcase_add_test(tests, scan_equals_one_by_one);
    tcase_add_test(tests, broken_characters_are_seen_at_every_place);
    tcase_add_test(tests, one_character_many_times_is_linear);
    tcase_add_test(tests, symbols_stay_as_they_are);
    tcase_add_test(tests, lists_of_symbols_are_checked);
    tcase_add_test(tests, the_end_comes_from_where_sentencepiece_says);
    tcase_add_test(tests, charsmap_gives_the_longest_and_the_shortest);
    tcase_add_test(tests, charsmap_sizes_are_checked);
    tcase_add_test(tests, charsmaps_may_hold_anything);
    tcase_add_test(tests, out_of_memory_is_a_status);
    suite_add_tcase(suite, tests);
    return suite;
}
