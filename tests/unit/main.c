/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs every suite of the list that make generates from the rooms. Leans on
 * Check and testing.h; CK_RUN_SUITE=name runs one.
 */
#include <stdlib.h>

#include "testing.h"

#define X(name) Suite *suite_##name(void);
#include "suites.inc"
#undef X

int main(void)
{
    test_watch_signals();
    SRunner *runner = srunner_create(NULL);
#define X(name) srunner_add_suite(runner, suite_##name());
#include "suites.inc"
#undef X
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
