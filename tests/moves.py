"""Tasks in few words, for scripts whose tests move rows from one place to another.

    moves = Moves(t, pg=t.postgresql(...), lite=t.sqlite(...), files={"type": "file", ...})
    moves.task(("lite", "orders"), ("pg", "orders"), "append")
    result = moves.run()

A place is a pair of connection and table (a list where a name holds a dot), or a
dictionary as the document has it.
"""

import json
import re

from harness import Database, PostgresqlDatabase


def _document(name, place):
    if isinstance(place, PostgresqlDatabase):
        return place.connection(name)
    if isinstance(place, Database):
        return {"name": name, "type": "sqlite", "path": place.path}
    return {"name": name, **place}


def _end(place):
    return dict(place) if isinstance(place, dict) else \
        {"connection": place[0], "table": place[1]}


class Moves:
    """Connections and tasks of one Case."""

    def __init__(self, t, **places):
        self.t = t
        for name, place in places.items():
            t.save("connection", _document(name, place))

    def task(self, source, target, mode, name="load", into=None, **more):
        """Save a task; INTO are keys of its target, MORE its other keys."""
        self.t.save("task", {"name": name, "source": _end(source),
                             "target": {**_end(target), "mode": mode, **(into or {})}, **more},
                    "--confirm")

    def run(self, name="load", *arguments, status=0, **options):
        """Run a task; the counts of a success must agree, and no row of a failure counts as
        published. Gives the result."""
        result = self.t.run(name, *arguments, status=status, **options)
        if "run" not in result:
            return result
        if status == 0:
            self.t.equal(result["error"], None)
            self.t.equal(result["state"], "succeeded")
            self.t.equal(result["rows_read"], result["rows_written"] + result["rows_rejected"]
                         + result["rows_filtered"], json.dumps(result))
        elif isinstance(status, int):
            self.t.true(result["error"], f"no error in {result}")
            self.t.equal(result["published"], False)
        return result

    def move(self, source, target, mode, *arguments, status=0, into=None, **more):
        """Save a task and run it."""
        self.task(source, target, mode, into=into, **more)
        return self.run("load", *arguments, status=status)

    def rejects(self, result):
        """[(class, column, values as JSON spells them)] of a run, in the order it kept them."""
        rows = self.t.rowferry("reject", "list", result["run"], "--json").json["rejects"]
        return [(row["class"], row["column"],
                 {key: next(iter(value.values())) if isinstance(value, dict) and value else value
                  for key, value in (row["values"] or {}).items()}) for row in rows]

    def refused(self, result):
        """[(class, column)] of a run's rejects, sorted."""
        return sorted((row[0], row[1]) for row in self.rejects(result))


def counts(result):
    """(read, written, rejected, filtered) of a result."""
    return tuple(result[f"rows_{what}"] for what in ("read", "written", "rejected", "filtered"))


def merged(result):
    """(inserted, updated, unchanged) of an upsert's result."""
    return tuple(result[f"rows_{what}"] for what in ("inserted", "updated", "unchanged"))


def plain(text):
    """TEXT with its line breaks and runs of spaces made single spaces."""
    return re.sub(r"\s+", " ", text)
