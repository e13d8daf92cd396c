-- Everybody an effect goes to, as salted digests, for the rate towards each; of earlier effects the first one is known.
CREATE TABLE effect_recipient (
    recipient TEXT NOT NULL,
    at INTEGER NOT NULL,                   -- when its effect was made
    effect_id INTEGER NOT NULL REFERENCES effect(id),
    PRIMARY KEY (recipient, at, effect_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX effect_recipient_by_effect ON effect_recipient(effect_id);
INSERT INTO effect_recipient (recipient, at, effect_id)
SELECT recipient, created_at, id FROM effect WHERE recipient <> '';
DROP INDEX effect_by_recipient;
ALTER TABLE effect DROP COLUMN recipient;
-- Events were indexed without those they went to: their addresses stand in one more row of each.
INSERT INTO search (rowid, text)
SELECT place, words FROM (
    SELECT e.id * 1024 AS first,
        (SELECT max(id) + 1 FROM search_docsize WHERE id BETWEEN e.id * 1024 AND e.id * 1024 + 1023) AS place,
        CASE WHEN json_valid(CAST(c.bytes AS TEXT)) THEN
            (SELECT group_concat(value, ' ') FROM json_each(CAST(c.bytes AS TEXT), '$.recipients')) END AS words
    FROM event e JOIN content c ON c.id = e.content_id WHERE c.bytes IS NOT NULL
) WHERE words <> '' AND place < first + 1024;
