"""What the fault tests share: one task and its target, broken in every way and looked at.

A Scene has a source of a few batches, a target with old rows and other tables beside it, and
knows which rows a run must leave. After a fault:

    scene.look()            # "old" or "new": exactly these rows, or it fails
    scene.recover("same")   # what the next run makes of it, and of the record
    scene.close()

Targets: "sqlite", "wal" (SQLite in WAL mode), "postgresql", "file". Modes: append, overwrite,
slice (overwrite of one), upsert, merge (an upsert that no unique key helps).
"""

import contextlib
import csv
import os
import shutil
import sqlite3
import tempfile

from harness import LEDGER, Failure

# Nothing here loses power: what the system was given, it keeps. Memory is faster.
with contextlib.suppress(OSError):
    if shutil.disk_usage("/dev/shm").free > 1 << 30:
        tempfile.tempdir = "/dev/shm"

DAY = "2026-03-01"
COLUMNS = "id, name, amount, day"
TABLE = ("CREATE TABLE {name} (id INTEGER NOT NULL{key}, name VARCHAR(40), amount INTEGER,"
         " day VARCHAR(10) NOT NULL)")


def _row(number, word):
    """A row as text, as CSV and psql show it."""
    day = DAY if number % 2 else "2026-03-02"
    return (str(number), f"{word} ü,\"{number}\"", str(number * 7), day)


class Scene:
    def __init__(self, t, kind, mode, rows=5000, **task):
        self.t, self.kind, self.mode = t, kind, mode
        # In a folder of its own: whatever is added to it is a leftover.
        os.mkdir(t.path("target"))
        # Some keys of old rows are also the source's; an append has no key.
        self.old = sorted(_row(number, "old") for number in range(rows - 100, rows + 300))
        self.source = [_row(number, "new") for number in range(rows)]
        if mode == "slice":
            self.source = [row for row in self.source if row[3] == DAY]
        self._make_source()
        self._make_target()
        target = {"connection": "target", "table": "t", "mode": mode}
        if mode == "slice":
            target.update(mode="overwrite", slice={"column": "day", "value": DAY})
        if mode in ("upsert", "merge"):
            target.update(mode="upsert", key=["id"])
        aside = {"connection": "target", "table": "aside", "mode": "append"}
        if kind == "file":
            del target["table"], aside["table"]
            target["file"], aside["file"] = "t.csv", "aside.csv"
        t.save("task", {"name": "load", "source": {"connection": "source", "table": "s"},
                        "target": target, **task})
        t.save("task", {"name": "aside", "source": {"connection": "source", "table": "one"},
                        "target": aside})
        self.reset()
        self.plain = self._files()
        # The first run makes the ledger.
        self.known = t.run("load")["run"]
        self.reset()

    # - making

    def _make_source(self):
        source = self.t.sqlite("source.db", TABLE.format(name="s", key="") + ";"
                               + TABLE.format(name="one", key=""))
        source.fill("s", self.source)
        source.fill("one", self.source[:1])
        self.t.save("connection", {"name": "source", "type": "sqlite", "path": source.path})

    def _make_target(self):
        keyed = self.mode in ("overwrite", "slice", "upsert")
        script = "; ".join([TABLE.format(name="t", key=" PRIMARY KEY" if keyed else ""),
                            "CREATE INDEX t_id ON t (id)",
                            TABLE.format(name="aside", key=""), "CREATE TABLE other (x INTEGER)",
                            "INSERT INTO other VALUES (1), (2)"])
        if self.kind == "postgresql":
            self.database = self.t.postgresql(script)
            self.t.save("connection", self.database.connection("target"))
        elif self.kind == "file":
            self.t.save("connection", {"name": "target", "type": "file",
                                       "path": self.t.path("target"), "format": "csv"})
        else:
            wal = "PRAGMA journal_mode = WAL; " if self.kind == "wal" else ""
            self.database = self.t.sqlite("target/t.db", wal + script)
            self.t.save("connection", {"name": "target", "type": "sqlite",
                                       "path": self.database.path})

    def reset(self):
        """Give the target its old rows again."""
        if self.kind == "file":
            with open(self.t.path("target/t.csv"), "w", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows([COLUMNS.split(", "), *self.old])
            return
        values = ",".join("({0},'{1}',{2},'{3}')".format(*row) for row in self.old)
        self.database.execute(f"BEGIN; DELETE FROM t; INSERT INTO t VALUES {values}; COMMIT")

    # - looking

    def _files(self):
        return sorted(name for name in os.listdir(self.t.path("target"))
                      if not name.endswith(("-wal", "-shm")))

    def _copied(self):
        """A copy of the SQLite files as the dead process left them: to open the database
        itself would already recover it."""
        folder = self.t.path("copy")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.t.path("target"), folder)
        connection = sqlite3.connect(os.path.join(folder, "t.db"))
        return contextlib.closing(connection)

    def _query(self, sql):
        if self.kind == "postgresql":
            return self.database.rows(sql)
        with self._copied() as connection:
            problem = connection.execute("PRAGMA integrity_check").fetchone()[0]
            if problem != "ok":
                raise Failure(f"the target is damaged: {problem}")
            return [tuple(map(str, row)) for row in connection.execute(sql)]

    def rows(self):
        """The target's rows; that nothing else changed is checked in passing."""
        if self.kind == "file":
            with open(self.t.path("target/t.csv"), newline="", encoding="utf-8") as file:
                header, *rows = csv.reader(file)
            if header != COLUMNS.split(", "):
                raise Failure(f"the file begins with {header}")
            return sorted(map(tuple, rows))
        found = self._query("SELECT id, name, amount, day FROM t UNION ALL"
                            " SELECT NULL, 'other', x, '' FROM other UNION ALL"
                            " SELECT NULL, 'ledger', count(*), '' FROM rowferry_ledger"
                            " GROUP BY run_token, segment HAVING count(*) > 1")
        beside = sorted((row[1], row[2]) for row in found if row[0] in (None, "None"))
        if beside != [("other", "1"), ("other", "2")]:
            raise Failure(f"beside the target: {beside}")
        return sorted(row for row in found if row[0] not in (None, "None"))

    def after(self, rows):
        """What a run makes of ROWS."""
        if self.mode == "append":
            return sorted(rows + self.source)
        if self.mode == "overwrite":
            return sorted(self.source)
        if self.mode == "slice":
            return sorted([row for row in rows if row[3] != DAY] + self.source)
        return sorted({row[0]: row for row in rows + self.source}.values())

    def look(self):
        """"old" or "new": which of the two the target holds, exactly."""
        rows = self.rows()
        if rows == self.old:
            return "old"
        if rows == self.after(self.old):
            return "new"
        raise Failure(f"the target holds {len(rows)} rows: neither the {len(self.old)} old nor "
                      f"the {len(self.after(self.old))} new ones")

    def record(self, run):
        """What `run list` says of a run: (state, error), or None when there is none."""
        for row in self.t.rowferry("run", "list", "--limit", 3, "--json").json["runs"]:
            if row["run"] == run:
                return row["state"], row["error"]
        return None

    def newest(self):
        """Number of the newest run."""
        return self.t.rowferry("run", "list", "--limit", 1, "--json").json["runs"][0]["run"]

    # - judging

    def recover(self, by="same", lost=("failed", "lost"), dead=None):
        """The next run, of the same task or of another (BY), settles the run that died (DEAD,
        or the one before), leaves nothing of it behind and succeeds; LOST is what becomes of
        one that published nothing. Gives what the dead run left: "old" or "new"."""
        t, before = self.t, self.look()
        next_run = t.run("aside" if by == "other" else "load")["run"]
        rows = self.rows()
        dead = dead or next_run - 1
        # It may have died before there was a record of it.
        fate = self.record(dead) if dead > self.known else lost
        was = "new" if fate == ("succeeded", None) else "old"
        if was == "old":
            t.equal(fate, lost, f"run {dead}")
        expected = self.old if was == "old" else self.after(self.old)
        if by == "same":
            expected = self.after(expected)
        t.true(rows == expected, f"the dead run is {fate[0]}, but after the next one the target "
               f"holds {len(rows)} rows, not {len(expected)}")
        # Only a COMMIT that was under way may still take place.
        t.true(before == was or (before, was) == ("old", "new"),
               f"the target was {before} before the next run, and the dead run is {fate[0]}")
        self.known = next_run
        self.reset()
        self.clean()
        return was

    def clean(self):
        """Nothing is left of any run beside the target."""
        self.t.equal([name for name in self._files() if name != "aside.csv"], self.plain,
                     "files beside the target")

    def close(self):
        """After the last fault: one row of the ledger for each run that succeeded, no other."""
        self.t.equal(self.t.processes(), [])
        if self.kind == "file":
            return
        with contextlib.closing(sqlite3.connect(os.path.join(self.t.home, "store.db"))) as store:
            succeeded = store.execute("SELECT token FROM run WHERE state = 'succeeded'").fetchall()
        ledger = self._query(f"SELECT run_token FROM {LEDGER}")
        self.t.equal(sorted(ledger), sorted(succeeded), "tokens in the ledger")
        self.t.equal(self.database.leftovers(), [], "staging tables")


def points(scene):
    """The named points of spec/reliability.md that runs of this scene pass."""
    direct = ["K1", "K2", "K3", "K4", "K7", "K8", "K9", "K10", "K16", "K17"]
    if scene.kind == "file" or scene.mode == "append":
        return direct
    # An upsert on a unique key is one statement.
    one = [] if scene.mode == "upsert" else ["K14"]
    return [*direct[:4], "K6", *direct[4:8], "K11", "K12", "K13", "K5", *one, "K15", *direct[8:],
            "K20", "K21"]
