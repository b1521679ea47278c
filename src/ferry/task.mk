librowferry_a_SOURCES += src/ferry/task.c src/ferry/task.h src/ferry/task_fields.c \
	src/ferry/task_mapping.c src/ferry/task_private.h src/ferry/pattern.c
unit_tests += tests/unit/test_task
tests_unit_test_task_SOURCES = tests/unit/test_task.c
tests_unit_test_task_LDADD = $(unit_ldadd)
