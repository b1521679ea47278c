librowferry_a_SOURCES += \
	src/service/command_input.c \
	src/service/command_line.c src/service/command_line.h \
	src/service/completion.c \
	src/service/doctor.c \
	src/service/engine.c src/service/engine.h \
	src/service/help.c src/service/help.h \
	src/service/keeper.c src/service/keeper.h \
	src/service/log_file.c src/service/log_file.h \
	src/service/operation.c src/service/operation.h \
	src/service/connection_look.c src/service/connection_look.h \
	src/service/operations_audit.c \
	src/service/operations_connection.c \
	src/service/operations_draft.c \
	src/service/operations_parameter.c \
	src/service/operations_reject.c \
	src/service/operations_run.c \
	src/service/operations_task.c \
	src/service/output.c src/service/output.h \
	src/service/parameter_macros.c src/service/parameter_macros.h \
	src/service/planning.c src/service/planning.h \
	src/service/progress.c src/service/progress.h \
	src/service/recovery.c src/service/recovery.h \
	src/service/reject_export.c src/service/reject_export.h \
	src/service/run_command.c src/service/run_command.h \
	src/service/run_view.c src/service/run_view.h \
	src/service/runner.c src/service/runner.h \
	src/service/scope.c src/service/scope.h \
	src/service/task_document.c src/service/task_document.h \
	src/service/task_look.c src/service/task_look.h \
	src/service/task_view.c src/service/task_view.h \
	src/service/version.c
unit_tests += tests/unit/test_operations tests/unit/test_cli
tests_unit_test_operations_SOURCES = tests/unit/test_operations.c
tests_unit_test_operations_LDADD = $(unit_ldadd)
tests_unit_test_cli_SOURCES = tests/unit/test_cli.c
tests_unit_test_cli_LDADD = $(unit_ldadd)
