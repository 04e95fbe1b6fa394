/* SPDX-License-Identifier: Apache-2.0
 *
 * Canonical names of charsets and the labels found in headers and documents.
 * Leans on nothing. Labels are those of the WHATWG Encoding Standard for the same
 * charsets, and the names that Python, ICU, Java and MySQL use for them.
 */
#include <string.h>

#include "text/charset_names.h"
#include "tokenize/text.h"

static const char *const names[TKZ__CHARSET_COUNT] = {
    "utf-8",    "iso-2022-jp", "cp932",   "euc-jp", "utf-16le", "utf-16be",
    "utf-32le", "utf-32be",    "gb18030", "big5",   "euc-kr",   "windows-1252"};

/* Longest label below, with room to tell longer ones from it. */
#define LABEL_CAPACITY 32

typedef struct label_entry {
    const char *label; /* lower case, without the signs that do not matter */
    tkz__charset charset;
} label_entry;

/* Sorted by strcmp; the unit tests check that. */
static const label_entry labels[] = {
    {"ansix341968", TKZ__CHARSET_WINDOWS_1252},
    {"ascii", TKZ__CHARSET_WINDOWS_1252},
    {"big5", TKZ__CHARSET_BIG5},
    {"big5hkscs", TKZ__CHARSET_BIG5},
    {"chinese", TKZ__CHARSET_GB18030},
    {"cnbig5", TKZ__CHARSET_BIG5},
    {"cp1252", TKZ__CHARSET_WINDOWS_1252},
    {"cp50220", TKZ__CHARSET_ISO_2022_JP},
    {"cp50221", TKZ__CHARSET_ISO_2022_JP},
    {"cp50222", TKZ__CHARSET_ISO_2022_JP},
    {"cp51932", TKZ__CHARSET_EUC_JP},
    {"cp65001", TKZ__CHARSET_UTF_8},
    {"cp819", TKZ__CHARSET_WINDOWS_1252},
    {"cp932", TKZ__CHARSET_CP932},
    {"cp936", TKZ__CHARSET_GB18030},
    {"cp943", TKZ__CHARSET_CP932},
    {"cp949", TKZ__CHARSET_EUC_KR},
    {"cp950", TKZ__CHARSET_BIG5},
    {"csbig5", TKZ__CHARSET_BIG5},
    {"cseucjpkdfmtjapanese", TKZ__CHARSET_EUC_JP},
    {"cseuckr", TKZ__CHARSET_EUC_KR},
    {"csgb18030", TKZ__CHARSET_GB18030},
    {"csgb2312", TKZ__CHARSET_GB18030},
    {"csgbk", TKZ__CHARSET_GB18030},
    {"csiso2022jp", TKZ__CHARSET_ISO_2022_JP},
    {"csiso58gb231280", TKZ__CHARSET_GB18030},
    {"csisolatin1", TKZ__CHARSET_WINDOWS_1252},
    {"csksc56011987", TKZ__CHARSET_EUC_KR},
    {"csshiftjis", TKZ__CHARSET_CP932},
    {"csunicode", TKZ__CHARSET_UTF_16LE},
    {"csutf8", TKZ__CHARSET_UTF_8},
    {"cswindows31j", TKZ__CHARSET_CP932},
    {"eucjis", TKZ__CHARSET_EUC_JP},
    {"eucjp", TKZ__CHARSET_EUC_JP},
    {"eucjpms", TKZ__CHARSET_EUC_JP},
    {"eucjpwin", TKZ__CHARSET_EUC_JP},
    {"euckr", TKZ__CHARSET_EUC_KR},
    {"gb18030", TKZ__CHARSET_GB18030},
    {"gb2312", TKZ__CHARSET_GB18030},
    {"gb231280", TKZ__CHARSET_GB18030},
    {"gbk", TKZ__CHARSET_GB18030},
    {"ibm819", TKZ__CHARSET_WINDOWS_1252},
    {"ibm943", TKZ__CHARSET_CP932},
    {"iso10646ucs2", TKZ__CHARSET_UTF_16LE},
    {"iso2022jp", TKZ__CHARSET_ISO_2022_JP},
    {"iso2022jp1", TKZ__CHARSET_ISO_2022_JP},
    {"iso2022jpext", TKZ__CHARSET_ISO_2022_JP},
    {"iso2022jpms", TKZ__CHARSET_ISO_2022_JP},
    {"iso646us", TKZ__CHARSET_WINDOWS_1252},
    {"iso88591", TKZ__CHARSET_WINDOWS_1252},
    {"iso885911987", TKZ__CHARSET_WINDOWS_1252},
    {"isoir100", TKZ__CHARSET_WINDOWS_1252},
    {"isoir149", TKZ__CHARSET_EUC_KR},
    {"isoir58", TKZ__CHARSET_GB18030},
    {"jis", TKZ__CHARSET_ISO_2022_JP},
    {"jis7", TKZ__CHARSET_ISO_2022_JP},
    {"korean", TKZ__CHARSET_EUC_KR},
    {"ksc5601", TKZ__CHARSET_EUC_KR},
    {"ksc56011987", TKZ__CHARSET_EUC_KR},
    {"ksc56011989", TKZ__CHARSET_EUC_KR},
    {"l1", TKZ__CHARSET_WINDOWS_1252},
    {"latin1", TKZ__CHARSET_WINDOWS_1252},
    {"ms932", TKZ__CHARSET_CP932},
    {"ms936", TKZ__CHARSET_GB18030},
    {"ms949", TKZ__CHARSET_EUC_KR},
    {"ms950", TKZ__CHARSET_BIG5},
    {"mskanji", TKZ__CHARSET_CP932},
    {"shiftjis", TKZ__CHARSET_CP932},
    {"sjis", TKZ__CHARSET_CP932},
    {"sjiswin", TKZ__CHARSET_CP932},
    {"ucs2", TKZ__CHARSET_UTF_16LE},
    {"ucs4be", TKZ__CHARSET_UTF_32BE},
    {"ucs4le", TKZ__CHARSET_UTF_32LE},
    {"uhc", TKZ__CHARSET_EUC_KR},
    {"ujis", TKZ__CHARSET_EUC_JP},
    {"unicode", TKZ__CHARSET_UTF_16LE},
    {"unicode11utf8", TKZ__CHARSET_UTF_8},
    {"unicode20utf8", TKZ__CHARSET_UTF_8},
    {"unicodefeff", TKZ__CHARSET_UTF_16LE},
    {"unicodefffe", TKZ__CHARSET_UTF_16BE},
    {"usascii", TKZ__CHARSET_WINDOWS_1252},
    {"utf16", TKZ__CHARSET_UTF_16LE},
    {"utf16be", TKZ__CHARSET_UTF_16BE},
    {"utf16le", TKZ__CHARSET_UTF_16LE},
    {"utf32", TKZ__CHARSET_UTF_32LE},
    {"utf32be", TKZ__CHARSET_UTF_32BE},
    {"utf32le", TKZ__CHARSET_UTF_32LE},
    {"utf8", TKZ__CHARSET_UTF_8},
    {"utf8mb4", TKZ__CHARSET_UTF_8},
    {"utf8sig", TKZ__CHARSET_UTF_8},
    {"windows1252", TKZ__CHARSET_WINDOWS_1252},
    {"windows31j", TKZ__CHARSET_CP932},
    {"windows932", TKZ__CHARSET_CP932},
    {"windows936", TKZ__CHARSET_GB18030},
    {"windows949", TKZ__CHARSET_EUC_KR},
    {"windows950", TKZ__CHARSET_BIG5},
    {"xcp1252", TKZ__CHARSET_WINDOWS_1252},
    {"xeuc", TKZ__CHARSET_EUC_JP},
    {"xeucjp", TKZ__CHARSET_EUC_JP},
    {"xgbk", TKZ__CHARSET_GB18030},
    {"xmscp932", TKZ__CHARSET_CP932},
    {"xsjis", TKZ__CHARSET_CP932},
    {"xunicode20utf8", TKZ__CHARSET_UTF_8},
    {"xwindows949", TKZ__CHARSET_EUC_KR},
    {"xxbig5", TKZ__CHARSET_BIG5},
};

/* Lower case, without - _ : . ( ) and blanks: "ISO_8859-1:1987" is "iso885911987". False when
 * nothing or too much is left. */
static int strip(const char *label, size_t size, char *stripped)
{
    size_t length = 0;

    for (size_t i = 0; i < size; i++) {
        char byte = label[i];

        if (byte != '\0' && strchr("-_:.() \t\r\n\f", byte) != NULL)
            continue;
        if (length == LABEL_CAPACITY - 1 || byte == '\0')
            return 0;
        if (byte >= 'A' && byte <= 'Z')
            byte = (char)(byte - 'A' + 'a');
        stripped[length++] = byte;
    }
    stripped[length] = '\0';
    return length > 0;
}

tkz__charset tkz__charset_by_label(const char *label, size_t size)
{
    char stripped[LABEL_CAPACITY];
    size_t low = 0;
    size_t high = sizeof labels / sizeof *labels;

    if (label == NULL || !strip(label, size, stripped))
        return TKZ__CHARSET_NONE;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(labels[middle].label, stripped);

        if (order == 0)
            return labels[middle].charset;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return TKZ__CHARSET_NONE;
}

const char *tkz__charset_name(tkz__charset charset)
{
    return charset < TKZ__CHARSET_COUNT ? names[charset] : NULL;
}

size_t tkz_charset_count(void)
{
    return TKZ__CHARSET_COUNT;
}

const char *tkz_charset_at(size_t index)
{
    return index < TKZ__CHARSET_COUNT ? names[index] : NULL;
}

const char *tkz_charset_find(const char *label, size_t size)
{
    return tkz__charset_name(tkz__charset_by_label(label, size));
}
