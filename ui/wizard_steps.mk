# The second half of the wizard: target, mapping, limits, review.
rowferry_SOURCES += \
	ui/mapping_rows.c ui/mapping_rows.h

unit_tests += tests/unit/test_mapping_rows
tests_unit_test_mapping_rows_SOURCES = tests/unit/test_mapping_rows.c \
	ui/mapping_rows.c ui/mapping_rows.h
tests_unit_test_mapping_rows_LDADD = $(unit_ldadd)
