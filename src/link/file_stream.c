#include "link/file_stream.h"

#include "base/intl.h"
#include "base/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define CHUNK ((size_t)256 << 10)

typedef enum { PACK_NONE, PACK_GZIP, PACK_ZSTD } packing;

static packing packing_of(const char *path)
{
    if (g_str_has_suffix(path, ".gz"))
        return PACK_GZIP;
    return g_str_has_suffix(path, ".zst") || g_str_has_suffix(path, ".zstd") ? PACK_ZSTD
                                                                             : PACK_NONE;
}

/* ---- reading -------------------------------------------------------------- */

struct input_stream {
    char *path;
    int fd;
    packing packing;
    z_stream gzip;
    ZSTD_DStream *zstd;
    char *packed; /* [CHUNK] */
    size_t packed_size, packed_used;
    bool inside; /* within a gzip member or zstd frame */
    bool at_end;
};

input_stream *input_stream_open(const char *path, error **err)
{
    int fd = file_open(path, O_RDONLY, err);
    if (fd < 0)
        return NULL;
    input_stream *s = g_new0(input_stream, 1);
    s->path = g_strdup(path);
    s->fd = fd;
    s->packing = packing_of(path);
    if (s->packing != PACK_NONE)
        s->packed = g_malloc(CHUNK);
    /* 15 + 16: a gzip header, the largest window. */
    if (s->packing == PACK_GZIP)
        g_assert(inflateInit2(&s->gzip, 15 + 16) == Z_OK);
    if (s->packing == PACK_ZSTD)
        s->zstd = ZSTD_createDStream();
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return s;
}

void input_stream_close(input_stream *s)
{
    if (s == NULL)
        return;
    if (s->packing == PACK_GZIP)
        inflateEnd(&s->gzip);
    ZSTD_freeDStream(s->zstd);
    g_free(s->packed);
    g_free(s->path);
    close(s->fd);
    g_free(s);
}

static int64_t read_plain(input_stream *s, char *buffer, size_t size, error **err)
{
    for (;;) {
        ssize_t n = read(s->fd, buffer, size);
        if (n >= 0)
            return n;
        if (errno != EINTR) {
            error_set(err, ERROR_IO, _("could not read \"%s\": %s"), s->path, g_strerror(errno));
            return -1;
        }
    }
}

static int64_t broken(const input_stream *s, const char *why, error **err)
{
    error_set(err, ERROR_DATA, _("\"%s\" is damaged: %s"), s->path, why);
    return -1;
}

/* One step of the unpacker from what is left of s->packed: bytes written to
 * @buffer, or -1. */
static int64_t unpack(input_stream *s, char *buffer, size_t size, error **err)
{
    if (s->packing == PACK_ZSTD) {
        ZSTD_inBuffer in = { s->packed, s->packed_size, s->packed_used };
        ZSTD_outBuffer out = { buffer, size, 0 };
        size_t left = ZSTD_decompressStream(s->zstd, &out, &in);
        if (ZSTD_isError(left))
            return broken(s, ZSTD_getErrorName(left), err);
        s->packed_used = in.pos;
        s->inside = left != 0;
        return (int64_t)out.pos;
    }
    s->gzip.next_in = (Bytef *)s->packed + s->packed_used;
    s->gzip.avail_in = (uInt)(s->packed_size - s->packed_used);
    s->gzip.next_out = (Bytef *)buffer;
    s->gzip.avail_out = (uInt)MIN(size, UINT_MAX);
    uInt room = s->gzip.avail_out;
    int status = inflate(&s->gzip, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        return broken(s, s->gzip.msg != NULL ? s->gzip.msg : zError(status), err);
    s->packed_used = s->packed_size - s->gzip.avail_in;
    s->inside = status != Z_STREAM_END;
    /* Several members may follow each other. */
    if (status == Z_STREAM_END)
        inflateReset(&s->gzip);
    return (int64_t)(room - s->gzip.avail_out);
}

int64_t input_stream_read(input_stream *s, char *buffer, size_t size, error **err)
{
    if (s->packing == PACK_NONE)
        return read_plain(s, buffer, size, err);
    for (;;) {
        if (s->packed_used == s->packed_size && !s->at_end) {
            int64_t n = read_plain(s, s->packed, CHUNK, err);
            if (n < 0)
                return -1;
            s->packed_size = (size_t)n;
            s->packed_used = 0;
            s->at_end = n == 0;
        }
        if (s->packed_used == s->packed_size && !s->inside)
            return 0;
        int64_t made = unpack(s, buffer, size, err);
        if (made != 0)
            return made;
        if (s->at_end && s->packed_used == s->packed_size)
            return s->inside ? broken(s, _("it ends too early"), err) : 0;
    }
}

/* ---- writing -------------------------------------------------------------- */

struct output_stream {
    char *path;
    int fd;
    packing packing;
    z_stream gzip;
    ZSTD_CStream *zstd;
    bool open;    /* a member or frame has begun, or nothing was written at all */
    char *buffer; /* [CHUNK]: plain bytes not yet packed or written */
    size_t fill;
    char *packed; /* [CHUNK] */
};

output_stream *output_stream_open(int fd, const char *path, error **err)
{
    output_stream *s = g_new0(output_stream, 1);
    s->path = g_strdup(path);
    s->fd = fd;
    s->packing = packing_of(path);
    s->open = true;
    s->buffer = g_malloc(CHUNK);
    if (s->packing != PACK_NONE)
        s->packed = g_malloc(CHUNK);
    if (s->packing == PACK_GZIP && deflateInit2(&s->gzip, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                                                15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        error_set(err, ERROR_INTERNAL, _("could not begin to compress \"%s\""), path);
        s->packing = PACK_NONE;
        output_stream_close(s);
        return NULL;
    }
    if (s->packing == PACK_ZSTD)
        s->zstd = ZSTD_createCStream();
    return s;
}

void output_stream_close(output_stream *s)
{
    if (s == NULL)
        return;
    if (s->packing == PACK_GZIP)
        deflateEnd(&s->gzip);
    ZSTD_freeCStream(s->zstd);
    g_free(s->buffer);
    g_free(s->packed);
    g_free(s->path);
    g_free(s);
}

static bool pack_gzip(output_stream *s, bool last, error **err)
{
    s->gzip.next_in = (Bytef *)s->buffer;
    s->gzip.avail_in = (uInt)s->fill;
    int status;
    do {
        s->gzip.next_out = (Bytef *)s->packed;
        s->gzip.avail_out = CHUNK;
        status = deflate(&s->gzip, last ? Z_FINISH : Z_NO_FLUSH);
        if (!file_write_all(s->fd, s->packed, CHUNK - s->gzip.avail_out, s->path, err))
            return false;
    } while (s->gzip.avail_out == 0 || (last && status != Z_STREAM_END));
    if (last)
        deflateReset(&s->gzip);
    return true;
}

static bool pack_zstd(output_stream *s, bool last, error **err)
{
    ZSTD_inBuffer in = { s->buffer, s->fill, 0 };
    size_t left;
    do {
        ZSTD_outBuffer out = { s->packed, CHUNK, 0 };
        left = ZSTD_compressStream2(s->zstd, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(left))
            return error_set(err, ERROR_INTERNAL, _("could not compress \"%s\": %s"), s->path,
                             ZSTD_getErrorName(left));
        if (!file_write_all(s->fd, s->packed, out.pos, s->path, err))
            return false;
    } while (last ? left != 0 : in.pos < in.size);
    return true;
}

static bool drain(output_stream *s, bool last, error **err)
{
    bool done = s->packing == PACK_GZIP   ? pack_gzip(s, last, err)
                : s->packing == PACK_ZSTD ? pack_zstd(s, last, err)
                                          : file_write_all(s->fd, s->buffer, s->fill, s->path, err);
    s->fill = 0;
    return done;
}

bool output_stream_write(output_stream *s, const char *data, size_t size, error **err)
{
    s->open |= size > 0;
    while (size > 0) {
        size_t part = MIN(size, CHUNK - s->fill);
        memcpy(s->buffer + s->fill, data, part);
        s->fill += part;
        data += part;
        size -= part;
        if (s->fill == CHUNK && !drain(s, false, err))
            return false;
    }
    return true;
}

bool output_stream_finish(output_stream *s, error **err)
{
    if (!s->open)
        return true;
    s->open = false;
    return drain(s, true, err);
}
