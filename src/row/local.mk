librowferry_a_SOURCES += \
	src/row/value.c src/row/value.h \
	src/row/batch.c src/row/batch.h \
	src/row/number_text.c src/row/number_text.h \
	src/row/time_text.c src/row/time_text.h \
	src/row/value_text.c \
	src/row/decimal.c src/row/decimal.h \
	src/row/convert.c src/row/convert.h \
	src/row/checksum.c src/row/checksum.h \
	src/row/reject_file.c src/row/reject_file.h \
	src/row/reject_reader.c \
	src/row/reject_edit.c \
	src/row/reject_edits.c src/row/reject_edits.h \
	src/row/reject_json.c src/row/reject_json.h \
	src/row/reject_store.c src/row/reject_store.h

unit_tests += \
	tests/unit/test_batch \
	tests/unit/test_convert \
	tests/unit/test_checksum \
	tests/unit/test_reject_file
tests_unit_test_batch_SOURCES = tests/unit/test_batch.c
tests_unit_test_batch_LDADD = $(unit_ldadd)
tests_unit_test_convert_SOURCES = tests/unit/test_convert.c
tests_unit_test_convert_LDADD = $(unit_ldadd)
tests_unit_test_checksum_SOURCES = tests/unit/test_checksum.c
tests_unit_test_checksum_LDADD = $(unit_ldadd)
tests_unit_test_reject_file_SOURCES = tests/unit/test_reject_file.c
tests_unit_test_reject_file_LDADD = $(unit_ldadd)
