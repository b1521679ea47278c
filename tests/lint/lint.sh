#!/bin/sh
# lint.sh - everything that reads the source without running it; prints TAP.
#
# SRCDIR is the source tree, CPPFLAGS what the compiler is given. A tool that
# is not installed is skipped.
set -u
LC_ALL=C.UTF-8
PYTHONDONTWRITEBYTECODE=1
export LC_ALL CPPFLAGS PYTHONDONTWRITEBYTECODE
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

style() {
    python3 tests/lint/style.py "$1"
}

shell_scripts() {
    {
        echo ./bootstrap ./.ci/run
        grep -rlE '^#!/bin/(ba)?sh' tests src data
    } | xargs shellcheck -S warning
}

translations() {
    for po in po/*.po; do
        msgfmt --check --output-file=/dev/null "$po" || return 1
    done
}

static_analysis() {
    eval "set -- $CPPFLAGS"
    timeout 300 cppcheck -q -j "$jobs" --std=c11 --language=c --error-exitcode=1 \
        --enable=warning,performance,portability --inline-suppr \
        --suppressions-list=tests/lint/cppcheck.suppress '-Dg_assert(condition)=' "$@" src ui
}

# What clang-tidy says of itself goes to standard error and is not wanted.
clang_tidy() {
    # shellcheck disable=SC2016
    find src ui -name '*.c' | sort | timeout 600 xargs -P "$jobs" -n 3 sh -c '
        eval "clang-tidy --quiet --config-file=tests/lint/clang-tidy.yaml \"\$@\" -- \
            -std=gnu17 $CPPFLAGS" 2>/dev/null' sh
}

lint "manual pages are clean" mandoc mandoc -T lint -W warning man/*.[1-8]
lint "shell scripts are clean" shellcheck shell_scripts
lint "Python scripts parse" python3 style python
lint "translations are well-formed" msgfmt translations
lint "every file with text for people is translated" python3 style potfiles
lint "every text for people can be translated" python3 style messages
lint "every source is built" python3 style listed
lint "no tab, no line over 100 columns, no file over 1,000 lines" python3 style layout
lint "no folder includes a higher floor" python3 style floors
lint "cppcheck finds nothing" cppcheck static_analysis
lint "clang-tidy finds nothing" clang-tidy clang_tidy
echo "1..$number"
exit $status
