librowferry_a_SOURCES += \
	src/link/link.c src/link/link.h src/link/links.h \
	src/link/sqlite.h src/link/sqlite_private.h \
	src/link/sqlite_catalogue.c \
	src/link/sqlite_cell.c src/link/sqlite_cell.h \
	src/link/sqlite_ddl.c src/link/sqlite_ddl.h \
	src/link/sqlite_error.c \
	src/link/sqlite_feed.c src/link/sqlite_feed.h \
	src/link/sqlite_guard.c \
	src/link/sqlite_read.c \
	src/link/sqlite_session.c \
	src/link/sqlite_staging.c \
	src/link/sqlite_write.c
