librowferry_a_SOURCES += \
	src/sql/contain.c src/sql/contain.h \
	src/sql/lexer.c src/sql/lexer.h \
	src/sql/syntax.c src/sql/syntax.h
