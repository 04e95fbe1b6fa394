/* SPDX-License-Identifier: Apache-2.0
 *
 * Hosts whose documents are not wanted: the rules of Swallow and LLM-jp for URLs. Leans on url_host and host_list.
 */
#include <string.h>

#include "clean/filter.h"
#include "clean/host_list.h"
#include "clean/url_host.h"

/* The places of the parameters. */
enum { MINIMUM, MAXIMUM, FILE_NAME, PARENTS, COMPAT };

/* What the value says. */
enum { NO_HOST = -1, OTHER_HOST = 0, BY_ENDING = 1, LISTED = 2 };
enum { KNOWN_DOMAIN = 0, OTHER_DOMAIN = 1, JAPANESE_WIKIPEDIA = 2 };

static tkz_status open_list(const tkz__chosen_filter *chosen, void **resource, const tkz_allocator *allocator,
                            tkz_error *error)
{
    if (chosen->file == NULL)
        return TKZ_OK;
    return tkz__host_list_open((tkz__host_list **)resource, chosen->file, chosen->parameters[COMPAT] != 0, allocator,
                               error);
}

static void close_list(void *resource, const tkz_allocator *allocator)
{
    (void)allocator;
    tkz__host_list_free(resource);
}

static void hash_list(const void *resource, char text[TKZ__FILE_HASH_SIZE])
{
    tkz__host_list_hash(resource, text);
}

/* ---- The value ----------------------------------------------------------- */

static bool ends_with(const char *host, size_t size, const char *ending)
{
    size_t length = strlen(ending);
    return size >= length && memcmp(host + size - length, ending, length) == 0;
}

/* Whether the last label is a number or there is a colon: parts of addresses are no domains. */
static bool is_address(const char *host, size_t size)
{
    if (memchr(host, ':', size) != NULL)
        return true;
    size_t digits = 0;
    while (digits < size && host[size - 1 - digits] >= '0' && host[size - 1 - digits] <= '9')
        digits++;
    return digits > 0 && (digits == size || host[size - 1 - digits] == '.');
}

/* The host, or with `parents` the nearest domain that it belongs to, that is in the list: shortens `*host` to it. Domains longer than
 * all in the list are not looked up, since each takes time for its length: a host may be as long as a document. */
static bool find_listed(const tkz__host_list *list, bool parents, const char **host, size_t *size)
{
    const char *at = *host;
    size_t left = *size;
    size_t longest = tkz__host_list_longest(list);
    bool walks = parents && !is_address(at, left);
    for (;;) {
        if (left <= longest && tkz__host_list_has(list, at, left)) {
            *host = at;
            *size = left;
            return true;
        }
        const char *dot = walks ? memchr(at, '.', left) : NULL;
        if (dot == NULL || dot + 1 == at + left)
            return false;
        left -= (size_t)(dot + 1 - at);
        at = dot + 1;
    }
}

/* The host of the document's URL, of no bytes where there is none. */
static tkz_status take_host(tkz__measuring *measuring, const char **host, size_t *size, tkz_error *error)
{
    return tkz__url_host(measuring->url != NULL ? measuring->url : "", measuring->url_size, &measuring->host, host,
                         size, error);
}

/* What is found of the URL, and the host behind it. */
static tkz_status look(tkz__measuring *measuring, const tkz__chosen_filter *chosen, double *value, const char **host,
                       size_t *size, tkz_error *error)
{
    *value = NO_HOST;
    tkz_status status = take_host(measuring, host, size, error);
    if (status != TKZ_OK || *size == 0)
        return status;
    *value = OTHER_HOST;
    if (ends_with(*host, *size, ".5ch.net") || ends_with(*host, *size, "wikipedia.org"))
        *value = BY_ENDING;
    else if (chosen->resource != NULL && find_listed(chosen->resource, chosen->parameters[PARENTS] != 0, host, size))
        *value = LISTED;
    return TKZ_OK;
}

static tkz_status find_kind(tkz__measuring *measuring, const tkz__chosen_filter *chosen, double *value,
                            tkz_error *error)
{
    const char *host;
    size_t size;
    return look(measuring, chosen, value, &host, &size, error);
}

static tkz_status find_host(tkz__measuring *measuring, const tkz__chosen_filter *chosen, const char **host,
                            size_t *size, tkz_error *error)
{
    double value;
    return look(measuring, chosen, &value, host, size, error);
}

/* ---- Top-level domains --------------------------------------------------- */

/* Those of has_valid_domain, by the alphabet. */
static bool is_known_domain(const char *domain, size_t size)
{
    static const char *const known[] = {"biz", "cc", "com", "info", "jp", "me", "net",
                                        "org", "site", "tokyo", "tv", "work", "xyz"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i]) == size && memcmp(known[i], domain, size) == 0)
            return true;
    return false;
}

/* Of the Japanese Wikipedia the URL itself is looked at, capital letters and all, as there. */
static bool is_japanese_wikipedia(const tkz__measuring *measuring)
{
    static const char start[] = "https://ja.wikipedia.org/";
    return measuring->url_size >= sizeof start - 1 && memcmp(measuring->url, start, sizeof start - 1) == 0;
}

static tkz_status look_at_domain(tkz__measuring *measuring, double *value, const char **host, size_t *size,
                                 tkz_error *error)
{
    *value = NO_HOST;
    tkz_status status = take_host(measuring, host, size, error);
    if (status != TKZ_OK || *size == 0)
        return status;
    size_t start = *size;
    while (start > 0 && (*host)[start - 1] != '.')
        start--;
    if (is_japanese_wikipedia(measuring))
        *value = JAPANESE_WIKIPEDIA;
    else
        *value = is_known_domain(*host + start, *size - start) ? KNOWN_DOMAIN : OTHER_DOMAIN;
    return TKZ_OK;
}

static tkz_status find_domain_kind(tkz__measuring *measuring, const tkz__chosen_filter *chosen, double *value,
                                   tkz_error *error)
{
    (void)chosen;
    const char *host;
    size_t size;
    return look_at_domain(measuring, value, &host, &size, error);
}

static tkz_status find_domain_host(tkz__measuring *measuring, const tkz__chosen_filter *chosen, const char **host,
                                   size_t *size, tkz_error *error)
{
    (void)chosen;
    double value;
    return look_at_domain(measuring, &value, host, size, error);
}

/* ---- The table ----------------------------------------------------------- */

static const tkz__filter filters[] = {
    {.info = {.name = "swallow_hosts",
              .text = "what the host of the document's URL is: 2 in the list, 1 not there but ending in .5ch.net or "
                      "wikipedia.org, 0 another one, -1 none: no member with the URL (--url-key), no \"//\" in it",
              .unit = "kind",
              .source = "Swallow v1, ngurl.py, Checker.check",
              .difference = "without a host the reference fails; a document without one stays, with minimum=0 it goes; lines "
                            "of the list may have capital letters and white space around them, and of the "
                            "categories mixed_adult is read, which the reference looks for as \"mixed adult\": with "
                            "compat it is not; of Σ at the end of a word the small letter is σ",
              .comparison = TKZ_DROP_BELOW | TKZ_DROP_ABOVE,
              .below = "no_host",
              .above = "listed_host",
              TKZ__PARAMETERS({"minimum", "least value of a document that is kept", TKZ_PARAMETER_INTEGER, NO_HOST, NO_HOST,
                               LISTED},
                              {"maximum", "greatest value of a document that is kept", TKZ_PARAMETER_INTEGER, OTHER_HOST,
                               NO_HOST, LISTED},
                              {"file",
                               "list of hosts, one a line, or a folder with the categories of UT1's blacklists (adult/domains, "
                               "shopping/domains, ...), of which those are taken that Swallow takes; without it the two "
                               "endings alone",
                               TKZ_PARAMETER_FILE, 1, 0, 1},
                              {"parents", "a host is in the list too if a domain above it is: www.example.com by example.com",
                               TKZ_PARAMETER_FLAG, 0, 0, 1},
                              TKZ__COMPAT("the category mixed_adult is not read (ngurl.py, NG has \"mixed adult\")"))},
     .needs_url = true,
     .evaluate = find_kind,
     .open = open_list,
     .close = close_list,
     .hash = hash_list,
     .evidence = find_host},
    {.info = {.name = "llm_jp_domain",
              .text = "what the host of the document's URL is: 0 its last label is biz, cc, com, info, jp, me, net, org, site, "
                      "tokyo, tv, work or xyz, 1 it is another one, 2 the URL begins with https://ja.wikipedia.org/, -1 no "
                      "host: no member with the URL (--url-key), no \"//\" in it",
              .unit = "kind",
              .source = "llm-jp/llm-jp-corpus, scripts/filters.py, has_valid_domain",
              .difference = "without a host the reference fails; a document without one stays, with minimum=0 it goes",
              .comparison = TKZ_DROP_BELOW | TKZ_DROP_ABOVE,
              .below = "no_host",
              .above = "other_domain",
              TKZ__PARAMETERS({"minimum", "least value of a document that is kept", TKZ_PARAMETER_INTEGER, NO_HOST, NO_HOST,
                               JAPANESE_WIKIPEDIA},
                              {"maximum", "greatest value of a document that is kept", TKZ_PARAMETER_INTEGER, KNOWN_DOMAIN,
                               NO_HOST, JAPANESE_WIKIPEDIA})},
     .needs_url = true,
     .evaluate = find_domain_kind,
     .evidence = find_domain_host},
};

extern const tkz__filter_family tkz__filters_hosts;
const tkz__filter_family tkz__filters_hosts = {filters, sizeof filters / sizeof filters[0]};
