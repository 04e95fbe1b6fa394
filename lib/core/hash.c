/* SPDX-License-Identifier: Apache-2.0
 *
 * The one place that calls xxHash. Leans on libxxhash.
 */
#include "core/hash.h"

#include <xxhash.h>

uint64_t tkz__hash64(const void *data, size_t size)
{
    return XXH3_64bits(data, size);
}

tkz__hash128 tkz__hash128_of(const void *data, size_t size)
{
    XXH128_hash_t hash = XXH3_128bits(data, size);
    return (tkz__hash128){hash.low64, hash.high64};
}

tkz__hash_stream *tkz__hash_stream_new(void)
{
    XXH3_state_t *state = XXH3_createState();
    if (state != NULL)
        XXH3_64bits_reset(state);
    return (tkz__hash_stream *)state;
}

void tkz__hash_stream_add(tkz__hash_stream *stream, const void *data, size_t size)
{
    XXH3_64bits_update((XXH3_state_t *)stream, data, size);
}

uint64_t tkz__hash_stream_digest(const tkz__hash_stream *stream)
{
    return XXH3_64bits_digest((const XXH3_state_t *)stream);
}

void tkz__hash_stream_free(tkz__hash_stream *stream)
{
    XXH3_freeState((XXH3_state_t *)stream);
}
