/* SPDX-License-Identifier: Apache-2.0
 *
 * What this build offers, as tables or JSON: for `tokenize list` and for
 * `tokenize clean --list`. Each returns an exit code.
 */
#ifndef TOOLS_LISTING_H
#define TOOLS_LISTING_H

#include <stdbool.h>

int list_filters(bool json);
int list_presets(bool json);
int list_normalizers(bool json);
int list_editors(bool json);
int list_charsets(bool json);
int list_pre_tokenizers(bool json);
int list_formats(bool json);
int list_recipe(bool json);
int list_commands(bool json);

#endif /* TOOLS_LISTING_H */
