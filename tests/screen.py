"""Screens under test: a program on a pty, seen through the emulator.

    @test
    def the_list_opens(t):
        ui = t.screen(80, 24)
        ui.keys("/stock<Enter>")
        ui.wait("stock_snapshot")
        ui.expect_golden("stock")

Golden files are tests/ui/golden/NAME.txt: the screen, and below it a map of its
looks. `make check-update` (or ROWFERRY_UPDATE_GOLDEN=1) writes them anew.
"""

import contextlib
import difflib
import fcntl
import json
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import harness
from harness import Failure, Skip

EMULATOR = os.environ.get("EMULATOR", os.path.join(
    os.path.dirname(harness.ROWFERRY), "tests", "ui", "emulator"))
GOLDEN = os.path.join(harness.SRCDIR, "tests", "ui", "golden")
UPDATE = os.environ.get("ROWFERRY_UPDATE_GOLDEN", "") not in ("", "0")

BOLD, REVERSE, UNDERLINED, BLINKING = 1, 2, 4, 8

# What xterm sends; every terminal that the tests name understands the same.
KEYS = {
    "enter": "\r", "esc": "\033", "tab": "\t", "space": " ", "backspace": "\x7f",
    "del": "\033[3~", "ins": "\033[2~", "up": "\033[A", "down": "\033[B", "right": "\033[C",
    "left": "\033[D", "home": "\033[H", "end": "\033[F", "pgup": "\033[5~", "pgdn": "\033[6~",
    "shift-tab": "\033[Z", "lt": "<",
    "f1": "\033OP", "f2": "\033OQ", "f3": "\033OR", "f4": "\033OS", "f5": "\033[15~",
    "f6": "\033[17~", "f7": "\033[18~", "f8": "\033[19~", "f9": "\033[20~", "f10": "\033[21~",
    "f11": "\033[23~", "f12": "\033[24~",
}
# One letter for a colour: plain, bold. Reverse video makes it a capital.
LETTERS = {-1: ".+", 30: "ac", 28: "gh", 130: "wv", 161: "bd", 243: "qp", 1: "rs"}
ON_REVERSE = {".": "#", "+": "%"}

DEFAULT_WAIT = 10 * float(os.environ.get("ROWFERRY_TEST_PATIENCE", "1"))


def key_bytes(text):
    """[bytes] of "/stock<Enter>": names in angle brackets as key_label() writes them, ^P for Ctrl."""
    result = []
    for name, other in re.findall(r"<([^<>\s]+)>|(.)", text, re.DOTALL):
        if name.startswith("^") and len(name) == 2:
            result.append(bytes([ord(name[1].upper()) & 31]))
        elif name.lower() in KEYS:
            result.append(KEYS[name.lower()].encode())
        elif name:
            raise Failure(f"no key is named <{name}>")
        else:
            result.append(other.encode("utf-8", "surrogateescape"))
    return result


def looks_letter(colour, flags):
    """The letter of a cell in the map of looks."""
    letter = LETTERS.get(colour, "xy")[1 if flags & BOLD else 0]
    if flags & UNDERLINED and letter in ".+":
        letter = "u"
    if flags & REVERSE:
        letter = ON_REVERSE.get(letter, letter.upper())
    return letter


class _Emulator:
    def __init__(self, height, width):
        if not os.path.exists(EMULATOR):
            raise Skip("the terminal emulator was not built: libvterm was not found")
        self.process = subprocess.Popen([EMULATOR, str(height), str(width)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, line, data=b""):
        self.process.stdin.write(line.encode() + b"\n" + data)
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise Failure("the terminal emulator ended")
        return answer

    def feed(self, data):
        return self.process.stdout.read(int(self.ask(f"feed {len(data)}", data)))

    def show(self):
        return json.loads(self.ask("show"))

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


class Screen:
    """One program on one terminal, which its test closes at the end.

    TERM, LANG (all of the locale), ENV and ARGS are the program's; its clock stands still at
    CLOCK (None: it goes; a run that is to be watched needs that). PROGRAM is another one than
    rowferry. It ignores the signals IGNORE. A JOB is started as by a shell that has job control,
    without which the kernel does not stop it.
    """

    def __init__(self, case, columns=80, rows=24, term="xterm-256color", lang="C.UTF-8",
                 env=None, args=(), program=None, ignore=(), job=False,
                 clock="2026-03-17T13:05:00Z"):
        self.case = case
        self.columns, self.rows = columns, rows
        self.emulator = _Emulator(rows, columns)
        self.received = bytearray()  # all that the program has sent
        self._asked = 0
        self.process = None
        self.master, self.slave = os.openpty()
        self._set_size()
        # A terminal comes with some modes; they must be there again at the end.
        self.modes = termios.tcgetattr(self.slave)
        environment = case.environment(**{"TERM": term, "LC_ALL": lang, **(env or {})})
        if clock is not None:
            environment.setdefault("ROWFERRY_TEST_CLOCK", clock)

        def take_terminal():
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            for number in ignore:
                signal.signal(number, signal.SIG_IGN)

        command = [program or harness.ROWFERRY, *map(str, args)]
        reader, writer = os.pipe()
        if job:
            command = [sys.executable, os.path.abspath(__file__), str(writer), *command]
        self.process = subprocess.Popen(
            command, stdin=self.slave, stdout=self.slave, stderr=self.slave, cwd=case.folder,
            env=environment, start_new_session=True, pass_fds=(writer,) if job else (),
            preexec_fn=take_terminal)
        os.close(writer)
        self.pid = int(os.read(reader, 20)) if job else self.process.pid
        os.close(reader)

    # - the terminal

    def _set_size(self):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ,
                    struct.pack("HHHH", self.rows, self.columns, 0, 0))

    def pump(self, seconds=0.0):
        """Read what the program sends for SECONDS; whether anything came."""
        end = time.monotonic() + seconds
        came = False
        while self.master is not None:
            left = max(0.0, end - time.monotonic())
            ready, _, _ = select.select([self.master], [], [], left)
            if not ready:
                break
            try:
                data = os.read(self.master, 65536)
            except OSError:
                break
            if not data:
                break
            came = True
            self.received += data
            answer = self.emulator.feed(data)
            if answer and self.master is not None:
                os.write(self.master, answer)
        return came

    def keys(self, text, pause=0.0):
        """Type TEXT ("/stock<Enter>", "<^P>", "<Esc>", "<lt>" for "<"). An Esc is followed by
        a pause, since what comes at once after it makes a sequence of it."""
        for data in key_bytes(text):
            self.send(data)
            if data == b"\033":
                self.pump(0.12)
            elif pause:
                self.pump(pause)

    def send(self, data):
        """Send bytes as they are."""
        if isinstance(data, str):
            data = data.encode("utf-8")
        os.write(self.master, data)
        self.pump()

    def paste(self, text):
        self.send("\033[200~" + text + "\033[201~")

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.emulator.ask(f"size {rows} {columns}")
        self._set_size()  # the kernel sends SIGWINCH

    def signal(self, number):
        os.kill(self.pid, number)

    def hangup(self):
        """Close the terminal under the program, as a lost connection does."""
        self.pump()
        os.close(self.master)
        self.master = None

    # - waiting

    def wait_until(self, condition, seconds=None, what="it"):
        """Read until CONDITION(self) holds, and give what it gave."""
        seconds = DEFAULT_WAIT if seconds is None else seconds
        end = time.monotonic() + seconds
        while True:
            self.pump(0.02)
            result = condition(self)
            if result:
                return result
            ended = self.process.poll()
            if ended is not None and not self.pump(0.05):
                result = condition(self)
                if result:
                    return result
                raise Failure(f"the program ended with status {ended} while waiting for {what}\n"
                              + self.picture())
            if time.monotonic() > end:
                raise Failure(f"waited {seconds} s for {what}\n" + self.picture())

    def wait(self, text, seconds=None):
        """Until TEXT is on the screen."""
        self.wait_until(lambda ui: text in ui.text(), seconds, repr(text))

    def wait_gone(self, text, seconds=None):
        self.wait_until(lambda ui: text not in ui.text(), seconds, f"{text!r} to go")

    def quiet(self, seconds=0.15, most=None):
        """Until nothing was sent for SECONDS."""
        end = time.monotonic() + (DEFAULT_WAIT if most is None else most)
        while self.pump(seconds):
            if time.monotonic() > end:
                raise Failure("the program does not stop sending\n" + self.picture())

    def ended(self, seconds=None):
        """Wait for the end of the program; its exit status (negative: a signal)."""
        seconds = DEFAULT_WAIT if seconds is None else seconds
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            if self.master is not None:
                self.pump(0.02)
            else:
                time.sleep(0.01)
            if time.monotonic() > end:
                raise Failure(f"the program did not end in {seconds} s\n" + self.picture())
        self.pump(0.05)
        return self.process.returncode

    def stopped(self, seconds=None):
        """Wait until the program is stopped (as by ^Z)."""
        def state(ui):
            with open(f"/proc/{ui.pid}/stat", encoding="utf-8") as file:
                return file.read().rpartition(")")[2].split()[0] == "T"
        self.wait_until(state, seconds, "the program to stop")

    # - looking

    def show(self):
        self.pump()
        return self.emulator.show()

    def text(self):
        """The screen as lines without blanks at their ends."""
        return "\n".join(row.rstrip() for row in self.show()["rows"])

    def line(self, number):
        """Line NUMBER, the first is 1."""
        return self.show()["rows"][number - 1].rstrip()

    def cells(self, number):
        """[(colour, flags)] of line NUMBER."""
        return [tuple(cell) for cell in self.show()["cells"][number - 1]]

    def attributes(self):
        """The looks as lines of letters: see LETTERS; "." is plain, "#" plain reversed."""
        return "\n".join("".join(looks_letter(*cell) for cell in row)
                         for row in self.show()["cells"])

    def cursor(self):
        """(row, column) of the cursor, from 1."""
        row, column = self.show()["cursor"]
        return row + 1, column + 1

    def alternate(self):
        return self.show()["alternate"]

    def bytes(self):
        """What was sent since the last call."""
        self.pump()
        sent = bytes(self.received[self._asked:])
        self._asked = len(self.received)
        return sent

    def modes_now(self):
        """The terminal's modes, as tcgetattr gives them."""
        return termios.tcgetattr(self.slave)

    def cpu_seconds(self):
        """CPU time that the program has used."""
        with open(f"/proc/{self.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def picture(self):
        """The screen for a message."""
        with contextlib.suppress(Failure, OSError):
            rule = "+" + "-" * self.columns + "+"
            return "\n".join([rule, *self.text().split("\n"), rule])
        return "(no screen)"

    def expect_golden(self, name, looks=True):
        """The screen must be as in tests/ui/golden/NAME.txt."""
        self.quiet()
        got = self.text().rstrip("\n") + "\n"
        if looks:
            rows = [row.rstrip(".") for row in self.attributes().split("\n")]
            got += "--- looks\n" + "\n".join(rows).rstrip("\n") + "\n"
        path = os.path.join(GOLDEN, name + ".txt")
        want = ""
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                want = file.read()
        if got == want:
            return
        change = "\n".join(difflib.unified_diff(want.splitlines(), got.splitlines(),
                                                f"golden/{name}.txt", "the screen", lineterm=""))
        if UPDATE:
            with open(path, "w", encoding="utf-8") as file:
                file.write(got)
            print("# rewritten:", *change.splitlines(), sep="\n# ")
            return
        raise Failure(f"{change}\nmake check-update rewrites it when that is right")

    def close(self):
        """Hang up; kill what does not end by that."""
        if self.emulator is None:
            return
        if self.process is not None and self.process.poll() is None:
            if self.master is not None:
                self.hangup()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(2)
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.process.wait()
        for descriptor in (self.master, self.slave):
            if descriptor is not None:
                os.close(descriptor)
        self.master = self.slave = None
        self.emulator.close()
        self.emulator = None


def _run_job(report, command):
    """Be the shell that COMMAND is the foreground job of; end as it ended."""
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.write(report, str(os.getpid()).encode())
        os.close(report)
        os.execv(command[0], command)
    os.close(report)
    signal.signal(signal.SIGHUP, lambda number, _: os.kill(pid, number))
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    _run_job(int(sys.argv[1]), sys.argv[2:])
