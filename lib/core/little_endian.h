/* SPDX-License-Identifier: Apache-2.0
 *
 * Unaligned little-endian loads and stores: one instruction each where the machine has that order.
 * Leans on nothing.
 */
#ifndef TKZ_CORE_LITTLE_ENDIAN_H
#define TKZ_CORE_LITTLE_ENDIAN_H

#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define TKZ__LITTLE_ENDIAN(bits, value) __builtin_bswap##bits(value)
#else
#define TKZ__LITTLE_ENDIAN(bits, value) (value)
#endif

static inline uint16_t tkz__load_u16(const void *data)
{
    uint16_t value;
    memcpy(&value, data, sizeof value);
    return TKZ__LITTLE_ENDIAN(16, value);
}

static inline uint32_t tkz__load_u32(const void *data)
{
    uint32_t value;
    memcpy(&value, data, sizeof value);
    return TKZ__LITTLE_ENDIAN(32, value);
}

static inline uint64_t tkz__load_u64(const void *data)
{
    uint64_t value;
    memcpy(&value, data, sizeof value);
    return TKZ__LITTLE_ENDIAN(64, value);
}

static inline void tkz__store_u16(void *data, uint16_t value)
{
    value = TKZ__LITTLE_ENDIAN(16, value);
    memcpy(data, &value, sizeof value);
}

static inline void tkz__store_u32(void *data, uint32_t value)
{
    value = TKZ__LITTLE_ENDIAN(32, value);
    memcpy(data, &value, sizeof value);
}

static inline void tkz__store_u64(void *data, uint64_t value)
{
    value = TKZ__LITTLE_ENDIAN(64, value);
    memcpy(data, &value, sizeof value);
}

#endif
