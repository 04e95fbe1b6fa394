/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of characters, for people. Leans on ICU, whose table of names is large and
 * whose version does not matter to any result.
 */
#include <stdio.h>
#include <string.h>
#include <unicode/uchar.h>

#include "core/error.h"
#include "tokenize/text.h"

tkz_status tkz_character_name(uint32_t code_point, char *name, size_t capacity, tkz_error *error)
{
    tkz_error_clear(error);
    if (code_point > 0x10FFFF || name == NULL || capacity == 0)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, NULL, TKZ__NO_OFFSET,
                              "U+%X is no code point, or there is no room for its name",
                              (unsigned)code_point);
    char full[256];
    UErrorCode status = U_ZERO_ERROR;
    /* The extended name is "<control-0009>" where a character has none. */
    int32_t size = u_charName((UChar32)code_point, U_EXTENDED_CHAR_NAME, full,
                              (int32_t)sizeof full, &status);
    if (U_FAILURE(status) || size <= 0)
        (void)snprintf(full, sizeof full, "<unassigned-%04X>", (unsigned)code_point);
    size_t length = strlen(full);
    if (length >= capacity)
        length = capacity - 1;
    memcpy(name, full, length);
    name[length] = '\0';
    return TKZ_OK;
}
