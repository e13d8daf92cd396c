-- What a person said to a recommendation. 'asked': they had the agent do it; the gate then reads its level as 2.
CREATE TABLE recommendation (
    action_id TEXT PRIMARY KEY REFERENCES action(id),
    verb TEXT NOT NULL CHECK (verb IN ('did_it','asked','not_right')),
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    content_id INTEGER REFERENCES content(id)  -- the reason
) STRICT, WITHOUT ROWID;
-- What the overview and the shadow page ask for, by windows of time.
CREATE INDEX action_unreal ON action(state, at) WHERE state IN ('simulated','recommended');
CREATE INDEX run_by_finish ON run(agent_id, finished_at, state, queued_at) WHERE finished_at IS NOT NULL;
CREATE INDEX approval_by_time ON approval(created_at, agent_id);
CREATE INDEX ruling_refused ON ruling(at) WHERE verdict = 'REFUSE';
CREATE INDEX event_by_occurrence ON event(occurred_at, received_at);
CREATE INDEX audit_of_engine ON audit(seq) WHERE kind IN ('engine.started','engine.stopped');
