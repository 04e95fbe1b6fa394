/* SPDX-License-Identifier: Apache-2.0
 *
 * tkz_mojibake_find. Leans on mojibake.
 */
#include <string.h>

#include "text/mojibake.h"
#include "text/utf8.h"
#include "tokenize/text.h"

/* Shares of characters from which a text is called broken though nothing in it can be repaired:
 * U+FFFD more often than one time in a thousand; one in a hundred of the three ideographs that kana
 * turn into when their UTF-8 is read as cp932. */
#define REPLACED_SHARE 1000
#define KANA_REMNANT_SHARE 100
#define KANA_REMNANT_LEAST 3

static const char *const names[TKZ__MOJIBAKE_KIND_COUNT] = {
    "utf-8 read as cp932", "utf-8 read as windows-1252", "utf-8 read twice",
    "euc-jp read as cp932"};

/* Signs of broken text outside the stretches. */
typedef struct remnants {
    uint64_t replaced; /* U+FFFD */
    uint64_t kana;     /* U+7E3A, U+7E67, U+7E5D: E3 81, E3 82, E3 83 in cp932 */
} remnants;

/* In a stretch that is no broken one: every sign of one is a character that `marks` has. */
static void count_remnants(const char *text, size_t size, remnants *counted)
{
    for (size_t at = 0; at < size;) {
        uint32_t character;

        at += tkz__utf8_next(text + at, size - at, &character);
        counted->replaced += character == 0xFFFD;
        counted->kana += character == 0x7E3A || character == 0x7E67 || character == 0x7E5D;
    }
}

void tkz_mojibake_find(const char *text, size_t size, tkz_mojibake *found)
{
    tkz__mojibake_marks marks;
    uint64_t characters[TKZ__MOJIBAKE_KIND_COUNT] = {0};
    uint64_t concerned = 0;
    uint64_t total = tkz_utf8_count(text, size);
    remnants left = {0, 0};
    size_t most = 0;
    size_t at = 0;

    memset(found, 0, sizeof *found);
    if (total == 0)
        return;
    tkz__mojibake_marks_init(&marks);
    while (at < size) {
        tkz__mojibake_stretch stretch;

        at += tkz__mojibake_next(&marks, text + at, size - at);
        if (at == size)
            break;
        tkz__mojibake_look(text + at, size - at, &stretch);
        if (stretch.source_size == 0) {
            count_remnants(text + at, stretch.looked_at, &left);
            at += stretch.looked_at;
            continue;
        }
        characters[stretch.kind] += stretch.characters;
        at += stretch.source_size;
    }
    for (size_t kind = 0; kind < TKZ__MOJIBAKE_KIND_COUNT; kind++) {
        concerned += characters[kind];
        if (characters[kind] > characters[most])
            most = kind;
    }
    if (concerned > 0) {
        found->kind = names[most];
        found->repairable = left.kana == 0 && left.replaced == 0;
        concerned += left.kana + left.replaced;
    } else if (left.kana >= KANA_REMNANT_LEAST && left.kana > total / KANA_REMNANT_SHARE) {
        found->kind = names[TKZ__MOJIBAKE_UTF_8_AS_CP932];
        concerned = left.kana + left.replaced;
    } else if (left.replaced > total / REPLACED_SHARE) {
        found->kind = "replaced characters";
        concerned = left.replaced;
    }
    found->share = (double)concerned / (double)total;
}
