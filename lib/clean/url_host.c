/* SPDX-License-Identifier: Apache-2.0
 *
 * Python's urlsplit as far as the host: the scheme, what stands between "//" and the path, and of that the host. The steps and their
 * order are those of Lib/urllib/parse.py, urlsplit and _NetlocResultMixinStr._hostinfo. Leans on utf8 and lowercase.
 */
#include "clean/url_host.h"

#include <string.h>

#include "text/lowercase.h"
#include "text/utf8.h"

/* A part of a URL. */
typedef struct part {
    const char *data;
    size_t size;
} part;

static size_t find(part of, char wanted)
{
    const char *at = of.size > 0 ? memchr(of.data, wanted, of.size) : NULL;
    return at != NULL ? (size_t)(at - of.data) : of.size;
}

static part behind(part of, size_t count)
{
    return (part){of.data + count, of.size - count};
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_scheme(part name)
{
    if (name.size == 0 || !is_letter(name.data[0]))
        return false;
    for (size_t i = 0; i < name.size; i++) {
        char byte = name.data[i];
        if (!is_letter(byte) && (byte < '0' || byte > '9') && (byte == '\0' || strchr("+-.", byte) == NULL))
            return false;
    }
    return true;
}

/* The URL without control characters and spaces before it, and without tabs and line ends anywhere; there is room. */
static void tidy(const char *url, size_t size, tkz__buffer *tidied)
{
    size_t start = 0;
    while (start < size && (unsigned char)url[start] <= ' ')
        start++;
    for (size_t i = start; i < size; i++)
        if (url[i] != '\t' && url[i] != '\r' && url[i] != '\n')
            tidied->data[tidied->size++] = (uint8_t)url[i];
}

/* What stands between "//" and the path, query or fragment. */
static part find_authority(part url)
{
    size_t colon = find(url, ':');
    if (colon < url.size && is_scheme((part){url.data, colon}))
        url = behind(url, colon + 1);
    if (url.size < 2 || url.data[0] != '/' || url.data[1] != '/')
        return (part){url.data, 0};
    url = behind(url, 2);
    size_t end = 0;
    while (end < url.size && url.data[end] != '/' && url.data[end] != '?' && url.data[end] != '#')
        end++;
    return (part){url.data, end};
}

static part find_host(part authority)
{
    bool opens = find(authority, '[') < authority.size, closes = find(authority, ']') < authority.size;
    if (opens != closes)
        return (part){authority.data, 0};
    for (size_t at = find(authority, '@'); at < authority.size; at = find(authority, '@'))
        authority = behind(authority, at + 1);
    size_t bracket = find(authority, '[');
    if (bracket == authority.size)
        return (part){authority.data, find(authority, ':')};
    authority = behind(authority, bracket + 1);
    return (part){authority.data, find(authority, ']')};
}

tkz_status tkz__append_small_letters(const char *text, size_t size, tkz__buffer *small, tkz_error *error)
{
    /* Small letters of two bytes may have three. */
    tkz_status status = tkz__buffer_reserve(small, size + size / 2 + 8, error);
    if (status != TKZ_OK)
        return status;
    char *at = (char *)small->data + small->size;
    for (size_t i = 0; i < size;) {
        uint32_t character;
        i += tkz__utf8_next(text + i, size - i, &character);
        if (character < 0x80) {
            *at++ = (char)(character - 'A' < 26 ? character + ('a' - 'A') : character);
            continue;
        }
        at += tkz__utf8_encode(tkz__lowercase(character), at);
        if (character == 0x130)
            at += tkz__utf8_encode(0x307, at);
    }
    small->size = (size_t)(at - (char *)small->data);
    return TKZ_OK;
}

/* The tidied URL and behind it the host share the buffer, which does not grow while parts of it are read. */
tkz_status tkz__url_host(const char *url, size_t size, tkz__buffer *buffer, const char **host,
                         size_t *host_size, tkz_error *error)
{
    tkz__buffer_clear(buffer);
    *host = "";
    *host_size = 0;
    tkz_status status = tkz__buffer_reserve(buffer, size + 2 * size + 16, error);
    if (status != TKZ_OK)
        return status;
    tidy(url, size, buffer);
    size_t tidied = buffer->size;
    part found = find_host(find_authority((part){(const char *)buffer->data, tidied}));
    /* What stands behind a "%", the zone of an address, stays. */
    size_t letters = find(found, '%');
    status = tkz__append_small_letters(found.data, letters, buffer, error);
    if (status == TKZ_OK)
        status = tkz__buffer_append(buffer, found.data + letters, found.size - letters, error);
    *host = (const char *)buffer->data + tidied;
    *host_size = buffer->size - tidied;
    return status;
}
