librowferry_a_SOURCES += \
	src/sql/dialect.c src/sql/dialect.h src/sql/dialect_private.h \
	src/sql/dialect_file.c src/sql/dialect_types.c src/sql/literal.c
unit_tests += tests/unit/test_dialect
tests_unit_test_dialect_SOURCES = tests/unit/test_dialect.c
tests_unit_test_dialect_LDADD = $(unit_ldadd)
