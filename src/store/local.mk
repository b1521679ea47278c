librowferry_a_SOURCES += \
	src/store/attempts.c \
	src/store/audit.c src/store/audit.h \
	src/store/backup.c \
	src/store/claims.c \
	src/store/connections.c src/store/connections.h \
	src/store/database.c src/store/database.h \
	src/store/drafts.c src/store/drafts.h \
	src/store/journal.c \
	src/store/leases.c src/store/leases.h \
	src/store/migrate.c \
	src/store/parameters.c src/store/parameters.h \
	src/store/process.c src/store/process.h \
	src/store/run_moves.c \
	src/store/run_page.c \
	src/store/run_states.c \
	src/store/runs.c src/store/runs.h src/store/runs_private.h \
	src/store/schema.h \
	src/store/store.c src/store/store.h \
	src/store/tasks.c src/store/tasks.h
nodist_librowferry_a_SOURCES = src/store/schema_sql.c

store_schema = $(srcdir)/src/store/schema_001.sql $(srcdir)/src/store/schema_002.sql
src/store/schema_sql.c: $(srcdir)/src/store/embed.sh $(store_schema)
	$(AM_V_GEN)$(MKDIR_P) src/store && \
	$(SHELL) $(srcdir)/src/store/embed.sh $(store_schema) > $@.tmp && mv $@.tmp $@
BUILT_SOURCES += src/store/schema_sql.c
CLEANFILES += src/store/schema_sql.c src/store/schema_sql.c.tmp
EXTRA_DIST += src/store/embed.sh src/store/schema_001.sql src/store/schema_002.sql

unit_tests += \
	tests/unit/test_store tests/unit/test_store_migration tests/unit/test_store_processes \
	tests/unit/test_store_runs
tests_unit_test_store_SOURCES = tests/unit/test_store.c tests/unit/store_fixture.h
tests_unit_test_store_LDADD = $(unit_ldadd)
tests_unit_test_store_migration_SOURCES = \
	tests/unit/test_store_migration.c tests/unit/store_fixture.h
tests_unit_test_store_migration_LDADD = $(unit_ldadd)
tests_unit_test_store_processes_SOURCES = \
	tests/unit/test_store_processes.c tests/unit/store_fixture.h
tests_unit_test_store_processes_LDADD = $(unit_ldadd)
tests_unit_test_store_runs_SOURCES = tests/unit/test_store_runs.c tests/unit/store_fixture.h
tests_unit_test_store_runs_LDADD = $(unit_ldadd)
