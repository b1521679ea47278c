librowferry_a_SOURCES += \
	src/row/value.c src/row/value.h \
	src/row/batch.c src/row/batch.h
