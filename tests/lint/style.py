#!/usr/bin/env python3
"""style.py CHECK - what our own rules say of the source; prints each breach.

Run in the top folder of the source. `style.py potfiles --write` brings
po/POTFILES.in up to date.
"""

import pathlib
import re
import sys

FLOORS = {"base": 1, "row": 2, "store": 2, "param": 2, "sql": 2, "link": 3, "ferry": 4,
          "schedule": 5, "service": 6, "ui": 7}
# Screens reach everything else through operations.
UI_INCLUDES = ("base", "service", "ui")
# … but a document is judged where it is written.
UI_HEADERS = ("ferry/task.h",)


def sources(*suffixes):
    return sorted(path for folder in ("src", "ui", "tests/unit", "tests/fuzz", "tests/ui")
                  for path in pathlib.Path(folder).rglob("*") if path.suffix in suffixes)


def layout():
    """No tab, no blank at the end, no line over 100 columns, no file over 1,000 lines.

    Tests of one thing stay together a little longer.
    """
    for path in sources(".c", ".h"):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            for bad, what in (("\t" in line, "tab"), (line != line.rstrip(), "blank at the end"),
                              (len(line) > 100, "longer than 100 columns")):
                if bad:
                    yield f"{path}:{number}: {what}"
        if len(lines) > (1200 if path.parts[0] == "tests" else 1000):
            yield f"{path}: {len(lines)} lines"


def floors():
    """A folder includes only its own files and lower floors."""
    for path in sources(".c", ".h"):
        if path.parts[0] == "ui":
            own = "ui"
        elif path.parts[0] == "src" and len(path.parts) >= 3:
            own = path.parts[1]
        else:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = re.match(r'#include "(\w+)/', line)
            if (match and own == "ui" and match[1] not in UI_INCLUDES
                    and line.split("\"")[1] not in UI_HEADERS):
                yield f"{path}:{number}: ui/ may not include {match[1]}/"
            if match and match[1] != own and FLOORS.get(match[1], 0) >= FLOORS[own]:
                # The second floor's folders share the words of row/ and sql/.
                if FLOORS.get(match[1]) == FLOORS[own] == 2 and match[1] in ("row", "sql"):
                    continue
                yield f"{path}:{number}: {own}/ may not include {match[1]}/"


def fragments():
    return [path for folder in ("src", "ui") for path in pathlib.Path(folder).rglob("*.mk")]


def fragments():
    return [path for folder in ("src", "ui") for path in pathlib.Path(folder).rglob("*.mk")]


def listed():
    """Every source file is in a fragment, so that it is built and distributed."""
    built = "".join(path.read_text(encoding="utf-8")
                    for path in [pathlib.Path("Makefile.am"), *fragments()])
    words = set(built.split())
    for path in sources(".c", ".h"):
        if path.parts[:2] != ("tests", "fuzz") and str(path) not in words:
            yield f"{path}: in no Makefile.am fragment"
    for path in fragments():
        if str(path) not in words:
            yield f"{path}: not included by Makefile.am"


def translated():
    text = re.compile(r'\b(?:N?_|ngettext|g_dngettext)\s?\(\s*"')
    return [str(path) for path in sources(".c", ".h")
            if path.parts[0] in ("src", "ui") and text.search(path.read_text(encoding="utf-8"))]


def potfiles():
    """po/POTFILES.in lists exactly the files that have text for people."""
    path = pathlib.Path("po/POTFILES.in")
    want = translated()
    if sys.argv[2:] == ["--write"]:
        path.write_text("# Files with text for people; `make potfiles` keeps the list.\n"
                        + "".join(name + "\n" for name in want), encoding="utf-8")
    have = [line for line in path.read_text(encoding="utf-8").splitlines()
            if line and not line.startswith("#")]
    for name in sorted(set(want) ^ set(have)):
        yield f"{name}: " + ("not in po/POTFILES.in; run make potfiles" if name in want
                             else "in po/POTFILES.in, but has no text for people")


def messages():
    """xgettext knows PRId64 and its like, not GLib's names: such a text is never translated."""
    for path in sources(".c"):
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r'\b(?:N?_|ngettext)\s?\((?:\s*"(?:[^"\\]|\\.)*")+\s*G_G\w+', text):
            number = text.count("\n", 0, match.end()) + 1
            yield f"{path}:{number}: {match[0].split()[-1]} in a text for people; use PRId64"


def python():
    """Every script of Python can be parsed."""
    for path in sorted(path for folder in ("tests", "data")
                       for path in pathlib.Path(folder).rglob("*")
                       if path.suffix in (".py", ".test")):
        try:
            compile(path.read_text(encoding="utf-8"), str(path), "exec")
        except SyntaxError as problem:
            yield f"{path}:{problem.lineno}: {problem.msg}"


def main():
    checks = {check.__name__: check for check in (layout, floors, listed, potfiles, messages, python)}
    breaches = list(checks[sys.argv[1]]())
    for breach in breaches:
        print(breach)
    sys.exit(1 if breaches else 0)


main()
