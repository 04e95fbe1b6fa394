/* SPDX-License-Identifier: Apache-2.0
 *
 * Version and features of this build. Leans on config.h and the libraries' headers.
 */
#include "config.h"

#include <unicode/uvernum.h>
#include <zlib.h>
#include <zstd.h>

#include "tokenize/base.h"

const char *tkz_version(void)
{
    return PACKAGE_VERSION;
}

const char *tkz_features(void)
{
    return "icu-" U_ICU_VERSION " zstd-" ZSTD_VERSION_STRING " zlib-" ZLIB_VERSION
#ifdef TKZ_SANITIZED
           " sanitized"
#endif
        ;
}
