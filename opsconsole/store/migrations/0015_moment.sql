-- What only the moment told, for each version of the agent that ruled: the ruling can be gone through again. Empty: not kept.
ALTER TABLE ruling ADD COLUMN moment TEXT NOT NULL DEFAULT '';
