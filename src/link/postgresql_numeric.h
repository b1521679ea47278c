/* postgresql_numeric.h - the binary form of PostgreSQL's numeric: digits to
 * the base 10000, exact both ways.
 */
#ifndef ROWFERRY_LINK_POSTGRESQL_NUMERIC_H
#define ROWFERRY_LINK_POSTGRESQL_NUMERIC_H

#include "link/postgresql_codec.h"

/* VALUE_DECIMAL when the digits fit 18, else VALUE_DIGITS with its bytes in
 * @b; the scale is kept. */
bool pg_numeric_decode(const char *data, uint32_t size, batch *b, value *out);
/* From VALUE_DECIMAL, VALUE_DIGITS or VALUE_INT. */
bool pg_numeric_encode(pg_buffer *b, const value *v, pg_refusal *why);

#endif
