/* SPDX-License-Identifier: Apache-2.0
 *
 * A trie of the symbols that a sentencepiece model does not normalise. There are few of them (none,
 * or some hundred), and a text meets their first bytes seldom: a list of children is enough. Leans
 * on memory.
 */
#include "text/spm_symbols.h"

#include <string.h>

#include "tokenize/text.h"

/* ---- The spelling --------------------------------------------------------- */

tkz_status tkz__spm_symbols_spell(tkz__buffer *list, const char *symbol, size_t size,
                                  tkz_error *error)
{
    static const char digits[] = "0123456789ABCDEF";
    tkz_status status = TKZ_OK;
    if (list->size > 0)
        status = tkz__buffer_append_byte(list, ' ', error);
    for (size_t i = 0; i < size && status == TKZ_OK; i++) {
        uint8_t byte = (uint8_t)symbol[i];
        char escaped[3] = {'%', digits[byte >> 4], digits[byte & 15]};
        status = byte <= ' ' || byte == '%' || byte == 0x7F
                     ? tkz__buffer_append(list, escaped, 3, error)
                     : tkz__buffer_append_byte(list, byte, error);
    }
    return status;
}

static int digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* ---- Making the trie ------------------------------------------------------ */

/* What is left of the list to read. */
typedef struct reader {
    const char *list;
    const char *at;
    const char *end;
    tkz_error *error;
} reader;

static tkz_status bad(const reader *in, const char *what)
{
    return tkz__error_set(in->error, TKZ_STATUS_BAD_FORMAT, "symbols", (uint64_t)(in->at - in->list),
                          "%s", what);
}

/* The child of `node` with that byte, made if there is none. */
static tkz_status step(tkz__spm_symbols *symbols, uint32_t *node, uint8_t byte,
                       const tkz_allocator *allocator, tkz_error *error)
{
    uint32_t child = *node == 0 ? symbols->first[byte] : symbols->nodes[*node].child;
    while (child != 0 && symbols->nodes[child].byte != byte)
        child = symbols->nodes[child].sibling;
    if (child == 0) {
        if (symbols->count >= UINT32_MAX)
            return tkz__error_set(error, TKZ_STATUS_LIMIT, "symbols", TKZ__NO_OFFSET,
                                  "the symbols have too many bytes");
        tkz_status status =
            tkz__array_reserve(allocator, (void **)&symbols->nodes, &symbols->capacity,
                               symbols->count + 1, sizeof *symbols->nodes, error);
        if (status != TKZ_OK)
            return status;
        child = (uint32_t)symbols->count++;
        symbols->nodes[child] = (tkz__spm_symbol_node){.byte = byte};
        if (*node == 0) {
            symbols->first[byte] = child;
        } else {
            symbols->nodes[child].sibling = symbols->nodes[*node].child;
            symbols->nodes[*node].child = child;
        }
    }
    *node = child;
    return TKZ_OK;
}

/* Takes a byte of a symbol. */
static tkz_status take_byte(reader *in, uint8_t *byte)
{
    int high, low;
    *byte = (uint8_t)*in->at;
    if (*byte != '%') {
        in->at++;
        return TKZ_OK;
    }
    if (in->end - in->at < 3 || (high = digit_value(in->at[1])) < 0 ||
        (low = digit_value(in->at[2])) < 0)
        return bad(in, "behind % stand two digits 0-9 A-F");
    *byte = (uint8_t)(high * 16 + low);
    in->at += 3;
    return TKZ_OK;
}

static tkz_status read_symbol(tkz__spm_symbols *symbols, reader *in, char *bytes,
                              const tkz_allocator *allocator)
{
    uint32_t node = 0;
    size_t size = 0;
    tkz_status status = TKZ_OK;
    while (status == TKZ_OK && in->at < in->end && *in->at != ' ') {
        uint8_t byte = 0;
        if (size == TKZ__SPM_SYMBOL_LONGEST)
            return bad(in, "a symbol is too long");
        status = take_byte(in, &byte);
        if (status == TKZ_OK && byte == 0)
            return bad(in, "a symbol has no U+0000");
        bytes[size++] = (char)byte;
        if (status == TKZ_OK)
            status = step(symbols, &node, byte, allocator, in->error);
    }
    if (status != TKZ_OK)
        return status;
    if (size == 0)
        return bad(in, "a symbol is empty");
    if (tkz_utf8_valid_prefix(bytes, size) != size)
        return bad(in, "a symbol is no UTF-8");
    symbols->nodes[node].ends = true;
    return TKZ_OK;
}

tkz_status tkz__spm_symbols_read(tkz__spm_symbols *symbols, const char *list, size_t size,
                                 const tkz_allocator *allocator, tkz_error *error)
{
    reader in = {list, list, list + size, error};
    memset(symbols, 0, sizeof *symbols);
    if (size == 0)
        return TKZ_OK;
    char *bytes = tkz__allocate(allocator, TKZ__SPM_SYMBOL_LONGEST);
    if (bytes == NULL)
        return tkz__error_memory(error, TKZ__SPM_SYMBOL_LONGEST);
    tkz_status status = tkz__array_reserve(allocator, (void **)&symbols->nodes, &symbols->capacity,
                                           1, sizeof *symbols->nodes, error);
    if (status == TKZ_OK)
        symbols->nodes[symbols->count++] = (tkz__spm_symbol_node){.byte = 0};
    while (status == TKZ_OK) {
        status = read_symbol(symbols, &in, bytes, allocator);
        if (status != TKZ_OK || in.at == in.end)
            break;
        in.at++; /* the space; a symbol comes behind it */
    }
    tkz__release(allocator, bytes, TKZ__SPM_SYMBOL_LONGEST);
    if (status != TKZ_OK)
        tkz__spm_symbols_free(symbols, allocator);
    return status;
}

void tkz__spm_symbols_free(tkz__spm_symbols *symbols, const tkz_allocator *allocator)
{
    tkz__release_array(allocator, symbols->nodes, symbols->capacity, sizeof *symbols->nodes);
    memset(symbols, 0, sizeof *symbols);
}

/* ---- Finding -------------------------------------------------------------- */

size_t tkz__spm_symbols_match(const tkz__spm_symbols *symbols, const char *text, size_t size)
{
    size_t longest = 0;
    int matches = 0;
    uint32_t node = size == 0 ? 0 : symbols->first[(uint8_t)text[0]];
    for (size_t at = 1; node != 0; at++) {
        if (symbols->nodes[node].ends) {
            longest = at;
            if (++matches == TKZ__SPM_SYMBOL_MATCHES)
                break;
        }
        if (at == size)
            break;
        node = symbols->nodes[node].child;
        while (node != 0 && symbols->nodes[node].byte != (uint8_t)text[at])
            node = symbols->nodes[node].sibling;
    }
    return longest;
}

bool tkz__spm_symbols_contain(const tkz__spm_symbols *symbols, const char *text, size_t size)
{
    for (size_t i = 1; i < symbols->count; i++) { /* 0 is the root */
        size_t at = 0;
        uint32_t node = (uint32_t)i;
        while (node != 0 && symbols->nodes[node].byte == (uint8_t)text[at]) {
            if (++at == size)
                return true;
            node = symbols->nodes[node].child;
            while (node != 0 && symbols->nodes[node].byte != (uint8_t)text[at])
                node = symbols->nodes[node].sibling;
        }
    }
    return false;
}
