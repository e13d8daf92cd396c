-- What each turn cost: a run may wait for weeks, so its own sum does not say what was spent this hour.
ALTER TABLE turn ADD COLUMN cost_micros INTEGER NOT NULL DEFAULT 0;
CREATE INDEX turn_by_cost ON turn(at, cost_micros) WHERE cost_micros > 0;
