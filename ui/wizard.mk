# A task being made or changed: the document, basics, source and filter.
rowferry_SOURCES += \
	ui/condition.c ui/condition.h \
	ui/expansions.c ui/expansions.h \
	ui/filter_rows.c ui/filter_rows.h \
	ui/json_place.c ui/json_place.h \
	ui/preview.c ui/preview.h \
	ui/rows_view.c ui/rows_view.h \
	ui/wizard.c ui/wizard.h ui/wizard_private.h \
	ui/wizard_basics.c \
	ui/wizard_draft.c \
	ui/wizard_filter.c \
	ui/wizard_json.c \
	ui/wizard_model.c \
	ui/wizard_save.c \
	ui/wizard_source.c

unit_tests += tests/unit/test_filter_rows tests/unit/test_wizard_model
tests_unit_test_filter_rows_SOURCES = tests/unit/test_filter_rows.c \
	ui/filter_rows.c ui/filter_rows.h \
	ui/typed_value.c ui/typed_value.h
tests_unit_test_filter_rows_LDADD = $(unit_ldadd)
tests_unit_test_wizard_model_SOURCES = tests/unit/test_wizard_model.c \
	ui/json_place.c ui/json_place.h \
	ui/wizard_model.c ui/wizard_private.h
tests_unit_test_wizard_model_LDADD = $(unit_ldadd)
