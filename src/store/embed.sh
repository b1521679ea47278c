#!/bin/sh
# embed.sh INPUT.sql... - write a C file that holds the schema's steps.
# The digits in schema_NNN.sql are the step's version.
set -eu

printf '%s\n' '/* Made from the .sql files beside it: do not edit. */'
printf '%s\n' '#include "store/schema.h"'
steps=
for input; do
    digits=$(basename "$input" .sql | sed 's/^schema_0*//')
    case $digits in
    '' | *[!0-9]*)
        echo "embed.sh: $input: not named schema_NNN.sql" >&2
        exit 1
        ;;
    esac
    printf '\nstatic const char schema_%s[] =\n' "$digits"
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/    "/' -e 's/$/\\n"/' "$input"
    printf '    "";\n'
    steps="$steps    {$digits, schema_$digits},
"
done
printf '\nconst store_step schema_steps[] = {\n%s};\n' "$steps"
printf 'const size_t schema_n_steps = G_N_ELEMENTS(schema_steps);\n'
