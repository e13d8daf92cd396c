-- The account of its connection that a deed is for: an address and its server, a base address; never a secret. `action`: what
-- was shown to whoever decided; `effect`: what it goes, or went, through. NULL: not known, from before this was kept; '': of a
-- connection that has no account.
ALTER TABLE action ADD COLUMN account TEXT;
ALTER TABLE effect ADD COLUMN account TEXT;
-- When a person of ours first wrote to a correspondent, or approved that; NULL: never. Of earlier mail what lay in Sent tells.
ALTER TABLE correspondent ADD COLUMN written_at INTEGER;
UPDATE correspondent SET written_at = first_at WHERE (connection_id, address) IN (
    SELECT e.connection_id, lower(r.value) FROM event e JOIN content c ON c.id = e.content_id
    JOIN json_each(CASE WHEN json_valid(CAST(c.bytes AS TEXT)) THEN CAST(c.bytes AS TEXT) ELSE '{}' END, '$.recipients') r
    WHERE e.kind = 'mail.sent' AND c.bytes IS NOT NULL
);
