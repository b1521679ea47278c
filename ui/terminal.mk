rowferry_SOURCES += \
	ui/canvas.c ui/canvas.h ui/canvas_private.h \
	ui/input.c ui/input.h \
	ui/key.c ui/key.h \
	ui/look.c ui/look.h \
	ui/restore.c ui/restore.h \
	ui/terminal.c ui/terminal.h ui/terminal_private.h \
	ui/terminal_modes.c \
	ui/terminal_signals.c
