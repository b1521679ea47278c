#!/bin/sh
# lint.sh - everything that reads the source without running it; prints TAP.
#
# SRCDIR is the source tree, BUILDDIR a configured build of it, CPPFLAGS what
# the compiler is given. A tool that is not installed is skipped.
set -u
LC_ALL=C.UTF-8
export LC_ALL
cd "$SRCDIR" || exit 99
jobs=${JOBS:-2}
report=$(mktemp) || exit 99
trap 'rm -f "$report"' EXIT
number=0
status=0

# lint NAME TOOL COMMAND...: ok when COMMAND succeeds and writes nothing.
lint() {
    lint_name=$1 lint_tool=$2
    shift 2
    number=$((number + 1))
    if ! command -v "$lint_tool" >/dev/null 2>&1; then
        echo "ok $number - $lint_name # SKIP $lint_tool is not installed"
    elif "$@" >"$report" 2>&1 && [ ! -s "$report" ]; then
        echo "ok $number - $lint_name"
    else
        echo "not ok $number - $lint_name"
        sed 's/^/# /' "$report"
        status=1
    fi
}

sources() {
    find src tests/unit tests/fuzz -name '*.[ch]' | sort
}

manual_pages() {
    mandoc -T lint -W warning man/*.[1-8]
}

shell_scripts() {
    {
        echo ./bootstrap ./.ci/run
        grep -rlE '^#!/bin/(ba)?sh' tests src data
    } | xargs shellcheck -s sh
}

python_scripts() {
    find tests data -name '*.py' -o -path '*.test' -type f | while read -r script; do
        python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])' "$script"
    done
}

translations() {
    for po in po/*.po; do
        msgfmt --check --output-file=/dev/null "$po" || return 1
    done
}

# A file with text for people that po/POTFILES.in lacks is never translated.
translated_files() {
    grep -lE '(^|[^[:alnum:]_])(N?_|ngettext) ?\("' -r src --include='*.c' | sort >"$report.want"
    grep -v '^#' po/POTFILES.in | grep . | sort >"$report.have"
    diff "$report.want" "$report.have" | sed -n \
        -e 's/^< \(.*\)/\1: has text for people, but is not in po\/POTFILES.in/p' \
        -e 's/^> \(.*\)/\1: in po\/POTFILES.in, but has no text for people/p'
    rm -f "$report.want" "$report.have"
}

tabs_and_long_lines() {
    sources | xargs awk '/\t/ { print FILENAME ":" FNR ": tab" }
        / $/ { print FILENAME ":" FNR ": blank at the end" }
        length($0) > 100 { print FILENAME ":" FNR ": longer than 100 columns" }'
}

# A folder includes only folders on its own or a lower floor.
floors() {
    floor_of='function floor(folder) {
        return folder == "base" ? 1 : folder ~ /^(row|store|param|sql)$/ ? 2 :
               folder == "link" ? 3 : folder == "ferry" ? 4 : folder == "schedule" ? 5 :
               folder == "service" ? 6 : 0 }'
    find src -mindepth 2 -name '*.[ch]' | sort | xargs awk "$floor_of"'
        /^#include "[a-z]+\// {
            split(FILENAME, path, "/"); split($2, part, /["\/]/)
            if (floor(part[2]) > floor(path[2]))
                print FILENAME ":" FNR ": " path[2] "/ may not include " part[2] "/" }'
}

static_analysis() {
    # shellcheck disable=SC2086
    timeout 300 cppcheck -q -j "$jobs" --std=c11 --language=c --error-exitcode=1 \
        --enable=warning,performance,portability --inline-suppr \
        --suppressions-list=tests/lint/cppcheck.suppress \
        -I src $(printf '%s\n' $CPPFLAGS | grep '^-D') src
}

clang_tidy() {
    printf '%s\n' "$CPPFLAGS" >"$report.flags"
    find src -name '*.c' | sort | timeout 600 xargs -P "$jobs" -n 4 sh -c '
        flags=$1
        shift
        eval "clang-tidy --quiet --config-file=tests/lint/clang-tidy.yaml \"\$@\" -- \
            -std=gnu17 -D_GNU_SOURCE $(cat "$flags")" 2>/dev/null' sh "$report.flags"
    rm -f "$report.flags"
}

lint "manual pages are clean" mandoc manual_pages
lint "shell scripts are clean" shellcheck shell_scripts
lint "Python scripts parse" python3 python_scripts
lint "translations are well-formed" msgfmt translations
lint "every file with text for people is translated" diff translated_files
lint "no tab, no line over 100 columns" awk tabs_and_long_lines
lint "no folder includes a higher floor" awk floors
lint "cppcheck finds nothing" cppcheck static_analysis
lint "clang-tidy finds nothing" clang-tidy clang_tidy
echo "1..$number"
exit $status
