/* SPDX-License-Identifier: Apache-2.0
 *
 * Exact deduplication in bounded memory: one pass over the signature file for
 * each partition of the signatures. Leans on core's hash, index's bitmap, POSIX files.
 */
#include "dedup/exact.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buffer.h"

/* MEMORY_MINIMUM: the smallest bound that is accepted. READ_SIZE: the read buffer, unless the
 * bound is so tight that a quarter of it is less. */
enum { MEMORY_MINIMUM = 1 << 20, READ_SIZE = 1 << 20 };

/* The set of signatures of one partition: open addressing with linear probing, at most three
 * quarters full. An all-zero slot is free; the all-zero signature has a flag of its own. */
typedef struct signature_set {
    tkz__hash128 *slots;
    uint64_t slot_count;
    uint64_t limit; /* signatures it may hold */
    uint64_t used;
    bool has_zero;
} signature_set;

/* The signatures whose high half begins with the `depth` bits `prefix`. */
typedef struct partition {
    uint64_t prefix;
    uint32_t depth;
} partition;

typedef struct decision {
    const char *path;
    int descriptor;
    uint64_t count;
    uint8_t *buffer;
    size_t buffer_size;
    signature_set set;
    tkz__bitmap *repeated;
} decision;

void tkz__exact_signature(const char *text, size_t size, uint8_t signature[TKZ__SIGNATURE_SIZE])
{
    tkz__hash128 hash = tkz__hash128_of(text, size);
    tkz__store_u64(signature, hash.low);
    tkz__store_u64(signature + 8, hash.high);
}

static void set_clear(signature_set *set)
{
    for (uint64_t i = 0; i < set->slot_count; i++)
        set->slots[i] = (tkz__hash128){0, 0};
    set->used = 0;
    set->has_zero = false;
}

/* Adds a signature. `*known` says whether it was there; false means that the set is full. */
static bool set_add(signature_set *set, tkz__hash128 key, bool *known)
{
    if ((key.low | key.high) == 0) {
        *known = set->has_zero;
        set->has_zero = true;
        return true;
    }
    /* The high half chose the partition, so the low half chooses the slot. */
    uint64_t mixed = tkz__hash_u64(key.low);
    uint64_t slot = (uint64_t)(((unsigned __int128)mixed * set->slot_count) >> 64);
    for (;;) {
        tkz__hash128 *place = &set->slots[slot];
        if (place->low == key.low && place->high == key.high) {
            *known = true;
            return true;
        }
        if ((place->low | place->high) == 0) {
            if (set->used == set->limit)
                return false;
            *place = key;
            set->used++;
            *known = false;
            return true;
        }
        if (++slot == set->slot_count)
            slot = 0;
    }
}

static bool belongs(const partition *part, uint64_t high)
{
    return part->depth == 0 || high >> (64 - part->depth) == part->prefix;
}

static tkz_status read_block(const decision *job, size_t size, uint64_t offset, tkz_error *error)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = pread(job->descriptor, job->buffer + done, size - done,
                            (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return tkz__error_system(error, job->path, "read", errno);
        if (got == 0)
            return tkz__error_set(error, TKZ_STATUS_CORRUPT, job->path, offset + done,
                                  "the signature file became shorter while it was read");
        done += (size_t)got;
    }
    return TKZ_OK;
}

/* Marks the repetitions among the signatures of one partition. `*full` says that the set could
 * not hold it; the marks made until then are right all the same, for each has an earlier
 * document. */
static tkz_status decide_partition(decision *job, const partition *part, bool *full,
                                   tkz_error *error)
{
    *full = false;
    set_clear(&job->set);
    uint64_t document = 0;
    while (document < job->count) {
        uint64_t left = (job->count - document) * TKZ__SIGNATURE_SIZE;
        size_t size = left < job->buffer_size ? (size_t)left : job->buffer_size;
        tkz_status status = read_block(job, size, document * TKZ__SIGNATURE_SIZE, error);
        if (status != TKZ_OK)
            return status;
        for (size_t i = 0; i < size; i += TKZ__SIGNATURE_SIZE, document++) {
            tkz__hash128 key = {tkz__load_u64(job->buffer + i), tkz__load_u64(job->buffer + i + 8)};
            bool known;
            if (!belongs(part, key.high))
                continue;
            if (!set_add(&job->set, key, &known)) {
                *full = true;
                return TKZ_OK;
            }
            if (known)
                tkz__bitmap_set(job->repeated, document);
        }
    }
    return TKZ_OK;
}

/* The number of leading bits to split by, so that an average partition fills at most 7/8 of the
 * set: the sizes of partitions of uniform hashes differ by far less than the eighth that is
 * left. */
static uint32_t starting_depth(const decision *job)
{
    uint32_t depth = 0;
    uint64_t comfortable = job->set.limit - job->set.limit / 8;
    if (job->count <= job->set.limit)
        return 0;
    while (depth < 64 && job->count >> depth > comfortable)
        depth++;
    return depth;
}

/* Walks all partitions from the lowest prefix to the highest; one that does not fit is halved. */
static tkz_status decide_all(decision *job, tkz_error *error)
{
    uint32_t start = starting_depth(job);
    partition part = {0, start};
    for (;;) {
        bool full;
        tkz_status status = decide_partition(job, &part, &full, error);
        if (status != TKZ_OK)
            return status;
        if (full) {
            if (part.depth == 64)
                return tkz__error_set(error, TKZ_STATUS_LIMIT, job->path, TKZ__NO_OFFSET,
                                      "more than %llu signatures share their high half, so they "
                                      "do not fit into the memory bound",
                                      (unsigned long long)job->set.limit);
            part.depth++;
            part.prefix <<= 1;
            continue;
        }
        /* The next partition: leave the right halves, then step to the neighbour. */
        while (part.depth > start && (part.prefix & 1) != 0) {
            part.prefix >>= 1;
            part.depth--;
        }
        part.prefix++;
        if (part.depth == 0 || (part.depth < 64 && part.prefix >> part.depth != 0) ||
            (part.depth == 64 && part.prefix == 0))
            return TKZ_OK;
    }
}

/* Shares the bound out between the read buffer and the set. */
static tkz_status allocate_parts(decision *job, uint64_t memory, const tkz_allocator *allocator,
                                 tkz_error *error)
{
    uint64_t wanted = job->count + job->count / 3 + 2; /* full to three quarters */
    uint64_t read_size = READ_SIZE;
    if (memory != 0) {
        if (memory / 4 < read_size)
            read_size = memory / 4 / TKZ__SIGNATURE_SIZE * TKZ__SIGNATURE_SIZE;
        uint64_t possible = (memory - read_size) / sizeof(tkz__hash128);
        if (wanted > possible)
            wanted = possible;
    }
    job->buffer_size = (size_t)read_size;
    job->buffer = tkz__allocate(allocator, job->buffer_size);
    if (job->buffer == NULL)
        return tkz__error_memory(error, job->buffer_size);
    job->set.slot_count = wanted;
    job->set.limit = wanted - wanted / 4;
    if (job->set.limit == wanted)
        job->set.limit--; /* probing needs a free slot to end at */
    if (wanted > SIZE_MAX / sizeof(tkz__hash128))
        return tkz__error_memory(error, SIZE_MAX);
    job->set.slots = tkz__allocate_array(allocator, (size_t)wanted, sizeof(tkz__hash128));
    if (job->set.slots == NULL)
        return tkz__error_memory(error, (size_t)wanted * sizeof(tkz__hash128));
    return TKZ_OK;
}

static tkz_status open_signatures(decision *job, tkz_error *error)
{
    job->descriptor = open(job->path, O_RDONLY | O_CLOEXEC);
    if (job->descriptor < 0)
        return tkz__error_system(error, job->path, "open", errno);
    struct stat info;
    if (fstat(job->descriptor, &info) != 0)
        return tkz__error_system(error, job->path, "inspect", errno);
    uint64_t size = (uint64_t)info.st_size;
    if (!S_ISREG(info.st_mode) || size % TKZ__SIGNATURE_SIZE != 0 ||
        size / TKZ__SIGNATURE_SIZE != job->count)
        return tkz__error_set(error, TKZ_STATUS_CORRUPT, job->path, TKZ__NO_OFFSET,
                              "the signature file has %llu bytes instead of %d for each of %llu "
                              "documents",
                              (unsigned long long)size, TKZ__SIGNATURE_SIZE,
                              (unsigned long long)job->count);
    return TKZ_OK;
}

tkz_status tkz__exact_decide(const char *path, uint64_t count, uint64_t memory,
                             tkz__bitmap *repeated, tkz_error *error)
{
    if (path == NULL || repeated == NULL || repeated->size < count)
        return tkz__error_set(error, TKZ_STATUS_INVALID_ARGUMENT, path, TKZ__NO_OFFSET,
                              "the bitmap must have a bit for each document");
    if (memory != 0 && memory < MEMORY_MINIMUM)
        return tkz__error_set(error, TKZ_STATUS_LIMIT, path, TKZ__NO_OFFSET,
                              "finding repetitions needs at least %d bytes of memory",
                              MEMORY_MINIMUM);
    decision job = {.path = path, .descriptor = -1, .count = count, .repeated = repeated};
    tkz_status status = open_signatures(&job, error);
    if (status == TKZ_OK)
        status = allocate_parts(&job, memory, &repeated->allocator, error);
    if (status == TKZ_OK)
        status = decide_all(&job, error);
    tkz__release_array(&repeated->allocator, job.set.slots, (size_t)job.set.slot_count,
                       sizeof(tkz__hash128));
    tkz__release(&repeated->allocator, job.buffer, job.buffer_size);
    if (job.descriptor >= 0)
        close(job.descriptor);
    return status;
}
