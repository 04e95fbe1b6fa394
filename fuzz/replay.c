/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a fuzz target over files instead of under a fuzzer: every file named, and
 * every file in a directory named. Stands in for the fuzzing engine's main().
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        return 1;
    }
    long length = ftell(file);
    rewind(file);
    size_t size = length > 0 ? (size_t)length : 0;
    /* An exact block, so that a sanitizer sees a read behind the end. */
    uint8_t *data = malloc(size > 0 ? size : 1);
    if (data == NULL || fread(data, 1, size, file) != size) {
        perror(path);
        return 1;
    }
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

/* Returns the number of files run, or -1. */
static long replay_directory(const char *path)
{
    DIR *directory = opendir(path);
    if (directory == NULL) {
        perror(path);
        return -1;
    }
    long count = 0;
    struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        char child[4096];
        struct stat info;
        if (snprintf(child, sizeof child, "%s/%s", path, entry->d_name) >= (int)sizeof child)
            continue;
        if (stat(child, &info) != 0 || !S_ISREG(info.st_mode))
            continue;
        if (replay_file(child) != 0) {
            closedir(directory);
            return -1;
        }
        count++;
    }
    closedir(directory);
    return count;
}

int main(int argument_count, char **arguments)
{
    long count = 0;
    for (int i = 1; i < argument_count; i++) {
        struct stat info;
        if (stat(arguments[i], &info) == 0 && S_ISDIR(info.st_mode)) {
            long inside = replay_directory(arguments[i]);
            if (inside < 0)
                return EXIT_FAILURE;
            count += inside;
        } else {
            if (replay_file(arguments[i]) != 0)
                return EXIT_FAILURE;
            count++;
        }
    }
    if (count == 0) {
        fprintf(stderr, "%s: no files to run\n", arguments[0]);
        return EXIT_FAILURE;
    }
    printf("%s: %ld inputs\n", arguments[0], count);
    return EXIT_SUCCESS;
}
