/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: the first byte chooses an editor, the second how its option "compat" is set; the rest is the text. The
 * span map must cover both sides, identity must be identity, and a text that stays has no counts. Personal information
 * is looked for too: matches ascend and lie in the text.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_spans.h"
#include "tokenize/edit.h"
#include "tokenize/pii.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has_compat(const tkz_normal_step_info *info)
{
    for (size_t i = 0; i < info->option_count; i++)
        if (strcmp(info->options[i].name, "compat") == 0)
            return true;
    return false;
}

static void check_editor(tkz_normal_form *form, const char *text, size_t size)
{
    tkz_normalizer *normalizer;
    tkz_normalized result;
    demand(tkz_normalizer_new(&normalizer, form, NULL, NULL) == TKZ_OK);
    demand(tkz_normalizer_run(normalizer, text, size, 1, &result, NULL) == TKZ_OK);
    demand_spans(text, size, &result);
    for (size_t i = 0; i < tkz_normal_form_count_total(form) && !result.changed; i++)
        demand(result.counts[i] == 0);
    tkz_normalizer_free(normalizer);
}

static void check_pii(const char *text, size_t size)
{
    tkz_pii_match match;
    for (size_t at = 0; tkz_pii_next(text, size, at, UINT32_MAX, &match) != 0; at = match.end) {
        demand(match.start >= at && match.end > match.start && match.end <= size);
        demand(tkz_pii_mask(match.type) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tkz_editor_info info;
    tkz_normal_form *form;
    char chain[128];
    if (size < 2)
        return 0;
    demand(tkz_editor_at(data[0] % tkz_editor_count(), &info) != 0);
    (void)snprintf(chain, sizeof chain, "%s%s", info.step->name,
                   data[1] % 2 == 1 && has_compat(info.step) ? ":compat=true" : "");
    tkz_status status = tkz_editors_new(&form, chain, strlen(chain), NULL, NULL);
    /* Some editors do not go without a list. */
    demand(status == TKZ_OK || status == TKZ_STATUS_INVALID_OPTION);
    if (form != NULL)
        check_editor(form, (const char *)data + 2, size - 2);
    tkz_normal_form_free(form);
    check_pii((const char *)data + 2, size - 2);
    return 0;
}
