/* SPDX-License-Identifier: Apache-2.0
 *
 * What a dictionary calls its categories of characters. Leans on the dictionary.
 */
#include "morph/dictionary.h"

const char *tkz_dictionary_category(const tkz_dictionary *dictionary, uint32_t index)
{
    return index < dictionary->property.category_count
               ? tkz__char_property_name(&dictionary->property, index)
               : NULL;
}
