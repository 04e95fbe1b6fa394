/* SPDX-License-Identifier: Apache-2.0
 *
 * What every suite shares. Leans on Check and POSIX files.
 */
#include "testing.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Atomic(test_place *) test_last_place;

void test_tell_place(test_place *place)
{
    atomic_store_explicit(&place->told, true, memory_order_relaxed);
    _mark_point(place->file, place->line);
}

#ifndef TKZ_SANITIZED /* whose reports say where */
static void tell_last_place(int number)
{
    const test_place *place = atomic_load_explicit(&test_last_place, memory_order_relaxed);
    if (place != NULL)
        _mark_point(place->file, place->line);
    raise(number); /* which now does what it does without us */
}
#endif

void test_watch_signals(void)
{
#ifndef TKZ_SANITIZED
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction action = {.sa_handler = tell_last_place, .sa_flags = (int)SA_RESETHAND};
        sigaction(numbers[i], &action, NULL);
    }
#endif
}

/* The size in front of each block lets release check what it is told. */
enum { HEADER = 16 };

static bool fails(test_memory *memory)
{
    memory->requests++;
    return memory->fail_at != 0 && memory->requests == memory->fail_at;
}

static void *test_allocate(void *context, size_t size)
{
    test_memory *memory = context;
    if (fails(memory))
        return NULL;
    uint8_t *block = malloc(size + HEADER);
    ck_assert_ptr_nonnull(block);
    memcpy(block, &size, sizeof size);
    memory->blocks++;
    memory->bytes += (int64_t)size;
    return block + HEADER;
}

static void test_release(void *context, void *data, size_t size)
{
    test_memory *memory = context;
    uint8_t *block = (uint8_t *)data - HEADER;
    size_t real;
    memcpy(&real, block, sizeof real);
    ck_assert_uint_eq(real, size);
    memory->blocks--;
    memory->bytes -= (int64_t)size;
    free(block);
}

static void *test_reallocate(void *context, void *data, size_t old_size, size_t new_size)
{
    test_memory *memory = context;
    if (fails(memory))
        return NULL;
    uint8_t *block = (uint8_t *)data - HEADER;
    size_t real;
    memcpy(&real, block, sizeof real);
    ck_assert_uint_eq(real, old_size);
    block = realloc(block, new_size + HEADER);
    ck_assert_ptr_nonnull(block);
    memcpy(block, &new_size, sizeof new_size);
    memory->bytes += (int64_t)new_size - (int64_t)old_size;
    return block + HEADER;
}

void test_memory_init(test_memory *memory)
{
    memset(memory, 0, sizeof *memory);
    memory->allocator = (tkz_allocator){memory, test_allocate, test_reallocate, test_release};
}

void test_all_allocation_failures(tkz_status (*attempt)(void *context,
                                                        const tkz_allocator *allocator),
                                  void *context)
{
    /* Under sanitizers, which check every step of each attempt, ever fewer of the late requests fail. */
    for (uint64_t fail_at = 1;; fail_at += TEST_SHORTER > 1 ? 1 + fail_at / 25 : 1) {
        test_memory memory;
        test_memory_init(&memory);
        memory.fail_at = fail_at;
        tkz_status status = attempt(context, &memory.allocator);
        ck_assert_msg(memory.blocks == 0, "failing request %llu left %lld blocks behind",
                      (unsigned long long)fail_at, (long long)memory.blocks);
        if (memory.requests < fail_at) {
            ck_assert_status(status);
            ck_assert_msg(fail_at > 1, "nothing was allocated through the allocator");
            return;
        }
        ck_assert_msg(status == TKZ_STATUS_OUT_OF_MEMORY, "failing request %llu gave %s",
                      (unsigned long long)fail_at, tkz_status_name(status));
    }
}

void test_make_directory(char *path, size_t capacity)
{
    snprintf(path, capacity, "/tmp/tkz-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(path));
}

void test_remove_tree(const char *path)
{
    DIR *directory = opendir(path);
    if (directory == NULL) {
        unlink(path);
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char child[4096];
        snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
        struct stat info;
        if (lstat(child, &info) == 0 && S_ISDIR(info.st_mode))
            test_remove_tree(child);
        else
            unlink(child);
    }
    closedir(directory);
    rmdir(path);
}

void test_write_file(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

char *test_read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "cannot open %s", path);
    fseek(file, 0, SEEK_END);
    long length = ftell(file);
    rewind(file);
    char *data = malloc((size_t)length + 1);
    ck_assert_ptr_nonnull(data);
    ck_assert_uint_eq(fread(data, 1, (size_t)length, file), (size_t)length);
    data[length] = '\0';
    fclose(file);
    *size = (size_t)length;
    return data;
}

uint64_t test_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}
