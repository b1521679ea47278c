# The PostgreSQL link; Makefile.am includes this only when libpq was found.
librowferry_a_SOURCES += \
	src/link/postgresql_bytes.h \
	src/link/postgresql_catalog.c \
	src/link/postgresql_codec.c src/link/postgresql_codec.h \
	src/link/postgresql_numeric.c src/link/postgresql_numeric.h \
	src/link/postgresql_private.h \
	src/link/postgresql_publish.c \
	src/link/postgresql_read.c \
	src/link/postgresql_reject.c src/link/postgresql_reject.h \
	src/link/postgresql_session.c \
	src/link/postgresql_staging.c \
	src/link/postgresql_wire.c \
	src/link/postgresql_write.c
unit_tests += tests/unit/test_postgresql_codec tests/unit/test_postgresql_link
tests_unit_test_postgresql_codec_SOURCES = tests/unit/test_postgresql_codec.c
tests_unit_test_postgresql_codec_LDADD = $(unit_ldadd)
tests_unit_test_postgresql_link_SOURCES = tests/unit/test_postgresql_link.c
tests_unit_test_postgresql_link_LDADD = $(unit_ldadd)
