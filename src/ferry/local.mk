librowferry_a_SOURCES += \
	src/ferry/batch_queue.c src/ferry/batch_queue.h \
	src/ferry/check.c \
	src/ferry/file_filter.c src/ferry/file_filter.h \
	src/ferry/first_rows.c src/ferry/first_rows.h \
	src/ferry/load.c src/ferry/load.h \
	src/ferry/mapping.c src/ferry/mapping.h \
	src/ferry/plan.c src/ferry/plan.h src/ferry/plan_private.h \
	src/ferry/plan_mapping.c \
	src/ferry/plan_preview.c \
	src/ferry/plan_sample.c \
	src/ferry/plan_segments.c \
	src/ferry/plan_source.c \
	src/ferry/plan_statements.c \
	src/ferry/plan_suggest.c \
	src/ferry/plan_target.c \
	src/ferry/plan_text.c \
	src/ferry/publish.c \
	src/ferry/replay.c src/ferry/replay.h \
	src/ferry/run.c src/ferry/run.h src/ferry/run_private.h \
	src/ferry/throttle.c src/ferry/throttle.h \
	src/ferry/zone_step.c src/ferry/zone_step.h

unit_tests += tests/unit/test_zone_step
tests_unit_test_zone_step_SOURCES = tests/unit/test_zone_step.c
tests_unit_test_zone_step_LDADD = $(unit_ldadd)

unit_tests += tests/unit/test_batch_queue
tests_unit_test_batch_queue_SOURCES = tests/unit/test_batch_queue.c tests/unit/thread_sanitizer.h
tests_unit_test_batch_queue_LDADD = $(unit_ldadd)
