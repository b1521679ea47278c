librowferry_a_SOURCES += src/base/document.c src/base/document_text.c src/base/document.h
unit_tests += tests/unit/test_document
tests_unit_test_document_SOURCES = tests/unit/test_document.c
tests_unit_test_document_LDADD = $(unit_ldadd)
