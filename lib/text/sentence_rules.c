/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules for Japanese end marks: quoting particles, dialogue, numbering, names
 * that hold an end mark. They were set on the errors seen in UD Japanese GSD and KWDLC;
 * doc/sentences.md has the figures. Leans on sentence_latin for ASCII periods.
 */
#include "text/sentence_rules.h"

#include "text/sentence_latin.h"
#include "text/utf8.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
    LABEL_CHARACTERS = 6,
    MIDDLE_DOT = 0x30FB
};

static bool has(const tkz__end_mark *mark, tkz__mark kind)
{
    return (mark->marks >> kind & 1) != 0;
}

bool tkz__is_label(const char *text, size_t start, size_t at)
{
    uint32_t digits = 0, letters = 0, dots = 0;
    size_t position = start;
    for (int count = 0; position < at; count++) {
        uint32_t character = 0;
        position += tkz__utf8_next(text + position, at - position, &character);
        if (count == LABEL_CHARACTERS)
            return false;
        if (tkz__is_digit(character))
            digits++;
        else if (character == '.' || character == 0xFF0E)
            dots++;
        else if (tkz__is_japanese(character) || tkz__is_latin(character))
            letters++;
        else
            return false;
    }
    return letters == 0 ? digits > 0 : letters == 1 && dots == 0;
}

/* Polite forms and particles that close a clause and cannot modify what follows it. */
static bool is_final_form(const char *text, size_t size)
{
    static const char *const forms[] = {
        "です", "ます", "でした", "ました", "ません", "でしょう", "ましょう", "ください", "下さい",
        "よ", "ね", "よー", "ねー", "よぉ", "ねぇ", "ねえ", "なぁ", "なあ", "だぞ", "るぞ",
        "ありがとう", "おめでとう", "ですわ", "ますわ", "かしら",
    };
    return tkz__text_ends_any(text, size, forms, COUNT(forms));
}

/* What may follow a question or an exclamation that is quoted without brackets: particles that
 * take it as their object, and their look-alikes that open a sentence. */
static bool quoting_follows(const char *text, size_t size)
{
    static const char *const other[] = {
        "ところ", "とて", "とにかく", "とりあえず", "ともかく", "とんでも", "とうとう", "とっ",
        "とき", "というわけ", "ということで", "といっても", "とある", "とはいえ", "とはいっ", "とも",
        "とう", "とお", "とな", "とど", "とび", "とり", "とく", "のち", "のん", "のび",
        "のど", "のぼ", "のこ", "のり", "のせ",
    };
    static const char *const particles[] = {
        "と", "って", "っつ", "を", "の", "など", "なんて言", "なんて思", "なんていう", "みたいな",
        "みたいに", "ぐらい", "くらい", "だの", "やら", "が、", "は、", "ばかり",
    };
    if (tkz__text_begins_any(text, size, other, COUNT(other)))
        return false;
    if (tkz__text_begins_any(text, size, particles, COUNT(particles)))
        return true;
    if (!tkz__text_begins(text, size, "に") && !tkz__text_begins(text, size, "が"))
        return false;
    uint32_t next = tkz__character_at(text, size, 3);
    return tkz__is_japanese(next) && !tkz__is_hiragana(next);
}

/* Whether what follows a clause in a final form is still part of its sentence. */
static bool clause_continues(const char *text, size_t size)
{
    static const char *const conjunctions[] = {"が", "けど", "けれ", "から", "し、", "か", "ね",
                                               "よ"};
    return quoting_follows(text, size) ||
           tkz__text_begins_any(text, size, conjunctions, COUNT(conjunctions));
}

bool tkz__ellipsis_ends(const tkz__end_mark *mark)
{
    uint32_t next = tkz__character_at(mark->text, mark->size, mark->next);
    if (mark->next > mark->end)
        return !tkz__is_lower(next);
    return is_final_form(mark->text + mark->start, mark->at - mark->start) &&
           tkz__is_japanese(next) &&
           !clause_continues(mark->text + mark->next, mark->size - mark->next);
}

/* Hiragana words that open sentences and that no particle or copula begins. */
bool tkz__sentence_follows(const char *text, size_t size)
{
    static const char *const words[] = {
        "そう", "それ", "その", "そこ", "そし", "そん", "この", "これ", "ここ", "こん", "こう",
        "あの", "あれ", "あな", "あた", "わた", "わし", "ぼく", "おれ", "しか", "すると", "また",
        "いつ", "いや", "うち", "さて", "まさ", "まる", "ふと", "やが", "ゆっ", "ちょ", "どう",
        "どこ", "どん", "みん", "きっ", "きみ", "おじ", "おば", "おと", "おか",
    };
    uint32_t first = tkz__character_at(text, size, 0);
    if (!tkz__is_hiragana(first))
        return tkz__is_japanese(first) || tkz__is_latin(first) || tkz__is_digit(first);
    return tkz__text_begins_any(text, size, words, COUNT(words)) &&
           !tkz__text_begins(text, size, "しかない");
}

/* Punctuation that cannot stand at the head of a sentence. */
static bool is_joint(uint32_t character)
{
    switch (character) {
    case ',': case ';': case ':': case '/': case 0x3001: case 0xFF0C: case 0xFF1B: case 0xFF1A:
    case 0xFF64: case 0xFF0F: case 0xFF5C: case 0x2192: case 0x21D2: case '=': case 0xFF1D:
        return true;
    default:
        return false;
    }
}

static bool bracket_ends(const tkz__end_mark *mark)
{
    const char *rest = mark->text + mark->next;
    size_t left = mark->size - mark->next;
    uint32_t next = tkz__character_at(mark->text, mark->size, mark->next);
    if (!mark->bracket_first)
        return false;
    if (mark->next > mark->end || tkz__mark_of(next) == TKZ__MARK_OPEN)
        return !tkz__is_hiragana(next) || tkz__sentence_follows(rest, left);
    /* 「…！」 and 「…？」 before a noun are as often its title as speech, 「…。」 is not. */
    return has(mark, TKZ__MARK_STOP) && tkz__sentence_follows(rest, left);
}

static bool stop_ends(const tkz__end_mark *mark)
{
    static const char *const names[] = {"モーニング娘", "モー娘"};
    static const char *const particles[] = {"の", "は", "が", "に", "と", "を", "も", "で", "や"};
    if (mark->next > mark->end)
        return true;
    const char *rest = mark->text + mark->next;
    size_t left = mark->size - mark->next;
    if (tkz__text_begins(rest, left, "を"))
        return false;
    return !tkz__text_ends_any(mark->text + mark->start, mark->at - mark->start, names,
                               COUNT(names)) ||
           !tkz__text_begins_any(rest, left, particles, COUNT(particles));
}

static bool bang_ends(const tkz__end_mark *mark)
{
    size_t before = 0;
    uint32_t previous = tkz__character_before(mark->text, mark->start, mark->at, &before);
    uint32_t next = tkz__character_at(mark->text, mark->size, mark->next);
    if (mark->next > mark->end)
        return !tkz__is_lower(next) || tkz__is_japanese(previous);
    if (next == MIDDLE_DOT)
        return false;
    bool ascii = (uint8_t)mark->text[mark->at] < 0x80 && previous < 0x80;
    if (ascii && next < 0x80 && tkz__mark_of(next) == TKZ__MARK_NONE)
        return false; /* addresses, programs: a?b=c, x!=y */
    if (tkz__is_lower(previous) && mark->mark_count == 1 &&
        (mark->text[mark->at] == '!' ||
         tkz__text_begins(mark->text + mark->at, mark->size - mark->at, "！")) &&
        (tkz__is_japanese(next) || tkz__is_latin(next)))
        return false; /* names such as Yahoo! */
    return !quoting_follows(mark->text + mark->next, mark->size - mark->next);
}

static bool wide_dot_ends(const tkz__end_mark *mark)
{
    size_t before = 0;
    uint32_t previous = tkz__character_before(mark->text, mark->start, mark->at, &before);
    uint32_t next = tkz__character_at(mark->text, mark->size, mark->next);
    bool spaced = mark->next > mark->end;
    if (tkz__is_label(mark->text, mark->start, mark->at))
        return false;
    if (mark->mark_count > 1)
        return tkz__ellipsis_ends(mark);
    if (spaced)
        return !tkz__is_lower(next);
    if (tkz__is_digit(next)) /* numbers; batting averages have no figure before the point */
        return tkz__is_hiragana(previous);
    if (tkz__is_digit(previous))
        return !tkz__is_latin(next);
    if (tkz__is_latin(previous)) /* initials, addresses */
        return false;
    return !tkz__is_lower(next);
}

bool tkz__mark_ends(const tkz__end_mark *mark)
{
    uint32_t next = tkz__character_at(mark->text, mark->size, mark->next);
    bool spaced = mark->next > mark->end;
    if (!spaced && is_joint(next))
        return false;
    bool latin = has(mark, TKZ__MARK_DOT) && !has(mark, TKZ__MARK_STOP) &&
                 !has(mark, TKZ__MARK_BANG) && !has(mark, TKZ__MARK_WIDE_DOT);
    bool latin_bang = spaced && (uint8_t)mark->text[mark->at] < 0x80;
    if (mark->bracketed && !(spaced && (latin || latin_bang)))
        return bracket_ends(mark);
    if (has(mark, TKZ__MARK_STOP))
        return stop_ends(mark);
    if (has(mark, TKZ__MARK_BANG))
        return bang_ends(mark);
    return has(mark, TKZ__MARK_WIDE_DOT) ? wide_dot_ends(mark) : tkz__period_ends(mark);
}

bool tkz__decoration_ends(const char *text, size_t size, size_t start, size_t at, size_t end,
                          size_t next)
{
    uint32_t first = tkz__character_at(text, size, next);
    size_t before = 0;
    uint32_t previous = tkz__character_before(text, start, at, &before);
    if (next > end) /* white space makes up for the form, but not after katakana names */
        return tkz__is_hiragana(previous);
    if (!is_final_form(text + start, at - start) || clause_continues(text + next, size - next))
        return false;
    return tkz__is_japanese(first) || tkz__is_digit(first) ||
           tkz__mark_of(first) == TKZ__MARK_OPEN;
}

bool tkz__wide_space_ends(const char *text, size_t size, size_t start, size_t at, size_t end)
{
    static const char *const forms[] = {
        "です", "ます", "でした", "ました", "ません", "でしょう", "ましょう", "ください", "下さい",
    };
    return tkz__text_ends_any(text + start, at - start, forms, COUNT(forms)) &&
           !quoting_follows(text + end, size - end);
}
