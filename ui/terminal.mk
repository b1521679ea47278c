rowferry_SOURCES += \
	ui/canvas.c ui/canvas.h ui/canvas_private.h \
	ui/key.c ui/key.h \
	ui/look.c ui/look.h
