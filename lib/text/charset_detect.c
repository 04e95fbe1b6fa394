/* SPDX-License-Identifier: Apache-2.0
 *
 * tkz_charset_detect. Leans on charset_declaration, charset_score and utf8.
 *
 * Every charset that could be meant reads the text, some at a time, and those that
 * see it as far less likely than the best one drop out; the winner reads on to the end,
 * to count what is no character. Nothing is allocated.
 */
#include <stdbool.h>
#include <string.h>

#include "text/charset_declaration.h"
#include "text/charset_decode.h"
#include "text/charset_score.h"
#include "tokenize/text.h"

/* Bytes that the readings take in turn: after 250 characters few are left. */
#define WINDOW 512
/* Bits behind the best reading at which one is out: 2^-200 needs no second look. */
#define HOPELESS 200
/* Windows with characters that are not ASCII after which the best reading has won. */
#define WINDOW_LIMIT 256
/* So many sequences of two and more bytes do not become valid UTF-8 by chance: in the likeliest
 * case, half-width kana of cp932, a pair of bytes is valid one time in four, and all must be. */
#define SURE_SEQUENCES 12
/* What a declaration is worth: it stands unless a reading is better by these bits and a quarter. */
#define DECLARATION_BITS 30

/* What a control character costs above any ASCII character, and what NUL does. */
#define CONTROL_BITS 9
#define ZERO_BITS 15

/* All readings: two of each charset of two bytes, one from a text cut inside a character. */
#define READING_LIMIT 16

/* What the bytes are made of. */
typedef struct byte_facts {
    size_t ascii;    /* length of the prefix of ASCII */
    size_t valid;    /* length of the prefix of UTF-8 */
    uint64_t zeros;  /* NUL */
    uint64_t controls; /* below 20, without NUL, tab, line ends, form feed and escape */
    uint64_t escapes;
} byte_facts;

/* Counts in the bytes from `at` to `end`. */
static void count_each(const uint8_t *data, size_t at, size_t end, byte_facts *facts)
{
    for (; at < end; at++) {
        uint8_t byte = data[at];

        facts->zeros += byte == 0;
        facts->escapes += byte == 0x1B;
        facts->controls += byte < 0x20 && byte != 0 && byte != 0x1B &&
                           (byte < '\t' || byte > '\r');
    }
}

static void count_controls(const uint8_t *data, size_t size, byte_facts *facts)
{
    size_t at = 0;

    facts->zeros = 0;
    facts->escapes = 0;
    facts->controls = 0;
    for (; size - at >= 16; at += 16) {
        uint64_t words[2];
        uint64_t low;

        /* A byte below 20 borrows when 20 is taken from it (S. E. Anderson, Bit Twiddling Hacks,
         * "Determine if a word has a byte less than n"). */
        memcpy(words, data + at, sizeof words);
        low = ((words[0] - UINT64_C(0x2020202020202020)) & ~words[0]) |
              ((words[1] - UINT64_C(0x2020202020202020)) & ~words[1]);
        if ((low & UINT64_C(0x8080808080808080)) != 0)
            count_each(data, at, at + 16, facts);
    }
    count_each(data, at, size, facts);
}

static bool is_wide(tkz__charset charset)
{
    return charset >= TKZ__CHARSET_UTF_16LE && charset <= TKZ__CHARSET_UTF_32BE;
}

static void guess_none(tkz_charset_guess *guess)
{
    memset(guess, 0, sizeof *guess);
    guess->evidence = "none";
}

static void guess_sure(tkz_charset_guess *guess, tkz__charset charset, double confidence,
                       const char *evidence)
{
    guess->charset = tkz__charset_name(charset);
    guess->confidence = confidence;
    guess->evidence = evidence;
}

/* ---- ISO-2022-JP ------------------------------------------------------- */

/* Looks for escape sequences of ISO-2022-JP in bytes that are nearly all ASCII. True when they are
 * more than other ones and what stands between them is made of pairs. */
static bool finds_iso_2022_jp(const uint8_t *data, size_t size, double *confidence)
{
    uint64_t ours = 0;
    uint64_t others = 0;
    uint64_t pairs = 0;
    uint64_t bad = 0;
    const uint8_t *end = data + size;
    const uint8_t *escape = memchr(data, 0x1B, size);

    while (escape != NULL) {
        size_t left = (size_t)(end - escape);
        const uint8_t *next = left > 1 ? memchr(escape + 1, 0x1B, left - 1) : NULL;
        const uint8_t *stop = next == NULL ? end : next;
        bool is_double = false;
        size_t length = 3;

        if (left >= 3 && escape[1] == '$' && (escape[2] == 'B' || escape[2] == '@')) {
            is_double = true;
        } else if (left >= 4 && escape[1] == '$' && escape[2] == '(' &&
                   (escape[3] == 'B' || escape[3] == '@' || escape[3] == 'D')) {
            is_double = true;
            length = 4;
        } else if (left < 3 || !((escape[1] == '(' && memchr("BJHI", escape[2], 4) != NULL) ||
                                 (escape[1] == '&' && escape[2] == '@'))) {
            /* One that the text's end cuts off speaks neither for nor against. */
            others += left >= 3;
            escape = next;
            continue;
        }
        ours++;
        if (is_double)
            for (const uint8_t *at = escape + length; at < stop && *at != '\n' && *at != '\r';) {
                if (stop - at >= 2 && at[0] > 0x20 && at[0] < 0x7F && at[1] > 0x20 && at[1] < 0x7F) {
                    pairs++;
                    at += 2;
                } else {
                    bad += stop - at >= 2 || stop != end;
                    at++;
                }
            }
        escape = next;
    }
    if (ours <= others * 2 || bad * 10 > pairs)
        return false;
    *confidence = 1.0 - 0.01 / (double)ours - 0.5 * (double)(others + bad) / (double)(ours + pairs);
    return true;
}

/* ---- Readings ---------------------------------------------------------- */

typedef struct contest {
    tkz__charset_reading readings[READING_LIMIT];
    size_t count;
} contest;

static void enter(contest *all, tkz__charset charset, uint64_t bits, size_t start)
{
    tkz__charset_reading *reading = &all->readings[all->count++];

    memset(reading, 0, sizeof *reading);
    reading->charset = charset;
    reading->start = start;
    reading->at = start;
    reading->bits = bits;
}

/* Every charset with what it costs to think of it, in bits: how rare it is in what a Japanese
 * corpus is made of. */
static void enter_all(contest *all, const uint8_t *data, size_t size, const byte_facts *facts)
{
    static const struct prior {
        uint8_t charset;
        uint8_t bits;
        uint8_t is_double;
    } priors[] = {{TKZ__CHARSET_UTF_8, 0, 0},   {TKZ__CHARSET_CP932, 4, 1},
                  {TKZ__CHARSET_EUC_JP, 6, 1},  {TKZ__CHARSET_WINDOWS_1252, 6, 0},
                  {TKZ__CHARSET_GB18030, 8, 1}, {TKZ__CHARSET_BIG5, 9, 1},
                  {TKZ__CHARSET_EUC_KR, 9, 1},  {TKZ__CHARSET_UTF_16LE, 12, 0},
                  {TKZ__CHARSET_UTF_16BE, 12, 0}};

    all->count = 0;
    for (size_t i = 0; i < sizeof priors / sizeof *priors; i++) {
        enter(all, (tkz__charset)priors[i].charset, priors[i].bits, 0);
        if (priors[i].is_double && data[0] >= 0x80)
            enter(all, (tkz__charset)priors[i].charset, priors[i].bits + 10u, 1);
    }
    /* Every character of UTF-32 has a NUL. */
    if (facts->zeros >= size / 4) {
        enter(all, TKZ__CHARSET_UTF_32LE, 12, 0);
        enter(all, TKZ__CHARSET_UTF_32BE, 12, 0);
    }
}

static size_t best_of(const contest *all)
{
    size_t best = 0;

    for (size_t i = 1; i < all->count; i++)
        if (all->readings[i].bits < all->readings[best].bits)
            best = i;
    return best;
}

/* Drops readings that are far behind; the one of charset `kept` stays. */
static void drop_hopeless(contest *all, tkz__charset kept)
{
    uint64_t limit = all->readings[best_of(all)].bits + HOPELESS;
    size_t count = 0;

    for (size_t i = 0; i < all->count; i++)
        if (all->readings[i].bits <= limit || all->readings[i].charset == kept)
            all->readings[count++] = all->readings[i];
    all->count = count;
}

/* Lets all read until one is left, or until enough was read, and gives the bytes read. */
static size_t run_contest(contest *all, const uint8_t *data, size_t size, tkz__charset declared)
{
    size_t end = 0;
    size_t windows = 0;

    while (end < size && windows < WINDOW_LIMIT) {
        size_t ascii = tkz__ascii_run(data + end, size - end);
        size_t window = ascii > WINDOW ? ascii : WINDOW;

        /* A long run of ASCII tells nothing, but in UTF-16, where it is none. */
        windows += ascii <= WINDOW;
        end += size - end < window ? size - end : window;
        for (size_t i = 0; i < all->count; i++)
            if (all->readings[i].at < end)
                tkz__charset_read(&all->readings[i], data, end, size);
        if (end < size)
            drop_hopeless(all, declared);
        if (all->count == 1)
            break;
    }
    return end;
}

/* Readings take control characters for ASCII. Those in the first `end` bytes cost extra, but for
 * UTF-16 and UTF-32, where they are halves of other characters. */
static void add_controls(contest *all, const uint8_t *data, size_t end, const byte_facts *facts)
{
    byte_facts seen;

    if (facts->controls + facts->zeros == 0)
        return;
    count_controls(data, end, &seen);
    for (size_t i = 0; i < all->count; i++)
        if (!is_wide(all->readings[i].charset))
            all->readings[i].bits += seen.controls * CONTROL_BITS + seen.zeros * ZERO_BITS;
}

/* ---- Verdict ----------------------------------------------------------- */

/* Binary data: control characters in number, or a best reading that is mostly none. */
static bool is_binary(const tkz__charset_reading *best, const byte_facts *facts, size_t size)
{
    bool wide = is_wide(best->charset);

    if (!wide && (facts->controls + facts->zeros) * 32 > size)
        return true;
    /* One bad unit is a lot where every unit is large. */
    if (wide && best->bad * 4 > best->characters)
        return true;
    return best->bad > 1 && (best->bad - 1) * 12 > best->characters + (wide ? 0 : size / 8);
}

/* 1/2 where two readings are equally likely, 0.98 at 40 bits between them; less for bad bytes. */
static double confidence_of(const tkz__charset_reading *best, uint64_t margin)
{
    /* Half as much doubt for every 8 bits, without libm. */
    double doubt = 0.5 * (1.0 - (double)(margin % 8) / 16.0) /
                   (double)(UINT64_C(1) << (margin < 320 ? margin / 8 : 40));
    double bad = (double)best->bad / (double)(best->characters + best->bad + 1);

    return (1.0 - doubt) * (1.0 - (bad * 4.0 < 1.0 ? bad * 4.0 : 1.0) * 0.8) -
           (best->bad != 0 ? 0.01 : 0.0);
}

static void guess_by_readings(const uint8_t *data, size_t size, const byte_facts *facts,
                              tkz__charset declared, tkz_charset_guess *guess)
{
    contest all;
    size_t best;
    size_t second = READING_LIMIT;
    bool borne_out = false;
    size_t end;
    uint64_t margin = 1000;
    uint64_t best_bits;
    uint64_t bits_before;

    enter_all(&all, data, size, facts);
    end = run_contest(&all, data, size, declared);
    add_controls(&all, data, end, facts);
    best = best_of(&all);
    best_bits = all.readings[best].bits;
    for (size_t i = 0; i < all.count; i++) {
        const tkz__charset_reading *reading = &all.readings[i];

        if (reading->charset == declared && reading->start == 0 &&
            reading->bits <= best_bits + best_bits / 4 + DECLARATION_BITS &&
            reading->bad <= all.readings[best].bad + reading->characters / 100) {
            best = i;
            borne_out = true;
        }
    }
    for (size_t i = 0; i < all.count; i++)
        if (all.readings[i].charset != all.readings[best].charset &&
            (second == READING_LIMIT || all.readings[i].bits < all.readings[second].bits))
            second = i;
    if (second != READING_LIMIT) {
        bits_before = all.readings[best].bits;
        margin = all.readings[second].bits > bits_before
                     ? all.readings[second].bits - bits_before
                     : 0;
        guess->runner_up = tkz__charset_name(all.readings[second].charset);
    }
    if (end < size) {
        all.readings[best].only_counts = true;
        tkz__charset_read(&all.readings[best], data, size, size);
    }
    if (is_binary(&all.readings[best], facts, size)) {
        guess_none(guess);
        return;
    }
    if (borne_out && margin < 40)
        margin = 40;
    guess_sure(guess, all.readings[best].charset, confidence_of(&all.readings[best], margin),
               borne_out ? "declaration" : "characters");
}

/* True when valid UTF-8 holds enough sequences of two and more bytes. */
static bool has_sure_sequences(const uint8_t *data, size_t size)
{
    size_t sequences = 0;

    for (size_t at = 0; at < size && sequences < SURE_SEQUENCES; at++)
        sequences += data[at] >= 0xC0;
    return sequences >= SURE_SEQUENCES;
}

/* Bytes that are all ASCII, without NUL. */
static void guess_ascii(const uint8_t *data, size_t size, const byte_facts *facts,
                        tkz__charset declared, tkz_charset_guess *guess)
{
    double confidence = 1.0;

    if (facts->escapes != 0 && finds_iso_2022_jp(data, size, &confidence)) {
        guess_sure(guess, TKZ__CHARSET_ISO_2022_JP, confidence, "escape sequences");
        guess->runner_up = "utf-8";
    } else if (declared != TKZ__CHARSET_NONE && !is_wide(declared)) {
        guess_sure(guess, declared, 1.0, "declaration");
    } else {
        guess_sure(guess, TKZ__CHARSET_UTF_8, 1.0, "ascii");
    }
}

void tkz_charset_detect(const char *text, size_t size, const char *declared, size_t declared_size,
                        tkz_charset_guess *guess)
{
    const uint8_t *data = (const uint8_t *)text;
    tkz__charset label = declared == NULL ? TKZ__CHARSET_NONE
                                          : tkz__charset_by_label(declared, declared_size);
    tkz__charset mark;
    byte_facts facts;
    double confidence;

    guess_none(guess);
    if (size == 0) {
        guess_ascii(data, 0, &(byte_facts){0}, label, guess);
        return;
    }
    mark = tkz__charset_by_mark(data, size, &guess->mark_size);
    if (mark != TKZ__CHARSET_NONE) {
        guess_sure(guess, mark, guess->mark_size == 2 && size % 2 != 0 ? 0.9 : 1.0,
                   "byte order mark");
        return;
    }
    if (declared == NULL)
        label = tkz__charset_by_declaration(data, size);
    facts.ascii = tkz__ascii_run(data, size);
    facts.valid = facts.ascii == size
                      ? size
                      : facts.ascii + tkz_utf8_valid_prefix(text + facts.ascii, size - facts.ascii);
    count_controls(data, size, &facts);
    if (facts.ascii == size && facts.zeros == 0 && facts.controls * 32 <= size) {
        guess_ascii(data, size, &facts, label, guess);
        return;
    }
    if (facts.valid == size && facts.zeros == 0 && facts.controls * 32 <= size &&
        has_sure_sequences(data + facts.ascii, size - facts.ascii)) {
        guess_sure(guess, TKZ__CHARSET_UTF_8, 1.0,
                   label == TKZ__CHARSET_UTF_8 ? "declaration" : "valid utf-8");
        return;
    }
    if (facts.escapes != 0 && finds_iso_2022_jp(data, size, &confidence)) {
        guess_sure(guess, TKZ__CHARSET_ISO_2022_JP, confidence * 0.9, "escape sequences");
        return;
    }
    guess_by_readings(data, size, &facts, label, guess);
    if (facts.valid == size && guess->charset != NULL &&
        guess->charset == tkz__charset_name(TKZ__CHARSET_UTF_8) &&
        strcmp(guess->evidence, "characters") == 0)
        guess->evidence = "valid utf-8";
}
