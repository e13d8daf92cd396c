-- Why a version came into use, as who put it there said; empty: nothing was said.
ALTER TABLE agent_version ADD COLUMN reason TEXT NOT NULL DEFAULT '';
-- Runs of an agent that failed one after another, the last one included; no row: the last one did not fail, or it was resumed.
CREATE TABLE failing (
    agent_id TEXT PRIMARY KEY REFERENCES agent(id),
    runs INTEGER NOT NULL CHECK (runs > 0)
) STRICT, WITHOUT ROWID;
-- A call of it may have been done, and nobody knows: what was in doubt once stays so, whatever becomes of its effect and its
-- requests, until it is known.
ALTER TABLE action ADD COLUMN is_in_doubt INTEGER NOT NULL DEFAULT 0 CHECK (is_in_doubt IN (0, 1));
UPDATE action SET is_in_doubt = 1 WHERE id IN (
    SELECT action_id FROM effect WHERE state = 'unknown' OR (state = 'prepared' AND error <> '')
) OR id IN (
    SELECT action_id FROM approval WHERE state = 'waiting' AND because LIKE 'it may have been done already: its answer was lost.%'
);
