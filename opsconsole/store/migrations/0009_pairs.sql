-- What people did on subjects, in the words of the agents' tools: one row an act.
CREATE TABLE human_act (
    id INTEGER PRIMARY KEY,
    connection_id TEXT NOT NULL,
    external_id TEXT NOT NULL,         -- stable name of the act in the outside system
    subject_id INTEGER NOT NULL REFERENCES subject(id),
    tool TEXT NOT NULL,
    args_id INTEGER NOT NULL REFERENCES content(id),
    about TEXT NOT NULL DEFAULT '',    -- name of the event it answers (a Message-ID); '': whatever came on the subject
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,               -- when it was done
    seen_at INTEGER NOT NULL,          -- when we learnt of it
    source TEXT NOT NULL CHECK (source IN ('observed','imported','by_hand')),
    UNIQUE (connection_id, external_id)
) STRICT;
CREATE INDEX human_act_by_subject ON human_act(subject_id, at);

-- A screen showed what a run would do: from then on the human does not act blind.
CREATE TABLE proposal_seen (
    run_id INTEGER PRIMARY KEY REFERENCES run(id),
    at INTEGER NOT NULL,
    actor TEXT NOT NULL
) STRICT;

-- What an agent would have done beside what the human did.
CREATE TABLE pair (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL CHECK (source IN ('live','history','file')),
    agent_id TEXT NOT NULL,
    version_id INTEGER REFERENCES agent_version(id),  -- NULL: another system's decisions, from a file
    event_id INTEGER NOT NULL REFERENCES event(id),
    run_id INTEGER UNIQUE REFERENCES run(id),         -- NULL: worked from the past, outside the journal
    subject_id INTEGER NOT NULL REFERENCES subject(id),
    category TEXT NOT NULL DEFAULT '',
    confidence REAL,
    about TEXT NOT NULL,               -- salted digest of the customer, else of the subject: a day of it is one trial
    occurred_at INTEGER NOT NULL,      -- of the event
    made_at INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('same','differs','missing','extra','both_none')),
    severity INTEGER NOT NULL CHECK (severity IN (0,1,2)),
    is_blind INTEGER NOT NULL CHECK (is_blind IN (0,1)),
    is_failed INTEGER NOT NULL CHECK (is_failed IN (0,1)),
    excluded TEXT NOT NULL DEFAULT '', -- why it proves nothing; empty: it counts
    content_id INTEGER NOT NULL REFERENCES content(id),
    UNIQUE (event_id, agent_id, version_id, source)
) STRICT;
CREATE INDEX pair_by_agent ON pair(agent_id, category, occurred_at);
CREATE INDEX pair_by_time ON pair(occurred_at);

-- What a person says of a pair; the latest that is no repeat holds.
CREATE TABLE adjudication (
    id INTEGER PRIMARY KEY,
    pair_id INTEGER NOT NULL REFERENCES pair(id),
    verdict TEXT NOT NULL CHECK (verdict IN ('agent','human','both','neither','unsure')),
    is_repeat INTEGER NOT NULL CHECK (is_repeat IN (0,1)),  -- shown again, blind, to see whether the person stays the same
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    content_id INTEGER REFERENCES content(id)               -- correction and note
) STRICT;
CREATE INDEX adjudication_by_pair ON adjudication(pair_id, id);
