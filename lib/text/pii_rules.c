/* SPDX-License-Identifier: Apache-2.0
 *
 * Which numbers are personal information. Shapes are those of Japan's numbering (MIC's telephone numbering plan,
 * Japan Post, the ordinance of My Number, ISO/IEC 7812 for cards); what has no check digit needs a word
 * before it that says what it is. Leans on pii.
 */
#include <string.h>

#include "text/pii.h"

/* Bytes before a number in which a word may say what it is: about 16, 10 and 6 characters of Japanese. */
#define FAR 48
#define NEAR 30
#define CLOSE 18

static uint32_t digit(const tkz__pii_number *number, uint32_t i)
{
    return number->digits[i];
}

/* The first groups have these numbers of digits, ended by 0. */
static bool has_shape(const tkz__pii_number *number, const char *shape)
{
    size_t groups = strlen(shape);
    if (groups > number->count)
        return false;
    for (size_t i = 0; i < groups; i++)
        if (number->groups[i].count != (uint32_t)(shape[i] - '0'))
            return false;
    return true;
}

static bool has_whole(const tkz__pii_number *number, uint32_t count)
{
    return number->groups[0].count == count;
}

/* The separators between the first groups are all the same, and none of a kind that is not wanted. */
static bool has_separators(const tkz__pii_number *number, uint32_t groups, const char *allowed)
{
    for (uint32_t i = 0; i + 1 < groups; i++)
        if (strchr(allowed, number->groups[i].separator) == NULL ||
            (number->groups[i].separator != number->groups[0].separator &&
             number->groups[i].separator != ')' && number->groups[0].separator != ')'))
            return false;
    return true;
}

static bool take(const tkz__pii_number *number, uint32_t groups, size_t *end)
{
    *end = number->groups[groups - 1].end;
    return tkz__pii_ends_clean(number, groups);
}

/* What is counted behind a number: it is no number of a telephone then. */
static bool has_unit(const tkz__pii_number *number, uint32_t groups)
{
    static const char *const units[] = {"円", "年", "個", "件", "人", "名", "本", "枚", "台", "ドル",
                                        "冊", "回", "点", "％", "%", "km", "kg"};
    size_t end = number->groups[groups - 1].end;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t size = strlen(units[i]);
        if (number->size - end >= size && memcmp(number->text + end, units[i], size) == 0)
            return true;
    }
    return false;
}

static bool context(const tkz__pii_number *number, size_t reach, const char *words)
{
    return tkz__pii_has_context(number->text, number->groups[0].start, reach, words);
}

/* ---- Telephones --------------------------------------------------------- */

static bool is_money_sign(uint32_t c)
{
    return c == 0xA5 || c == 0xFFE5 || c == '$' || c == '#' || c == 0xFF04;
}

/* "(03)1234-5678": the bracket goes with it. */
static void take_bracket(const tkz__pii_number *number, size_t *start)
{
    size_t length;
    if (number->groups[0].separator == ')' &&
        tkz__pii_before(number->text, *start, &length) == '(')
        *start -= length;
}

/* Groups of a number that begins with 0, the trunk prefix; their count, or 0. */
static uint32_t match_domestic(const tkz__pii_number *number)
{
    static const char *const grouped[] = {"344", "244", "334", "424", "514", "433", "434", "46",
                                          "38", "28", "37"};
    static const char *const words = "tel|電話|☎|℡|携帯|連絡先|fax|ファックス|ファクス|ｔｅｌ|ＴＥＬ|ＦＡＸ|"
                                     "phone|でんわ|問い合わせ|問合せ|お問合";
    if (digit(number, 0) != 0 || number->groups[0].count < 2 || digit(number, 1) == 0)
        return 0;
    bool is_mobile = digit(number, 2) == 0 && (digit(number, 1) >= 5 && digit(number, 1) != 6);
    for (size_t i = 0; i < sizeof grouped / sizeof *grouped; i++) {
        uint32_t groups = (uint32_t)strlen(grouped[i]), digits = 0;
        if (!has_shape(number, grouped[i]) || !has_separators(number, groups, "-( ).") ||
            (number->groups[0].separator == '.' && !is_mobile))
            continue;
        for (uint32_t j = 0; j < groups; j++)
            digits += number->groups[j].count;
        /* 11 digits are a mobile or IP telephone, 0800 toll-free, or 0570 and the like. */
        if (digits == 11 && !is_mobile && !(number->groups[0].count == 4 && digit(number, 1) == 8))
            continue;
        if (digits == 10 && is_mobile && number->groups[0].count == 3)
            continue;
        /* With one separator only, or spaces, what it is must be said, or be a toll-free number. */
        if ((groups == 2 || number->groups[0].separator == ' ') && !is_mobile &&
            number->groups[0].count != 4 && !context(number, FAR, words))
            continue;
        return groups;
    }
    if (has_whole(number, 11) && is_mobile)
        return 1;
    if (has_whole(number, 10) && context(number, FAR, words))
        return 1;
    return 0;
}

/* Behind "+81": 9 digits, or 10 of a mobile telephone; a 0 in brackets may stand before them. */
static uint32_t match_international(const tkz__pii_number *number)
{
    uint32_t digits = 0;
    if (digit(number, 0) != 8 || number->groups[0].count < 2 || digit(number, 1) != 1)
        return 0;
    for (uint32_t i = 0; i < number->count; i++) {
        digits += number->groups[i].count;
        uint32_t rest = digits - 2 - (digits > 2 && digit(number, 2) == 0);
        uint32_t first = digit(number, digits > 2 && digit(number, 2) == 0 ? 3 : 2);
        if (rest == 10 ? first >= 5 : rest == 9 && (i + 1 == number->count ||
                                                     number->groups[i].separator == ' '))
            return i + 1;
        if (rest > 10)
            return 0;
    }
    return 0;
}

bool tkz__pii_phone(const tkz__pii_number *number, size_t *start, size_t *end)
{
    size_t length;
    uint32_t groups;
    if (!number->starts_clean || is_money_sign(number->before))
        return false;
    if (number->before == '+') {
        groups = match_international(number);
        if (groups == 0 || !take(number, groups, end))
            return false;
        (void)tkz__pii_before(number->text, *start, &length);
        *start -= length;
        return true;
    }
    groups = match_domestic(number);
    if (groups == 0 || !take(number, groups, end) || has_unit(number, groups))
        return false;
    take_bracket(number, start);
    return true;
}

/* ---- Places ------------------------------------------------------------- */

static const char *const prefectures[] = {
    "北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県",
    "栃木県", "群馬県", "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県",
    "石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県", "愛知県", "三重県",
    "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県",
    "岡山県", "広島県", "山口県", "徳島県", "香川県", "愛媛県", "高知県", "福岡県",
    "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県"};

static bool is_prefecture_at(const char *text, size_t size, size_t at)
{
    for (size_t i = 0; i < sizeof prefectures / sizeof *prefectures; i++) {
        size_t length = strlen(prefectures[i]);
        if (size - at >= length && memcmp(text + at, prefectures[i], length) == 0)
            return true;
    }
    return false;
}

bool tkz__pii_postal_code(const tkz__pii_number *number, size_t *start, size_t *end)
{
    size_t length, at = *start;
    bool is_split = has_shape(number, "34") && number->groups[0].separator == '-';
    if (!number->starts_clean || (!is_split && !has_whole(number, 7)))
        return false;
    uint32_t groups = is_split ? 2 : 1;
    if (!take(number, groups, end))
        return false;
    uint32_t before = tkz__pii_before(number->text, at, &length);
    if (before == ' ') {
        at -= length;
        before = tkz__pii_before(number->text, at, &length);
    }
    if (before == 0x3012) { /* 〒 */
        *start = at - length;
        return true;
    }
    if (context(number, CLOSE + 6, "郵便番号|〒"))
        return true;
    if (!is_split)
        return false;
    at = *end;
    while (at < number->size && at - *end < 4 &&
           (tkz__pii_at(number->text, number->size, at, &length) == ' ' || number->text[at] == '\n'))
        at += length;
    return is_prefecture_at(number->text, number->size, at);
}

static bool is_kanji(uint32_t c)
{
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || c == 0x3005 ||
           c == 0x30F6;
}

static bool is_katakana(uint32_t c)
{
    return c >= 0x30A1 && c <= 0x30FA;
}

static bool is_hiragana(uint32_t c)
{
    return c >= 0x3041 && c <= 0x3096;
}

/* A prefecture, and a town or city behind it, before the number, in one run without signs. Few numbers must
 * not stand behind hiragana: 東京都港区の試合は3-1. */
static bool follows_place(const tkz__pii_number *number, bool is_certain)
{
    size_t at = number->groups[0].start, length;
    bool has_town = false;
    uint32_t c = tkz__pii_before(number->text, at, &length);
    if (c == ' ') { /* 丸の内 1-2-3 */
        at -= length;
        c = tkz__pii_before(number->text, at, &length);
    }
    if (!is_kanji(c) && !is_katakana(c) && !(is_certain && is_hiragana(c)))
        return false;
    for (uint32_t i = 0; i < 24; i++) {
        c = tkz__pii_before(number->text, at, &length);
        if (!is_kanji(c) && !is_katakana(c) && !is_hiragana(c) && c != '-' && c != ' ')
            return false;
        at -= length;
        has_town = has_town || c == 0x5E02 || c == 0x533A || c == 0x753A || c == 0x6751 ||
                   c == 0x90E1; /* 市区町村郡 */
        if (has_town && is_prefecture_at(number->text, number->size, at))
            return true;
    }
    return false;
}

/* A run of "digits, then one of these words"; the end of it, or 0. */
static size_t behind_word(const tkz__pii_number *number, size_t at, const char *word)
{
    size_t size = strlen(word);
    return number->size - at >= size && memcmp(number->text + at, word, size) == 0 ? at + size : 0;
}

static size_t behind_digits(const tkz__pii_number *number, size_t at)
{
    size_t length, start = at;
    uint32_t count = 0;
    while (at < number->size && count < 5 &&
           tkz__pii_is_digit(tkz__pii_at(number->text, number->size, at, &length))) {
        at += length;
        count++;
    }
    return count > 0 && count < 5 ? at : start;
}

/* From a number on: "12番地3", "2番1号", "2-1", "2番地"; the end, or 0. */
static size_t behind_block(const tkz__pii_number *number, size_t at)
{
    size_t end = behind_digits(number, at), next;
    if (end == at)
        return 0;
    if ((next = behind_word(number, end, "番地")) != 0) {
        size_t further = behind_word(number, next, "の");
        size_t house = behind_digits(number, further != 0 ? further : next);
        return house > (further != 0 ? further : next) ? house : next;
    }
    if ((next = behind_word(number, end, "番")) != 0) {
        size_t house = behind_digits(number, next);
        size_t sign = house > next ? behind_word(number, house, "号") : 0;
        return sign != 0 ? sign : house > next ? house : next;
    }
    size_t length;
    while (end < number->size && tkz__pii_at(number->text, number->size, end, &length) == '-') {
        size_t house = behind_digits(number, end + length);
        if (house == end + length)
            break;
        end = house;
    }
    return end;
}

bool tkz__pii_address(const tkz__pii_number *number, size_t *start, size_t *end)
{
    const tkz__pii_group *first = &number->groups[0];
    size_t length, next;
    uint32_t before = number->before, groups = 1;
    if (!number->starts_clean || first->count > 4)
        return false;
    if (before == ' ')
        before = tkz__pii_before(number->text, *start - 1, &length);
    /* 銀座4丁目2番1号 */
    if ((next = behind_word(number, first->end, "丁目")) != 0) {
        *end = behind_block(number, next);
        return *end != 0 && (is_kanji(before) || is_katakana(before) || is_hiragana(before));
    }
    /* 字大塚12番地3 */
    if (behind_word(number, first->end, "番") != 0) {
        *end = behind_block(number, first->start);
        return *end != 0 && follows_place(number, true);
    }
    while (groups < number->count && number->groups[groups - 1].separator == '-' && groups < 4)
        groups++;
    if (groups < 2 || !follows_place(number, groups > 2))
        return false;
    for (uint32_t i = 0; i < groups; i++)
        if (number->groups[i].count > 4)
            return false;
    return take(number, groups, end);
}

/* ---- Persons and cards -------------------------------------------------- */

/* Groups that make up `count` digits in one of the shapes; 0 otherwise. */
static uint32_t match_digits(const tkz__pii_number *number, uint32_t count, const char *shape)
{
    if (has_whole(number, count))
        return 1;
    if (has_shape(number, shape) && has_separators(number, (uint32_t)strlen(shape), "- "))
        return (uint32_t)strlen(shape);
    return 0;
}

/* Check digit of My Number (ordinance of the Ministry of Internal Affairs, Heisei 26 No. 85, article 5). */
static bool has_my_number_check(const tkz__pii_number *number)
{
    uint32_t sum = 0;
    for (uint32_t n = 1; n <= 11; n++)
        sum += digit(number, 11 - n) * (n <= 6 ? n + 1 : n - 5);
    uint32_t rest = sum % 11;
    return digit(number, 11) == (rest <= 1 ? 0 : 11 - rest);
}

bool tkz__pii_my_number(const tkz__pii_number *number, size_t *start, size_t *end)
{
    (void)start;
    uint32_t groups = number->starts_clean ? match_digits(number, 12, "444") : 0;
    return groups != 0 && has_my_number_check(number) &&
           context(number, FAR, "マイナンバー|個人番号|my number|mynumber") &&
           take(number, groups, end);
}

bool tkz__pii_driver_licence(const tkz__pii_number *number, size_t *start, size_t *end)
{
    (void)start;
    uint32_t groups = number->starts_clean ? match_digits(number, 12, "444") : 0;
    return groups != 0 &&
           context(number, FAR, "免許証|免許番号|運転免許|driver's licen|driver licen") &&
           take(number, groups, end);
}

bool tkz__pii_passport(const tkz__pii_number *number, size_t *start, size_t *end)
{
    size_t at = *start, length, further;
    if (!has_whole(number, 7))
        return false;
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t c = tkz__pii_before(number->text, at, &length);
        if (c < 'A' || c > 'Z')
            return false;
        at -= length;
    }
    uint32_t c = tkz__pii_before(number->text, at, &further);
    if (tkz__pii_is_letter(c) || tkz__pii_is_digit(c) ||
        !tkz__pii_has_context(number->text, at, FAR, "旅券|パスポート|passport"))
        return false;
    *start = at;
    return take(number, 1, end);
}

static bool has_luhn_check(const tkz__pii_number *number, uint32_t count)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t d = digit(number, count - 1 - i) * (i % 2 + 1);
        sum += d > 9 ? d - 9 : d;
    }
    return sum % 10 == 0;
}

/* Digits of a card by its issuer; 0: no issuer of such a prefix. */
static uint32_t card_digits(const tkz__pii_number *number)
{
    uint32_t four = digit(number, 0) * 1000 + digit(number, 1) * 100 + digit(number, 2) * 10 +
                    digit(number, 3);
    if (four / 100 == 34 || four / 100 == 37)
        return 15; /* American Express */
    if ((four >= 3000 && four <= 3059) || four / 100 == 36 || four / 100 == 38 || four / 100 == 39)
        return 14; /* Diners Club */
    if (four / 1000 == 4 || (four >= 5100 && four <= 5599) || (four >= 2221 && four <= 2720) ||
        (four >= 3528 && four <= 3589) || four == 6011 || four / 100 == 65 || four / 100 == 62)
        return 16; /* Visa, Mastercard, JCB, Discover, UnionPay */
    return 0;
}

bool tkz__pii_card(const tkz__pii_number *number, size_t *start, size_t *end)
{
    (void)start;
    if (!number->starts_clean || number->groups[0].count < 4)
        return false;
    uint32_t count = card_digits(number);
    uint32_t groups = count == 16   ? match_digits(number, 16, "4444")
                      : count == 15 ? match_digits(number, 15, "465")
                      : count == 14 ? match_digits(number, 14, "464")
                                    : 0;
    if (groups == 0 || !has_luhn_check(number, count))
        return false;
    /* One run of digits has an issuer's prefix and a right check digit by chance once in fifty times: it is a
     * card unless something says that it counts or names a thing. */
    if (groups == 1 && !context(number, FAR, "カード|クレジット|card|visa|master|jcb|amex|ｶｰﾄﾞ") &&
        (has_unit(number, 1) ||
         context(number, FAR, "商品|品番|型番|注文|伝票|追跡|受付|管理|整理|製造|シリアル|ロット|文献|論文|"
                              "jan|isbn|issn|serial|order|lot|id")))
        return false;
    return take(number, groups, end);
}

bool tkz__pii_bank_account(const tkz__pii_number *number, size_t *start, size_t *end)
{
    (void)start;
    uint32_t count = number->groups[0].count;
    if (!number->starts_clean || has_unit(number, 1))
        return false;
    if (count == 7 && context(number, NEAR, "普通|当座|貯蓄預金|口座|account no|account number"))
        return take(number, 1, end);
    /* Of Japan Post Bank: a symbol of 5 digits, then a number of up to 8. */
    if (count == 5 && digit(number, 0) == 1 && context(number, CLOSE, "記号"))
        return take(number, 1, end);
    if (count >= 6 && count <= 8 && context(number, CLOSE, "番号") &&
        context(number, FAR + 12, "記号"))
        return take(number, 1, end);
    return false;
}

/* ---- Networks ----------------------------------------------------------- */

/* Addresses that belong to no one (RFC 1122, 1918, 3927, 5737, 5771, 6598, 6890). */
static bool is_public(const uint32_t parts[4])
{
    uint32_t a = parts[0], b = parts[1], c = parts[2];
    return a != 0 && a != 10 && a != 127 && a < 224 && !(a == 100 && b >= 64 && b < 128) &&
           !(a == 169 && b == 254) && !(a == 172 && b >= 16 && b < 32) && !(a == 192 && b == 168) &&
           !(a == 192 && b == 0 && (c == 0 || c == 2)) && !(a == 198 && (b == 18 || b == 19)) &&
           !(a == 198 && b == 51 && c == 100) && !(a == 203 && b == 0 && c == 113);
}

bool tkz__pii_ip_address(const tkz__pii_number *number, size_t *start, size_t *end)
{
    uint32_t parts[4];
    (void)start;
    if (!number->starts_clean || number->count < 4)
        return false;
    for (uint32_t i = 0; i < 4; i++) {
        const tkz__pii_group *group = &number->groups[i];
        parts[i] = 0;
        if (group->count > 3 || (group->count > 1 && digit(number, group->first) == 0) ||
            (i < 3 && group->separator != '.'))
            return false;
        for (uint32_t j = 0; j < group->count; j++)
            parts[i] = parts[i] * 10 + digit(number, group->first + j);
        if (parts[i] > 255)
            return false;
    }
    const tkz__pii_group *last = &number->groups[3];
    size_t length;
    if (last->separator == '.' || last->separator == '-')
        return false;
    if (last->separator == 0 && last->end < number->size) {
        uint32_t c = tkz__pii_at(number->text, number->size, last->end, &length);
        if (tkz__pii_is_letter(c) || tkz__pii_is_digit(c) || c == '_')
            return false;
    }
    *end = last->end;
    return is_public(parts) && !context(number, NEAR, "バージョン|version|ver.|ver |ﾊﾞｰｼﾞｮﾝ|第|章|節|版");
}
