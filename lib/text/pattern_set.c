/* SPDX-License-Identifier: Apache-2.0
 *
 * Sets of characters by the names that regular expressions have for them. Both libraries have the
 * classes of Unicode 16.0; where their names mean different sets was found by asking Oniguruma
 * 6.9.10 about every code point (tests/oracle/compare_patterns asks again). Leans on the class tables.
 */
#include "text/pattern_set.h"

#include "text/char_class.h"

#define CLASSES (&tkz__class_table_16_0)

void tkz__set_add_range(tkz__char_set *set, uint32_t first, uint32_t last)
{
    for (; first <= last && first % 64 != 0; first++)
        tkz__set_add(set, first);
    for (; first + 63 <= last; first += 64)
        set->words[first / 64] = UINT64_MAX;
    for (; first <= last; first++)
        tkz__set_add(set, first);
}

void tkz__set_unite(tkz__char_set *set, const tkz__char_set *other)
{
    for (size_t i = 0; i < TKZ__SET_WORDS; i++)
        set->words[i] |= other->words[i];
}

void tkz__set_intersect(tkz__char_set *set, const tkz__char_set *other)
{
    for (size_t i = 0; i < TKZ__SET_WORDS; i++)
        set->words[i] &= other->words[i];
}

void tkz__set_invert(tkz__char_set *set)
{
    for (size_t i = 0; i < TKZ__SET_WORDS - 1; i++)
        set->words[i] = ~set->words[i];
    set->words[TKZ__SET_WORDS - 1] ^= 1;
}

/* ---- By the class tables ------------------------------------------------ */

typedef struct wanted {
    uint32_t categories; /* a bit for each general category */
    uint32_t flags;      /* of tkz__char_flag: any of them */
    int script;          /* -1: any */
} wanted;

/* The bits of 64 characters, whose classes stand from `start` on. */
static uint64_t wanted_word(const wanted *what, uint16_t start)
{
    uint64_t word = 0;
    for (uint32_t i = 0; i < TKZ__CLASS_BLOCK; i++) {
        uint32_t number = tkz__class_blocks[start + i];
        const tkz__class_record *record = &tkz__class_records[number];
        if ((what->categories >> record->category & 1) != 0 ||
            (tkz__class_flags[number] & what->flags) != 0 || record->script == what->script)
            word |= UINT64_C(1) << i;
    }
    return word;
}

/* A block of the class tables is a word of a set; neighbours are often the same block. */
static void add_wanted(tkz__char_set *set, const wanted *what)
{
    uint16_t last = 0;
    uint64_t word = 0;
    for (uint32_t i = 0; i < TKZ__SET_WORDS - 1; i++) {
        uint32_t block = i;
        if (i >= TKZ__CLASS_DIRECT / TKZ__CLASS_BLOCK)
            block = (uint32_t)tkz__class_high_pages[(i * TKZ__CLASS_BLOCK - TKZ__CLASS_DIRECT) >>
                                                    12] * 64 + i % 64;
        uint16_t start = CLASSES->index[block];
        if (i == 0 || start != last)
            word = wanted_word(what, start);
        last = start;
        set->words[i] |= word;
    }
}

#define CATEGORY(name) (UINT32_C(1) << TKZ__CATEGORY_##name)
#define CASED (CATEGORY(LU) | CATEGORY(LL) | CATEGORY(LT))
#define LETTERS (CASED | CATEGORY(LM) | CATEGORY(LO))
#define MARKS (CATEGORY(MN) | CATEGORY(MC) | CATEGORY(ME))
#define NUMBERS (CATEGORY(ND) | CATEGORY(NL) | CATEGORY(NO))
#define PUNCTUATION                                                                               \
    (CATEGORY(PC) | CATEGORY(PD) | CATEGORY(PS) | CATEGORY(PE) | CATEGORY(PI) | CATEGORY(PF) |    \
     CATEGORY(PO))
#define SYMBOLS (CATEGORY(SM) | CATEGORY(SC) | CATEGORY(SK) | CATEGORY(SO))
#define SEPARATORS (CATEGORY(ZS) | CATEGORY(ZL) | CATEGORY(ZP))
#define OTHERS (CATEGORY(CC) | CATEGORY(CF) | CATEGORY(CS) | CATEGORY(CO) | CATEGORY(CN))
#define ALL_CATEGORIES (UINT32_C(0x3FFFFFFF))

typedef struct category_name {
    const char *code;
    const char *name;
    uint32_t categories;
} category_name;

static const category_name category_names[] = {
    {"l", "letter", LETTERS},
    {"lc", "casedletter", CASED},
    {"lu", "uppercaseletter", CATEGORY(LU)},
    {"ll", "lowercaseletter", CATEGORY(LL)},
    {"lt", "titlecaseletter", CATEGORY(LT)},
    {"lm", "modifierletter", CATEGORY(LM)},
    {"lo", "otherletter", CATEGORY(LO)},
    {"m", "mark", MARKS},
    {"mn", "nonspacingmark", CATEGORY(MN)},
    {"mc", "spacingmark", CATEGORY(MC)},
    {"me", "enclosingmark", CATEGORY(ME)},
    {"n", "number", NUMBERS},
    {"nd", "decimalnumber", CATEGORY(ND)},
    {"nl", "letternumber", CATEGORY(NL)},
    {"no", "othernumber", CATEGORY(NO)},
    {"p", "punctuation", PUNCTUATION},
    {"pc", "connectorpunctuation", CATEGORY(PC)},
    {"pd", "dashpunctuation", CATEGORY(PD)},
    {"ps", "openpunctuation", CATEGORY(PS)},
    {"pe", "closepunctuation", CATEGORY(PE)},
    {"pi", "initialpunctuation", CATEGORY(PI)},
    {"pf", "finalpunctuation", CATEGORY(PF)},
    {"po", "otherpunctuation", CATEGORY(PO)},
    {"s", "symbol", SYMBOLS},
    {"sm", "mathsymbol", CATEGORY(SM)},
    {"sc", "currencysymbol", CATEGORY(SC)},
    {"sk", "modifiersymbol", CATEGORY(SK)},
    {"so", "othersymbol", CATEGORY(SO)},
    {"z", "separator", SEPARATORS},
    {"zs", "spaceseparator", CATEGORY(ZS)},
    {"zl", "lineseparator", CATEGORY(ZL)},
    {"zp", "paragraphseparator", CATEGORY(ZP)},
    {"c", "other", OTHERS},
    {"cc", "control", CATEGORY(CC)},
    {"cf", "format", CATEGORY(CF)},
    {"co", "privateuse", CATEGORY(CO)},
    {"cn", "unassigned", CATEGORY(CN)},
};

/* Long names in the order of tkz__script_codes. */
static const char *const script_names[] = {
    "adlam", "ahom", "anatolianhieroglyphs", "arabic", "armenian", "avestan", "balinese", "bamum",
    "bassavah", "batak", "bengali", "beriaerfe", "bhaiksuki", "bopomofo", "brahmi", "braille",
    "buginese", "buhid", "canadianaboriginal", "carian", "caucasianalbanian", "chakma", "cham",
    "cherokee", "chorasmian", "common", "coptic", "cuneiform", "cypriot", "cyprominoan", "cyrillic",
    "deseret", "devanagari", "divesakuru", "dogra", "duployan", "egyptianhieroglyphs", "elbasan",
    "elymaic", "ethiopic", "garay", "georgian", "glagolitic", "gothic", "grantha", "greek",
    "gujarati", "gunjalagondi", "gurmukhi", "gurungkhema", "han", "hangul", "hanifirohingya",
    "hanunoo", "hatran", "hebrew", "hiragana", "imperialaramaic", "inherited",
    "inscriptionalpahlavi", "inscriptionalparthian", "javanese", "kaithi", "kannada", "katakana",
    "kawi", "kayahli", "kharoshthi", "khitansmallscript", "khmer", "khojki", "khudawadi",
    "kiratrai", "lao", "latin", "lepcha", "limbu", "lineara", "linearb", "lisu", "lycian", "lydian",
    "mahajani", "makasar", "malayalam", "mandaic", "manichaean", "marchen", "masaramgondi",
    "medefaidrin", "meeteimayek", "mendekikakui", "meroiticcursive", "meroitichieroglyphs", "miao",
    "modi", "mongolian", "mro", "multani", "myanmar", "nabataean", "nagmundari", "nandinagari",
    "newtailue", "newa", "nko", "nushu", "nyiakengpuachuehmong", "ogham", "olchiki", "olonal",
    "oldhungarian", "olditalic", "oldnortharabian", "oldpermic", "oldpersian", "oldsogdian",
    "oldsoutharabian", "oldturkic", "olduyghur", "oriya", "osage", "osmanya", "pahawhhmong",
    "palmyrene", "paucinhau", "phagspa", "phoenician", "psalterpahlavi", "rejang", "runic",
    "samaritan", "saurashtra", "sharada", "shavian", "siddham", "sidetic", "signwriting", "sinhala",
    "sogdian", "sorasompeng", "soyombo", "sundanese", "sunuwar", "sylotinagri", "syriac", "tagalog",
    "tagbanwa", "taile", "taitham", "taiviet", "taiyo", "takri", "tamil", "tangsa", "tangut",
    "telugu", "thaana", "thai", "tibetan", "tifinagh", "tirhuta", "todhri", "tolongsiki", "toto",
    "tulutigalari", "ugaritic", "unknown", "vai", "vithkuqi", "wancho", "warangciti", "yezidi",
    "yi", "zanabazarsquare",
};

enum { LONGEST_NAME = 32 };

/* Lower case, without what the loose matching of UAX #44 passes over; 0: it is too long or has what no
 * name has. */
static size_t fold_name(const char *name, size_t size, char *folded)
{
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        char byte = name[i];
        if (byte == ' ' || byte == '_' || byte == '-')
            continue;
        if (length == LONGEST_NAME || (uint8_t)byte >= 0x80)
            return 0;
        folded[length++] = byte >= 'A' && byte <= 'Z' ? (char)(byte + 32) : byte;
    }
    return length;
}

static bool is_name(const char *folded, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(folded, name, length) == 0;
}

/* ISO 15924 has a capital letter first. */
static bool is_code(const char *folded, size_t length, const char *code)
{
    return length == 4 && folded[0] == code[0] + 32 && memcmp(folded + 1, code + 1, 3) == 0;
}

int tkz__script_find(const char *name, size_t size)
{
    char folded[LONGEST_NAME];
    size_t length = fold_name(name, size, folded);
    for (size_t i = 0; length > 0 && i < sizeof script_names / sizeof script_names[0]; i++) {
        if (is_name(folded, length, script_names[i]) ||
            is_code(folded, length, tkz__script_codes[i]))
            return (int)i;
    }
    return length > 0 && is_name(folded, length, "qaai") ? tkz__script_find("Zinh", 4) : -1;
}

/* ---- Names of either library -------------------------------------------- */

/* Other_Uppercase and Other_Lowercase of PropList.txt, 16.0. */
static const uint32_t other_upper[][2] = {
    {0x2160, 0x216F}, {0x24B6, 0x24CF}, {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189},
};
static const uint32_t other_lower[][2] = {
    {0xAA, 0xAA},       {0xBA, 0xBA},       {0x2B0, 0x2B8},     {0x2C0, 0x2C1},
    {0x2E0, 0x2E4},     {0x345, 0x345},     {0x37A, 0x37A},     {0x10FC, 0x10FC},
    {0x1D2C, 0x1D6A},   {0x1D78, 0x1D78},   {0x1D9B, 0x1DBF},   {0x2071, 0x2071},
    {0x207F, 0x207F},   {0x2090, 0x209C},   {0x2170, 0x217F},   {0x24D0, 0x24E9},
    {0x2C7C, 0x2C7D},   {0xA69C, 0xA69D},   {0xA770, 0xA770},   {0xA7F2, 0xA7F4},
    {0xA7F8, 0xA7F9},   {0xAB5C, 0xAB5F},   {0xAB69, 0xAB69},   {0x10780, 0x10780},
    {0x10783, 0x10785}, {0x10787, 0x107B0}, {0x107B2, 0x107BA}, {0x1E030, 0x1E06D},
};

static void add_ranges(tkz__char_set *set, const uint32_t (*ranges)[2], size_t count)
{
    for (size_t i = 0; i < count; i++)
        tkz__set_add_range(set, ranges[i][0], ranges[i][1]);
}

/* A word character of Oniguruma in brackets: UTS #18 without the join controls. */
static void add_bracket_word(tkz__char_set *set)
{
    add_wanted(set, &(wanted){MARKS | CATEGORY(ND) | CATEGORY(PC), TKZ__CHAR_ALPHABETIC, -1});
}

void tkz__set_add_word(tkz__char_set *set, tkz__regex_dialect dialect)
{
    if (dialect == TKZ__DIALECT_RUST) {
        add_wanted(set, &(wanted){0, TKZ__CHAR_WORD, -1});
        return;
    }
    static const uint32_t latin[][2] = {{0xB2, 0xB3}, {0xB9, 0xB9}, {0xBC, 0xBE}};
    add_bracket_word(set);
    add_ranges(set, latin, sizeof latin / sizeof latin[0]); /* its table of Latin-1 has them */
}

bool tkz__set_add_letter(tkz__char_set *set, char letter)
{
    switch (letter) {
    case 'd':
        add_wanted(set, &(wanted){CATEGORY(ND), 0, -1});
        return true;
    case 's':
        add_wanted(set, &(wanted){0, TKZ__CHAR_WHITE_SPACE, -1});
        return true;
    case 'h':
        tkz__set_add_range(set, '0', '9');
        tkz__set_add_range(set, 'A', 'F');
        tkz__set_add_range(set, 'a', 'f');
        return true;
    case 'w':
        add_bracket_word(set);
        return true;
    default:
        return false;
    }
}

/* Names that POSIX has, with Unicode's meaning. */
static bool add_unicode_posix(tkz__char_set *set, const char *name, size_t length)
{
    if (is_name(name, length, "alpha"))
        add_wanted(set, &(wanted){0, TKZ__CHAR_ALPHABETIC, -1});
    else if (is_name(name, length, "alnum"))
        add_wanted(set, &(wanted){CATEGORY(ND), TKZ__CHAR_ALPHABETIC, -1});
    else if (is_name(name, length, "blank"))
        add_wanted(set, &(wanted){CATEGORY(ZS), 0, -1}), tkz__set_add(set, '\t');
    else if (is_name(name, length, "cntrl"))
        add_wanted(set, &(wanted){CATEGORY(CC), 0, -1});
    else if (is_name(name, length, "digit"))
        return tkz__set_add_letter(set, 'd');
    else if (is_name(name, length, "space"))
        return tkz__set_add_letter(set, 's');
    else if (is_name(name, length, "xdigit"))
        return tkz__set_add_letter(set, 'h');
    else if (is_name(name, length, "upper"))
        add_wanted(set, &(wanted){CATEGORY(LU), 0, -1}),
            add_ranges(set, other_upper, sizeof other_upper / sizeof other_upper[0]);
    else if (is_name(name, length, "lower"))
        add_wanted(set, &(wanted){CATEGORY(LL), 0, -1}),
            add_ranges(set, other_lower, sizeof other_lower / sizeof other_lower[0]);
    else if (is_name(name, length, "ascii"))
        tkz__set_add_range(set, 0, 0x7F);
    else if (is_name(name, length, "graph") || is_name(name, length, "print"))
        add_wanted(set, &(wanted){LETTERS | MARKS | NUMBERS | PUNCTUATION | SYMBOLS | CATEGORY(CF) |
                                      CATEGORY(CO) | (name[0] == 'p' ? CATEGORY(ZS) : 0),
                                  0, -1});
    else
        return false;
    return true;
}

static bool add_category(tkz__char_set *set, const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof category_names / sizeof category_names[0]; i++) {
        if (is_name(name, length, category_names[i].code) ||
            is_name(name, length, category_names[i].name)) {
            add_wanted(set, &(wanted){category_names[i].categories, 0, -1});
            return true;
        }
    }
    return false;
}

static bool add_script(tkz__char_set *set, const char *name, size_t length)
{
    int script = tkz__script_find(name, length);
    if (script < 0)
        return false;
    add_wanted(set, &(wanted){0, 0, script});
    return true;
}

/* script=Han and the like, which Rust has. True: it is one; *known says whether its value is. */
static bool add_named_value(tkz__char_set *set, const char *name, size_t length, bool *known)
{
    const char *equals = memchr(name, '=', length);
    if (equals == NULL)
        return false;
    size_t before = (size_t)(equals - name), behind = length - before - 1;
    if (is_name(name, before, "script") || is_name(name, before, "sc"))
        *known = add_script(set, equals + 1, behind);
    else if (is_name(name, before, "generalcategory") || is_name(name, before, "gc"))
        *known = add_category(set, equals + 1, behind);
    else
        *known = false;
    return true;
}

bool tkz__set_add_property(tkz__char_set *set, tkz__regex_dialect dialect, const char *name,
                           size_t size)
{
    char folded[LONGEST_NAME];
    size_t length = fold_name(name, size, folded);
    bool known = false;
    if (length == 0)
        return false;
    if (dialect == TKZ__DIALECT_RUST && add_named_value(set, folded, length, &known))
        return known;
    if (add_category(set, folded, length) || add_script(set, folded, length))
        return true;
    if (is_name(folded, length, "any"))
        tkz__set_add_range(set, 0, 0x10FFFF);
    else if (is_name(folded, length, "assigned"))
        add_wanted(set, &(wanted){ALL_CATEGORIES & ~CATEGORY(CN), 0, -1});
    else if (is_name(folded, length, "alphabetic") || is_name(folded, length, "alpha"))
        add_wanted(set, &(wanted){0, TKZ__CHAR_ALPHABETIC, -1});
    else if (is_name(folded, length, "whitespace"))
        return tkz__set_add_letter(set, 's');
    else if (is_name(folded, length, "ascii"))
        tkz__set_add_range(set, 0, 0x7F);
    else if (is_name(folded, length, "lowercase") || is_name(folded, length, "uppercase"))
        return add_unicode_posix(set, folded, strlen("lower"));
    else if (dialect == TKZ__DIALECT_RUST)
        return false;
    else if (is_name(folded, length, "punct"))
        return add_category(set, "p", 1);
    else if (is_name(folded, length, "word"))
        return tkz__set_add_letter(set, 'w');
    else
        return add_unicode_posix(set, folded, length);
    return true;
}

/* Rust's are those of ASCII. */
static bool add_ascii_posix(tkz__char_set *set, const char *name, size_t length)
{
    static const struct {
        const char *name;
        const char *ranges; /* pairs of first and last */
    } known[] = {
        {"alnum", "09AZaz"},   {"alpha", "AZaz"},          {"blank", "\t\t  "},
        {"digit", "09"},       {"graph", "!~"},            {"lower", "az"},
        {"print", " ~"},       {"punct", "!/:@[`{~"},      {"space", "\t\r  "},
        {"upper", "AZ"},       {"word", "09AZaz__"},       {"xdigit", "09AFaf"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (!is_name(name, length, known[i].name))
            continue;
        for (const char *pair = known[i].ranges; *pair != '\0'; pair += 2)
            tkz__set_add_range(set, (uint8_t)pair[0], (uint8_t)pair[1]);
        return true;
    }
    if (is_name(name, length, "ascii"))
        tkz__set_add_range(set, 0, 0x7F);
    else if (is_name(name, length, "cntrl"))
        tkz__set_add_range(set, 0, 0x1F), tkz__set_add(set, 0x7F);
    else
        return false;
    return true;
}

bool tkz__set_add_posix(tkz__char_set *set, tkz__regex_dialect dialect, const char *name,
                        size_t size)
{
    if (dialect == TKZ__DIALECT_RUST)
        return add_ascii_posix(set, name, size);
    if (is_name(name, size, "punct"))
        add_wanted(set, &(wanted){PUNCTUATION | SYMBOLS, 0, -1});
    else if (is_name(name, size, "word"))
        return tkz__set_add_letter(set, 'w');
    else
        return add_unicode_posix(set, name, size);
    return true;
}
