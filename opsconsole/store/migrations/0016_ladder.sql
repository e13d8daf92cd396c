-- Steps up: each signed by a person, with the numbers that it stood on.
CREATE TABLE promotion (
    id INTEGER PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agent(id),
    category TEXT NOT NULL,
    tool TEXT NOT NULL DEFAULT '',     -- '': the stage of the category; else the level of the action type in it
    was TEXT NOT NULL,                 -- stage, or level
    rung TEXT NOT NULL,                -- the same, from then on
    version_id INTEGER NOT NULL REFERENCES agent_version(id),
    decides TEXT NOT NULL,             -- digest of what the version decides by: another one starts from nothing
    is_proven INTEGER NOT NULL CHECK (is_proven IN (0, 1)),  -- its gate was open; 0: live without evidence
    snapshot TEXT NOT NULL,            -- JSON: the numbers it stood on, and the sentence
    reason TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX promotion_of ON promotion(agent_id, category, tool, id);
-- Steps down: a ceiling on the level of a cell, whatever its file says, until it is earned anew.
CREATE TABLE demotion (
    id INTEGER PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agent(id),
    category TEXT NOT NULL,
    tool TEXT NOT NULL,
    was INTEGER NOT NULL CHECK (was IN (2, 3)),
    ceiling INTEGER NOT NULL CHECK (ceiling IN (1, 2) AND ceiling < was),
    trigger TEXT NOT NULL CHECK (trigger IN ('severe','breach','alarm','unaudited','tool','account','model','person')),
    why TEXT NOT NULL,                 -- one sentence, without a customer's words
    ground TEXT NOT NULL DEFAULT '',   -- what it stands on: a pair, an effect, a tool …
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    lifted_at INTEGER,
    lifted_by TEXT NOT NULL DEFAULT '',
    promotion_id INTEGER REFERENCES promotion(id)  -- NULL though lifted: its ground fell away
) STRICT;
CREATE INDEX demotion_in_force ON demotion(agent_id, category, tool) WHERE lifted_at IS NULL;
CREATE INDEX demotion_by_agent ON demotion(agent_id, at);
-- Decisions that were drawn by coin, before anybody saw them, for a person to make before they see the agent's.
CREATE TABLE draw (
    run_id INTEGER PRIMARY KEY REFERENCES run(id),
    agent_id TEXT NOT NULL,
    version_id INTEGER NOT NULL REFERENCES agent_version(id),
    category TEXT NOT NULL,
    drawn_at INTEGER NOT NULL,
    answered_at INTEGER,
    actor TEXT NOT NULL DEFAULT '',
    answer_id INTEGER REFERENCES content(id),  -- what the person would do, kept before they saw the agent's
    pair_id INTEGER UNIQUE REFERENCES pair(id),
    closed_at INTEGER,                 -- nobody is asked any more, though nobody decided it
    closed_why TEXT NOT NULL DEFAULT '' CHECK (closed_why IN ('','seen','compared','cancelled','dismissed')),
    CHECK ((closed_at IS NULL) = (closed_why = '') AND (closed_at IS NULL OR answered_at IS NULL))
) STRICT;
CREATE INDEX draw_open ON draw(drawn_at) WHERE answered_at IS NULL AND closed_at IS NULL;
CREATE INDEX draw_undecided_by_agent ON draw(agent_id) WHERE answered_at IS NULL;
-- The cells that a drawn decision is a sample of.
CREATE TABLE draw_cell (
    run_id INTEGER NOT NULL REFERENCES draw(run_id),
    tool TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    category TEXT NOT NULL,
    level INTEGER NOT NULL,            -- at which it was decided: 2 asked, 3 alone
    drawn_at INTEGER NOT NULL,
    PRIMARY KEY (run_id, tool)
) STRICT, WITHOUT ROWID;
CREATE INDEX draw_cell_by_cell ON draw_cell(agent_id, category, tool, drawn_at);
-- What an agent's evidence was gathered with: another tool contract, account or model voids what it may do alone.
CREATE TABLE ladder_basis (
    agent_id TEXT NOT NULL,
    what TEXT NOT NULL,                -- tool:desk.reply, account:desk, model:main, answers:main
    value TEXT NOT NULL,               -- digest, or a model's name
    since INTEGER NOT NULL,
    changed_at INTEGER,                -- when it became another one: what was drawn before proves nothing of this one
    PRIMARY KEY (agent_id, what)
) STRICT, WITHOUT ROWID;
-- Reviews that a person signed: one of an agent for each time that is looked at.
CREATE TABLE review (
    id INTEGER PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agent(id),
    since INTEGER NOT NULL,            -- what it looked at: from, until
    until INTEGER NOT NULL,
    decision TEXT NOT NULL CHECK (decision IN ('keep','widen','narrow')),
    snapshot TEXT NOT NULL,            -- canonical JSON: the report's numbers; its SHA-256 is their digest
    lowered TEXT NOT NULL DEFAULT '[]',  -- JSON: the [category, tool] that it took a step back
    reason_id INTEGER REFERENCES content(id),
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (agent_id, since, until)
) STRICT;
CREATE INDEX review_by_agent ON review(agent_id, at);
-- A new version that is tried beside the one in use, on a share of the new threads: it asks before all that it does.
-- Its row in agent_version never comes into use itself: what is put in use is a version of its own with the same file.
CREATE TABLE canary (
    version_id INTEGER PRIMARY KEY REFERENCES agent_version(id),
    agent_id TEXT NOT NULL REFERENCES agent(id),
    beside_id INTEGER NOT NULL REFERENCES agent_version(id),  -- was in use when it began
    share INTEGER NOT NULL CHECK (share IN (5, 25, 100)),
    actor TEXT NOT NULL,               -- who set this share
    since INTEGER NOT NULL,            -- on this share
    began_at INTEGER NOT NULL,
    ended_at INTEGER,
    ended_as TEXT NOT NULL DEFAULT ''
        CHECK (ended_as IN ('','used','stopped','severe','breach','failing','dismissed')),
    ended_by TEXT NOT NULL DEFAULT '',
    why TEXT NOT NULL DEFAULT '',      -- one sentence, without a customer's words; empty where a person ended it
    CHECK ((ended_at IS NULL) = (ended_as = ''))
) STRICT;
CREATE UNIQUE INDEX canary_running ON canary(agent_id) WHERE ended_at IS NULL;
CREATE INDEX draw_by_version ON draw(version_id, drawn_at);
CREATE INDEX pair_by_version ON pair(version_id, occurred_at);
-- What people decided in a time, without going through all that was ever asked.
CREATE INDEX decision_by_time ON decision(at);
CREATE INDEX approval_lapsed ON approval(closed_at) WHERE state = 'lapsed';
