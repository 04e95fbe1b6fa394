/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: a list of hosts up to the first NUL, and behind it a URL. An error must have a message; the value is one of four,
 * there is evidence where there is a host, and what a list holds is in it with the domains above too.
 */
#define _GNU_SOURCE /* memfd_create */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tokenize/clean.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
    if (!condition)
        abort();
}

/* What is found of the URL; -2: there is no set or no value. */
static double find(const char *json, const char *url, size_t size)
{
    tkz_filter_set *set;
    tkz_cleaner *cleaner;
    tkz_error error = {0};
    const char *evidence;
    size_t evidence_size;
    double value = -2;
    if (tkz_filter_set_new(&set, json, strlen(json), NULL, &error) != TKZ_OK) {
        demand(error.message[0] != '\0');
        return value;
    }
    demand(tkz_cleaner_new(&cleaner, set, NULL, NULL) == TKZ_OK);
    if (tkz_cleaner_set_url(cleaner, url, size, &error) == TKZ_OK) {
        demand(tkz_cleaner_measure(cleaner, "", 0, &value, NULL) == TKZ_OK);
        demand(value == -1 || value == 0 || value == 1 || value == 2);
        demand(tkz_cleaner_evidence(cleaner, 0, &evidence, &evidence_size, NULL) == TKZ_OK);
        demand((evidence_size > 0) == (value >= 0));
        for (size_t i = 0; i < evidence_size; i++)
            demand(evidence[i] != '/' && evidence[i] != '?' && evidence[i] != '#' && evidence[i] != '\n');
    } else {
        demand(error.code == TKZ_STATUS_BAD_UTF8);
    }
    tkz_cleaner_free(cleaner);
    tkz_filter_set_free(set);
    return value;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
    size_t list_size = end != NULL ? (size_t)(end - data) : size;
    const char *url = end != NULL ? (const char *)end + 1 : "";
    size_t url_size = end != NULL ? size - list_size - 1 : 0;
    char json[160];
    int file = memfd_create("hosts", 0);
    demand(file >= 0 && write(file, data, list_size) == (ssize_t)list_size);
    double alone = find("[{\"name\":\"swallow_hosts\"}]", url, url_size);
    (void)snprintf(json, sizeof json, "[{\"name\":\"swallow_hosts\",\"file\":\"/proc/self/fd/%d\"}]", file);
    double listed = find(json, url, url_size);
    (void)snprintf(json, sizeof json, "[{\"name\":\"swallow_hosts\",\"file\":\"/proc/self/fd/%d\",\"parents\":true}]", file);
    double parents = find(json, url, url_size);
    demand((listed == -2) == (parents == -2) || alone == -2);
    demand(listed == -2 || (listed == alone || (alone == 0 && listed == 2)));
    demand(parents == -2 || (parents == listed || (listed == 0 && parents == 2)));
    (void)close(file);
    return 0;
}
