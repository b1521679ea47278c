/* postgresql_bytes.h - big-endian numbers in a buffer that need not be aligned. */
#ifndef ROWFERRY_LINK_POSTGRESQL_BYTES_H
#define ROWFERRY_LINK_POSTGRESQL_BYTES_H

#include <glib.h>
#include <stdint.h>
#include <string.h>

static inline void put16(char *p, uint16_t n)
{
    n = GUINT16_TO_BE(n);
    memcpy(p, &n, sizeof n);
}
static inline void put32(char *p, uint32_t n)
{
    n = GUINT32_TO_BE(n);
    memcpy(p, &n, sizeof n);
}
static inline void put64(char *p, uint64_t n)
{
    n = GUINT64_TO_BE(n);
    memcpy(p, &n, sizeof n);
}
static inline uint16_t get16(const char *p)
{
    uint16_t n;
    memcpy(&n, p, sizeof n);
    return GUINT16_FROM_BE(n);
}
static inline uint32_t get32(const char *p)
{
    uint32_t n;
    memcpy(&n, p, sizeof n);
    return GUINT32_FROM_BE(n);
}
static inline uint64_t get64(const char *p)
{
    uint64_t n;
    memcpy(&n, p, sizeof n);
    return GUINT64_FROM_BE(n);
}

#endif
