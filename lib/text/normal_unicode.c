/* SPDX-License-Identifier: Apache-2.0
 *
 * The normalisation forms of Unicode as steps, in every version that we vouch for.
 * Leans on unicode_normal. The newest comes first, so that a name without version
 * means it; 15.0 is that of ICU 72 and Python 3.12, 16.0 that of ICU 76 and Python 3.14.
 */
#include "text/unicode_normal.h"

#define VERSIONS(X) X(18, 0) X(17, 0) X(16, 0) X(15, 1) X(15, 0)

/* All by its form and version alone; the run of one place never depends on another. */
#define TRAITS (TKZ__NORMAL_IDEMPOTENT | TKZ__NORMAL_LOCAL)

#define KIND(form_, name_, text_, major, minor)                                                   \
    {.info = {.name = name_ "-" #major "." #minor,                                                \
              .text = text_ " of Unicode " #major "." #minor "."},                                \
     .traits = TRAITS,                                                                            \
     .data = &(const tkz__unicode_target){form_, TKZ__UNICODE_VERSION(major, minor)},             \
     .unchanged = tkz__unicode_step_unchanged,                                                    \
     .run = tkz__unicode_step_run},

#define NFC(major, minor)                                                                         \
    KIND(TKZ__UNICODE_NFC, "nfc", "Composes (か and U+3099 give が): Normalization Form C", major, \
         minor)
#define NFD(major, minor)                                                                         \
    KIND(TKZ__UNICODE_NFD, "nfd", "Decomposes (が gives か and U+3099): Normalization Form D",    \
         major, minor)
#define NFKC(major, minor)                                                                        \
    KIND(TKZ__UNICODE_NFKC, "nfkc",                                                               \
         "Replaces compatibility characters (① by 1, ㍿ by 株式会社) and composes: "              \
         "Normalization Form KC",                                                                 \
         major, minor)
#define NFKD(major, minor)                                                                        \
    KIND(TKZ__UNICODE_NFKD, "nfkd",                                                               \
         "Replaces compatibility characters and decomposes: Normalization Form KD", major, minor)
#define NFKC_CF(major, minor)                                                                     \
    KIND(TKZ__UNICODE_NFKC_CF, "nfkc_cf",                                                         \
         "NFKC with case folded and invisible characters removed: toNFKC_Casefold", major, minor)

static const tkz__normal_kind kinds[] = {
    VERSIONS(NFC) VERSIONS(NFD) VERSIONS(NFKC) VERSIONS(NFKD) VERSIONS(NFKC_CF)
};

const tkz__normal_family tkz__normal_unicode = {kinds, sizeof kinds / sizeof kinds[0]};
