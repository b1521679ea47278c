librowferry_a_SOURCES += src/link/connection.c src/link/connection.h src/link/link.h
unit_tests += tests/unit/test_connection
tests_unit_test_connection_SOURCES = tests/unit/test_connection.c
tests_unit_test_connection_LDADD = $(unit_ldadd)
