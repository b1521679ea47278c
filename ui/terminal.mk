rowferry_SOURCES += \
	ui/canvas.c ui/canvas.h ui/canvas_private.h \
	ui/input.c ui/input.h \
	ui/key.c ui/key.h \
	ui/look.c ui/look.h \
	ui/restore.c ui/restore.h \
	ui/terminal.c ui/terminal.h ui/terminal_private.h \
	ui/terminal_modes.c \
	ui/terminal_signals.c

unit_tests += tests/unit/test_canvas tests/unit/test_input
tests_unit_test_canvas_SOURCES = tests/unit/test_canvas.c ui/canvas.c ui/look.c
tests_unit_test_canvas_LDADD = librowferry.a $(CMOCKA_LIBS) $(NCURSES_LIBS) $(libs)
tests_unit_test_input_SOURCES = tests/unit/test_input.c ui/input.c ui/key.c
tests_unit_test_input_LDADD = $(unit_ldadd)

if HAVE_LIBVTERM
# What the scripts of tests/ui look through, and the least program to look at.
ui_tests += tests/ui/emulator tests/ui/terminal_probe
tests_ui_emulator_SOURCES = tests/ui/emulator.c
tests_ui_emulator_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_ui_emulator_LDADD = $(VTERM_LIBS) $(DEPS_LIBS)
tests_ui_terminal_probe_SOURCES = tests/ui/terminal_probe.c \
	ui/canvas.c ui/input.c ui/key.c ui/look.c ui/restore.c \
	ui/terminal.c ui/terminal_modes.c ui/terminal_signals.c
tests_ui_terminal_probe_LDADD = librowferry.a $(NCURSES_LIBS) $(libs)
endif
