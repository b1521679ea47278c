"""Text that tries to take over a terminal (screens and everything else that shows data)."""

import random
import re


def hostile_strings(count=500):
    """Every control byte and each kind of sequence and invisible character, then mixtures."""
    fixed = [
        b"\033[2J", b"\033]52;c;ZXZpbA==\a", b"\033]0;title\a", b"\033]8;;http://x\033\\link",
        b"\033P+q544e\033\\", b"\033]4;1;rgb:ff/00/00\a", b"\033[?1049l", b"\033c", b"\033[6n",
        b"\x9b31mred", b"\xc2\x9b31mred", b"\x90q\x9c", b"\xc2\x9d52;c;eA==\xc2\x9c",
        b"\033_APC\033\\", b"\033^PM\033\\", b"\033X", b"\033]never ends", b"\033[", b"\033",
        b"a\rb", b"a\bb", b"a\nb", b"a\tb", b"a\vb\fc", b"\x0e\x0f", b"\x7f", b"\xff\xfe", b"\xc0\x80",
        b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x80", b"%s%n%d", b"\xe2\x80\xaegpj.exe",
        "\u202aa\u202bb\u202cc\u202dd\u202ee".encode(), "\u2066a\u2067b\u2068c\u2069d".encode(),
        "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u061c".encode(), "\u2028\u2029".encode(),
        "\U000e0001\U000e0041\U000e007f".encode(), "\u115f\u3164\uffa0\u034f".encode(),
        ("a" + "\u0301" * 50).encode(), ("\u0301" * 9).encode(), "日" * 100, "é" * 200,
        "\U0001f469\u200d\U0001f469\u200d\U0001f467", "\ufe0f\u20e3", "\u0600\u06dd\u070f",
    ]
    fixed = [text.encode() if isinstance(text, str) else text for text in fixed]
    fixed += [bytes([byte]) + b"x" for byte in range(1, 256)]
    chance = random.Random(2026)
    while len(fixed) < count:
        fixed.append(b"".join(chance.choice(fixed[:300]) for _ in range(chance.randint(1, 12))))
    return [text.replace(b"\0", b"") for text in fixed]


# What ncurses itself sends on an xterm: cursor, erase, attributes, insert and
# delete, scroll, tabs set by nobody else; modes at start and end.
ALLOWED = re.compile(
    r"(?:\033\[[0-9;]*[ABCDGHJKLMPSTX@Zdrbmhl]|\033\[\?[0-9;]*[hl]|\033\[!p|\033\[22;0;0t|\033\[23;0;0t"
    r"|\033[=>78M]|\033\([0B]|[\r\n\b\t]|[ -~])")
INVISIBLE = re.compile(
    "[\x00-\x06\x0b-\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\U000e0000-\U000e0fff\u115f\u1160\u3164\uffa0\u034f]")


def judge(t, sent, ascii_only=False):
    """SENT, bytes that went to a terminal, hold nothing that ncurses would not send itself."""
    text = sent.decode("utf-8")  # strictly: half a character is a failure
    if ascii_only:
        t.true(text.isascii(), "not ASCII")
    t.true(INVISIBLE.search(text) is None, repr(INVISIBLE.findall(text)))
    rest = ALLOWED.sub("", text)
    t.true(all(ord(c) > 0x9f for c in rest), repr([c for c in rest if ord(c) <= 0x9f]))
