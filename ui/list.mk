# Lists, long texts, help, palette and question boxes.
rowferry_SOURCES += \
	ui/action_list.c ui/action_list.h \
	ui/boxes.c ui/boxes.h \
	ui/columns.c ui/columns.h \
	ui/help.c ui/help.h \
	ui/list.c ui/list.h \
	ui/log_view.c ui/log_view.h \
	ui/matcher.c ui/matcher.h \
	ui/palette.c ui/palette.h \
	ui/scroll.c ui/scroll.h \
	ui/text_rows.c ui/text_rows.h \
	ui/viewer.c ui/viewer.h

unit_tests += tests/unit/test_list tests/unit/test_log_view tests/unit/test_boxes
tests_unit_test_list_SOURCES = tests/unit/test_list.c \
	ui/columns.c ui/list.c ui/matcher.c ui/scroll.c
tests_unit_test_list_LDADD = $(unit_ldadd)
tests_unit_test_log_view_SOURCES = tests/unit/fake_canvas.h tests/unit/test_log_view.c \
	ui/log_view.c ui/matcher.c ui/scroll.c ui/text_rows.c
tests_unit_test_log_view_LDADD = $(unit_ldadd)
tests_unit_test_boxes_SOURCES = tests/unit/test_boxes.c \
	ui/action_list.c ui/boxes.c ui/columns.c ui/editor.c ui/editor_draw.c ui/help.c ui/key.c \
	ui/list.c ui/matcher.c ui/palette.c ui/save_text.c ui/scroll.c ui/text_rows.c ui/viewer.c
tests_unit_test_boxes_LDADD = $(unit_ldadd)
