-- The demo's warehouse: what analysts have made. Always the same rows.
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;

CREATE TABLE customer_scores (
    customer_id INTEGER PRIMARY KEY,
    name        TEXT,
    city        TEXT,
    score       NUMERIC(5,2),
    segment     TEXT,
    last_order  DATE
);

CREATE TABLE order_facts (
    order_id    INTEGER PRIMARY KEY,
    customer_id INTEGER,
    status      TEXT,
    amount      NUMERIC(12,2),
    note        TEXT,
    ordered_at  TIMESTAMP,
    shipped_at  TIMESTAMP,
    gift        BOOLEAN
);

BEGIN;

INSERT INTO customer_scores
WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
SELECT i,
       CASE i % 6 WHEN 0 THEN 'Zoë Müller ' || i WHEN 1 THEN 'José García ' || i
                  WHEN 2 THEN '王伟 ' || i       WHEN 3 THEN 'Łukasz Żak ' || i
                  WHEN 4 THEN 'Олена Шевчук ' || i ELSE 'O''Brien, Pat ' || i END,
       CASE i % 5 WHEN 0 THEN 'Zürich' WHEN 1 THEN 'México' WHEN 2 THEN '上海'
                  WHEN 3 THEN 'Łódź' ELSE NULL END,
       round((i * 7919 % 10001) / 100.0, 2),
       CASE WHEN i * 7919 % 10001 > 8000 THEN 'gold' WHEN i * 7919 % 10001 > 4000 THEN 'silver'
            ELSE 'basic' END,
       date('2026-01-01', '-' || (i % 400) || ' days')
  FROM n;

-- Three rows that no careful table takes.
UPDATE customer_scores SET last_order = '31.02.2026' WHERE customer_id = 1234;
UPDATE customer_scores SET name = NULL WHERE customer_id = 2345;
UPDATE customer_scores SET score = 1234.567 WHERE customer_id = 3456;

INSERT INTO order_facts
WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 240000)
SELECT i,
       1 + i * 104729 % 6000,
       CASE i % 4 WHEN 0 THEN 'paid' WHEN 1 THEN 'sent' WHEN 2 THEN 'open' ELSE 'cancelled' END,
       (i * 15485863 % 9999999) / 100.0,
       CASE i % 7 WHEN 0 THEN NULL WHEN 1 THEN 'fragile, "this side up"'
                  WHEN 2 THEN '请小心轻放 📦' WHEN 3 THEN '' WHEN 4 THEN 'first line' || char(10) || 'second'
                  WHEN 5 THEN 'à livrer avant midi' ELSE 'note ' || i END,
       strftime('%Y-%m-%d %H:%M:%S', 1735689600 + i * 131, 'unixepoch'),
       CASE WHEN i % 4 < 2
            THEN strftime('%Y-%m-%d %H:%M:%S', 1735689600 + i * 131 + 86400, 'unixepoch') END,
       i % 9 = 0
  FROM n;

COMMIT;
