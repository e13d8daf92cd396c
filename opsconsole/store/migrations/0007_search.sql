-- Full-text search over events and what agents wanted to do about them. It keeps words, not texts (contentless).
-- rowid = event id * 1024 + n: n = 0 is the event, 1 and up are the written actions of its runs, in order of arrival.
CREATE VIRTUAL TABLE search USING fts5(text, content='', tokenize='porter unicode61 remove_diacritics 2');
INSERT INTO search (rowid, text)
SELECT e.id * 1024,
    json_extract(CAST(c.bytes AS TEXT), '$.title') || ' ' || json_extract(CAST(c.bytes AS TEXT), '$.sender') || ' '
    || json_extract(CAST(c.bytes AS TEXT), '$.sender_name') || ' '
    || substr(json_extract(CAST(c.bytes AS TEXT), '$.text'), 1, 20000)
FROM event e JOIN content c ON c.id = e.content_id WHERE c.bytes IS NOT NULL ORDER BY e.id;
INSERT INTO search (rowid, text)
SELECT event_id * 1024 + n, text FROM (
    SELECT r.event_id, row_number() OVER (PARTITION BY r.event_id ORDER BY a.run_id, a.turn, a.position) AS n,
        a.tool || ' ' || coalesce((SELECT substr(group_concat(atom, ' '), 1, 20000)
            FROM json_tree(CAST(c.bytes AS TEXT)) WHERE atom IS NOT NULL), '') AS text
    FROM action a JOIN run r ON r.id = a.run_id JOIN content c ON c.id = a.args_id
    WHERE a.is_write = 1 AND c.bytes IS NOT NULL
) WHERE n < 1024 ORDER BY event_id, n;
-- The list's filters read these and nothing else.
CREATE INDEX run_by_filter ON run(agent_id, category, state, event_id);
CREATE INDEX ruling_by_verdict ON ruling(verdict, action_id) WHERE verdict <> 'ACT';
