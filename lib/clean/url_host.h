/* SPDX-License-Identifier: Apache-2.0
 *
 * The host of a URL, as Python's urllib.parse takes it. Leans on buffer.
 */
#ifndef TKZ_CLEAN_URL_HOST_H
#define TKZ_CLEAN_URL_HOST_H

#include "core/buffer.h"

/* Finds the host of a URL (valid UTF-8): what urlparse(url).hostname of Python 3.11.7 is, in small letters and without user, port
 * and the brackets of IPv6; `*host` is in `buffer`, whose content is lost. `*host_size` is 0 where Python has none (no "//" behind
 * the scheme, nothing behind it) or refuses the URL for a bracket without its partner. What else Python refuses is taken as it
 * stands: in brackets what is no address, and characters of which NFKC makes one of "/?#@:". Letters become small by Unicode
 * 17.0, one by one, so that a Σ at the end of a word is σ. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__url_host(const char *url, size_t size, tkz__buffer *buffer, const char **host,
                                     size_t *host_size, tkz_error *error);

/* Appends the text (valid UTF-8) in small letters, as that does. Errors: OUT_OF_MEMORY. */
TKZ_CHECKED tkz_status tkz__append_small_letters(const char *text, size_t size, tkz__buffer *small, tkz_error *error);

#endif
