librowferry_a_SOURCES += \
	src/link/link.c src/link/link.h src/link/links.h \
	src/link/sqlite.h src/link/sqlite_private.h \
	src/link/sqlite_catalogue.c \
	src/link/sqlite_cell.c src/link/sqlite_cell.h \
	src/link/sqlite_ddl.c src/link/sqlite_ddl.h \
	src/link/sqlite_error.c \
	src/link/sqlite_feed.c src/link/sqlite_feed.h \
	src/link/sqlite_guard.c \
	src/link/sqlite_read.c \
	src/link/sqlite_session.c \
	src/link/sqlite_staging.c \
	src/link/sqlite_write.c
unit_tests += \
	tests/unit/test_sqlite_ddl tests/unit/test_sqlite_link tests/unit/test_sqlite_staging
tests_unit_test_sqlite_ddl_SOURCES = tests/unit/test_sqlite_ddl.c
tests_unit_test_sqlite_ddl_LDADD = $(unit_ldadd)
tests_unit_test_sqlite_link_SOURCES = tests/unit/test_sqlite_link.c tests/unit/sqlite_fixture.h
tests_unit_test_sqlite_link_LDADD = $(unit_ldadd)
tests_unit_test_sqlite_staging_SOURCES = \
	tests/unit/test_sqlite_staging.c tests/unit/sqlite_fixture.h
tests_unit_test_sqlite_staging_LDADD = $(unit_ldadd)
