librowferry_a_SOURCES += \
	src/sql/contain.c src/sql/contain.h \
	src/sql/guard.c src/sql/guard.h src/sql/guard_private.h \
	src/sql/guard_operand.c src/sql/guard_predicate.c \
	src/sql/guard_value.c src/sql/guard_write.c \
	src/sql/lexer.c src/sql/lexer.h \
	src/sql/syntax.c src/sql/syntax.h
