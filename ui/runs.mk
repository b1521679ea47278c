# Runs: list, detail, rejects.
rowferry_SOURCES += \
	ui/run_actions.c ui/run_actions.h \
	ui/run_filter.c ui/run_filter.h \
	ui/run_pages.c ui/run_pages.h \
	ui/runs.c
