/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages that need nothing but themselves. The script holds no '<' and no '&', so that the page is XML too.
 */
#include "tools/html_page.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tokenize/text.h"

/* ---- Text ------------------------------------------------------------------------ */

void html_format(struct text *page, const char *format, ...)
{
    char piece[1024];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    if (size < 0 || (size_t)size >= sizeof piece)
        page->failed = true;
    else
        text_append(page, piece, (size_t)size);
}

/* What stands for a byte of ASCII in XML, or NULL: itself. Control characters are none of its. */
static const char *escaped(unsigned char byte)
{
    switch (byte) {
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '&': return "&amp;";
    case '"': return "&quot;";
    case '\t':
    case '\n': return NULL;
    case '\r': return "&#13;";
    default: return byte < 0x20 || byte == 0x7F ? "\xEF\xBF\xBD" : NULL;
    }
}

/* U+FFFE and U+FFFF are UTF-8 and no characters of XML. */
static bool is_no_character(const char *data, size_t left)
{
    return left >= 3 && memcmp(data, "\xEF\xBF", 2) == 0 && (unsigned char)data[2] >= 0xBE;
}

void html_text(struct text *page, const char *data, size_t size)
{
    for (size_t at = 0; at < size;) {
        size_t valid = at + tkz_utf8_valid_prefix(data + at, size - at), from = at;
        for (; at < valid; at++) {
            bool none = is_no_character(data + at, valid - at);
            const char *other = none ? "\xEF\xBF\xBD" : escaped((unsigned char)data[at]);
            if (other == NULL)
                continue;
            text_append(page, data + from, at - from);
            text_append_string(page, other);
            at += none ? 2 : 0;
            from = at + 1;
        }
        text_append(page, data + from, at - from);
        if (at < size) {
            text_append_string(page, "\xEF\xBF\xBD");
            at++;
        }
    }
}

void html_string(struct text *page, const char *string)
{
    html_text(page, string, strlen(string));
}

static void both(struct text *page, struct label label, const char *element)
{
    const struct {
        const char *language;
        const char *text;
    } parts[] = {{"ja", label.ja}, {"en", label.en}};
    if (strcmp(label.ja, label.en) == 0) {
        html_string(page, label.en);
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        html_format(page, "<%s class=\"%s\" lang=\"%s\">", element, parts[i].language,
                    parts[i].language);
        html_string(page, parts[i].text);
        html_format(page, "</%s>", element);
    }
}

void html_label(struct text *page, struct label label)
{
    both(page, label, "span");
}

void html_svg_label(struct text *page, struct label label)
{
    both(page, label, "tspan");
}

/* ---- The page ---------------------------------------------------------------------- */

/* Colours of series: Okabe and Ito, Color Universal Design, 2008, told apart by the colour-blind, in an order
 * that keeps neighbours apart; then lighter and darker ones. */
static const char style[] =
    ":root{--back:#fff;--text:#1c2024;--soft:#60666c;--line:#d4d8dc;--head:#f2f4f6;"
    "--c0:#0072b2;--c1:#e69f00;--c2:#009e73;--c3:#cc79a7;--c4:#56b4e9;--c5:#d55e00;--c6:#8c7ae6;"
    "--c7:#7f8c3a;--c8:#b03a5b;--c9:#3d6b66;--c10:#a0764c;--c11:#707880}\n"
    "@media (prefers-color-scheme:dark){:root{--back:#15181b;--text:#e4e7ea;--soft:#9aa2a9;"
    "--line:#3a4046;--head:#20252a;--c0:#4aa3df;--c2:#2fbf95;--c5:#f07d3a;--c8:#dd6a8b;--c9:#6fa8a1;"
    "--c10:#c79c72;--c11:#a2aab2}}\n"
    "body{background:var(--back);color:var(--text);font:15px/1.6 system-ui,\"Noto Sans CJK JP\","
    "\"Hiragino Sans\",\"Yu Gothic UI\",sans-serif;margin:0 auto;padding:1.5em;max-width:84em}\n"
    "h1{font-size:1.5em;margin:0 6em .3em 0}h2{font-size:1.15em;margin:2em 0 .4em}\n"
    "p{color:var(--soft);margin:.2em 0 .8em;max-width:52em}\n"
    ":root[lang=ja] .en,:root[lang=en] .ja{display:none}\n"
    "#language{float:right;background:var(--head);color:var(--text);border:1px solid var(--line);"
    "border-radius:.4em;padding:.3em .8em;font:inherit;cursor:pointer}\n"
    ".wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;"
    "white-space:nowrap}\n"
    "th,td{padding:.25em .7em;border-bottom:1px solid var(--line);text-align:right}\n"
    "th{background:var(--head);cursor:pointer;position:sticky;top:0}th.up:after{content:\" \\25B2\"}"
    "th.down:after{content:\" \\25BC\"}\n"
    "td.name,th.name,th:first-child{text-align:left}td small{color:var(--soft)}\n"
    ".plots{display:flex;flex-wrap:wrap;gap:.5em}.plots svg{margin:0}\n"
    "svg{max-width:100%;height:auto;display:block;overflow:visible;margin:.6em 0 1.2em}"
    "svg text{font-size:12px;fill:var(--text);stroke:none}"
    "svg .title{font-size:13px;font-weight:600}svg .soft{fill:var(--soft)}"
    "svg .grid{stroke:var(--line);stroke-width:1;fill:none}"
    "svg .whisker{stroke:var(--text);stroke-width:1.2;fill:none}"
    "svg .limit{stroke:var(--c5);stroke-width:1.6;stroke-dasharray:5 3;fill:none}\n"
    "@media print{#language{display:none}}\n";

/* Rows are sorted by the data-value of a cell, names by their text; a second click turns them round. */
static const char script[] =
    "(function(){var root=document.documentElement;"
    "function speak(l){root.setAttribute('lang',l)}"
    "if((navigator.language||'').indexOf('ja')!==0){speak('en')}"
    "document.getElementById('language').addEventListener('click',function(){"
    "speak(root.getAttribute('lang')==='ja'?'en':'ja')});"
    "function key(row,i){var c=row.children[i],v=c.getAttribute('data-value');"
    "return v===null?c.textContent:parseFloat(v)}"
    "function order(a,b){if(typeof a==='number'){if(isNaN(a)){return isNaN(b)?0:1}"
    "if(isNaN(b)){return -1}return a-b}return a>b?1:(b>a?-1:0)}"
    "Array.prototype.forEach.call(document.querySelectorAll('th'),function(head){"
    "head.addEventListener('click',function(){var table=head.closest('table'),"
    "i=Array.prototype.indexOf.call(head.parentNode.children,head),"
    "up=!head.classList.contains('up'),body=table.tBodies[0],"
    "rows=Array.prototype.slice.call(body.rows);"
    "Array.prototype.forEach.call(head.parentNode.children,function(h){"
    "h.classList.remove('up');h.classList.remove('down')});"
    "head.classList.add(up?'up':'down');"
    "rows.sort(function(a,b){var o=order(key(a,i),key(b,i));return up?o:-o});"
    "rows.forEach(function(r){body.appendChild(r)})})})})();";

void html_begin(struct text *page, struct label title)
{
    text_append_string(page, "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" "
                             "lang=\"ja\">\n<head>\n<meta charset=\"utf-8\" />\n<meta name=\"viewport\" "
                             "content=\"width=device-width, initial-scale=1\" />\n<title>");
    html_string(page, title.ja);
    text_append_string(page, " / ");
    html_string(page, title.en);
    text_append_string(page, "</title>\n<style>\n");
    text_append_string(page, style);
    text_append_string(page, "</style>\n</head>\n<body>\n<button id=\"language\">\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E / "
                             "English</button>\n<h1>");
    html_label(page, title);
    text_append_string(page, "</h1>\n");
}

void html_end(struct text *page)
{
    text_append_string(page, "<script>\n");
    text_append_string(page, script);
    text_append_string(page, "\n</script>\n</body>\n</html>\n");
}

void html_heading(struct text *page, struct label heading)
{
    text_append_string(page, "<h2>");
    html_label(page, heading);
    text_append_string(page, "</h2>\n");
}

void html_paragraph(struct text *page, struct label text)
{
    text_append_string(page, "<p>");
    html_label(page, text);
    text_append_string(page, "</p>\n");
}

/* ---- Tables -------------------------------------------------------------------------- */

static bool ends_in(const struct text *page, const char *end)
{
    size_t size = strlen(end);
    return page->size >= size && memcmp(page->data + page->size - size, end, size) == 0;
}

void html_table_begin(struct text *page)
{
    text_append_string(page, "<div class=\"wide\"><table>\n<thead><tr>");
}

void html_column(struct text *page, struct label name)
{
    text_append_string(page, "<th>");
    html_label(page, name);
    text_append_string(page, "</th>");
}

void html_name_column(struct text *page, struct label name)
{
    text_append_string(page, "<th class=\"name\">");
    html_label(page, name);
    text_append_string(page, "</th>");
}

void html_row(struct text *page)
{
    text_append_string(page, ends_in(page, "</th>") ? "</tr></thead>\n<tbody>\n<tr>" : "</tr>\n<tr>");
}

void html_cell(struct text *page, const char *text)
{
    text_append_string(page, "<td class=\"name\">");
    html_string(page, text);
    text_append_string(page, "</td>");
}

void html_cell_label(struct text *page, struct label label)
{
    text_append_string(page, "<td class=\"name\">");
    html_label(page, label);
    text_append_string(page, "</td>");
}

void html_cell_number(struct text *page, double value, int digits)
{
    html_cell_interval(page, value, NAN, NAN, digits);
}

void html_cell_interval(struct text *page, double value, double low, double high, int digits)
{
    if (!isfinite(value)) {
        text_append_string(page, "<td data-value=\"NaN\">\xE2\x80\x93</td>");
        return;
    }
    html_format(page, "<td data-value=\"%.12g\">%.*f", value, digits, value);
    if (isfinite(low))
        html_format(page, " <small>[%.*f\xE2\x80\x93%.*f]</small>", digits, low, digits, high);
    text_append_string(page, "</td>");
}

void html_cell_count(struct text *page, uint64_t count)
{
    char digits[24], grouped[32];
    int size = snprintf(digits, sizeof digits, "%" PRIu64, count), length = 0;
    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0)
            grouped[length++] = ',';
        grouped[length++] = digits[i];
    }
    grouped[length] = '\0';
    html_format(page, "<td data-value=\"%s\">%s</td>", digits, grouped);
}

void html_table_end(struct text *page)
{
    bool is_empty = ends_in(page, "</th>");
    text_append_string(page, is_empty ? "</tr></thead>\n<tbody></tbody>\n</table></div>\n"
                                      : "</tr>\n</tbody>\n</table></div>\n");
}
