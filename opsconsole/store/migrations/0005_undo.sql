-- The taking back of a done effect: an intent of its own, which survives a crash, with a key of its own.
CREATE TABLE undo (
    effect_id INTEGER PRIMARY KEY REFERENCES effect(id),
    state TEXT NOT NULL CHECK (state IN ('wanted','sending','done','failed','unknown')),
    key TEXT NOT NULL UNIQUE,
    attempts INTEGER NOT NULL,
    begun_at INTEGER NOT NULL,
    ended_at INTEGER,
    error TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX undo_open ON undo(effect_id) WHERE state = 'sending';
