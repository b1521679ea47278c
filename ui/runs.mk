# Runs: list, detail, rejects.
rowferry_SOURCES += \
	ui/reject_cells.c ui/reject_cells.h \
	ui/reject_edit.c \
	ui/reject_groups.c ui/reject_groups.h \
	ui/reject_send.c \
	ui/rejects.c ui/rejects.h \
	ui/run_actions.c ui/run_actions.h \
	ui/rate.c ui/rate.h \
	ui/run_detail.c ui/run_detail.h ui/run_detail_draw.c \
	ui/run_filter.c ui/run_filter.h \
	ui/run_pages.c ui/run_pages.h \
	ui/run_plan.c ui/run_plan.h \
	ui/runs.c \
	ui/save_text.c ui/save_text.h
