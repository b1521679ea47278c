# The second half of the wizard: target, mapping, limits, review.
rowferry_SOURCES += \
	ui/mapping_rows.c ui/mapping_rows.h \
	ui/plan_list.c ui/plan_list.h \
	ui/typed_value.c ui/typed_value.h \
	ui/wizard_fields.c ui/wizard_fields.h \
	ui/wizard_limits.c \
	ui/wizard_mapping.c ui/wizard_mapping.h \
	ui/wizard_mapping_rules.c \
	ui/wizard_mapping_words.c \
	ui/wizard_review.c \
	ui/wizard_replace.c ui/wizard_replace.h \
	ui/wizard_target.c \
	ui/wizard_verdict.c ui/wizard_verdict.h

unit_tests += tests/unit/test_mapping_rows tests/unit/test_typed_value
tests_unit_test_mapping_rows_SOURCES = tests/unit/test_mapping_rows.c \
	ui/mapping_rows.c ui/mapping_rows.h
tests_unit_test_mapping_rows_LDADD = $(unit_ldadd)
tests_unit_test_typed_value_SOURCES = tests/unit/test_typed_value.c \
	ui/typed_value.c ui/typed_value.h
tests_unit_test_typed_value_LDADD = $(unit_ldadd)
