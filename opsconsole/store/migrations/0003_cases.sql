-- Precedents: past events with their right outcome, from people or adjudicated history only.
CREATE TABLE cases (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    category TEXT NOT NULL,
    text TEXT NOT NULL,
    source TEXT NOT NULL,
    event_id TEXT,
    occurred_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    retired_at INTEGER
) STRICT;
CREATE INDEX cases_by_scope ON cases (scope, occurred_at, id);
CREATE VIRTUAL TABLE cases_text USING fts5(
    text, content='cases', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER cases_text_insert AFTER INSERT ON cases BEGIN
    INSERT INTO cases_text (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER cases_text_delete AFTER DELETE ON cases BEGIN
    INSERT INTO cases_text (cases_text, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER cases_text_update AFTER UPDATE OF id, text ON cases BEGIN
    INSERT INTO cases_text (cases_text, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO cases_text (rowid, text) VALUES (new.id, new.text);
END;
