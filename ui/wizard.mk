# A task being made or changed.
rowferry_SOURCES += \
	ui/json_place.c ui/json_place.h \
	ui/wizard.c ui/wizard.h ui/wizard_private.h \
	ui/wizard_draft.c \
	ui/wizard_json.c \
	ui/wizard_model.c \
	ui/wizard_save.c
