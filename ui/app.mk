rowferry_SOURCES += \
	ui/actions.c ui/actions.h \
	ui/app.c ui/app.h ui/app_private.h \
	ui/frame.c \
	ui/home.c \
	ui/interface.c ui/interface.h \
	ui/job.c \
	ui/keys.c ui/keys.h \
	ui/prompt.c \
	ui/run_words.c ui/run_words.h \
	ui/screen.h \
	ui/screens.c ui/screens.h
