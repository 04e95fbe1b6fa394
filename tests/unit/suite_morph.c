/* SPDX-License-Identifier: Apache-2.0
 *
 * The tagger: words, offsets and formats of any text. Leans on the dictionary in
 * dict/test and on Debian's mecab-ipadic-utf8.
 */
#include <pthread.h>
#include <string.h>

#include "core/hash.h"
#include "morph_fixture.h"

Suite *suite_morph(void);

/* What must hold for any text. */
static void check_offsets(const tkz_morpheme *m, size_t count, size_t size)
{
    uint64_t end = 0;
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(m[i].space_start, end);
        ck_assert_uint_ge(m[i].start, end);
        ck_assert_uint_gt(m[i].end, m[i].start);
        end = m[i].end;
    }
    ck_assert_uint_le(end, size);
}

/* Compares the surfaces with `expected`, in which '|' stands between them. The text is analysed in
 * a block of exactly its size, so that a sanitizer sees a step behind it. */
static void check_words(tkz_tagger *tagger, const char *text, size_t size, const char *expected)
{
    char *exact = malloc(size + (size == 0));
    memcpy(exact, text, size);
    const tkz_morpheme *m;
    size_t count, used = 0;
    char found[4096];
    ck_assert_status(tkz_tagger_parse(tagger, exact, size, &m, &count, NULL));
    check_offsets(m, count, size);
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(found + used, sizeof found - used, "%s%.*s", i > 0 ? "|" : "",
                                 (int)(m[i].end - m[i].start), text + m[i].start);
    found[used] = '\0';
    ck_assert_str_eq(found, expected);
    free(exact);
}

static void check_text(tkz_tagger *tagger, const char *text, const char *expected)
{
    check_words(tagger, text, strlen(text), expected);
}

START_TEST(finds_words)
{
    tkz_tagger *tagger = open_tagger(false);
    check_text(tagger, "今日は東京都に行きます。", "今日|は|東京|都|に|行き|ます|。");
    check_text(tagger, "猫が魚を食べた", "猫|が|魚|を|食べ|た");
    check_text(tagger, " 猫\t \n犬\x0B", "猫|犬");
    check_text(tagger, "猫　犬　", "猫|犬"); /* U+3000 is white space in this dictionary */
    check_text(tagger, "猫\r犬", "猫|\r|犬");
    check_text(tagger, "", "");
    check_text(tagger, " \t ", "");
    tkz_tagger_free(tagger);
    tagger = open_tagger(true);
    check_text(tagger, "今日は東京都に行きます。", "今日|は|東京都|に|行き|ます|。");
    check_text(tagger, "New York", "New York");
    tkz_tagger_free(tagger);
}
END_TEST

START_TEST(tells_all_about_a_word)
{
    tkz_tagger *tagger = open_tagger(false);
    const tkz_morpheme *m;
    size_t count;
    ck_assert_status(tkz_tagger_parse(tagger, " 明日 犬abc", 14, &m, &count, NULL));
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(m[0].space_start, 0);
    ck_assert_uint_eq(m[0].start, 1);
    ck_assert_uint_eq(m[0].end, 7);
    ck_assert_uint_eq(m[0].feature_size, strlen("名詞,副詞,アス"));
    ck_assert_mem_eq(m[0].feature, "名詞,副詞,アス", m[0].feature_size);
    ck_assert_int_eq(m[0].word_cost, 2500);
    ck_assert_uint_eq(m[0].left_id, 1);
    ck_assert_uint_eq(m[0].right_id, 1);
    ck_assert_uint_eq(m[0].is_unknown, 0);
    ck_assert_uint_eq(m[1].space_start, 7);
    ck_assert_uint_eq(m[1].start, 8);
    ck_assert_uint_eq(m[2].is_unknown, 1);
    ck_assert_int_eq(m[2].word_cost, 5000);
    ck_assert_uint_eq(m[2].end, 14);
    tkz_tagger_free(tagger);
}
END_TEST

/* Characters that begin before a byte. */
static uint64_t characters_before(const char *text, uint64_t byte)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < byte; i++)
        count += ((uint8_t)text[i] & 0xC0) != 0x80;
    return count;
}

START_TEST(gives_words_as_arrays)
{
    static const char text[] = "今日は 東京都に\0行き\xE3\x81\xFF ます😀。 ";
    tkz_tagger *tagger = open_tagger(true);
    const tkz_morpheme *m;
    size_t count;
    tkz_tagged_words words;
    for (uint32_t requests = 0; requests < 2; requests++) {
        ck_assert_status(tkz_tagger_set_requests(tagger, requests, NULL));
        ck_assert_status(tkz_tagger_words(tagger, text, sizeof text - 1, &words, NULL));
        ck_assert_status(tkz_tagger_parse(tagger, text, sizeof text - 1, &m, &count, NULL));
        ck_assert_uint_gt(count, 6);
        ck_assert_uint_eq(words.count, count);
        ck_assert_int_eq(words.start_characters == NULL, requests == 0);
        ck_assert_int_eq(words.end_characters == NULL, requests == 0);
        for (size_t i = 0; i < count; i++) {
            ck_assert_uint_eq(words.starts[i], m[i].start);
            ck_assert_uint_eq(words.ends[i], m[i].end);
            ck_assert_uint_eq(words.part_of_speech_ids[i], m[i].part_of_speech_id);
            uint64_t start = requests != 0 ? characters_before(text, m[i].start) : 0;
            uint64_t end = requests != 0 ? characters_before(text, m[i].end) : 0;
            ck_assert_uint_eq(m[i].start_character, start);
            ck_assert_uint_eq(m[i].end_character, end);
            if (requests != 0) {
                ck_assert_uint_eq(words.start_characters[i], start);
                ck_assert_uint_eq(words.end_characters[i], end);
            }
        }
    }
    ck_assert_status(tkz_tagger_words(tagger, "", 0, &words, NULL));
    ck_assert_uint_eq(words.count, 0);
    ck_assert_int_eq(tkz_tagger_words(tagger, NULL, 1, &words, NULL), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_int_eq(tkz_tagger_set_requests(tagger, 2, NULL), TKZ_STATUS_INVALID_OPTION);
    tkz_tagger_free(tagger);
}
END_TEST

START_TEST(takes_nul_as_a_border)
{
    tkz_tagger *tagger = open_tagger(false);
    const tkz_morpheme *m;
    size_t count;
    check_words(tagger, "東\0京", 7, "東|京");
    check_words(tagger, "\0\0猫 \0 \0", 9, "猫");
    check_words(tagger, "\0\0\0", 3, "");
    ck_assert_status(tkz_tagger_parse(tagger, "東 \0\0 京\0", 11, &m, &count, NULL));
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(m[1].space_start, 3);
    ck_assert_uint_eq(m[1].start, 7);
    ck_assert_uint_eq(m[1].end, 10);

    const char *output;
    size_t size;
    ck_assert_status(tkz_tagger_format(tagger, "東\0京", 7, TKZ_MORPH_FORMAT_WAKATI, &output,
                                       &size, NULL));
    ck_assert_uint_eq(size, strlen("東 京 \n"));
    ck_assert_mem_eq(output, "東 京 \n", size);
    tkz_tagger_free(tagger);
}
END_TEST

/* "東", then `count` times `space`, then "京 ": the words must stand where they are. */
static void check_space(tkz_tagger *tagger, const char *space, size_t count)
{
    size_t space_size = strlen(space) * count;
    size_t size = 3 + space_size + 4;
    char *text = malloc(size);
    memcpy(text, "東", 3);
    for (size_t i = 0; i < count; i++)
        memcpy(text + 3 + i * strlen(space), space, strlen(space));
    memcpy(text + 3 + space_size, "京 ", 4);
    const tkz_morpheme *m;
    size_t found;
    ck_assert_status(tkz_tagger_parse(tagger, text, size, &m, &found, NULL));
    check_offsets(m, found, size);
    ck_assert_uint_eq(found, 2);
    ck_assert_uint_eq(m[0].end, 3);
    ck_assert_uint_eq(m[1].start, 3 + space_size);
    ck_assert_uint_eq(m[1].end, size - 1);
    free(text);
}

START_TEST(loses_nothing_behind_long_white_space)
{
    static const size_t counts[] = {1,     8192,  16383, 16384, 16385, 16386, 32768,
                                    65530, 65534, 65535, 65536, 70000, 200000};
    tkz_tagger *tagger = open_tagger(false);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        check_space(tagger, " ", counts[i]);
        check_space(tagger, "\t \n", counts[i]);
        check_space(tagger, "　", counts[i]); /* three bytes; white space in this dictionary */
    }
    tkz_tagger_free(tagger);
    tagger = open_ipadic();
    check_space(tagger, " ", 65535);
    check_space(tagger, "\n", 1 << 20);
    tkz_tagger_free(tagger);
}
END_TEST

START_TEST(takes_long_texts)
{
    tkz_tagger *tagger = open_tagger(false);
    enum { TIMES = 20000, SIZE = 36 };
    char *text = malloc((size_t)TIMES * SIZE);
    for (size_t i = 0; i < TIMES; i++)
        memcpy(text + i * SIZE, "今日は東京都に行きます。", SIZE);
    const tkz_morpheme *m;
    size_t count;
    ck_assert_status(tkz_tagger_parse(tagger, text, (size_t)TIMES * SIZE, &m, &count, NULL));
    ck_assert_uint_eq(count, (size_t)TIMES * 8);
    check_offsets(m, count, (size_t)TIMES * SIZE);
    for (size_t i = 0; i < count; i += 8)
        ck_assert_uint_eq(m[i].start, i / 8 * SIZE);
    free(text);
    tkz_tagger_free(tagger);
}
END_TEST

/* MeCab ends at a sum of 2^31 ("too long sentence"), which these words reach at the 62 668th. */
START_TEST(goes_on_where_mecab_gives_up)
{
    tkz_tagger *tagger = open_tagger(false);
    enum { TIMES = 70000, SIZE = 4 };
    char *text = malloc((size_t)TIMES * SIZE); /* each costs 34 267 */
    for (size_t i = 0; i < TIMES; i++)
        memcpy(text + i * SIZE, "大 ", SIZE);
    const tkz_morpheme *m;
    size_t count;
    tkz_error error;
    ck_assert_status(tkz_tagger_parse(tagger, text, (size_t)TIMES * SIZE, &m, &count, &error));
    ck_assert_uint_eq(count, TIMES);
    check_offsets(m, count, (size_t)TIMES * SIZE);
    free(text);

    size_t size = (16 << 20) + 1;
    text = malloc(size);
    memset(text, ' ', size);
    ck_assert_status(tkz_tagger_parse(tagger, text, size, &m, &count, &error));
    ck_assert_uint_eq(count, 0);
    free(text);
    check_text(tagger, "猫が見た", "猫|が|見|た");
    ck_assert_int_eq(tkz_tagger_parse(tagger, NULL, 1, &m, &count, &error),
                     TKZ_STATUS_INVALID_ARGUMENT);
    tkz_tagger_free(tagger);
    ck_assert_int_eq(tkz_tagger_new(&tagger, NULL, NULL, &error), TKZ_STATUS_INVALID_ARGUMENT);
    ck_assert_ptr_null(tagger);
}
END_TEST

START_TEST(writes_what_mecab_prints)
{
    tkz_tagger *tagger = open_tagger(false);
    const char *output;
    size_t size;
    static const char expected[] = "明日\t名詞,副詞,アス\nabc\t名詞,欧文,*\nEOS\n";
    ck_assert_status(tkz_tagger_format(tagger, " 明日abc ", 11, TKZ_MORPH_FORMAT_DEFAULT, &output,
                                       &size, NULL));
    ck_assert_uint_eq(size, strlen(expected));
    ck_assert_mem_eq(output, expected, size);
    ck_assert_status(tkz_tagger_format(tagger, "明日abc", 9, TKZ_MORPH_FORMAT_WAKATI, &output,
                                       &size, NULL));
    ck_assert_uint_eq(size, 12);
    ck_assert_mem_eq(output, "明日 abc \n", size);
    ck_assert_status(
        tkz_tagger_format(tagger, "", 0, TKZ_MORPH_FORMAT_DEFAULT, &output, &size, NULL));
    ck_assert_uint_eq(size, 4);
    ck_assert_mem_eq(output, "EOS\n", size);
    ck_assert_status(
        tkz_tagger_format(tagger, " ", 1, TKZ_MORPH_FORMAT_WAKATI, &output, &size, NULL));
    ck_assert_uint_eq(size, 1);
    ck_assert_mem_eq(output, "\n", size);
    ck_assert_int_eq(tkz_tagger_format(tagger, "", 0, 2, &output, &size, NULL),
                     TKZ_STATUS_INVALID_OPTION);
    tkz_tagger_free(tagger);
}
END_TEST

START_TEST(knows_ipadic)
{
    tkz_tagger *tagger = open_ipadic();
    static const char text[] = "すもももももももものうち";
    static const char expected[] = "すもも\t名詞,一般,*,*,*,*,すもも,スモモ,スモモ\n"
                                   "も\t助詞,係助詞,*,*,*,*,も,モ,モ\n"
                                   "もも\t名詞,一般,*,*,*,*,もも,モモ,モモ\n"
                                   "も\t助詞,係助詞,*,*,*,*,も,モ,モ\n"
                                   "もも\t名詞,一般,*,*,*,*,もも,モモ,モモ\n"
                                   "の\t助詞,連体化,*,*,*,*,の,ノ,ノ\n"
                                   "うち\t名詞,非自立,副詞可能,*,*,*,うち,ウチ,ウチ\nEOS\n";
    const char *output;
    size_t size;
    ck_assert_status(tkz_tagger_format(tagger, text, strlen(text), TKZ_MORPH_FORMAT_DEFAULT,
                                       &output, &size, NULL));
    ck_assert_uint_eq(size, strlen(expected));
    ck_assert_mem_eq(output, expected, size);
    check_text(tagger, "今日は\r", "今日|は|\r");
    tkz_tagger_free(tagger);
}
END_TEST

/* Bytes and pieces of characters in any order. */
static size_t random_text(char *text, size_t capacity, uint64_t *state)
{
    static const char *const pieces[] = {"東京", "都", "は",  "。",   " ",        "\t", "　",
                                         "カ",   "漢", "abc", "1",    "\r\n",     "😀", "\xEF\xBF\xBF",
                                         "\xE3", "\x81", "\xFF", "\xF0\x9F", "\xC2", "食べ"};
    size_t size = 0;
    size_t wanted = test_random(state) % capacity;
    while (size + 4 + 6 < wanted) {
        uint64_t choice = test_random(state) % 24;
        if (choice < sizeof pieces / sizeof *pieces) {
            memcpy(text + size, pieces[choice], strlen(pieces[choice]));
            size += strlen(pieces[choice]);
        } else {
            text[size++] = (char)test_random(state); /* NUL among them */
        }
    }
    return size;
}

static void analyse_random(tkz_tagger *tagger, uint64_t state, int rounds)
{
    enum { CAPACITY = 600 };
    for (int round = 0; round < rounds; round++) {
        char text[CAPACITY];
        size_t size = random_text(text, CAPACITY, &state);
        char *exact = malloc(size + (size == 0));
        memcpy(exact, text, size);
        const tkz_morpheme *m;
        size_t count;
        ck_assert_status(tkz_tagger_parse(tagger, exact, size, &m, &count, NULL));
        check_offsets(m, count, size);
        free(exact);
    }
}

START_TEST(takes_any_bytes)
{
    tkz_tagger *tagger = open_tagger(true);
    analyse_random(tagger, 1, 3000);
    tkz_tagger_free(tagger);
    tagger = open_ipadic();
    analyse_random(tagger, 2, 1000);
    tkz_tagger_free(tagger);
}
END_TEST

/* ---- Threads ---- */

typedef struct thread_job {
    tkz_dictionary *dictionary;
    uint64_t hash; /* of all output */
    tkz_status status;
} thread_job;

static void *format_texts(void *argument)
{
    thread_job *job = argument;
    tkz_tagger *tagger;
    uint64_t state = 5;
    job->hash = 0;
    job->status = tkz_tagger_new(&tagger, job->dictionary, NULL, NULL);
    for (int i = 0; i < 400 && job->status == TKZ_OK; i++) {
        char text[600];
        const char *output;
        size_t size = random_text(text, sizeof text, &state), output_size;
        job->status = tkz_tagger_format(tagger, text, size, i % 2, &output, &output_size, NULL);
        if (job->status == TKZ_OK)
            job->hash = job->hash * 31 + tkz__hash64(output, output_size);
    }
    tkz_tagger_free(tagger);
    return NULL;
}

START_TEST(gives_threads_the_same_words)
{
    enum { THREADS = 3 };
    thread_job jobs[THREADS], alone;
    pthread_t threads[THREADS];
    ck_assert_status(tkz_dictionary_open(&alone.dictionary, "ipadic", NULL, 0, NULL, NULL));
    format_texts(&alone);
    ck_assert_status(alone.status);
    for (int i = 0; i < THREADS; i++) {
        jobs[i].dictionary = alone.dictionary;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, format_texts, &jobs[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert_status(jobs[i].status);
        ck_assert_uint_eq(jobs[i].hash, alone.hash);
    }
    tkz_dictionary_free(alone.dictionary);
}
END_TEST

/* ---- Memory ---- */

static tkz_status open_and_format(void *context, const tkz_allocator *allocator)
{
    const char *text = context;
    char user[LONG_PATH];
    join(user, home, "user.dic");
    const char *users[] = {user};
    tkz_dictionary *dictionary;
    tkz_tagger *tagger = NULL;
    const char *output;
    size_t size;
    tkz_status status = tkz_dictionary_open(&dictionary, home, users, 1, allocator, NULL);
    if (status == TKZ_OK)
        status = tkz_tagger_new(&tagger, dictionary, allocator, NULL);
    tkz_dictionary_free(dictionary);
    if (status == TKZ_OK)
        status = tkz_tagger_format(tagger, text, strlen(text), TKZ_MORPH_FORMAT_DEFAULT, &output,
                                   &size, NULL);
    if (status == TKZ_OK)
        status = tkz_tagger_format(tagger, text, strlen(text), TKZ_MORPH_FORMAT_WAKATI, &output,
                                   &size, NULL);
    tkz_tagged_words words;
    if (status == TKZ_OK)
        status = tkz_tagger_words(tagger, text, strlen(text), &words, NULL);
    if (status == TKZ_OK)
        status = tkz_tagger_set_requests(tagger, TKZ_TAGGER_CHARACTERS, NULL);
    if (status == TKZ_OK)
        status = tkz_tagger_words(tagger, text, strlen(text), &words, NULL);
    tkz_tagger_free(tagger);
    return status;
}

START_TEST(reports_failed_allocations)
{
    enum { SPACES = 20000 };
    char *text = malloc(SPACES + 64);
    memset(text, ' ', SPACES);
    strcpy(text + SPACES, "今日は東京都に行きます。");
    test_all_allocation_failures(open_and_format, text);
    free(text);
}
END_TEST

Suite *suite_morph(void)
{
    Suite *suite = suite_create("morph");
    TCase *cases = tcase_create("words");
    tcase_add_unchecked_fixture(cases, compile_dictionary, remove_dictionary);
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, finds_words);
    tcase_add_test(cases, tells_all_about_a_word);
    tcase_add_test(cases, gives_words_as_arrays);
    tcase_add_test(cases, takes_nul_as_a_border);
    tcase_add_test(cases, loses_nothing_behind_long_white_space);
    tcase_add_test(cases, takes_long_texts);
    tcase_add_test(cases, goes_on_where_mecab_gives_up);
    tcase_add_test(cases, writes_what_mecab_prints);
    tcase_add_test(cases, knows_ipadic);
    tcase_add_test(cases, takes_any_bytes);
    tcase_add_test(cases, gives_threads_the_same_words);
    tcase_add_test(cases, reports_failed_allocations);
    suite_add_tcase(suite, cases);
    return suite;
}
