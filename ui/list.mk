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
