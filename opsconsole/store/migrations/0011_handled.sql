-- Whether a finished run dealt with its event, as its last turn said: "could not be worked out" is no work that was done.
-- Of earlier runs the record tells.
ALTER TABLE run ADD COLUMN is_handled INTEGER NOT NULL DEFAULT 1 CHECK (is_handled IN (0, 1));
UPDATE run SET is_handled = 0 WHERE id IN (
    SELECT run FROM audit WHERE run IS NOT NULL AND kind = 'run.finished' AND json_extract(blob, '$.handled') = 0
);
