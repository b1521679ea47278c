# Runs: list, detail, rejects.
rowferry_SOURCES += \
	ui/reject_cells.c ui/reject_cells.h \
	ui/reject_edit.c \
	ui/reject_groups.c ui/reject_groups.h \
	ui/reject_send.c \
	ui/rejects.c ui/rejects.h \
	ui/run_actions.c ui/run_actions.h \
	ui/rate.c ui/rate.h \
	ui/run_detail.c ui/run_detail.h ui/run_detail_draw.c \
	ui/run_filter.c ui/run_filter.h \
	ui/run_hunt.c ui/run_hunt.h \
	ui/run_pages.c ui/run_pages.h \
	ui/run_plan.c ui/run_plan.h \
	ui/runs.c \
	ui/save_text.c ui/save_text.h

unit_tests += tests/unit/test_rate tests/unit/test_reject_view tests/unit/test_run_filter
tests_unit_test_rate_SOURCES = tests/unit/test_rate.c ui/rate.c ui/rate.h
tests_unit_test_rate_LDADD = $(unit_ldadd)
tests_unit_test_reject_view_SOURCES = tests/unit/test_reject_view.c \
	ui/reject_cells.c ui/reject_cells.h \
	ui/reject_groups.c ui/reject_groups.h \
	ui/row_text.c ui/row_text.h
tests_unit_test_reject_view_LDADD = $(unit_ldadd)
tests_unit_test_run_filter_SOURCES = tests/unit/test_run_filter.c \
	ui/run_filter.c ui/run_filter.h \
	ui/run_words.c ui/run_words.h
tests_unit_test_run_filter_LDADD = $(unit_ldadd)
