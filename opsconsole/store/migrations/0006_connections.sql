-- What a connection remembers across restarts (how far a mailbox was read), and how it is. Never a secret.
CREATE TABLE connection_memory (
    connection_id TEXT NOT NULL REFERENCES connection(id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,               -- JSON
    at INTEGER NOT NULL,
    PRIMARY KEY (connection_id, key)
) STRICT, WITHOUT ROWID;
ALTER TABLE connection ADD COLUMN is_off INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN tokens INTEGER NOT NULL DEFAULT 0;
-- What each turn cost: a run may wait for weeks, so its own sum does not say what was spent this hour.
ALTER TABLE turn ADD COLUMN cost_micros INTEGER NOT NULL DEFAULT 0;
CREATE INDEX turn_by_cost ON turn(at, cost_micros) WHERE cost_micros > 0;
