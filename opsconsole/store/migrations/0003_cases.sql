-- Precedents: past events with their right outcome, from people or adjudicated history only.
CREATE TABLE cases (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,               -- the agent
    category TEXT NOT NULL,
    text TEXT NOT NULL,
    source TEXT NOT NULL,
    event_id TEXT,
    occurred_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    retired_at INTEGER
) STRICT;
