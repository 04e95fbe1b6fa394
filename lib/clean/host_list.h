/* SPDX-License-Identifier: Apache-2.0
 *
 * Hosts of a user's lists, of which there may be millions: one a line in a file, or the categories of the blacklists of the
 * university of Toulouse (UT1) in a folder. Leans on sequence_set, url_host and line_file.
 */
#ifndef TKZ_CLEAN_HOST_LIST_H
#define TKZ_CLEAN_HOST_LIST_H

#include "core/file_hash.h"
#include "core/memory.h"

typedef struct tkz__host_list tkz__host_list; /* immutable; any thread */

/* Reads a file of hosts, or of a folder the files "domains" and "urls" of the categories that Swallow takes: of those that the
 * folder's "global_usage" says to be black, without that file of all. `compat`: not of mixed_adult, whose name Swallow has with
 * a space. White space around a line is no part of the host, whose letters become small; lines with a "/" are pages and no hosts.
 * Errors: OPEN_FAILED, IO, BAD_UTF8 (with line), BAD_FORMAT (no hosts), LIMIT (4 GiB of hosts), OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__host_list_open(tkz__host_list **list, const char *path, bool compat,
                                           const tkz_allocator *allocator, tkz_error *error);
void tkz__host_list_free(tkz__host_list *list); /* accepts NULL */

/* Whether the host, in small letters, is in the list. */
bool tkz__host_list_has(const tkz__host_list *list, const char *host, size_t size);

/* Bytes of the longest host in it. */
size_t tkz__host_list_longest(const tkz__host_list *list);

/* 128 bits of XXH3 of the hosts in their order, written as tkz__file_hash does: which ones there are. */
void tkz__host_list_hash(const tkz__host_list *list, char text[TKZ__FILE_HASH_SIZE]);

#endif
