librowferry_a_SOURCES += \
	src/sql/contain.c src/sql/contain.h \
	src/sql/guard.c src/sql/guard.h src/sql/guard_private.h \
	src/sql/guard_operand.c src/sql/guard_predicate.c \
	src/sql/guard_token.c src/sql/guard_value.c src/sql/guard_write.c \
	src/sql/lexer.c src/sql/lexer.h \
	src/sql/syntax.c src/sql/syntax.h
unit_tests += tests/unit/test_contain tests/unit/test_guard tests/unit/test_guard_sqlite
tests_unit_test_contain_SOURCES = tests/unit/test_contain.c
tests_unit_test_contain_LDADD = $(unit_ldadd)
tests_unit_test_guard_SOURCES = tests/unit/test_guard.c tests/unit/guard_corpus.h \
	tests/unit/guard_fixture.h
tests_unit_test_guard_LDADD = $(unit_ldadd)
tests_unit_test_guard_sqlite_SOURCES = tests/unit/test_guard_sqlite.c \
	tests/unit/guard_corpus.h tests/unit/guard_fixture.h
tests_unit_test_guard_sqlite_LDADD = $(unit_ldadd)
