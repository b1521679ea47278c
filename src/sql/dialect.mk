librowferry_a_SOURCES += \
	src/sql/dialect.c src/sql/dialect.h src/sql/dialect_private.h \
	src/sql/dialect_file.c src/sql/dialect_types.c \
	src/sql/filter.c src/sql/filter.h src/sql/filter_private.h \
	src/sql/filter_match.c src/sql/filter_sql.c src/sql/filter_value.c \
	src/sql/like_pattern.c src/sql/like_pattern.h \
	src/sql/literal.c \
	src/sql/value_compare.c src/sql/value_compare.h
unit_tests += tests/unit/test_dialect tests/unit/test_filter
tests_unit_test_dialect_SOURCES = tests/unit/test_dialect.c
tests_unit_test_dialect_LDADD = $(unit_ldadd)
tests_unit_test_filter_SOURCES = tests/unit/test_filter.c
tests_unit_test_filter_LDADD = $(unit_ldadd)
