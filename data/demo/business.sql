-- The demo's business database, as an application keeps it.
CREATE TABLE customer (
    customer_id INTEGER PRIMARY KEY,
    name        VARCHAR(60) NOT NULL,
    city        VARCHAR(40),
    score       NUMERIC(5,2),
    segment     VARCHAR(10) DEFAULT 'basic' CHECK (segment IN ('basic', 'silver', 'gold')),
    last_order  DATE,
    origin      TEXT,
    scored_at   TIMESTAMP
);

CREATE TABLE open_order (
    order_id    INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    status      VARCHAR(16) NOT NULL,
    amount      NUMERIC(12,2) NOT NULL,
    note        VARCHAR(80),
    ordered_at  TIMESTAMP NOT NULL,
    shipped_at  TIMESTAMP,
    gift        BOOLEAN
);

BEGIN;

-- Half of the customers are known already, with old scores.
INSERT INTO customer (customer_id, name, city, score)
WITH RECURSIVE n(i) AS (VALUES (2) UNION ALL SELECT i + 2 FROM n WHERE i < 6000)
SELECT i, 'Customer ' || i, 'unknown', 0 FROM n;

-- Yesterday's orders, to be replaced.
INSERT INTO open_order
WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
SELECT i, 1 + i % 6000, 'old', 0, NULL, '2025-01-01 00:00:00', NULL, 0 FROM n;

COMMIT;
