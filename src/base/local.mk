librowferry_a_SOURCES += \
	src/base/civil.c src/base/civil.h \
	src/base/command.c src/base/command.h \
	src/base/config.c src/base/config.h \
	src/base/error.c src/base/error.h \
	src/base/intl.h \
	src/base/paths.c src/base/paths.h \
	src/base/redact.c src/base/redact.h \
	src/base/seal.c src/base/seal.h \
	src/base/secret.c src/base/secret.h \
	src/base/text.c src/base/text.h \
	src/base/zone.c
unit_tests += \
	tests/unit/test_civil tests/unit/test_config tests/unit/test_error \
	tests/unit/test_paths tests/unit/test_secret tests/unit/test_text
tests_unit_test_civil_SOURCES = tests/unit/test_civil.c
tests_unit_test_civil_LDADD = $(unit_ldadd)
tests_unit_test_config_SOURCES = tests/unit/test_config.c
tests_unit_test_config_LDADD = $(unit_ldadd)
tests_unit_test_error_SOURCES = tests/unit/test_error.c
tests_unit_test_error_LDADD = $(unit_ldadd)
tests_unit_test_paths_SOURCES = tests/unit/test_paths.c
tests_unit_test_paths_LDADD = $(unit_ldadd)
tests_unit_test_secret_SOURCES = tests/unit/test_secret.c
tests_unit_test_secret_LDADD = $(unit_ldadd)
tests_unit_test_text_SOURCES = tests/unit/test_text.c
tests_unit_test_text_LDADD = $(unit_ldadd)
