-- Times are microseconds since 1970 UTC. Personal content lives in `content` (law: the chain holds salted digests).
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- What changed, for pollers: one row a topic.
CREATE TABLE change (topic TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE content (
    id INTEGER PRIMARY KEY,
    salt BLOB NOT NULL,
    bytes BLOB,                        -- NULL once erased
    digest BLOB NOT NULL               -- SHA-256(salt || bytes)
) STRICT;

CREATE TABLE connection (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    config TEXT NOT NULL,
    is_replay INTEGER NOT NULL DEFAULT 0,  -- imported past: an event's age counts from its arrival here
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE subject (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE subject_change (
    id INTEGER PRIMARY KEY,
    subject_id INTEGER NOT NULL REFERENCES subject(id),
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    run_id INTEGER                     -- the run that caused it; NULL: somebody else
) STRICT;
CREATE INDEX subject_change_by_subject ON subject_change(subject_id, id);

CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    connection_id TEXT NOT NULL REFERENCES connection(id),
    external_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject_id INTEGER NOT NULL REFERENCES subject(id),
    occurred_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    is_untrusted INTEGER NOT NULL,
    is_broken INTEGER NOT NULL,
    content_id INTEGER NOT NULL REFERENCES content(id),
    raw_id INTEGER REFERENCES content(id),
    UNIQUE (connection_id, external_id)
) STRICT;
CREATE INDEX event_by_subject ON event(subject_id);

-- Who has written to, or was written to by, a connection's account (first contact).
CREATE TABLE correspondent (
    connection_id TEXT NOT NULL,
    address TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    PRIMARY KEY (connection_id, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE agent (
    id TEXT PRIMARY KEY,
    version_id INTEGER,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE agent_version (
    id INTEGER PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agent(id),
    number INTEGER NOT NULL,
    digest TEXT NOT NULL,
    spec TEXT NOT NULL,                -- canonical JSON of the whole agent
    tools TEXT NOT NULL,               -- {tool: fingerprint} as ratified
    source TEXT NOT NULL,              -- the file as it was applied
    applied_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (agent_id, number)
) STRICT;

-- Kill switches. scope: 'all', 'agent:<slug>', 'connection:<id>'.
CREATE TABLE switch (
    scope TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    event_id INTEGER NOT NULL REFERENCES event(id),
    agent_id TEXT NOT NULL REFERENCES agent(id),
    version_id INTEGER NOT NULL REFERENCES agent_version(id),
    subject_id INTEGER NOT NULL REFERENCES subject(id),
    state TEXT NOT NULL CHECK (state IN ('queued','running','waiting','done','failed','cancelled')),
    category TEXT,
    confidence REAL,
    outcome TEXT NOT NULL DEFAULT '',
    turns INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    cost_micros INTEGER NOT NULL DEFAULT 0,
    queued_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    error TEXT NOT NULL DEFAULT '',
    UNIQUE (event_id, agent_id)
) STRICT;
CREATE INDEX run_by_state ON run(state, agent_id, id) WHERE state IN ('queued','running','waiting');
CREATE INDEX run_by_start ON run(agent_id, started_at);
CREATE INDEX run_by_time ON run(started_at);

CREATE TABLE turn (
    run_id INTEGER NOT NULL REFERENCES run(id),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    content_id INTEGER NOT NULL REFERENCES content(id),
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE action (
    id TEXT PRIMARY KEY,               -- run/turn.index
    run_id INTEGER NOT NULL REFERENCES run(id),
    turn INTEGER NOT NULL,
    position INTEGER NOT NULL,
    tool TEXT NOT NULL,
    subject_id INTEGER NOT NULL REFERENCES subject(id),
    args_id INTEGER NOT NULL REFERENCES content(id),
    digest TEXT NOT NULL,              -- over tool, schema, subject and arguments, salted
    is_write INTEGER NOT NULL,
    category TEXT,                     -- the triage when it was proposed
    state TEXT NOT NULL,
    result_id INTEGER REFERENCES content(id),
    at INTEGER NOT NULL,
    done_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX action_by_run ON action(run_id, turn, position);
CREATE INDEX action_by_subject ON action(subject_id, tool) WHERE is_write = 1;

-- Every word of the gate; the latest of an action is in force.
CREATE TABLE ruling (
    id INTEGER PRIMARY KEY,
    action_id TEXT NOT NULL REFERENCES action(id),
    phase TEXT NOT NULL CHECK (phase IN ('proposed','decided','sending')),
    at INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('REFUSE','SIMULATE','RECOMMEND','ASK','ACT')),
    hold_until INTEGER,
    reasons TEXT NOT NULL,
    if_live TEXT,
    UNIQUE (action_id, id, verdict)
) STRICT;

-- An effect can exist only for a ruling of ASK (then decided by a person) or ACT.
CREATE TABLE effect (
    id INTEGER PRIMARY KEY,
    action_id TEXT NOT NULL UNIQUE,
    ruling_id INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('ASK','ACT')),
    approval_id INTEGER REFERENCES approval(id),
    state TEXT NOT NULL CHECK (state IN ('prepared','sending','done','failed','unknown','cancelled','undone')),
    key TEXT NOT NULL UNIQUE,
    not_before INTEGER NOT NULL,
    is_held INTEGER NOT NULL DEFAULT 0,    -- a kill switch holds it
    attempts INTEGER NOT NULL DEFAULT 0,
    agent_id TEXT NOT NULL,
    grant_id INTEGER REFERENCES standing_grant(id),
    recipient TEXT NOT NULL DEFAULT '',    -- salted digest of the first destination, for rates
    created_at INTEGER NOT NULL,
    sent_at INTEGER,
    done_at INTEGER,
    error TEXT NOT NULL DEFAULT '',
    FOREIGN KEY (action_id, ruling_id, verdict) REFERENCES ruling(action_id, id, verdict),
    CHECK (verdict = 'ACT' OR approval_id IS NOT NULL)
) STRICT;
CREATE INDEX effect_open ON effect(state, not_before) WHERE state IN ('prepared','sending','unknown');
CREATE INDEX effect_by_agent ON effect(agent_id, created_at);
CREATE INDEX effect_by_time ON effect(created_at);
CREATE INDEX effect_by_recipient ON effect(recipient, created_at) WHERE recipient <> '';

CREATE TABLE approval (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('action','question','unknown')),
    action_id TEXT NOT NULL REFERENCES action(id),
    agent_id TEXT NOT NULL,
    digest TEXT NOT NULL,              -- of the card: action, ruling, state of the subject
    state TEXT NOT NULL CHECK (state IN ('waiting','decided','lapsed','void')),
    subject_mark INTEGER NOT NULL,     -- last subject_change the card knows of
    because TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    snoozed_until INTEGER,
    is_escalated INTEGER NOT NULL DEFAULT 0,
    closed_at INTEGER
) STRICT;
CREATE INDEX approval_waiting ON approval(created_at) WHERE state = 'waiting';
CREATE INDEX approval_by_action ON approval(action_id);

CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    approval_id INTEGER NOT NULL REFERENCES approval(id),
    verb TEXT NOT NULL CHECK (verb IN ('approve','edit','reject','respond','ignore')),
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    content_id INTEGER REFERENCES content(id)  -- reason, answer or edited arguments
) STRICT;

CREATE TABLE standing_grant (
    id INTEGER PRIMARY KEY,
    agent_id TEXT NOT NULL,
    tool TEXT NOT NULL,
    fingerprint TEXT NOT NULL,         -- of the tool's schema; void when it changes
    pinned TEXT NOT NULL,              -- canonical JSON {argument: value}
    actor TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    uses_left INTEGER,
    revoked_at INTEGER
) STRICT;

CREATE TABLE timer (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    ref TEXT NOT NULL,
    UNIQUE (kind, ref)
) STRICT;
CREATE INDEX timer_by_due ON timer(due_at);

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    blob TEXT NOT NULL,                -- RFC 8785 JSON, hashed whole
    chain BLOB NOT NULL,               -- SHA-256(previous chain || SHA-256(0x00 || blob))
    kind TEXT GENERATED ALWAYS AS (json_extract(blob, '$.kind')) VIRTUAL,
    run INTEGER GENERATED ALWAYS AS (json_extract(blob, '$.run')) VIRTUAL
) STRICT;
CREATE INDEX audit_by_run ON audit(run) WHERE run IS NOT NULL;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END;
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'audit entries are only appended'); END;
