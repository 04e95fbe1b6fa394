/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers as texts that lose nothing. Leans on nothing.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tokenize/base.h"

void tkz_number_text(double number, char text[TKZ_NUMBER_TEXT_SIZE])
{
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, TKZ_NUMBER_TEXT_SIZE, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            return;
    }
}
