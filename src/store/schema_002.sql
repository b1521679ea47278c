-- The store, version 2: a page of the list of runs, wherever it is, from narrow
-- indexes alone. They hold every column that the list is filtered by.

DROP INDEX run_name;
CREATE INDEX run_name ON run (task_name, id, state, kind, business_date);
DROP INDEX run_date;
CREATE INDEX run_date ON run (business_date, id, state, kind, task_name);
CREATE INDEX run_page ON run (id, state, kind, task_name, business_date);
CREATE INDEX run_state ON run (state, id, kind, task_name, business_date);

-- How many runs there are of each sort, kept by triggers.
CREATE TABLE run_count (
    task_name TEXT NOT NULL,
    kind      TEXT NOT NULL,
    state     TEXT NOT NULL,
    runs      INTEGER NOT NULL,
    PRIMARY KEY (task_name, kind, state)
) STRICT, WITHOUT ROWID;
INSERT INTO run_count (task_name, kind, state, runs)
SELECT task_name, kind, state, count(*) FROM run GROUP BY task_name, kind, state;

CREATE TRIGGER run_count_new AFTER INSERT ON run
BEGIN
    INSERT INTO run_count (task_name, kind, state, runs)
    VALUES (NEW.task_name, NEW.kind, NEW.state, 1)
    ON CONFLICT (task_name, kind, state) DO UPDATE SET runs = runs + 1;
END;
CREATE TRIGGER run_count_moved AFTER UPDATE OF task_name, kind, state ON run
BEGIN
    UPDATE run_count SET runs = runs - 1
    WHERE task_name = OLD.task_name AND kind = OLD.kind AND state = OLD.state;
    INSERT INTO run_count (task_name, kind, state, runs)
    VALUES (NEW.task_name, NEW.kind, NEW.state, 1)
    ON CONFLICT (task_name, kind, state) DO UPDATE SET runs = runs + 1;
END;
CREATE TRIGGER run_count_gone AFTER DELETE ON run
BEGIN
    UPDATE run_count SET runs = runs - 1
    WHERE task_name = OLD.task_name AND kind = OLD.kind AND state = OLD.state;
END;
