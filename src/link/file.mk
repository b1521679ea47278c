librowferry_a_SOURCES += \
	src/link/file.c src/link/file_private.h \
	src/link/file_delimited.c \
	src/link/file_json.c \
	src/link/file_read.c \
	src/link/file_scan.c src/link/file_scan.h \
	src/link/file_stream.c src/link/file_stream.h \
	src/link/file_write.c
