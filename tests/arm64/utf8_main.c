/* SPDX-License-Identifier: Apache-2.0
 *
 * Every implementation of UTF-8 on the processor it is built for, against the reference. Without
 * Check, for processors that are emulated; argument "all": nothing left out.
 */
#include "utf8_cases.h"

int main(int count, char **arguments)
{
    utf8_kernels kernels[3];
    size_t implementations = list_kernels(kernels);
    int failures = 0;
    bool all = count == 2 && strcmp(arguments[1], "all") == 0;
    make_known();
    for (size_t i = 0; i < implementations; i++) {
        for (int number = 0; number < UTF8_CASES; number++) {
            utf8_check check = {.kernels = &kernels[i], .quick = !all};
            utf8_cases[number].run(&check);
            printf("compared %llu texts: %s, %s\n", (unsigned long long)check.compared,
                   kernels[i].name, utf8_cases[number].name);
            if (check.failure[0] != '\0' || check.compared == 0) {
                printf("FAILED: %s\n", check.failure);
                failures++;
            }
        }
    }
    free_known();
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
