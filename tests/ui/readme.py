#!/usr/bin/env python3
"""readme.py FOLDER: put the screens that new_user.test captured into README.md.

A block between "<!-- screen NAME -->" and "<!-- end -->" gets the capture whose
file is FOLDER/NN-NAME.txt. `make screenshots` does all of it.
"""

import pathlib
import re
import sys

captures = {path.stem.partition("-")[2]: path for path in pathlib.Path(sys.argv[1]).glob("*.txt")}
readme = pathlib.Path("README.md")


def block(match):
    text = captures[match[1]].read_text(encoding="utf-8").rstrip("\n")
    return f"<!-- screen {match[1]} -->\n```text\n{text}\n```\n<!-- end -->"


readme.write_text(re.sub(r"<!-- screen ([\w-]+) -->.*?<!-- end -->", block,
                         readme.read_text(encoding="utf-8"), flags=re.DOTALL), encoding="utf-8")
