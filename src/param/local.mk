librowferry_a_SOURCES += \
	src/param/expression.c src/param/expression.h \
	src/param/macro.c src/param/macro.h \
	src/param/parameter.c src/param/parameter.h
unit_tests += tests/unit/test_parameter
tests_unit_test_parameter_SOURCES = tests/unit/test_parameter.c
tests_unit_test_parameter_LDADD = $(unit_ldadd)
