"""What the scripts of tests/integration and tests/fault share.

A script defines functions and ends with main():

    from harness import main, test

    @test
    def overwrite_that_fails_leaves_the_old_rows(t):
        target = t.sqlite("target.db", "CREATE TABLE t (id INTEGER)")
        t.save("connection", {"name": "target", "type": "sqlite", "path": target.path})
        before = target.checksums()
        t.rowferry("--run", "load", status=1)
        t.equal(target.checksums(), before)

    main()

Each function is one line of TAP, named by what must be true. It gets a Case:
a home (ROWFERRY_HOME) and a folder of its own, and what it starts or opens
through the Case is checked for leftovers and removed when it ends. A script
runs under `make check`, or alone: ROWFERRY=./rowferry tests/integration/x.test
[NAME...].
"""

import atexit
import contextlib
import ctypes
import hashlib
import json
import os
import pwd
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SRCDIR = os.environ.get("SRCDIR", ROOT)
ROWFERRY = os.path.abspath(os.environ.get("ROWFERRY", os.path.join(SRCDIR, "rowferry")))
SHARED = os.environ.get("ROWFERRY_SHARED", os.path.join(SRCDIR, "..", "shared"))
SCALE = float(os.environ.get("ROWFERRY_TEST_SCALE", "0.2"))
# Names of staging tables (rf_ and the run's token) are never the user's own.
STAGING = re.compile(r"^rf_[0-9a-f]{8}")
LEDGER = "rowferry_ledger"


class Failure(Exception):
    """What must be true was not."""


class Skip(Exception):
    """The test cannot run here."""


_tests = []


def test(function):
    """Mark FUNCTION(t) as a test."""
    _tests.append((function.__name__, function, ()))
    return function


def each(*rows):
    """Mark FUNCTION(t, *row) as one test for each row; the row's first value names it."""
    def mark(function):
        for row in rows:
            _tests.append((f"{function.__name__}: {row[0]}", function, tuple(row)))
        return function
    return mark


def scaled(count, least=1):
    """COUNT crashes or mutants in full, a part of them in a shorter run."""
    return max(least, round(count * SCALE))


def shared(name):
    """The path of a file of real data that no release carries, or skip the test."""
    path = os.path.join(SHARED, "data", name)
    if not os.path.exists(path):
        raise Skip(f"no {name}")
    return path


def wait_until(condition, seconds=10, what="it"):
    """Poll CONDITION() until it is true and return what it returned."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise Failure(f"waited {seconds} s for {what}")
        time.sleep(0.02)


# --- databases -------------------------------------------------------------------


def _digest(rows):
    digest = hashlib.sha256()
    for row in sorted(map(repr, rows)):
        digest.update(row.encode("utf-8", "surrogateescape") + b"\n")
    return len(rows), digest.hexdigest()[:16]


class Database:
    """Base of SqliteDatabase and PostgresqlDatabase: rows, checksums, leftovers."""

    def rows(self, sql, *values):
        raise NotImplementedError

    def tables(self):
        raise NotImplementedError

    def value(self, sql, *values):
        """The one value of the one row of SQL."""
        (row,) = self.rows(sql, *values)
        return row[0]

    def checksums(self, ledger=False):
        """{table: (rows, digest)} of every table; the ledger only when asked for."""
        return {name: _digest(self.rows(f"SELECT * FROM {name}"))
                for name, plain in self.tables() if ledger or plain != LEDGER}

    def leftovers(self):
        """Staging tables that nobody removed."""
        return [name for name, plain in self.tables() if STAGING.match(plain)]


class SqliteDatabase(Database):
    def __init__(self, path, script=""):
        self.path = path
        with self.connect() as connection:
            connection.executescript(script)

    @contextlib.contextmanager
    def connect(self, **options):
        connection = sqlite3.connect(self.path, isolation_level=None, **options)
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        try:
            yield connection
        finally:
            connection.close()

    def execute(self, script):
        with self.connect() as connection:
            connection.executescript(script)

    def fill(self, table, rows):
        """Insert ROWS (sequences of one length) into TABLE."""
        rows = list(rows)
        with self.connect() as connection:
            connection.execute("BEGIN")
            connection.executemany(
                f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
            connection.execute("COMMIT")

    def rows(self, sql, *values):
        with self.connect() as connection:
            return connection.execute(sql, values).fetchall()

    def tables(self):
        return [('"' + name.replace('"', '""') + '"', name) for (name,) in self.rows(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' "
            "ESCAPE '!' ORDER BY name")]


class PostgresqlDatabase(Database):
    """One database of a private server. rows() gives text as psql prints it; NULL is None."""

    NULL = "\x01null\x01"

    def __init__(self, server, name):
        self.server, self.name = server, name

    def execute(self, script, user=None):
        """Run SCRIPT with psql; an error in it fails the test."""
        return self.server.psql(script, self.name, user=user)

    def rows(self, sql, *values):
        if values:
            raise TypeError("psql binds no values: write them into the SQL")
        text = self.server.psql(sql, self.name, "--tuples-only", "--no-align",
                                "--field-separator=\x1f", "--record-separator=\x1e",
                                f"--pset=null={self.NULL}")
        return [tuple(None if field == self.NULL else field for field in record.split("\x1f"))
                for record in text.removesuffix("\n").split("\x1e") if text.strip("\n")]

    def tables(self):
        return [tuple(row) for row in self.rows(
            "SELECT format('%I.%I', schemaname, tablename), tablename FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1")]

    def connection(self, name, **more):
        """The connection document NAME for this database, over loopback TCP."""
        return {"name": name, "type": "postgresql", "host": "127.0.0.1",
                "port": self.server.port, "database": self.name, "user": self.server.user,
                **more}

    def sessions(self, pattern="rowferry%"):
        """How many sessions of the program are open here."""
        return int(self.value("SELECT count(*) FROM pg_stat_activity WHERE "
                              f"application_name LIKE '{pattern}' "
                              f"AND datname = '{self.name}'"))


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# Made here: after the change of account our Python's own files may be out of reach.
_prctl = ctypes.CDLL(None).prctl


def _die_with_parent():
    _prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG


class Postgresql:
    """A private PostgreSQL server on a loopback port and a socket in a temporary folder."""

    user = "rowferry"

    def __init__(self, **settings):
        self.programs = self._programs()
        self.folder = tempfile.mkdtemp(prefix="rowferry-pg.")
        self.data = os.path.join(self.folder, "data")
        self.process = None
        self.identity = {}
        if os.geteuid() == 0:
            account = self._account()
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self.identity = {"user": account.pw_uid, "group": account.pw_gid,
                             "extra_groups": []}
        atexit.register(self.close)
        # A killed server keeps what was committed all the same: the system has it.
        self.settings = {"fsync": "off", "max_connections": "50", "shared_buffers": "64MB",
                         "max_wal_size": "1GB", "max_prepared_transactions": "5",
                         "log_min_messages": "warning", "timezone": "UTC",
                         "log_timezone": "UTC", **settings}
        self._run("initdb", "-D", self.data, "-U", self.user, "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync", "--no-instructions")
        self.start()

    @staticmethod
    def _programs():
        folders = ["/usr/lib/postgresql/15/bin", *os.environ.get("PATH", "").split(":")]
        for folder in folders:
            if os.path.exists(os.path.join(folder, "initdb")):
                return folder
        raise Skip("no PostgreSQL server is installed")

    @staticmethod
    def _account():
        """Who runs the server when we are root, which the server refuses."""
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise Skip("no unprivileged account for the server")

    def _environment(self):
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8",
                "HOME": self.folder}

    def _run(self, program, *arguments):
        done = subprocess.run([os.path.join(self.programs, program), *arguments],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, cwd=self.folder,
                              env=self._environment(), timeout=120, **self.identity)
        if done.returncode != 0:
            raise Failure(f"{program} failed:\n{done.stdout.decode(errors='replace')}")

    def start(self):
        """Start (again) on the same data; another port is chosen when ours is taken."""
        for _ in range(5):
            self.port = getattr(self, "port", None) or _free_port()
            options = {**self.settings, "listen_addresses": "127.0.0.1", "port": self.port,
                       "unix_socket_directories": self.folder}
            with open(os.path.join(self.folder, "log"), "ab") as log:
                self.process = subprocess.Popen(
                    [os.path.join(self.programs, "postgres"), "-D", self.data,
                     *(f"--{key}={value}" for key, value in options.items())],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                    env=self._environment(), preexec_fn=_die_with_parent, **self.identity)
            end = time.monotonic() + 60
            while self.process.poll() is None and time.monotonic() < end:
                if self._answers():
                    return
                time.sleep(0.05)
            self.stop()
            self.port = None
        raise Failure("the PostgreSQL server does not start:\n" + self.log())

    def _answers(self):
        return subprocess.run([os.path.join(self.programs, "pg_isready"), "-q", "-h",
                               self.folder, "-p", str(self.port)],
                              stdin=subprocess.DEVNULL).returncode == 0

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def stop(self, how=signal.SIGINT):
        """Stop: SIGINT rolls sessions back, SIGQUIT is a crash."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(30)
        self.process = None

    def close(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def psql(self, script, database="postgres", *options, user=None):
        done = subprocess.run(
            [os.path.join(self.programs, "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1",
             "-h", self.folder, "-p", str(self.port), "-U", user or self.user, "-d", database,
             *options],
            input=script.encode("utf-8", "surrogateescape"), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=300,
            env={**self._environment(), "PGCLIENTENCODING": "UTF8"})
        if done.returncode != 0:
            raise Failure(f"psql: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode("utf-8", "surrogateescape")


_servers = {}


def postgresql(**settings):
    """The script's PostgreSQL server, one for each set of SETTINGS (fsync="on" …)."""
    key = tuple(sorted(settings.items()))
    if key not in _servers:
        _servers[key] = Postgresql(**settings)
    return _servers[key]


# --- the program -----------------------------------------------------------------


class Result:
    """What one call of the program gave."""

    def __init__(self, arguments, status, out, err):
        self.arguments, self.status, self.out, self.err = arguments, status, out, err

    @property
    def json(self):
        try:
            return json.loads(self.out)
        except ValueError as problem:
            raise Failure(f"stdout is not one JSON document: {problem}\n{self}") from None

    def __str__(self):
        return (f"$ rowferry {' '.join(self.arguments)}\nexit status {self.status}\n"
                f"stdout: {self.out[-4000:]}\nstderr: {self.err[-4000:]}")


class Case:
    """One running test: its folder, its home, what it opened."""

    def __init__(self, name):
        self.name = name
        # Short: it holds sockets. World-searchable: a server of another account may read it.
        self.folder = tempfile.mkdtemp(prefix="rowferry-t.")
        os.chmod(self.folder, 0o755)
        self.home = os.path.join(self.folder, "home")
        os.mkdir(self.home, 0o700)
        self.temporary = os.path.join(self.folder, "tmp")
        os.mkdir(self.temporary, 0o700)
        self._databases = []
        self._processes = []
        self._screens = []
        self._cleanups = []

    # - checks

    def true(self, condition, *about):
        if not condition:
            raise Failure("\n".join(map(str, about)) or "not true")

    def equal(self, got, want, *about):
        if got != want:
            raise Failure("\n".join([f"got:  {got!r}", f"want: {want!r}", *map(str, about)]))

    def contains(self, text, *parts):
        for part in parts:
            if part not in text:
                raise Failure(f"no {part!r} in:\n{text}")

    def lacks(self, text, *parts):
        for part in parts:
            if part in text:
                raise Failure(f"{part!r} in:\n{text}")

    # - the program

    def environment(self, **more):
        """What the program sees: little of ours, so that a test cannot hang on it."""
        keep = ("PATH", "LD_LIBRARY_PATH", "ROWFERRY_DIALECTS", "ASAN_OPTIONS", "UBSAN_OPTIONS",
                "TSAN_OPTIONS", "LSAN_OPTIONS")
        base = {key: os.environ[key] for key in keep if key in os.environ}
        base.setdefault("ROWFERRY_DIALECTS", os.path.join(SRCDIR, "data", "dialects"))
        return {**base, "ROWFERRY_HOME": self.home, "HOME": self.folder,
                "TMPDIR": self.temporary, "LC_ALL": "C.UTF-8", "TZ": "UTC",
                **{key: str(value) for key, value in more.items()}}

    def rowferry(self, *arguments, status=0, input="", timeout=120, env=None):
        """Run the program and wait. STATUS is the exit status it must have (a number, a
        tuple of them, or None for any)."""
        arguments = [str(argument) for argument in arguments]
        if isinstance(input, str):
            input = input.encode("utf-8", "surrogateescape")
        try:
            done = subprocess.run([ROWFERRY, *arguments], input=input, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=timeout, cwd=self.folder,
                                  env=self.environment(**(env or {})))
        except subprocess.TimeoutExpired as late:
            raise Failure(f"rowferry {' '.join(arguments)} did not end in {timeout} s\n"
                          f"stderr: {(late.stderr or b'').decode(errors='replace')}") from None
        result = Result(arguments, done.returncode, done.stdout.decode("utf-8", "surrogateescape"),
                        done.stderr.decode("utf-8", "surrogateescape"))
        if "Sanitizer" in result.err or "runtime error:" in result.err:
            raise Failure(f"a sanitizer complained\n{result}")
        if status is not None:
            allowed = status if isinstance(status, tuple) else (status,)
            if result.status not in allowed:
                raise Failure(f"exit status {result.status}, want {status}\n{result}")
        return result

    def start(self, *arguments, env=None):
        """Start the program and do not wait; it is killed when the test ends."""
        process = subprocess.Popen([ROWFERRY, *map(str, arguments)], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   cwd=self.folder, env=self.environment(**(env or {})))
        self._processes.append(process)
        return process

    def save(self, noun, document, *arguments, status=0):
        """`rowferry NOUN save -` of a document (NOUN is connection or task)."""
        return self.rowferry(noun, "save", "-", *arguments, status=status,
                             input=json.dumps(document, ensure_ascii=False))

    def run(self, task, *arguments, status=0, timeout=300, env=None):
        """`rowferry --run TASK --json`; gives the run's result."""
        return self.rowferry("--run", task, "--json", *arguments, status=status,
                             timeout=timeout, env=env).json

    def screen(self, columns=80, rows=24, **more):
        """The program on a terminal of its own: a Screen (see tests/screen.py)."""
        from screen import Screen  # only the tests of screens need the emulator
        self._screens.append(Screen(self, columns, rows, **more))
        return self._screens[-1]

    # - things of its own

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, content):
        """A file in the test's folder; gives its path."""
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def sqlite(self, name, script=""):
        database = SqliteDatabase(self.path(name), script)
        self._databases.append(database)
        return database

    def postgresql(self, script="", **settings):
        """A database of its own on the script's server, filled by SCRIPT."""
        server = postgresql(**settings)
        name = f"t{os.getpid()}_{time.monotonic_ns()}"
        # Copying files is quicker than logging them where nothing waits for the disk.
        quick = " STRATEGY file_copy" if server.settings["fsync"] == "off" else ""
        server.psql(f'CREATE DATABASE "{name}"{quick}')
        database = PostgresqlDatabase(server, name)
        self._databases.append(database)
        self.at_end(lambda: server.process and server.psql(
            f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        if script:
            database.execute(script)
        return database

    def at_end(self, action):
        self._cleanups.append(action)

    # - the end

    def processes(self):
        """Processes of the program that belong to this test's home, [(pid, command)]."""
        mark = f"ROWFERRY_HOME={self.home}".encode()
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{entry}/environ", "rb") as file:
                    ours = mark in file.read().split(b"\0")
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    command = file.read().replace(b"\0", b" ").decode(errors="replace")
                with open(f"/proc/{entry}/stat", encoding="utf-8") as file:
                    zombie = file.read().rpartition(")")[2].split()[0] == "Z"
            except OSError:
                continue
            if ours and not zombie:
                found.append((int(entry), command))
        return found

    def check_leftovers(self):
        """Fail when the program left something behind: a process, staging, a temporary file."""
        problems = []
        processes = self.processes()
        if processes:
            end = time.monotonic() + 2
            while processes and time.monotonic() < end:
                time.sleep(0.05)
                processes = self.processes()
        problems += [f"process {pid} still runs: {command}" for pid, command in processes]
        for database in self._databases:
            if isinstance(database, PostgresqlDatabase) and not database.server.process:
                continue
            problems += [f"staging table {name} is left" for name in database.leftovers()]
        for folder, _, names in os.walk(self.folder):
            problems += [f"temporary file {os.path.join(folder, name)} is left"
                         for name in names if name.endswith((".tmp", ".part", "-journal"))
                         and os.path.getsize(os.path.join(folder, name)) > 0]
        problems += [f"{name} is left in the temporary folder"
                     for name in os.listdir(self.temporary)]
        if problems:
            raise Failure("\n".join(problems))

    def close(self):
        for screen in self._screens:
            screen.close()
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.communicate()
        for pid, _ in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for action in reversed(self._cleanups):
            with contextlib.suppress(Exception):
                action()
        shutil.rmtree(self.folder, ignore_errors=True)


# --- TAP -------------------------------------------------------------------------


def _comment(text):
    for line in str(text).encode("utf-8", "backslashreplace").decode().splitlines():
        print("#", line)


def _run_one(number, name, function, values):
    began = time.monotonic()
    case = Case(name)
    try:
        function(case, *values)
        for screen in case._screens:
            screen.close()
        for process in case._processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        case.check_leftovers()
    except Skip as reason:
        print(f"ok {number} - {name} # SKIP {reason}")
        return True
    except Exception as problem:  # pylint: disable=broad-except
        print(f"not ok {number} - {name}")
        if isinstance(problem, Failure):
            where = [frame for frame in traceback.extract_tb(problem.__traceback__)
                     if os.path.basename(frame.filename) != "harness.py"]
            for frame in where:
                _comment(f"{os.path.basename(frame.filename)}:{frame.lineno}: {frame.line}")
            _comment(problem)
        else:
            _comment(traceback.format_exc())
        _comment(f"once more: make check TESTS={sys.argv[0].removeprefix('./')}, or "
                 f"ROWFERRY={ROWFERRY} {sys.argv[0]} '{name}'")
        return False
    finally:
        case.close()
        sys.stdout.flush()
    print(f"ok {number} - {name}")
    _comment(f"{time.monotonic() - began:.2f} s")
    sys.stdout.flush()
    return True


def main():
    """Run the script's tests, all or those whose name holds a word of the command line."""
    for stop in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, lambda number, _: sys.exit(128 + number))
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    chosen = [row for row in _tests
              if not sys.argv[1:] or any(word in row[0] for word in sys.argv[1:])]
    print(f"1..{len(chosen)}", flush=True)
    results = [_run_one(number, *row) for number, row in enumerate(chosen, 1)]
    sys.exit(0 if all(results) else 1)
