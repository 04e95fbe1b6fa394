/* SPDX-License-Identifier: Apache-2.0
 *
 * Editors of what pages have around their text: navigation, menus, copyright lines at both ends, and the sections behind
 * an article. Rules and words are ours. Leans on editor, editor_words and text_lines.
 */
#include "clean/editor.h"
#include "clean/editor_words.h"
#include "clean/text_lines.h"
#include "text/char_class.h"
#include "text/utf8.h"
#include "tokenize/text.h"

typedef struct piece {
    const char *text;
    size_t size;
} piece;

static bool is_space(uint32_t c)
{
    return (tkz__char_flags(&tkz__class_table_16_0, c) & TKZ__CHAR_WHITE_SPACE) != 0;
}

static bool equals(piece p, const char *word)
{
    return strlen(word) == p.size && memcmp(p.text, word, p.size) == 0;
}

static bool among(piece p, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (equals(p, words[i]))
            return true;
    return false;
}

#define AMONG(p, words) among(p, words, sizeof(words) / sizeof *(words))

/* Without the characters at both ends that `drop` says. */
static piece trim(piece p, bool (*drop)(uint32_t))
{
    size_t start = 0, end = 0;
    uint32_t c;
    for (size_t at = 0; at < p.size;) {
        at += tkz__utf8_next(p.text + at, p.size - at, &c);
        if (!drop(c))
            end = at;
        else if (end == 0)
            start = at;
    }
    return (piece){p.text + start, end > start ? end - start : 0};
}

/* ---- What kind of line ---------------------------------------------------- */

enum kind { NAVIGATION, BREADCRUMBS, MENU, COPYRIGHT, COUNTER, KINDS };

enum {
    LONGEST_LINE = 100, /* characters: no boilerplate line of the web samples that were read is longer */
    LONGEST_PART = 20,  /* of a menu or a path */
    MENU_PARTS = 4,     /* with three, lists of an article are hit too */
    LONGEST_NUMBER = 9
};

/* Arrows, brackets and bullets around the words of a link. */
static bool is_frame(uint32_t c)
{
    static const uint32_t frames[] = {
        '<',    '>',    '[',    ']',    '(',    ')',    '|',    '*',    0x00AB, 0x00BB, 0x2039, 0x203A,
        0x2190, 0x2191, 0x2192, 0x2193, 0x25B2, 0x25B3, 0x25B6, 0x25BA, 0x25BC, 0x25BD, 0x25C0, 0x25C4,
        0x226A, 0x226B, 0x30FB, 0x300A, 0x300B, 0x3008, 0x3009, 0x3010, 0x3011, 0xFF08, 0xFF09, 0xFF1C,
        0xFF1E, 0xFF3B, 0xFF3D, 0xFF5C, 0x2022, 0x25A0, 0x25CF, 0x2026};
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
        if (c == frames[i])
            return true;
    return is_space(c);
}

/* Whole lines that lead elsewhere on a site. */
static bool is_navigation(piece line)
{
    static const char *const words[] = {
        "ホーム", "トップ", "トップへ", "トップページ", "トップに戻る", "トップへ戻る", "トップページへ",
        "トップページへ戻る", "ページトップへ", "ページの先頭へ", "ページの先頭へ戻る", "このページの先頭へ",
        "先頭へ戻る", "上に戻る", "上へ戻る", "前へ", "次へ", "戻る", "前の記事", "次の記事", "前の記事へ", "次の記事へ",
        "前のページ", "次のページ", "前のページへ", "次のページへ", "前のページへ戻る", "一覧へ", "一覧へ戻る",
        "一覧に戻る", "一覧を見る", "すべて見る", "もっと見る", "もっと読む", "続きを読む", "続きを見る", "詳細を見る",
        "詳しくはこちら", "詳細はこちら", "ログイン", "ログアウト", "新規登録", "会員登録", "マイページ", "カートを見る",
        "お問い合わせ", "お問い合わせはこちら", "サイトマップ", "プライバシーポリシー", "個人情報保護方針", "利用規約",
        "ご利用規約", "特定商取引法に基づく表記", "会社概要", "運営会社", "採用情報", "メニュー", "検索", "サイト内検索",
        "印刷する", "閉じる", "本文へ", "本文へジャンプ", "本文へスキップ", "コンテンツへスキップ",
        "メインコンテンツへ移動", "シェアする", "ツイートする", "フォローする", "この記事をシェア", "この記事をシェアする",
        "関連記事", "関連リンク", "最近の記事", "最新記事", "人気記事", "おすすめ記事", "カテゴリー", "カテゴリ", "アーカイブ",
        "コメントを書く", "コメントを残す", "コメントする", "トラックバック", "スポンサーリンク", "広告",
    };
    return AMONG(trim(line, is_frame), words);
}

/* Cuts a line at separators that are one of a few characters, and calls `look` with each part. */
static size_t each_part(piece line, bool (*separates)(uint32_t), bool (*fits)(piece, size_t index))
{
    size_t start = 0, count = 0;
    uint32_t c;
    for (size_t at = 0; at < line.size;) {
        size_t length = tkz__utf8_next(line.text + at, line.size - at, &c);
        bool last = at + length == line.size, cut = separates(c);
        if (cut || last) {
            size_t end = cut ? at : line.size;
            if (!fits(trim((piece){line.text + start, end - start}, is_space), count++))
                return 0;
            start = at + length;
        }
        at += length;
    }
    return count;
}

static bool is_short(piece part)
{
    return part.size > 0 && tkz_utf8_count(part.text, part.size) <= LONGEST_PART;
}

static bool separates_path(uint32_t c)
{
    return c == '>' || c == 0xFF1E || c == 0x00BB || c == 0x203A || c == 0x226B;
}

/* A path begins at the start of a site. */
static bool fits_path(piece part, size_t index)
{
    static const char *const homes[] = {"ホーム", "トップ", "トップページ", "HOME", "Home", "TOP", "Top"};
    return is_short(part) && (index > 0 || AMONG(part, homes));
}

static bool separates_menu(uint32_t c)
{
    return c == '|' || c == 0xFF5C || c == 0x2502;
}

static bool fits_menu(piece part, size_t index)
{
    (void)index;
    return is_short(part);
}

static bool begins(piece line, const char *word)
{
    size_t size = strlen(word);
    return line.size >= size && memcmp(line.text, word, size) == 0;
}

/* Has these letters, small ones of ASCII given, whatever their case. */
static bool has_letters(piece line, const char *letters)
{
    size_t size = strlen(letters);
    for (size_t at = 0; at + size <= line.size; at++) {
        size_t same = 0;
        while (same < size) {
            uint8_t c = (uint8_t)line.text[at + same];
            if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != (uint8_t)letters[same])
                break;
            same++;
        }
        if (same == size)
            return true;
    }
    return false;
}

/* A sign or word with a year, or the usual words of reservation. */
static bool is_copyright(piece line)
{
    bool signed_line = begins(line, "©") || begins(line, "(C)") || begins(line, "(c)") ||
                       begins(line, "（Ｃ）") || begins(line, "Copyright") ||
                       begins(line, "COPYRIGHT") || begins(line, "copyright");
    bool has_year = false;
    for (size_t at = 0; at + 4 <= line.size && !has_year; at++)
        has_year = (memcmp(line.text + at, "19", 2) == 0 || memcmp(line.text + at, "20", 2) == 0) &&
                   line.text[at + 2] >= '0' && line.text[at + 2] <= '9';
    return (signed_line && has_year) || has_letters(line, "all rights reserved") ||
           has_letters(line, "all right reserved");
}

static bool is_number_frame(uint32_t c)
{
    return is_frame(c) || c == ':' || c == 0xFF1A || (c >= '0' && c <= '9') || c == ',' ||
           (c >= 0xFF10 && c <= 0xFF19) || c == 0x4EF6 /* 件 */ || c == 0x56DE /* 回 */ ||
           c == 0x4EBA /* 人 */;
}

/* A button with how many pressed it. */
static bool is_counter(piece line)
{
    static const char *const words[] = {"いいね", "いいね!", "いいね！", "ツイート", "シェア", "リツイート", "ブックマーク",
                                        "はてなブックマーク", "コメント", "トラックバック", "閲覧数", "アクセス数",
                                        "お気に入り", "フォロワー"};
    piece word = trim(line, is_number_frame);
    return word.size < line.size && AMONG(word, words);
}

/* The kind of a line, or KINDS for a line of text. */
static enum kind kind_of(piece line, const tkz__editor_words *more)
{
    line = trim(line, is_space);
    if (line.size == 0 || line.size > 4 * LONGEST_LINE ||
        tkz_utf8_count(line.text, line.size) > LONGEST_LINE)
        return KINDS;
    if (is_copyright(line))
        return COPYRIGHT;
    if (is_navigation(line) || (more != NULL && tkz__editor_words_have(more, line.text, line.size)))
        return NAVIGATION;
    if (is_counter(line))
        return COUNTER;
    if (each_part(line, separates_path, fits_path) >= 2)
        return BREADCRUMBS;
    return each_part(line, separates_menu, fits_menu) >= MENU_PARTS ? MENU : KINDS;
}

/* ---- Boilerplate lines ---------------------------------------------------- */

enum { WORDS = 0, LINES = 1 };

static tkz_status words_prepare(tkz__normal_step *step, const tkz_allocator *allocator,
                                tkz_error *error)
{
    if (step->values[WORDS].size == 0)
        return TKZ_OK;
    return tkz__editor_words_open(step, WORDS, allocator, error);
}

static void words_dispose(tkz__normal_step *step, const tkz_allocator *allocator)
{
    (void)allocator;
    tkz__editor_words_free(step->state);
}

static uint64_t count_lines(const char *text, size_t size)
{
    uint64_t count = 1;
    for (size_t at = 0; (at = tkz__line_end(text, size, at)) < size; at++)
        count++;
    return count;
}

static tkz_status boilerplate_run(const tkz__normal_step *step, const char *text, size_t size,
                                  tkz__edit *edit, tkz_error *error)
{
    uint64_t margin = (uint64_t)step->values[LINES].number, number = 0;
    uint64_t count = margin > 0 ? count_lines(text, size) : 0;
    tkz__line_keeper keeper = {.edit = edit, .text = text};
    tkz_status status = TKZ_OK;
    for (size_t at = 0, end; at <= size && status == TKZ_OK; at = end + 1, number++) {
        end = tkz__line_end(text, size, at);
        bool looked_at = margin == 0 || number < margin || number + margin >= count;
        enum kind kind =
            looked_at ? kind_of((piece){text + at, end - at}, step->state) : KINDS;
        if (kind == KINDS)
            status = tkz__line_keep(&keeper, at, end, error);
        else
            tkz__edit_count(edit, kind, 1);
    }
    return status == TKZ_OK ? tkz__line_keep_end(&keeper, size, error) : status;
}

static const tkz_normal_option boilerplate_options[] = {
    {"words", NULL, "", "file with more lines that go, one a line", 0, 0},
    {"lines", NULL, "20", "how many lines at each end are looked at; 0: all", 0, 1000000000},
};
static const char *const boilerplate_counts[KINDS] = {"navigation", "breadcrumbs", "menus",
                                                      "copyright", "counters"};

/* ---- Sections behind an article ------------------------------------------- */

static bool is_heading(piece line, const tkz__editor_words *words)
{
    static const char *const headings[] = {"脚注", "注釈", "出典", "参考文献", "参考資料", "関連項目", "関連文献",
                                           "外部リンク", "References", "Notes", "See also",
                                           "External links", "Further reading"};
    size_t end = line.size;
    uint32_t c;
    for (size_t at = 0; at < line.size;) { /* white space behind the heading, none before it */
        size_t length = tkz__utf8_next(line.text + at, line.size - at, &c);
        if (is_space(c) && end == line.size)
            end = at;
        else if (!is_space(c))
            end = line.size;
        at += length;
    }
    line.size = end;
    return words != NULL ? tkz__editor_words_have(words, line.text, line.size)
                         : AMONG(line, headings);
}

static tkz_status sections_run(const tkz__normal_step *step, const char *text, size_t size,
                               tkz__edit *edit, tkz_error *error)
{
    size_t cut = size;
    for (size_t before = tkz__line_end(text, size, 0); before < size && cut == size;) {
        size_t end = tkz__line_end(text, size, before + 1);
        if (end < size && is_heading((piece){text + before + 1, end - before - 1}, step->state))
            cut = before;
        before = end;
    }
    if (cut < size)
        tkz__edit_count(edit, 0, tkz_utf8_count(text + cut, size - cut));
    tkz_status status = tkz__edit_copy(edit, text, cut, error);
    return status == TKZ_OK ? tkz__edit_replace(edit, size - cut, "", 0, error) : status;
}

static const tkz_normal_option section_options[] = {
    {"words", NULL, "", "file with the headings, one a line, in place of ours", 0, 0},
};
static const char *const section_counts[] = {"characters"};

/* ---- The table ----------------------------------------------------------- */

static const tkz__editor editors[] = {
    {.kind = {.info = {.name = "boilerplate_lines-v1",
                       .text = "Lines at both ends that are navigation, paths of a site, menus, copyright notes or "
                               "counters of buttons go.",
                       TKZ__EDITOR_OPTIONS(boilerplate_options)},
              TKZ__EDITOR_COUNTS(boilerplate_counts),
              .prepare = words_prepare,
              .dispose = words_dispose,
              .run = boilerplate_run},
     .source = "ours"},
    {.kind = {.info = {.name = "end_sections-v1",
                       .text = "The first line that is a heading of notes, references or links goes, and all behind "
                               "it; the first and the last line of a text are none.",
                       TKZ__EDITOR_OPTIONS(section_options)},
              TKZ__EDITOR_COUNTS(section_counts),
              .prepare = words_prepare,
              .dispose = words_dispose,
              .run = sections_run},
     .source = "llm-jp/llm-jp-corpus, scripts/filters.py, remove_wikipedia_footnote, with the headings of the user's "
               "file",
     .difference = "without words= the headings are ours"},
};

extern const tkz__editor_family tkz__edits_boilerplate;
const tkz__editor_family tkz__edits_boilerplate = {editors, sizeof editors / sizeof editors[0]};
