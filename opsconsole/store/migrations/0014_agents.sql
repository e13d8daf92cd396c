-- Why a version came into use, as who put it there said; empty: nothing was said.
ALTER TABLE agent_version ADD COLUMN reason TEXT NOT NULL DEFAULT '';
-- Runs of an agent that failed one after another, the last one included; no row: the last one did not fail, or it was resumed.
CREATE TABLE failing (
    agent_id TEXT PRIMARY KEY REFERENCES agent(id),
    runs INTEGER NOT NULL CHECK (runs > 0)
) STRICT, WITHOUT ROWID;
