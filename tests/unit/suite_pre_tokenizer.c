/* SPDX-License-Identifier: Apache-2.0
 *
 * Pre-tokenizers: cases by hand, hostile bytes, long runs, the readers of bit planes, and a
 * comparison with a small backtracking matcher that is given the patterns item by item.
 */
#include <stdlib.h>
#include <string.h>

#include "subword/pre_tokenizer.h"
#include "subword/scan_planes.h"
#include "testing.h"
#include "text/char_class.h"
#include "text/utf8.h"

Suite *suite_pre_tokenizer(void);

static const tkz__pre_tokenizer *find(const char *name)
{
    const tkz__pre_tokenizer *found = tkz__pre_tokenizer_find(name, strlen(name));
    ck_assert_ptr_nonnull(found);
    return found;
}

/* All ends, by calls with `room`; at most `size` of them. One assertion each would take most of the
 * time of the suite. */
static size_t cut_by(tkz__pre_tokenizer_cut *cut, const char *text, size_t size, size_t room,
                     uint32_t *ends)
{
    uint32_t *some = malloc(room * sizeof *some);
    size_t count = 0;
    for (size_t at = 0; at < size;) {
        size_t more = cut(text + at, size - at, some, room);
        size_t last = 0;
        bool ascending = more >= 1 && more <= room;
        for (size_t i = 0; ascending && i < more; i++) {
            ascending = some[i] > last && some[i] <= size - at;
            last = some[i];
            ends[count++] = (uint32_t)(at + last);
        }
        if (!ascending)
            ck_abort_msg("ends do not ascend");
        at += last;
    }
    free(some);
    return count;
}

static size_t cut_all(const tkz__pre_tokenizer *pre_tokenizer, const char *text, size_t size,
                      size_t room, uint32_t *ends)
{
    return cut_by(pre_tokenizer->cut, text, size, room, ends);
}

/* Cuts `text` and joins the chunks with U+00A6 broken bars. */
static void check_cut(const char *name, const char *text, const char *expected)
{
    size_t size = strlen(text), length = 0, start = 0;
    uint32_t ends[200];
    char result[600];
    size_t count = cut_all(find(name), text, size, 100, ends);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            memcpy(result + length, "\xC2\xA6", 2);
            length += 2;
        }
        memcpy(result + length, text + start, ends[i] - start);
        length += ends[i] - start;
        start = ends[i];
    }
    result[length] = '\0';
    ck_assert_str_eq(result, expected);
}

/* The expected chunks are what HF tokenizers 0.23.3 gives for the pattern. */
START_TEST(llama3_cases)
{
    check_cut("llama3", "Hello, world!", "Hello¦,¦ world¦!");
    check_cut("llama3", "I'll he'S we'VE o'\xC5\xBF", "I¦'ll¦ he¦'S¦ we¦'VE¦ o¦'\xC5\xBF");
    check_cut("llama3", "'x 'lx '", "'x¦ '¦lx¦ '");
    check_cut("llama3", "1234567", "123¦456¦7");
    check_cut("llama3", "  a\n\n  b\n", " ¦ a¦\n\n¦ ¦ b¦\n");
    check_cut("llama3", "a   ", "a¦   ");
    check_cut("llama3", "a \n \n b", "a¦ \n \n¦ b");
    check_cut("llama3", "a \n  ", "a¦ \n¦  ");
    check_cut("llama3", "!!\r\n\n x", "!!\r\n\n¦ x");
    check_cut("llama3", "、吾輩は猫である。名前はまだ無い。", "、吾輩は猫である¦。名前はまだ無い¦。");
    check_cut("llama3", "　吾輩・猫ー々　　", "　吾輩¦・猫ー々¦　　");
    check_cut("llama3", "は\xE3\x82\x99ー１２３４", "は¦\xE3\x82\x99ー¦１２３¦４");
}
END_TEST

START_TEST(relatives_of_llama3)
{
    check_cut("cl100k", "a \n  ", "a¦ \n  ");
    check_cut("cl100k", "a \n  b", "a¦ \n¦ ¦ b");
    check_cut("cl100k", "!\n \n ", "!\n¦ \n ");
    check_cut("cl100k", "I'll 1234", "I¦'ll¦ ¦123¦4");
    check_cut("qwen2", "a1234 ５６", "a¦1¦2¦3¦4¦ ¦５¦６");
    check_cut("qwen2", "は\xE3\x82\x99 !x", "は¦\xE3\x82\x99¦ !¦x");
    check_cut("qwen3_5", "は\xE3\x82\x99ー 12 !x", "は\xE3\x82\x99ー¦ ¦1¦2¦ !¦x");
    check_cut("qwen3_5", "!!\xCC\x81'm\xCC\x81", "!!¦\xCC\x81¦'m¦\xCC\x81");
}
END_TEST

START_TEST(gpt2_cases)
{
    check_cut("gpt2", "Hello, world!", "Hello¦,¦ world¦!");
    check_cut("gpt2", "I'll he'S 's", "I¦'ll¦ he¦'¦S¦ '¦s");
    check_cut("gpt2", "1234567 89", "1234567¦ 89");
    check_cut("gpt2", "a \n \n b", "a¦ \n \n¦ b");
    check_cut("gpt2", "a\n\nb", "a¦\n¦\n¦b");
    check_cut("gpt2", "a   ", "a¦   ");
    check_cut("gpt2", "吾輩は、猫。", "吾輩は¦、¦猫¦。");
    check_cut("command_r", "a12  3 b", "a¦1¦2¦  ¦3¦ b");
    check_cut("command_r", "it's 5's", "it¦'s¦ ¦5¦'s");
}
END_TEST

START_TEST(o200k_cases)
{
    check_cut("o200k", "camelCaseHTMLParser", "camel¦Case¦HTMLParser");
    check_cut("o200k", "don't DON'T x's's", "don't¦ DON'T¦ x's¦'s");
    check_cut("o200k", "1234 !!\n//x /\n/a", "123¦4¦ !!\n//¦x¦ /\n/¦a");
    check_cut("o200k", "日本語ABC", "日本語¦ABC");
    check_cut("o200k", "日本語Abc日本ABC", "日本語Abc日本¦ABC");
    check_cut("o200k", "ABC日本AB日 A日B", "ABC日本AB日¦ A日¦B");
    check_cut("o200k", "は\xE3\x82\x99" "A!は\xE3\x82\x99", "は\xE3\x82\x99¦A¦!は\xE3\x82\x99");
    check_cut("o200k", "!!\xCC\x81!a !\xCC\x81" "a", "!!\xCC\x81!¦a¦ !\xCC\x81¦a");
    check_cut("o200k", "!\xCC\x81!a", "!\xCC\x81¦!a");
    check_cut("o200k", "　吾輩・猫", "　吾輩¦・猫");
    check_cut("tekken", "don't 123 aB", "don¦'t¦ ¦1¦2¦3¦ a¦B");
    check_cut("tekken", "!\n/ \n x", "!\n/¦ \n¦ x");
}
END_TEST

START_TEST(deepseek_v3_cases)
{
    check_cut("deepseek_v3", "漢字・かなABC", "漢字¦・¦かな¦ABC");
    check_cut("deepseek_v3", " 漢字  漢字  abc", " ¦漢字¦  ¦漢字¦ ¦ abc");
    check_cut("deepseek_v3", "!abc\xC3\xA9 !abc", "!abc¦\xC3\xA9¦ !¦abc");
    check_cut("deepseek_v3", "1234\x01\x01" "a\x01", "123¦4¦\x01¦\x01" "a¦\x01");
    check_cut("deepseek_v3", "・\n。\n", "・¦\n¦。\n");
    check_cut("deepseek_v3", "it's \xF0\xA0\xAE\xB7漢", "it¦'s¦ \xF0\xA0\xAE\xB7¦漢");
}
END_TEST

START_TEST(invalid_bytes)
{
    /* Signs, like any other character that is no letter, number or space. */
    check_cut("llama3", "a\xFF\xFE" "b", "a¦\xFF\xFE¦b");
    check_cut("llama3", "a\xFF" "b", "a¦\xFF" "b");
    check_cut("llama3", "\xE3\x81", "\xE3\x81");
    check_cut("llama3", "1\xED\xA0\x80" "1", "1¦\xED\xA0\x80¦1");
    check_cut("llama3", " \xC0\x80\n", " \xC0\x80\n");
    check_cut("gpt2", " \xF5\x80 a", " \xF5\x80¦ a");
    check_cut("o200k", "A\xE3\x81" "b", "A¦\xE3\x81¦b");
    check_cut("deepseek_v3", "a\xFF\xFE" "b", "a¦\xFF¦\xFE" "b");
}
END_TEST

/* ---- A matcher that backtracks ------------------------------------------ */

/* Kinds of characters; each is of one. */
enum {
    UPPER_ASCII = 1 << 0,
    LOWER_ASCII = 1 << 1,
    UPPER = 1 << 2,
    LOWER = 1 << 3,
    UNCASED = 1 << 4,
    MARK = 1 << 5,
    NUMBER = 1 << 6,
    BLANK = 1 << 7, /* U+0020 */
    NEWLINE = 1 << 8,
    SPACE = 1 << 9, /* other white space */
    SLASH = 1 << 10,
    SIGN_ASCII = 1 << 11,
    SIGN = 1 << 12,
    REST = 1 << 13,
    ALL = (1 << 14) - 1,
    L = UPPER_ASCII | LOWER_ASCII | UPPER | LOWER | UNCASED,
    N = NUMBER,
    S = BLANK | NEWLINE | SPACE,
    P = SLASH | SIGN_ASCII | SIGN,
    U_LIKE = UPPER_ASCII | UPPER | UNCASED | MARK,
    L_LIKE = LOWER_ASCII | LOWER | UNCASED | MARK
};

typedef struct item {
    enum { END, RUN, CONTRACTION, SMALL_CONTRACTION, NO_SPACE_AHEAD, TEXT_END } kind;
    unsigned kinds;
    unsigned least, most;
} item;

#define SOME ((unsigned)-1)
#define OPTIONAL(kinds) {RUN, kinds, 0, 1}
#define MANY(kinds) {RUN, kinds, 1, SOME}
#define ANY_MANY(kinds) {RUN, kinds, 0, SOME}

typedef item alternatives[10][6];

static unsigned kind_at(const char *text, size_t size, size_t at, size_t *length, bool *cjk)
{
    uint32_t character;
    *length = tkz__utf8_decode(text + at, size - at, &character);
    *cjk = (character >= 0x3040 && character < 0x3100) ||
           (character >= 0x4E00 && character <= 0x9FA5);
    bool ascii = character < 0x80;
    uint32_t flags = tkz__char_flags(&tkz__class_table_16_0, character);
    if (flags & TKZ__CHAR_LETTER) {
        if (flags & TKZ__CHAR_UPPER)
            return ascii ? UPPER_ASCII : UPPER;
        if (flags & TKZ__CHAR_LOWER)
            return ascii ? LOWER_ASCII : LOWER;
        return UNCASED;
    }
    if (flags & TKZ__CHAR_MARK)
        return MARK;
    if (flags & TKZ__CHAR_NUMBER)
        return NUMBER;
    if (flags & TKZ__CHAR_WHITE_SPACE)
        return character == ' ' ? BLANK : character == '\r' || character == '\n' ? NEWLINE : SPACE;
    if (flags & (TKZ__CHAR_PUNCTUATION | TKZ__CHAR_SYMBOL))
        return character == '/' ? SLASH : ascii ? SIGN_ASCII : SIGN;
    return REST;
}

static size_t contraction_at(const char *text, size_t size, size_t at, bool small)
{
    static const char *const all[] = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d",
                                      "'S", "'\xC5\xBF", "'T", "'rE", "'Re", "'RE", "'vE", "'Ve",
                                      "'VE", "'M", "'lL", "'Ll", "'LL", "'D"};
    for (size_t i = 0; i < (small ? 7 : sizeof all / sizeof all[0]); i++) {
        size_t length = strlen(all[i]);
        if (size - at >= length && memcmp(text + at, all[i], length) == 0)
            return length;
    }
    return 0;
}

#define NO_MATCH ((size_t)-1)

/* The end of what the items match from `at`, greedy, with going back. */
static size_t match(const item *items, const char *text, size_t size, size_t at)
{
    size_t length, ends[400];
    bool cjk;
    switch (items->kind) {
    case END:
        return at;
    case TEXT_END:
        return at == size ? match(items + 1, text, size, at) : NO_MATCH;
    case NO_SPACE_AHEAD:
        return at == size || (kind_at(text, size, at, &length, &cjk) & S) != 0
                   ? match(items + 1, text, size, at)
                   : NO_MATCH;
    case CONTRACTION:
    case SMALL_CONTRACTION:
        length = contraction_at(text, size, at, items->kind == SMALL_CONTRACTION);
        if (length > 0) {
            size_t end = match(items + 1, text, size, at + length);
            if (end != NO_MATCH)
                return end;
        }
        return items->least == 0 ? match(items + 1, text, size, at) : NO_MATCH;
    default:
        break;
    }
    unsigned count = 0;
    ends[0] = at;
    while (count < items->most && at < size &&
           (kind_at(text, size, at, &length, &cjk) & items->kinds) != 0) {
        if (count == 399)
            ck_abort_msg("a text is too long");
        at += length;
        ends[++count] = at;
    }
    for (;; count--) {
        if (count < items->least)
            return NO_MATCH;
        size_t end = match(items + 1, text, size, ends[count]);
        if (end != NO_MATCH || count == 0)
            return end;
    }
}

/* The chunks of text[at..size): matches, and what lies between them. */
static size_t isolate(alternatives *pattern, const char *text, size_t size, size_t at,
                      uint32_t *ends)
{
    size_t count = 0, length, start = at;
    bool cjk;
    while (at < size) {
        size_t end = NO_MATCH;
        for (size_t i = 0; (*pattern)[i][0].kind != END && (end == NO_MATCH || end == at); i++)
            end = match((*pattern)[i], text, size, at);
        if (end == NO_MATCH) {
            kind_at(text, size, at, &length, &cjk);
            at += length;
            continue;
        }
        if (start < at)
            ends[count++] = (uint32_t)at;
        ends[count++] = (uint32_t)end;
        at = start = end;
    }
    if (start < at)
        ends[count++] = (uint32_t)at;
    return count;
}

#define BLANK_ENDS {MANY(S), {NO_SPACE_AHEAD, 0, 0, 0}}, {MANY(S)}
#define LINES_AND_BLANKS {ANY_MANY(S), MANY(NEWLINE)}, BLANK_ENDS
#define NOT_WORD (ALL & ~(NEWLINE | L | N))

static alternatives llama3 = {{{CONTRACTION, 0, 1, 1}}, {OPTIONAL(NOT_WORD), MANY(L)},
                              {{RUN, N, 1, 3}},
                              {OPTIONAL(BLANK), MANY(ALL & ~(S | L | N)), ANY_MANY(NEWLINE)},
                              LINES_AND_BLANKS};
static alternatives cl100k = {{{CONTRACTION, 0, 1, 1}}, {OPTIONAL(NOT_WORD), MANY(L)},
                              {{RUN, N, 1, 3}},
                              {OPTIONAL(BLANK), MANY(ALL & ~(S | L | N)), ANY_MANY(NEWLINE)},
                              {MANY(S), {TEXT_END, 0, 0, 0}}, LINES_AND_BLANKS};
static alternatives qwen2 = {{{CONTRACTION, 0, 1, 1}}, {OPTIONAL(NOT_WORD), MANY(L)},
                             {{RUN, N, 1, 1}},
                             {OPTIONAL(BLANK), MANY(ALL & ~(S | L | N)), ANY_MANY(NEWLINE)},
                             LINES_AND_BLANKS};
static alternatives qwen3_5 = {{{CONTRACTION, 0, 1, 1}}, {OPTIONAL(NOT_WORD), MANY(L | MARK)},
                               {{RUN, N, 1, 1}},
                               {OPTIONAL(BLANK), MANY(ALL & ~(S | L | MARK | N)),
                                ANY_MANY(NEWLINE)},
                               LINES_AND_BLANKS};
static alternatives gpt2 = {{{SMALL_CONTRACTION, 0, 1, 1}}, {OPTIONAL(BLANK), MANY(L)},
                            {OPTIONAL(BLANK), MANY(N)}, {OPTIONAL(BLANK), MANY(ALL & ~(S | L | N))},
                            BLANK_ENDS};
static alternatives o200k = {
    {OPTIONAL(NOT_WORD), ANY_MANY(U_LIKE), MANY(L_LIKE), {CONTRACTION, 0, 0, 1}},
    {OPTIONAL(NOT_WORD), MANY(U_LIKE), ANY_MANY(L_LIKE), {CONTRACTION, 0, 0, 1}},
    {{RUN, N, 1, 3}}, {OPTIONAL(BLANK), MANY(ALL & ~(S | L | N)), ANY_MANY(NEWLINE | SLASH)},
    LINES_AND_BLANKS};
static alternatives tekken = {
    {OPTIONAL(NOT_WORD), ANY_MANY(U_LIKE), MANY(L_LIKE)},
    {OPTIONAL(NOT_WORD), MANY(U_LIKE), ANY_MANY(L_LIKE)},
    {{RUN, N, 1, 1}}, {OPTIONAL(BLANK), MANY(ALL & ~(S | L | N)), ANY_MANY(NEWLINE | SLASH)},
    LINES_AND_BLANKS};
static alternatives deepseek_v3 = {
    {{RUN, SLASH | SIGN_ASCII, 1, 1}, MANY(UPPER_ASCII | LOWER_ASCII)},
    {OPTIONAL(ALL & ~(NEWLINE | L | P)), MANY(L | MARK)},
    {OPTIONAL(BLANK), MANY(P), ANY_MANY(NEWLINE)}, LINES_AND_BLANKS};

/* What the first steps of a Sequence make pieces of. */
typedef enum pieces { WHOLE, EACH_NUMBER, NUMBERS_AND_CJK } pieces;

static size_t piece_end(pieces how, const char *text, size_t size, size_t at)
{
    size_t length;
    bool cjk, first_cjk;
    unsigned first = kind_at(text, size, at, &length, &first_cjk);
    if (how == WHOLE)
        return size;
    for (unsigned count = 1;; count++) {
        at += length;
        if (first == NUMBER && count == (how == EACH_NUMBER ? 1 : 3))
            return at;
        if (at == size)
            return at;
        unsigned kind = kind_at(text, size, at, &length, &cjk);
        if ((kind == NUMBER) != (first == NUMBER) ||
            (how == NUMBERS_AND_CJK && cjk != first_cjk))
            return at;
    }
}

static const struct {
    const char *name;
    alternatives *pattern;
    pieces how;
} slow[] = {
    {"cl100k", &cl100k, WHOLE},
    {"command_r", &gpt2, EACH_NUMBER},
    {"deepseek_v3", &deepseek_v3, NUMBERS_AND_CJK},
    {"gpt2", &gpt2, WHOLE},
    {"llama3", &llama3, WHOLE},
    {"o200k", &o200k, WHOLE},
    {"qwen2", &qwen2, WHOLE},
    {"qwen3_5", &qwen3_5, WHOLE},
    {"tekken", &tekken, WHOLE},
};
enum { SLOW = sizeof slow / sizeof slow[0] };

static size_t slow_cut(size_t which, const char *text, size_t size, uint32_t *ends)
{
    size_t count = 0;
    for (size_t at = 0; at < size;) {
        size_t end = piece_end(slow[which].how, text, size, at);
        count += isolate(slow[which].pattern, text, end, at, ends + count);
        at = end;
    }
    return count;
}

static const char *const nasty[] = {
    "'", "'", "s", "S", "t", "re", "E", "ve", "m", "LL", "d", "a", "Z", "aB", "Ab", "ABC", "1", "9",
    "123", " ", " ", "  ", "\t", "\r", "\n", "\n", "\x0B", "\x1F", "/", "/\n", "\n/", "\xC2\x85",
    "\xC2\xA0", "\xE2\x80\x83", "\xE2\x80\xA8", "\xE2\x80\x8B", "　", "・", "ー", "あ", "漢", "゠",
    "\xE3\x82\x99", "\xE3\x82\x97", "\xE3\x81\x80", "々", "〇", "龥", "\xE9\xBE\xA6", "\xE3\x90\x80",
    "\xE4\xB7\x80", "\xC5\xBF", "\xE2\x84\xAA", "２", "²", "\xD9\xA3", "。", "「", "!", "!!", "-",
    "\xF0\x9F\x98\x80", "\xF0\xA0\xAE\xB7", "\xF0\x9D\x9F\x8E", "\xC7\x85", "\xC3\x89", "\xC3\xA9",
    "Ａ", "ａ", "！", "ｶﾞ", "･", "\xEF\xBF\xBD", "\xCC\x81", "\xEF\xB8\x8F", "\xF3\xA0\x84\x80",
    "\xEA\xB0\x80", "\xED\x9E\xA3", "\x01", "\x7F", "\xFF", "\xE3\x81", "\x80"};
enum { NASTY = sizeof nasty / sizeof nasty[0], LONGEST = 380 };

static size_t nasty_text(uint64_t *random, char *text)
{
    size_t size = 0, few[4];
    bool use_few = test_random(random) % 2 == 0;
    for (size_t i = 0; i < 4; i++)
        few[i] = test_random(random) % NASTY;
    for (size_t count = 1 + test_random(random) % 40; count > 0; count--) {
        uint64_t draw = test_random(random);
        const char *piece = nasty[use_few ? few[draw % 4] : draw % NASTY];
        /* Runs, so that borders of blocks of 64 bytes fall anywhere. */
        size_t times = test_random(random) % 8 == 0 ? 1 + test_random(random) % 70 : 1;
        for (; times > 0 && size + strlen(piece) <= LONGEST; times--) {
            memcpy(text + size, piece, strlen(piece));
            size += strlen(piece);
        }
    }
    if (size == 0)
        text[size++] = '?';
    return size;
}

START_TEST(against_matcher)
{
    static const size_t rooms[] = {1, 2, 7, 1000};
    const tkz__pre_tokenizer *scanners[SLOW];
    for (size_t which = 0; which < SLOW; which++)
        scanners[which] = find(slow[which].name);
    uint64_t random = 42;
    for (int round = 0; round < 12000 / TEST_SHORTER; round++) {
        char drawn[LONGEST + 8];
        uint32_t expected[LONGEST + 8], found[LONGEST + 8];
        size_t size = nasty_text(&random, drawn);
        char *text = malloc(size); /* exact, so that a read behind it is caught */
        memcpy(text, drawn, size);
        for (size_t which = 0; which < SLOW; which++) {
            size_t count = slow_cut(which, text, size, expected);
            size_t room = rooms[test_random(&random) % 4];
            for (tkz__scan_path path = 0; path <= tkz__scan_best_path(); path++) {
                if (cut_by(scanners[which]->paths[path], text, size, room, found) != count ||
                    memcmp(found, expected, count * sizeof *found) != 0)
                    ck_abort_msg("%s: round %d differs by path %d", slow[which].name, round,
                                 (int)path);
            }
        }
        free(text);
    }
}
END_TEST

/* A run of white space of some thousand bytes: up to its last line end, up to its last character,
 * which stands
 * before the word, and the word. */
START_TEST(long_white_space)
{
    static const char *const spaces[] = {" ", "\t", "\xC2\x85", "\xC2\xA0", "\xE2\x80\x8A", "\xE3\x80\x80"};
    enum { MOST = 3000 };
    const tkz__pre_tokenizer *one = find("llama3");
    uint64_t random = 9;
    for (int round = 0; round < 400; round++) {
        char drawn[3 * MOST + 8];
        uint32_t expected[3], found[8];
        size_t size = 0, count = 1 + test_random(&random) % MOST, line = test_random(&random) % count;
        drawn[size++] = '\n';
        expected[0] = 1;
        for (size_t i = 0; i < count; i++) {
            const char *space = spaces[test_random(&random) % 6];
            if (i == line) {
                drawn[size++] = '\n';
                expected[0] = (uint32_t)size;
            }
            memcpy(drawn + size, space, strlen(space));
            expected[1] = (uint32_t)size;
            size += strlen(space);
        }
        drawn[size++] = 'x';
        expected[2] = (uint32_t)size;
        size_t first = expected[0] == expected[1] ? 1 : 0; /* no white space between */
        expected[first] = expected[0];
        char *text = malloc(size);
        memcpy(text, drawn, size);
        for (tkz__scan_path path = 0; path <= tkz__scan_best_path(); path++) {
            ck_assert_uint_eq(cut_by(one->paths[path], text, size, 8, found), 3 - first);
            ck_assert_int_eq(memcmp(found, expected + first, (3 - first) * sizeof *found), 0);
        }
        free(text);
    }
}
END_TEST

START_TEST(rooms_and_next)
{
    static const size_t rooms[] = {1, 2, 7, 1000, 5000};
    enum { SIZE = 4000 };
    uint64_t random = 3;
    char *text = malloc(SIZE + LONGEST + 8);
    uint32_t *all = malloc((SIZE + LONGEST) * sizeof *all);
    uint32_t *some = malloc((SIZE + LONGEST) * sizeof *some);
    size_t size = 0;
    while (size < SIZE)
        size += nasty_text(&random, text + size);
    for (size_t which = 0; which < SLOW; which++) {
        const tkz__pre_tokenizer *one = find(slow[which].name);
        size_t count = cut_all(one, text, size, size, all);
        for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
            ck_assert_uint_eq(cut_all(one, text, size, rooms[i], some), count);
            ck_assert_mem_eq(some, all, count * sizeof *all);
        }
        size_t at = 0;
        for (size_t i = 0; i < count; i++) {
            at += one->next(text + at, size - at);
            ck_assert_uint_eq(at, all[i]);
        }
    }
    free(some);
    free(all);
    free(text);
}
END_TEST

static bool same_planes(tkz__scan_set set, const tkz__scan_planes *one,
                        const tkz__scan_planes *other)
{
    for (unsigned plane = 0; plane < TKZ__PLANE_OTHER; plane++) {
        if ((tkz__scan_planes_of(set) >> plane & 1) != 0 && one->of[plane] != other->of[plane])
            return false;
    }
    return true;
}

static tkz__scan_read *const *reading(tkz__scan_path path)
{
#if TKZ__PATH_AVX2
    if (path == TKZ__SCAN_AVX2)
        return tkz__scan_read_avx2;
    if (path == TKZ__SCAN_AVX512)
        return tkz__scan_read_avx512;
#endif
    ck_assert_int_eq(path, TKZ__SCAN_SCALAR);
    return tkz__scan_read_scalar;
}

/* All readers give the same planes for any bytes. */
START_TEST(readers)
{
    enum { BLOCKS = 8 };
    uint64_t random = 11;
    for (int round = 0; round < 20000 / TEST_SHORTER; round++) {
        char drawn[LONGEST + 8];
        size_t size = nasty_text(&random, drawn);
        if (round % 2 == 0) {
            for (size_t i = 0; i < size; i++)
                drawn[i] = test_random(&random) % 4 == 0 ? (char)test_random(&random) : drawn[i];
        }
        char *text = malloc(size);
        memcpy(text, drawn, size);
        for (tkz__scan_set set = 0; set < TKZ__SCAN_SETS; set++) {
            static tkz__scan_planes slowly[BLOCKS], fast[BLOCKS];
            tkz__scan_reader one = {.text = text, .size = size};
            tkz__scan_read_scalar[set](&one, slowly, BLOCKS);
            for (tkz__scan_path path = 1; path <= tkz__scan_best_path(); path++) {
                tkz__scan_reader other = {.text = text, .size = size};
                reading(path)[set](&other, fast, 3);
                reading(path)[set](&other, fast + 3, BLOCKS - 3);
                for (size_t block = 0; block < BLOCKS; block++) {
                    if (!same_planes(set, &slowly[block], &fast[block]))
                        ck_abort_msg("block %zu of round %d differs in set %d by path %d", block,
                                     round, (int)set, (int)path);
                }
            }
        }
        free(text);
    }
}
END_TEST

/* Every character in its planes, by all readers, across the end of a block. */
START_TEST(reader_of_all_characters)
{
    for (uint32_t character = 0x80; character < 0x110000; character += 1 + TEST_SHORTER / 2) {
        if (character >= 0xD800 && character < 0xE000)
            continue;
        char text[70];
        memset(text, '.', sizeof text);
        size_t length = tkz__utf8_encode(character, text + 62);
        uint32_t flags = tkz__char_flags(&tkz__class_table_16_0, character);
        uint64_t letter = flags & TKZ__CHAR_LETTER ? 3 : 0;
        for (tkz__scan_set set = 0; set < TKZ__SCAN_SETS; set++) {
            tkz__scan_planes slowly[2], fast[2];
            tkz__scan_reader one = {.text = text, .size = 62 + length};
            tkz__scan_read_scalar[set](&one, slowly, 2);
            bool right = slowly[0].of[TKZ__PLANE_LETTER] >> 62 == letter &&
                         slowly[0].of[TKZ__PLANE_TAIL] >> 62 == 2;
            for (tkz__scan_path path = 1; path <= tkz__scan_best_path(); path++) {
                tkz__scan_reader other = {.text = text, .size = 62 + length};
                reading(path)[set](&other, fast, 2);
                right = right && same_planes(set, &slowly[0], &fast[0]) &&
                        same_planes(set, &slowly[1], &fast[1]);
            }
            if (!right)
                ck_abort_msg("U+%04X is in other planes in set %d", (unsigned)character, (int)set);
        }
    }
}
END_TEST

/* Megabytes of one character or two must be read a fixed number of times. */
START_TEST(long_runs)
{
    static const char *const runs[] = {
        " ", "\n", " \n", "\n ", "\r\n", "a", "A", "aA", "1", "１", ".", "/", "\n/", "/\n", "'", "'s",
        "a's", "あ", "あA", "Aあ", "・", "あ・", "\xE3\x82\x99", "!\xCC\x81", "\xCC\x81!", "。", "　",
        "\xF0\x9F\x98\x80", "\x01", "\x01" "a", "\x80", "\xE3\x81", "漢!"};
    enum { SIZE = 1000000 / TEST_SHORTER, ROOM = 300 };
    static const char *const ends[] = {"", "x", "X", " ", "\n", "あ"};
    char *text = malloc(SIZE + 8);
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        size_t length = strlen(runs[i]), size = 0;
        for (; size + length <= SIZE; size += length)
            memcpy(text + size, runs[i], length);
        const char *end = ends[i % 6];
        memcpy(text + size, end, strlen(end));
        size += strlen(end);
        for (size_t which = 0; which < SLOW; which++) {
            uint32_t some[ROOM];
            size_t count;
            for (size_t at = 0; at < size; at += some[count - 1])
                count = find(slow[which].name)->cut(text + at, size - at, some, ROOM);
        }
    }
    /* Behind an uncased letter the end of a run of capitals decides. */
    memset(text, 'A', SIZE);
    memcpy(text, "あ", 3);
    ck_assert_uint_eq(find("o200k")->next(text, SIZE), 3);
    text[SIZE - 1] = 'a';
    ck_assert_uint_eq(find("o200k")->next(text, SIZE), SIZE);
    memset(text, ' ', SIZE);
    const tkz__pre_tokenizer *llama = find("llama3");
    ck_assert_uint_eq(llama->next(text, SIZE), SIZE);
    text[SIZE - 1] = 'a';
    ck_assert_uint_eq(llama->next(text, SIZE), SIZE - 2);
    ck_assert_uint_eq(llama->next(text + SIZE - 2, 2), 2);
    text[SIZE - 2] = '\n';
    ck_assert_uint_eq(llama->next(text, SIZE), SIZE - 1);
    ck_assert_uint_eq(find("cl100k")->next(text, SIZE - 1), SIZE - 1);
    free(text);
}
END_TEST

START_TEST(any_bytes)
{
    uint64_t random = 7;
    for (int round = 0; round < 3000 / TEST_SHORTER; round++) {
        size_t size = 1 + test_random(&random) % 200;
        char *text = malloc(size);
        uint32_t ends[200], expected[200];
        for (size_t i = 0; i < size; i++)
            text[i] = (char)test_random(&random);
        for (size_t which = 0; which < SLOW; which++) {
            size_t count = cut_all(find(slow[which].name), text, size, 50, ends);
            ck_assert_uint_eq(count, slow_cut(which, text, size, expected));
            ck_assert_mem_eq(ends, expected, count * sizeof *ends);
        }
        free(text);
    }
}
END_TEST

START_TEST(public_list)
{
    ck_assert_uint_eq(tkz_pre_tokenizer_count(), SLOW);
    ck_assert_ptr_null(tkz_pre_tokenizer_at(SLOW));
    for (size_t i = 0; i < SLOW; i++) {
        ck_assert_str_eq(tkz_pre_tokenizer_at(i)->name, slow[i].name);
        ck_assert_str_eq(tkz_pre_tokenizer_at(i)->unicode_version,
                         tkz__class_table_16_0.unicode_version);
        ck_assert_uint_gt(strlen(tkz_pre_tokenizer_at(i)->text), 0);
        ck_assert_uint_gt(strlen(tkz_pre_tokenizer_at(i)->pattern), 0);
    }
    ck_assert_ptr_null(tkz__pre_tokenizer_find("llama", 5));
    ck_assert_ptr_null(tkz__pre_tokenizer_find("llama33", 7));
}
END_TEST

static const tkz__pre_tokenizer *by_pattern(const char *pattern)
{
    return tkz__pre_tokenizer_by_pattern(pattern, strlen(pattern));
}

static const tkz__pre_tokenizer *by_rust(const char *pattern)
{
    return tkz__pre_tokenizer_by_dialect(TKZ__DIALECT_RUST, pattern, strlen(pattern));
}

START_TEST(by_text)
{
    for (size_t i = 0; i < SLOW; i++) {
        const tkz__pre_tokenizer *one = find(slow[i].name);
        if (one->steps == NULL) {
            ck_assert_ptr_eq(by_pattern(one->pattern), one);
            tkz__split_step step = {TKZ__SPLIT_REGEX, one->pattern};
            ck_assert_ptr_eq(tkz__pre_tokenizer_by_steps(&step, 1), one);
        } else {
            ck_assert_ptr_null(by_pattern(one->pattern));
            ck_assert_ptr_eq(tkz__pre_tokenizer_by_steps(one->steps, one->step_count), one);
            ck_assert_ptr_null(tkz__pre_tokenizer_by_steps(one->steps, one->step_count - 1));
        }
    }
    const char *r50k = "'(?:[sdmt]|ll|ve|re)| ?\\p{L}++| ?\\p{N}++| ?[^\\s\\p{L}\\p{N}]++|\\s++$|"
                       "\\s+(?!\\S)|\\s";
    ck_assert_ptr_eq(by_rust(r50k), find("gpt2"));
    ck_assert_ptr_null(by_pattern(r50k)); /* `$` is before each line end there */
    ck_assert_ptr_eq(by_pattern("'s|'t|'re|'ve|'m|'ll|'d| ?[\\p{L}]+| ?[\\p{N}]+|"
                                " ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"),
                     find("gpt2"));
    ck_assert_ptr_eq(by_rust("'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+|"
                             " ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s"),
                     find("cl100k"));
    ck_assert_ptr_null(by_pattern(""));
    ck_assert_ptr_null(by_pattern("\\p{L}+"));
    tkz__split_step byte_level = {TKZ__SPLIT_BYTE_LEVEL, NULL};
    ck_assert_ptr_eq(tkz__pre_tokenizer_by_steps(&byte_level, 1), find("gpt2"));
    tkz__split_step digits = {TKZ__SPLIT_DIGITS, NULL};
    ck_assert_ptr_null(tkz__pre_tokenizer_by_steps(&digits, 1));
}
END_TEST

Suite *suite_pre_tokenizer(void)
{
    Suite *suite = suite_create("pre_tokenizer");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, llama3_cases);
    tcase_add_test(tests, relatives_of_llama3);
    tcase_add_test(tests, gpt2_cases);
    tcase_add_test(tests, o200k_cases);
    tcase_add_test(tests, deepseek_v3_cases);
    tcase_add_test(tests, invalid_bytes);
    tcase_add_test(tests, against_matcher);
    tcase_add_test(tests, long_white_space);
    tcase_add_test(tests, rooms_and_next);
    tcase_add_test(tests, readers);
    tcase_add_test(tests, reader_of_all_characters);
    tcase_add_test(tests, long_runs);
    tcase_add_test(tests, any_bytes);
    tcase_add_test(tests, public_list);
    tcase_add_test(tests, by_text);
    suite_add_tcase(suite, tests);
    return suite;
}
