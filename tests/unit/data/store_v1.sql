-- A store of schema version 1 with a row of each kind. Never changed after a release.
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('uuid','00000000-0000-4000-8000-00000000000a');
CREATE TABLE connection (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE CHECK (name <> ''),
    document   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by INTEGER NOT NULL
) STRICT;
INSERT INTO connection VALUES('00000000-0000-4000-8000-000000000002','erp','{"name": "erp"}',1,0,1,0);
CREATE TABLE task (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL CHECK (name <> ''),
    owner      INTEGER NOT NULL,
    latest     INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
INSERT INTO task VALUES('00000000-0000-4000-8000-000000000001','orders',0,1,1,NULL);
CREATE TABLE task_version (
    task_id   TEXT NOT NULL REFERENCES task (id),
    version   INTEGER NOT NULL CHECK (version > 0),
    document  TEXT NOT NULL,
    hash      TEXT NOT NULL,
    confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
    saved_at  INTEGER NOT NULL,
    saved_by  INTEGER NOT NULL,
    PRIMARY KEY (task_id, version)
) STRICT, WITHOUT ROWID;
INSERT INTO task_version VALUES('00000000-0000-4000-8000-000000000001',1,replace('{"name": "orders"}\n','\n',char(10)),'44f2f9a1d6',1,1,0);
CREATE TABLE task_connection (
    task_id    TEXT NOT NULL REFERENCES task (id),
    connection TEXT NOT NULL,
    PRIMARY KEY (task_id, connection)
) STRICT, WITHOUT ROWID;
INSERT INTO task_connection VALUES('00000000-0000-4000-8000-000000000001','erp');
CREATE TABLE parameter (
    name          TEXT PRIMARY KEY CHECK (name <> ''),
    expression    TEXT NOT NULL,
    type          TEXT NOT NULL,
    description   TEXT NOT NULL,
    default_value TEXT,
    updated_at    INTEGER NOT NULL,
    updated_by    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO parameter VALUES('region','north','','',NULL,1,0);
CREATE TABLE run (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    token          TEXT NOT NULL UNIQUE
                   CHECK (length(token) = 16 AND token NOT GLOB '*[^0-9a-f]*'),
    task_id        TEXT NOT NULL,
    task_version   INTEGER NOT NULL,
    task_name      TEXT NOT NULL,
    kind           TEXT NOT NULL
                   CHECK (kind IN ('manual', 'scheduled', 'upstream', 'backfill', 'replay')),
    business_date  TEXT NOT NULL CHECK (business_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    nominal        TEXT,
    fold           INTEGER NOT NULL DEFAULT 0 CHECK (fold IN (0, 1)),
    parent         INTEGER REFERENCES run (id),
    backfill       INTEGER,
    environment    TEXT,
    options        TEXT,
    resource_group TEXT,
    priority       INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 8),
    tainted        INTEGER NOT NULL DEFAULT 0 CHECK (tainted IN (0, 1)),
    due_at         INTEGER NOT NULL,

    state          TEXT NOT NULL CHECK (state IN (
                       'planned', 'waiting_time', 'waiting_upstream', 'queued', 'starting',
                       'running', 'held', 'unresolved', 'cancelling', 'succeeded', 'failed',
                       'cancelled', 'skipped', 'dry_run', 'missed', 'frozen', 'discarded')),
    epoch          INTEGER NOT NULL DEFAULT 0,
    reason         TEXT,
    state_at       INTEGER NOT NULL,
    committing     INTEGER NOT NULL DEFAULT 0 CHECK (committing IN (0, 1)),
    cancel_requested_at INTEGER,

    claim_target   TEXT NOT NULL DEFAULT '',
    claim_slice    TEXT NOT NULL DEFAULT '',
    claim_shared   INTEGER NOT NULL DEFAULT 0 CHECK (claim_shared IN (0, 1)),
    plan           TEXT,
    plan_hash      TEXT,

    attempt        INTEGER NOT NULL DEFAULT 0,
    phase          TEXT,
    counters       TEXT,
    result         TEXT,
    error_code     TEXT,
    error_message  TEXT,
    error_detail   TEXT,
    error_hint     TEXT,
    error_sqlstate TEXT,
    log_path       TEXT,
    reject_path    TEXT,

    created_at     INTEGER NOT NULL,
    created_by     INTEGER NOT NULL,
    started_at     INTEGER,
    finished_at    INTEGER,
    published_at   INTEGER,

    FOREIGN KEY (task_id, task_version) REFERENCES task_version (task_id, version),
    CHECK (kind NOT IN ('scheduled', 'backfill') OR nominal IS NOT NULL),
    CHECK (kind <> 'upstream' OR parent IS NOT NULL),
    CHECK (kind <> 'backfill' OR backfill IS NOT NULL)
) STRICT;
INSERT INTO run VALUES(1,'00000000000000aa','00000000-0000-4000-8000-000000000001',1,'orders','manual','2026-03-01',NULL,0,NULL,NULL,NULL,NULL,NULL,5,0,1,'succeeded',0,NULL,3,0,NULL,'','',0,NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,NULL,3,3);
CREATE TABLE lease (
    run_id        INTEGER PRIMARY KEY REFERENCES run (id),
    epoch         INTEGER NOT NULL,
    boot_id       TEXT NOT NULL,
    pid_namespace TEXT NOT NULL,
    pid           INTEGER NOT NULL,
    pid_start     INTEGER NOT NULL,
    renewed_boot  INTEGER NOT NULL, -- milliseconds of boot time
    until_boot    INTEGER NOT NULL
) STRICT;
CREATE TABLE attempt (
    run_id         INTEGER NOT NULL REFERENCES run (id),
    number         INTEGER NOT NULL CHECK (number > 0),
    state          TEXT NOT NULL,
    started_at     INTEGER NOT NULL,
    finished_at    INTEGER,
    error_code     TEXT,
    error_message  TEXT,
    error_detail   TEXT,
    error_hint     TEXT,
    error_sqlstate TEXT,
    counters       TEXT,
    pid            INTEGER NOT NULL,
    exit_status    INTEGER,
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;
INSERT INTO attempt VALUES(1,1,'succeeded',2,3,NULL,NULL,NULL,NULL,NULL,NULL,7,0);
CREATE TABLE segment (
    run_id        INTEGER NOT NULL,
    attempt       INTEGER NOT NULL,
    number        INTEGER NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    what          TEXT NOT NULL,
    rows_read     INTEGER NOT NULL,
    rows_written  INTEGER NOT NULL,
    rows_rejected INTEGER NOT NULL,
    rows_filtered INTEGER NOT NULL,
    PRIMARY KEY (run_id, attempt, number),
    FOREIGN KEY (run_id, attempt) REFERENCES attempt (run_id, number)
) STRICT, WITHOUT ROWID;
INSERT INTO segment VALUES(1,1,1,'done','whole table',5,5,0,0);
CREATE TABLE task_day_status (
    task_id       TEXT NOT NULL,
    business_date TEXT NOT NULL,
    state         TEXT NOT NULL,
    run_id        INTEGER NOT NULL,
    PRIMARY KEY (task_id, business_date)
) STRICT, WITHOUT ROWID;
INSERT INTO task_day_status VALUES('00000000-0000-4000-8000-000000000001','2026-03-01','succeeded',1);
CREATE TABLE draft (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    document     TEXT NOT NULL,
    base_version INTEGER NOT NULL,
    owner        INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT;
INSERT INTO draft VALUES(1,'task','','{',0,0,1,1);
CREATE TABLE audit (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    at        INTEGER NOT NULL,
    uid       INTEGER NOT NULL,
    login_uid INTEGER NOT NULL,
    operation TEXT NOT NULL,
    object    TEXT NOT NULL,
    old_hash  TEXT NOT NULL,
    new_hash  TEXT NOT NULL,
    detail    TEXT NOT NULL
) STRICT;
INSERT INTO audit VALUES(1,1,0,0,'task.save','orders','','44f2f9a1d6','version 1');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('run',1);
INSERT INTO sqlite_sequence VALUES('draft',1);
INSERT INTO sqlite_sequence VALUES('audit',1);
CREATE UNIQUE INDEX task_name ON task (name) WHERE deleted_at IS NULL;
CREATE TRIGGER task_version_is_kept BEFORE DELETE ON task_version
BEGIN
    SELECT RAISE(ABORT, 'a saved version is kept');
END;
CREATE TRIGGER task_version_is_fixed
BEFORE UPDATE OF task_id, version, document, hash, saved_at, saved_by ON task_version
BEGIN
    SELECT RAISE(ABORT, 'a saved version is kept');
END;
CREATE INDEX task_connection_name ON task_connection (connection);
CREATE UNIQUE INDEX run_identity_scheduled ON run (task_id, nominal, fold)
    WHERE kind = 'scheduled';
CREATE UNIQUE INDEX run_identity_upstream ON run (task_id, parent) WHERE kind = 'upstream';
CREATE UNIQUE INDEX run_identity_backfill ON run (backfill, task_id, nominal, fold)
    WHERE kind = 'backfill';
CREATE UNIQUE INDEX run_one_writer ON run (claim_target, claim_slice)
    WHERE claim_shared = 0 AND claim_target <> ''
      AND state IN ('starting', 'running', 'held', 'unresolved', 'cancelling');
CREATE INDEX run_claim ON run (claim_target)
    WHERE state IN ('starting', 'running', 'held', 'unresolved', 'cancelling');
CREATE INDEX run_published ON run (claim_target, published_at) WHERE published_at IS NOT NULL;
CREATE INDEX run_task ON run (task_id, id);
CREATE INDEX run_task_date ON run (task_id, business_date, id);
CREATE INDEX run_name ON run (task_name, id);
CREATE INDEX run_date ON run (business_date, id);
CREATE INDEX run_parent ON run (parent) WHERE parent IS NOT NULL;
CREATE INDEX run_open ON run (state, due_at)
    WHERE state IN ('planned', 'waiting_time', 'waiting_upstream', 'queued', 'starting', 'running',
                    'held', 'unresolved', 'cancelling', 'frozen');
CREATE INDEX run_finished ON run (finished_at) WHERE finished_at IS NOT NULL;
CREATE TRIGGER run_day_status_new AFTER INSERT ON run
BEGIN
    INSERT INTO task_day_status (task_id, business_date, state, run_id)
    VALUES (NEW.task_id, NEW.business_date, NEW.state, NEW.id)
    ON CONFLICT (task_id, business_date)
    DO UPDATE SET state = excluded.state, run_id = excluded.run_id
    WHERE excluded.run_id >= task_day_status.run_id;
END;
CREATE TRIGGER run_day_status_moved AFTER UPDATE OF state ON run
BEGIN
    UPDATE task_day_status SET state = NEW.state
    WHERE task_id = NEW.task_id AND business_date = NEW.business_date AND run_id = NEW.id;
END;
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_object ON audit (object, id);
CREATE INDEX audit_operation ON audit (operation, id);
CREATE TRIGGER audit_is_fixed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'an audit row cannot be altered');
END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
WHEN OLD.at > CAST(unixepoch() AS INTEGER) * 1000 - 30 * 86400000
BEGIN
    SELECT RAISE(ABORT, 'an audit row is kept for 30 days');
END;
COMMIT;
PRAGMA application_id = 1383548537;
PRAGMA user_version = 1;
