# Text being edited, forms, grids.
rowferry_SOURCES += \
	ui/editor.c ui/editor.h ui/editor_draw.c ui/editor_private.h \
	ui/form_draw.c ui/form_private.h \
	ui/form_focus.c ui/form_focus.h \
	ui/form_layout.c ui/form_layout.h \
	ui/form_view.c ui/form_view.h \
	ui/grid.c ui/grid.h

unit_tests += tests/unit/test_editor
tests_unit_test_editor_SOURCES = tests/unit/test_editor.c ui/editor.c ui/editor_draw.c ui/key.c
tests_unit_test_editor_LDADD = $(unit_ldadd)

unit_tests += tests/unit/test_form_layout tests/unit/test_grid
tests_unit_test_form_layout_SOURCES = tests/unit/test_form_layout.c ui/form_layout.c
tests_unit_test_form_layout_LDADD = $(unit_ldadd)
tests_unit_test_grid_SOURCES = tests/unit/test_grid.c \
	ui/columns.c ui/editor.c ui/editor_draw.c ui/grid.c ui/key.c ui/scroll.c
tests_unit_test_grid_LDADD = $(unit_ldadd)

if HAVE_LIBVTERM
ui_tests += tests/ui/form_probe
tests_ui_form_probe_SOURCES = tests/ui/form_probe.c \
	ui/canvas.c ui/columns.c ui/editor.c ui/editor_draw.c ui/form_draw.c ui/form_focus.c \
	ui/form_layout.c ui/form_view.c ui/grid.c ui/input.c ui/key.c ui/look.c ui/restore.c \
	ui/scroll.c ui/terminal.c ui/terminal_modes.c ui/terminal_signals.c
tests_ui_form_probe_LDADD = librowferry.a $(NCURSES_LIBS) $(libs)
endif
