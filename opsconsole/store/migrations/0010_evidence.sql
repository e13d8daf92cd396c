-- What the pairs of a day come to, so that no view counts them all. One row for each agent, what its versions decide
-- by, category and day; written in the transaction that changes one of its pairs (store/evidencedays.py).
CREATE TABLE evidence_day (
    agent_id TEXT NOT NULL,
    decides TEXT NOT NULL,             -- digest of what the versions decide by (policy/decides.py); '': another system
    category TEXT NOT NULL,
    day INTEGER NOT NULL,              -- days since 1970, UTC, of the events
    version_id INTEGER,                -- the newest version with a pair that day
    pairs INTEGER NOT NULL,
    agreed INTEGER NOT NULL,
    judged INTEGER NOT NULL,
    judged_fine INTEGER NOT NULL,
    severe INTEGER NOT NULL,           -- pairs
    excluded INTEGER NOT NULL,
    unblind INTEGER NOT NULL,
    trials INTEGER NOT NULL,
    right INTEGER NOT NULL,            -- of the trials
    severe_trials INTEGER NOT NULL,
    judged_trials INTEGER NOT NULL,    -- trials by the ground they stand on
    blind_trials INTEGER NOT NULL,
    open_trials INTEGER NOT NULL,
    failed_trials INTEGER NOT NULL,
    reasons TEXT NOT NULL,             -- {why pairs prove nothing: pairs}
    PRIMARY KEY (agent_id, decides, category, day)
) STRICT, WITHOUT ROWID;
-- The same for 32 days together, the sums of its days: what a view adds up.
CREATE TABLE evidence_span (
    agent_id TEXT NOT NULL,
    decides TEXT NOT NULL,
    category TEXT NOT NULL,
    since INTEGER NOT NULL,            -- its first day, a multiple of 32
    version_id INTEGER,
    pairs INTEGER NOT NULL,
    agreed INTEGER NOT NULL,
    judged INTEGER NOT NULL,
    judged_fine INTEGER NOT NULL,
    severe INTEGER NOT NULL,
    excluded INTEGER NOT NULL,
    unblind INTEGER NOT NULL,
    trials INTEGER NOT NULL,
    right INTEGER NOT NULL,
    severe_trials INTEGER NOT NULL,
    judged_trials INTEGER NOT NULL,
    blind_trials INTEGER NOT NULL,
    open_trials INTEGER NOT NULL,
    failed_trials INTEGER NOT NULL,
    reasons TEXT NOT NULL,
    PRIMARY KEY (agent_id, decides, category, since)
) STRICT, WITHOUT ROWID;
-- All that is needed to count a day, in the order of its events.
DROP INDEX pair_by_agent;
CREATE INDEX pair_by_agent ON pair(agent_id, category, occurred_at, id, version_id, about, subject_id, verdict,
    severity, is_blind, is_failed, excluded);
-- What a person should judge, the gravest first: differences, and a tenth of the agreements (store/queries/pairlists.py).
CREATE INDEX pair_to_judge ON pair(severity DESC, occurred_at DESC, agent_id, category, version_id, verdict, excluded)
    WHERE excluded = '' AND verdict IN ('differs','missing','extra');
CREATE INDEX pair_sampled ON pair(severity DESC, occurred_at DESC, agent_id, category, version_id, verdict, excluded)
    WHERE excluded = '' AND verdict IN ('same','both_none') AND id * 2654435761 % 4294967296 < 429496729;
