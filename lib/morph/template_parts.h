/* SPDX-License-Identifier: Apache-2.0
 *
 * What a template is made of: shared by its reader and its writer.
 */
#ifndef TKZ_MORPH_TEMPLATE_PARTS_H
#define TKZ_MORPH_TEMPLATE_PARTS_H

#include "morph/csv_fields.h"
#include "morph/node_template.h"

enum tkz__part_code {
    TKZ__PART_TEXT = 0,
    TKZ__PART_SENTENCE,        /* %S */
    TKZ__PART_SENTENCE_SIZE,   /* %L */
    TKZ__PART_SURFACE,         /* %m */
    TKZ__PART_SPACED_SURFACE,  /* %M */
    TKZ__PART_PART_OF_SPEECH,  /* %h */
    TKZ__PART_WORD_COST,       /* %c %pw */
    TKZ__PART_FEATURE,         /* %H */
    TKZ__PART_CATEGORY,        /* %t */
    TKZ__PART_STATUS,          /* %s */
    TKZ__PART_PROBABILITY,     /* %P %pP */
    TKZ__PART_ID,              /* %pi */
    TKZ__PART_SPACE,           /* %pS */
    TKZ__PART_START,           /* %ps */
    TKZ__PART_END,             /* %pe */
    TKZ__PART_CONNECTION,      /* %pC */
    TKZ__PART_COST,            /* %pc */
    TKZ__PART_STEP_COST,       /* %pn */
    TKZ__PART_IS_BEST,         /* %pb */
    TKZ__PART_ALPHA,           /* %pA */
    TKZ__PART_BETA,            /* %pB */
    TKZ__PART_LENGTH,          /* %pl */
    TKZ__PART_SPACED_LENGTH,   /* %pL */
    TKZ__PART_LEFT_ID,         /* %phl */
    TKZ__PART_RIGHT_ID,        /* %phr */
    TKZ__PART_PATH_IDS,        /* %ppi */
    TKZ__PART_PATH_COSTS,      /* %ppc */
    TKZ__PART_PATH_PROBABILITIES, /* %ppP */
    TKZ__PART_FIELDS,          /* %f %F */
};

#endif
