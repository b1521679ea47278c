# Connections, their editor and tables, parameters, audit, doctor, plan.
rowferry_SOURCES += \
	ui/answer.c ui/answer.h \
	ui/audit.c \
	ui/connection_document.c ui/connection_document.h \
	ui/connection_draft.c ui/connection_draft.h \
	ui/connection_edit.c \
	ui/connection_test.c ui/connection_test.h \
	ui/connections.c \
	ui/doctor.c \
	ui/parameter_edit.c ui/parameter_edit.h \
	ui/parameters.c \
	ui/plan.c \
	ui/plan_lines.c ui/plan_lines.h \
	ui/row_text.c ui/row_text.h \
	ui/table_view.c ui/table_view.h \
	ui/tables.c

unit_tests += tests/unit/test_connection_document tests/unit/test_plan_lines
tests_unit_test_connection_document_SOURCES = tests/unit/test_connection_document.c \
	ui/connection_document.c ui/connection_document.h
tests_unit_test_connection_document_LDADD = $(unit_ldadd)
tests_unit_test_plan_lines_SOURCES = tests/unit/test_plan_lines.c \
	ui/plan_lines.c ui/plan_lines.h ui/row_text.c ui/row_text.h
tests_unit_test_plan_lines_LDADD = $(unit_ldadd)
