PRAGMA application_id = 1330664259;
PRAGMA user_version = 3;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta (key, value) VALUES ('currency', 'EUR');
INSERT INTO meta (key, value) VALUES ('epoch', '1');
INSERT INTO meta (key, value) VALUES ('workspace', '7c8550dcdfe97b20b69d75a4d2ca0f60');
CREATE TABLE change (topic TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO change (topic, count) VALUES ('agents', 1);
INSERT INTO change (topic, count) VALUES ('approvals', 3);
INSERT INTO change (topic, count) VALUES ('desk', 5);
INSERT INTO change (topic, count) VALUES ('effects', 7);
INSERT INTO change (topic, count) VALUES ('events', 2);
INSERT INTO change (topic, count) VALUES ('runs', 12);
INSERT INTO change (topic, count) VALUES ('timers', 2);
CREATE TABLE content (
    id INTEGER PRIMARY KEY,
    salt BLOB NOT NULL,
    bytes BLOB,                        -- NULL once erased
    digest BLOB NOT NULL               -- SHA-256(salt || bytes)
) STRICT;
INSERT INTO content (id, salt, bytes, digest) VALUES (1, X'5CA18025A341814A0B5EB5DE0D106263', X'7B226669656C6473223A7B22666F6C646572223A22496E626F78222C2269735F6175746F223A66616C73652C226D61696C5F6964223A312C226D6573736167655F6964223A223C6D3140686172626F75722E6578616D706C653E227D2C2269735F7665726966696564223A747275652C2270726F626C656D73223A5B5D2C22726563697069656E7473223A5B22737570706F727440736C6F74776973652E6578616D706C65225D2C2273656E646572223A22616E6E40686172626F75722E6578616D706C65222C2273656E6465725F6E616D65223A22416E6E20486172626F7572222C2274657874223A22436F756C6420796F7520686176652061206C6F6F6B2C20706C656173653F222C227469746C65223A225175657374696F6E2031227D', X'1D49469A1E3CFEEC0761EEEC048F35E1765C6AC276E8699EF37067FB51B944D8');
INSERT INTO content (id, salt, bytes, digest) VALUES (2, X'867DCB4268EFA7DEDEEFA6E7805817C3', X'7B2263617465676F7279223A2263617365222C22636F6E666964656E6365223A312C22636F73745F6D6963726F73223A302C2265766964656E6365223A5B5D2C2266696E616C223A6E756C6C2C2269735F6162737461696E6564223A66616C73652C2269735F68616E646C6564223A747275652C226D656D6F223A7B7D2C2270726F706F73616C73223A5B7B2261726773223A7B227175657565223A2274656368222C227469746C65223A224C6F6F6B227D2C2262656361757365223A22222C22736C6F7473223A7B7D2C2273746570223A22636173652330222C22746F6F6C223A226465736B2E6372656174655F7469636B6574227D5D2C22726174696F6E616C65223A22222C22746F6B656E73223A307D', X'0372BC64774C988720411029CE97DBD9ED23E86F7FDB6C8C90CACAAC468973C8');
INSERT INTO content (id, salt, bytes, digest) VALUES (3, X'426560AF3032723454BC98A477BB8730', X'7B227175657565223A2274656368222C227469746C65223A224C6F6F6B227D', X'3611FB0183E8AC863571524E9DE468D0A744607B9F4E347FA4E770290A73E628');
INSERT INTO content (id, salt, bytes, digest) VALUES (4, X'AB0A3DF6DA070A206E286485123A305F', X'7B226572726F72223A22222C226964223A312C226F6B223A747275657D', X'D10FD0BF987DAE6AF0C73BAAEC6516BA753E1856CFECB4CB0F33EA96336D1AE0');
INSERT INTO content (id, salt, bytes, digest) VALUES (5, X'4FB384E179FA71FF9066C30F0B997054', X'7B2263617465676F7279223A2263617365222C22636F6E666964656E6365223A312C22636F73745F6D6963726F73223A302C2265766964656E6365223A5B5D2C2266696E616C223A6E756C6C2C2269735F6162737461696E6564223A66616C73652C2269735F68616E646C6564223A747275652C226D656D6F223A7B7D2C2270726F706F73616C73223A5B7B2261726773223A7B2274657874223A22576520617265206F6E2069742E222C22746F223A22616E6E40686172626F75722E6578616D706C65227D2C2262656361757365223A22222C22736C6F7473223A7B7D2C2273746570223A22636173652330222C22746F6F6C223A226465736B2E7265706C79227D5D2C22726174696F6E616C65223A22222C22746F6B656E73223A307D', X'5BC2818C1ECDC227CD8EEE474BE854CB395F0D73AB2A8B12B04ABE67A7C7FBA9');
INSERT INTO content (id, salt, bytes, digest) VALUES (6, X'0ADFE6ECB90B71F19186F708142C2E20', X'7B2274657874223A22576520617265206F6E2069742E222C22746F223A22616E6E40686172626F75722E6578616D706C65227D', X'6C1A6E811927D9AAC9AEEC398E912CD48F5342B2C2F8DBBB4322462391259F0B');
INSERT INTO content (id, salt, bytes, digest) VALUES (7, X'772F1C1AF6147A4781B8DF8DAEE514FB', X'7B226572726F72223A22222C226964223A322C226F6B223A747275657D', X'F12F91487B551A8058AED13649474F8684CE75384A680D08617E52D4F565C158');
INSERT INTO content (id, salt, bytes, digest) VALUES (8, X'36581C7901F058CE6CFFC66A2F799AFD', X'7B2263617465676F7279223A2263617365222C22636F6E666964656E6365223A312C22636F73745F6D6963726F73223A302C2265766964656E6365223A5B5D2C2266696E616C223A22646F6E65222C2269735F6162737461696E6564223A66616C73652C2269735F68616E646C6564223A747275652C226D656D6F223A7B7D2C2270726F706F73616C73223A5B5D2C22726174696F6E616C65223A22222C22746F6B656E73223A307D', X'37EB5BC0F48E09EAF38BF67826AC21EAAA5631E90F527C7449F432C7DBF6C732');
INSERT INTO content (id, salt, bytes, digest) VALUES (9, X'5BC89DF5B3DE8E1FBFBFC65CD5732D85', X'7B226669656C6473223A7B22666F6C646572223A22496E626F78222C2269735F6175746F223A66616C73652C226D61696C5F6964223A332C226D6573736167655F6964223A223C6D3240686172626F75722E6578616D706C653E227D2C2269735F7665726966696564223A747275652C2270726F626C656D73223A5B5D2C22726563697069656E7473223A5B22737570706F727440736C6F74776973652E6578616D706C65225D2C2273656E646572223A22616E6E40686172626F75722E6578616D706C65222C2273656E6465725F6E616D65223A22416E6E20486172626F7572222C2274657874223A22436F756C6420796F7520686176652061206C6F6F6B2C20706C656173653F222C227469746C65223A225175657374696F6E2032227D', X'984EDFAB6813FA02749CE7D6F0F0C07A921B5CA6F54C7AEB3F883433B89BF21B');
INSERT INTO content (id, salt, bytes, digest) VALUES (10, X'237862FDC0DB96B1B77CB1884A81F456', X'7B2263617465676F7279223A2263617365222C22636F6E666964656E6365223A312C22636F73745F6D6963726F73223A302C2265766964656E6365223A5B5D2C2266696E616C223A6E756C6C2C2269735F6162737461696E6564223A66616C73652C2269735F68616E646C6564223A747275652C226D656D6F223A7B7D2C2270726F706F73616C73223A5B7B2261726773223A7B227175657565223A2274656368222C227469746C65223A224C6F6F6B227D2C2262656361757365223A22222C22736C6F7473223A7B7D2C2273746570223A22636173652330222C22746F6F6C223A226465736B2E6372656174655F7469636B6574227D5D2C22726174696F6E616C65223A22222C22746F6B656E73223A307D', X'55E04ACDBF1F08485E4666FCD0E2ABF8BC8A0128871591BC69B2F2E8364EAE44');
INSERT INTO content (id, salt, bytes, digest) VALUES (11, X'5D7406CD08351250D7814E7CDF93726A', X'7B227175657565223A2274656368222C227469746C65223A224C6F6F6B227D', X'5E5D6732FBEC7B5CFD27FBA4A8EFC5AD06F02C03CF4382A33E7E5E8DDC9D0716');
INSERT INTO content (id, salt, bytes, digest) VALUES (12, X'2CA178BAB902872CBBC72E8126FE780F', X'7B226572726F72223A22222C226964223A322C226F6B223A747275657D', X'8D9DCE99FB77ADADACED61F16C5EF613E9621AB992993EF61F496C6AB0584CF6');
INSERT INTO content (id, salt, bytes, digest) VALUES (13, X'EA88004DF4D6E36AAF28FB0B0ED10CD9', X'7B2263617465676F7279223A2263617365222C22636F6E666964656E6365223A312C22636F73745F6D6963726F73223A302C2265766964656E6365223A5B5D2C2266696E616C223A6E756C6C2C2269735F6162737461696E6564223A66616C73652C2269735F68616E646C6564223A747275652C226D656D6F223A7B7D2C2270726F706F73616C73223A5B7B2261726773223A7B2274657874223A22576520617265206F6E2069742E222C22746F223A22616E6E40686172626F75722E6578616D706C65227D2C2262656361757365223A22222C22736C6F7473223A7B7D2C2273746570223A22636173652330222C22746F6F6C223A226465736B2E7265706C79227D5D2C22726174696F6E616C65223A22222C22746F6B656E73223A307D', X'CCAA39A29F68CA1041E3532E72E74D9D13F80F8101F607EE5ADEE7A5700AF316');
INSERT INTO content (id, salt, bytes, digest) VALUES (14, X'A1010B6F2A43828CADB901009902B547', X'7B2274657874223A22576520617265206F6E2069742E222C22746F223A22616E6E40686172626F75722E6578616D706C65227D', X'07FA97167645F37E6D0886F9E522DF2AE30281EFEAC4AD079240FDBAE9569481');
CREATE TABLE connection (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    config TEXT NOT NULL,
    is_replay INTEGER NOT NULL DEFAULT 0,  -- imported past: an event's age counts from its arrival here
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO connection (id, kind, config, is_replay, created_at) VALUES ('desk', 'desk', '{}', 0, 1795424400000000);
CREATE TABLE subject (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO subject (id, key) VALUES (1, 'thread:<m1@harbour.example>');
INSERT INTO subject (id, key) VALUES (2, 'thread:<m2@harbour.example>');
CREATE TABLE subject_change (
    id INTEGER PRIMARY KEY,
    subject_id INTEGER NOT NULL REFERENCES subject(id),
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    run_id INTEGER                     -- the run that caused it; NULL: somebody else
) STRICT;
INSERT INTO subject_change (id, subject_id, at, what, run_id) VALUES (1, 1, 1795424400000000, 'mail received', NULL);
INSERT INTO subject_change (id, subject_id, at, what, run_id) VALUES (2, 1, 1795424400000000, 'create a ticket', 1);
INSERT INTO subject_change (id, subject_id, at, what, run_id) VALUES (3, 1, 1795424411000000, 'reply in the thread', 1);
INSERT INTO subject_change (id, subject_id, at, what, run_id) VALUES (4, 2, 1795424411000000, 'mail received', NULL);
INSERT INTO subject_change (id, subject_id, at, what, run_id) VALUES (5, 2, 1795424411000000, 'create a ticket', 2);
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
INSERT INTO event (id, connection_id, external_id, kind, subject_id, occurred_at, received_at, is_untrusted, is_broken, content_id, raw_id) VALUES (1, 'desk', '<m1@harbour.example>', 'mail.received', 1, 1795424400000000, 1795424400000000, 1, 0, 1, NULL);
INSERT INTO event (id, connection_id, external_id, kind, subject_id, occurred_at, received_at, is_untrusted, is_broken, content_id, raw_id) VALUES (2, 'desk', '<m2@harbour.example>', 'mail.received', 2, 1795424400000000, 1795424411000000, 1, 0, 9, NULL);
CREATE TABLE correspondent (
    connection_id TEXT NOT NULL,
    address TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    PRIMARY KEY (connection_id, address)
) STRICT, WITHOUT ROWID;
INSERT INTO correspondent (connection_id, address, first_at) VALUES ('desk', 'ann@harbour.example', 1795424400000000);
CREATE TABLE agent (
    id TEXT PRIMARY KEY,
    version_id INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO agent (id, version_id, created_at) VALUES ('mira', 1, 1795424400000000);
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
INSERT INTO agent_version (id, agent_id, number, digest, spec, tools, source, applied_by, created_at) VALUES (1, 'mira', 1, 'a3f8dcb04cdaade41e3b3aa834398d81df7fef79d320c7d96ae02e044fdd6766', '{"agent":"mira","approvals":{"expires_h":48,"on_expiry":"escalate","veto_s":10},"autonomy":{"actions":{},"categories":{},"default":3},"brain":"playbook","budgets":{"actions_per_day":null,"actions_per_hour":null,"cost_per_day":null,"cost_per_hour":null,"per_recipient_per_day":null,"runs_per_day":null,"runs_per_hour":null},"field":"other","guardrails":[],"limits":{"attempts":3,"cost":null,"seconds":300,"turns":24},"name":"Mira","playbook":{"categories":[{"criteria":"","examples":[],"id":"case","name":"Case","steps":[],"threshold":null}],"escalation":"","purpose":"a test","rules":[],"threshold":0.5,"tone":"","triage":"text"},"quiet_hours":[],"raised":[],"scope":null,"stage":{"categories":{},"default":"full"},"subscribes":[{"connection":"desk","kinds":["mail.received"],"where":null}],"summary":"","trust":{"addresses":[],"domains":[],"egress":[]}}', '{}', '', 'person:test', 1795424400000000);
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
INSERT INTO run (id, event_id, agent_id, version_id, subject_id, state, category, confidence, outcome, turns, attempts, cost_micros, queued_at, started_at, finished_at, error) VALUES (1, 1, 'mira', 1, 1, 'done', 'case', 1.0, 'done', 3, 0, 0, 1795424400000000, 1795424400000000, 1795424411000000, '');
INSERT INTO run (id, event_id, agent_id, version_id, subject_id, state, category, confidence, outcome, turns, attempts, cost_micros, queued_at, started_at, finished_at, error) VALUES (2, 2, 'mira', 1, 2, 'waiting', 'case', 1.0, '', 2, 0, 0, 1795424411000000, 1795424411000000, NULL, '');
CREATE TABLE turn (
    run_id INTEGER NOT NULL REFERENCES run(id),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    content_id INTEGER NOT NULL REFERENCES content(id),
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;
INSERT INTO turn (run_id, number, at, content_id) VALUES (1, 0, 1795424400000000, 2);
INSERT INTO turn (run_id, number, at, content_id) VALUES (1, 1, 1795424400000000, 5);
INSERT INTO turn (run_id, number, at, content_id) VALUES (1, 2, 1795424411000000, 8);
INSERT INTO turn (run_id, number, at, content_id) VALUES (2, 0, 1795424411000000, 10);
INSERT INTO turn (run_id, number, at, content_id) VALUES (2, 1, 1795424411000000, 13);
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
INSERT INTO action (id, run_id, turn, position, tool, subject_id, args_id, digest, is_write, category, state, result_id, at, done_at) VALUES ('1/0.0', 1, 0, 0, 'desk.create_ticket', 1, 3, '214447165b58aed85d980630da80cc106db561d2c6d213875ae7e63e4ef8305f', 1, 'case', 'done', 4, 1795424400000000, 1795424400000000);
INSERT INTO action (id, run_id, turn, position, tool, subject_id, args_id, digest, is_write, category, state, result_id, at, done_at) VALUES ('1/1.0', 1, 1, 0, 'desk.reply', 1, 6, '7b3a2bdef7cec7b7550b6db365887958f439ba62cacd820ee258e1e12057bc7b', 1, 'case', 'done', 7, 1795424400000000, 1795424411000000);
INSERT INTO action (id, run_id, turn, position, tool, subject_id, args_id, digest, is_write, category, state, result_id, at, done_at) VALUES ('2/0.0', 2, 0, 0, 'desk.create_ticket', 2, 11, '66806ce2bcf9f09962f0974c2dc15c0de4afee5a682f8d9127d8c304df7f1628', 1, 'case', 'done', 12, 1795424411000000, 1795424411000000);
INSERT INTO action (id, run_id, turn, position, tool, subject_id, args_id, digest, is_write, category, state, result_id, at, done_at) VALUES ('2/1.0', 2, 1, 0, 'desk.reply', 2, 14, '8d8f9a657091235bc1a813425d0e8da74b6e5a620f81d1dae968ba5f74a6aaf4', 1, 'case', 'waiting', NULL, 1795424411000000, NULL);
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
INSERT INTO ruling (id, action_id, phase, at, verdict, hold_until, reasons, if_live) VALUES (1, '1/0.0', 'proposed', 1795424400000000, 'ACT', NULL, '[]', NULL);
INSERT INTO ruling (id, action_id, phase, at, verdict, hold_until, reasons, if_live) VALUES (2, '1/1.0', 'proposed', 1795424400000000, 'ASK', NULL, '[{"rule": "class_irreversible", "text": "desk.reply cannot be undone", "verdict": "ASK", "hold_until": null}, {"rule": "provenance_text", "text": "after outside text, and text is not a ratified template with only a name, id or date filled in", "verdict": "ASK", "hold_until": null}]', NULL);
INSERT INTO ruling (id, action_id, phase, at, verdict, hold_until, reasons, if_live) VALUES (3, '1/1.0', 'decided', 1795424400000000, 'ASK', NULL, '[{"rule": "class_irreversible", "text": "desk.reply cannot be undone", "verdict": "ASK", "hold_until": null}, {"rule": "provenance_text", "text": "after outside text, and text is not a ratified template with only a name, id or date filled in", "verdict": "ASK", "hold_until": null}]', NULL);
INSERT INTO ruling (id, action_id, phase, at, verdict, hold_until, reasons, if_live) VALUES (4, '1/1.0', 'sending', 1795424411000000, 'ASK', NULL, '[{"rule": "class_irreversible", "text": "desk.reply cannot be undone", "verdict": "ASK", "hold_until": null}, {"rule": "provenance_text", "text": "after outside text, and text is not a ratified template with only a name, id or date filled in", "verdict": "ASK", "hold_until": null}]', NULL);
INSERT INTO ruling (id, action_id, phase, at, verdict, hold_until, reasons, if_live) VALUES (5, '2/0.0', 'proposed', 1795424411000000, 'ACT', NULL, '[]', NULL);
INSERT INTO ruling (id, action_id, phase, at, verdict, hold_until, reasons, if_live) VALUES (6, '2/1.0', 'proposed', 1795424411000000, 'ASK', NULL, '[{"rule": "class_irreversible", "text": "desk.reply cannot be undone", "verdict": "ASK", "hold_until": null}, {"rule": "provenance_text", "text": "after outside text, and text is not a ratified template with only a name, id or date filled in", "verdict": "ASK", "hold_until": null}]', NULL);
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
INSERT INTO effect (id, action_id, ruling_id, verdict, approval_id, state, key, not_before, is_held, attempts, agent_id, grant_id, recipient, created_at, sent_at, done_at, error) VALUES (1, '1/0.0', 1, 'ACT', NULL, 'done', '834fad5af742ef9a9505e7cbc98b88fdcc2d2f4d3472130a170ce9af3ebcac3b', 1795424400000000, 0, 1, 'mira', NULL, '', 1795424400000000, 1795424400000000, 1795424400000000, '');
INSERT INTO effect (id, action_id, ruling_id, verdict, approval_id, state, key, not_before, is_held, attempts, agent_id, grant_id, recipient, created_at, sent_at, done_at, error) VALUES (2, '1/1.0', 4, 'ASK', 1, 'done', 'fded1fb271367d0a3abfda946a0a3cc8473749384eae1ad8fac0dfcb4ceac938', 1795424410000000, 0, 1, 'mira', NULL, 'c15fca16f0d998550e5273b9b0b0c129', 1795424400000000, 1795424411000000, 1795424411000000, '');
INSERT INTO effect (id, action_id, ruling_id, verdict, approval_id, state, key, not_before, is_held, attempts, agent_id, grant_id, recipient, created_at, sent_at, done_at, error) VALUES (3, '2/0.0', 5, 'ACT', NULL, 'done', '2565439b0e66ee4bbe7ff18d9b6a11b53d06aa346ec30df32e235084e10db69f', 1795424411000000, 0, 1, 'mira', NULL, '', 1795424411000000, 1795424411000000, 1795424411000000, '');
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
INSERT INTO approval (id, kind, action_id, agent_id, digest, state, subject_mark, because, created_at, expires_at, snoozed_until, is_escalated, closed_at) VALUES (1, 'action', '1/1.0', 'mira', 'b2a7dac956132cb77f01a5d17b27298ed16fff86dbfce57fe719848284046a4d', 'decided', 1, 'desk.reply cannot be undone; after outside text, and text is not a ratified template with only a name, id or date filled in', 1795424400000000, 1795597200000000, NULL, 0, 1795424400000000);
INSERT INTO approval (id, kind, action_id, agent_id, digest, state, subject_mark, because, created_at, expires_at, snoozed_until, is_escalated, closed_at) VALUES (2, 'action', '2/1.0', 'mira', '8d49e595887681e12a6bfd56e84c6602a7241ab9bade30e9f10cdbc32d959737', 'waiting', 4, 'desk.reply cannot be undone; after outside text, and text is not a ratified template with only a name, id or date filled in', 1795424411000000, 1795597211000000, NULL, 0, NULL);
CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    approval_id INTEGER NOT NULL REFERENCES approval(id),
    verb TEXT NOT NULL CHECK (verb IN ('approve','edit','reject','respond','ignore')),
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    content_id INTEGER REFERENCES content(id)  -- reason, answer or edited arguments
) STRICT;
INSERT INTO decision (id, approval_id, verb, actor, at, content_id) VALUES (1, 1, 'approve', 'person:test', 1795424400000000, NULL);
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
INSERT INTO timer (id, kind, due_at, ref) VALUES (1, 'approval_expiry', 1795597211000000, '2');
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    blob TEXT NOT NULL,                -- RFC 8785 JSON, hashed whole
    chain BLOB NOT NULL,               -- SHA-256(previous chain || SHA-256(0x00 || blob))
    kind TEXT GENERATED ALWAYS AS (json_extract(blob, '$.kind')) VIRTUAL,
    run INTEGER GENERATED ALWAYS AS (json_extract(blob, '$.run')) VIRTUAL
) STRICT;
INSERT INTO audit (seq, blob, chain) VALUES (1, '{"actor":"person:test","at":"2026-11-23T09:00:00.000000+00:00","kind":"workspace.created","seq":1,"workspace":"7c8550dcdfe97b20b69d75a4d2ca0f60"}', X'F8FA3B98F1D7C7A834243DB4EADE82075A5141A4276AD48243D97D03AE4C7F90');
INSERT INTO audit (seq, blob, chain) VALUES (2, '{"actor":"engine","at":"2026-11-23T09:00:00.000000+00:00","epoch":1,"kind":"engine.started","seq":2}', X'79665B5D70243518E57CB521A0F58E2AD5CA2236A96428786E98488CC18C45A2');
INSERT INTO audit (seq, blob, chain) VALUES (3, '{"actor":"person:test","agent":"mira","at":"2026-11-23T09:00:00.000000+00:00","digest":"a3f8dcb04cdaade41e3b3aa834398d81df7fef79d320c7d96ae02e044fdd6766","kind":"agent.applied","number":1,"seq":3,"tools":{},"version":1}', X'2C3F39CFA7F81DEE223F20B9BAF06CBA2D166DDB3E0CE9F780364A03F9A9DD82');
INSERT INTO audit (seq, blob, chain) VALUES (4, '{"actor":"connection:desk","at":"2026-11-23T09:00:00.000000+00:00","content":"1d49469a1e3cfeec0761eeec048f35e1765c6ac276e8699ef37067fb51b944d8","event":1,"event_kind":"mail.received","external":"fc46e42a8cf90a8e","kind":"event.received","occurred_at":"2026-11-23T09:00:00+00:00","seq":4,"subject":1}', X'5ECA240862645AA8CEFA9461E42A4B100BA859FC21E84FBEAE6E028C81927F59');
INSERT INTO audit (seq, blob, chain) VALUES (5, '{"actor":"agent:mira","at":"2026-11-23T09:00:00.000000+00:00","category":"case","confidence":1,"content":"0372bc64774c988720411029ce97dbd9ed23e86f7fdb6c8c90cacaac468973c8","kind":"turn","number":0,"run":1,"seq":5,"version":1}', X'27082BA1D3451FC938519B28159B395D1D626E14AADCB4D3827395FD8D8DDE17');
INSERT INTO audit (seq, blob, chain) VALUES (6, '{"action":"1/0.0","actor":"agent:mira","at":"2026-11-23T09:00:00.000000+00:00","digest":"214447165b58aed85d980630da80cc106db561d2c6d213875ae7e63e4ef8305f","kind":"action.ruled","reasons":[],"run":1,"seq":6,"step":"case#0","tool":"desk.create_ticket","verdict":"ACT"}', X'74297BFF715C4DD0BBD9AF9E7F3BAA6D8BE70ABF0AEBB2FA074B1FE6BC152AB8');
INSERT INTO audit (seq, blob, chain) VALUES (7, '{"action":"1/0.0","actor":"engine","at":"2026-11-23T09:00:00.000000+00:00","effect":1,"kind":"effect.done","result":"d10fd0bf987dae6af0c73baaec6516ba753e1856cfecb4cb0f33ea96336d1ae0","run":1,"seq":7}', X'F950EA43CF7D5A4D3438FB08BA9D817B49F0FF0B5C3FABE9528A4286F828E197');
INSERT INTO audit (seq, blob, chain) VALUES (8, '{"actor":"agent:mira","at":"2026-11-23T09:00:00.000000+00:00","category":"case","confidence":1,"content":"5bc2818c1ecdc227cd8eee474be854cb395f0d73ab2a8b12b04abe67a7c7fba9","kind":"turn","number":1,"run":1,"seq":8,"version":1}', X'933D73F2838647CEB492E48F52666C6CFA3D17C8DF683D3A9408B055926FD85C');
INSERT INTO audit (seq, blob, chain) VALUES (9, '{"action":"1/1.0","actor":"agent:mira","at":"2026-11-23T09:00:00.000000+00:00","digest":"7b3a2bdef7cec7b7550b6db365887958f439ba62cacd820ee258e1e12057bc7b","kind":"action.ruled","reasons":["class_irreversible: desk.reply cannot be undone","provenance_text: after outside text, and text is not a ratified template with only a name, id or date filled in"],"run":1,"seq":9,"step":"case#0","tool":"desk.reply","verdict":"ASK"}', X'0E6446811C1F11D9048A931AA7FF97CDB32FA5D88BFF40BC6C3B96CCA7AF7158');
INSERT INTO audit (seq, blob, chain) VALUES (10, '{"action":"1/1.0","actor":"agent:mira","approval":1,"at":"2026-11-23T09:00:00.000000+00:00","card":"b2a7dac956132cb77f01a5d17b27298ed16fff86dbfce57fe719848284046a4d","kind":"approval.asked","run":1,"seq":10}', X'FE5118B7E12ED9962D9EBE803B26E56D3702FC3ACF8C99B2710761D349E84411');
INSERT INTO audit (seq, blob, chain) VALUES (11, '{"action":"1/1.0","actor":"person:test","approval":1,"at":"2026-11-23T09:00:00.000000+00:00","card":"b2a7dac956132cb77f01a5d17b27298ed16fff86dbfce57fe719848284046a4d","digest":"7b3a2bdef7cec7b7550b6db365887958f439ba62cacd820ee258e1e12057bc7b","kind":"decision.approve","reasons":["class_irreversible: desk.reply cannot be undone","provenance_text: after outside text, and text is not a ratified template with only a name, id or date filled in"],"run":1,"seq":11,"verdict":"ASK","waited_s":0}', X'9205B360088A3FE44040C2595B6C715174D628DCD4CF851C71A49FD20E765C11');
INSERT INTO audit (seq, blob, chain) VALUES (12, '{"action":"1/1.0","actor":"agent:mira","approval":1,"at":"2026-11-23T09:00:00.000000+00:00","kind":"effect.prepared","not_before":"2026-11-23T09:00:10+00:00","seq":12}', X'032B8ADADF1151781D4F307C6240EEA5BF7033084E5014DBD288D626E8126402');
INSERT INTO audit (seq, blob, chain) VALUES (13, '{"action":"1/1.0","actor":"engine","at":"2026-11-23T09:00:11.000000+00:00","effect":2,"key":"fded1fb271367d0a","kind":"effect.sending","reasons":["class_irreversible: desk.reply cannot be undone","provenance_text: after outside text, and text is not a ratified template with only a name, id or date filled in"],"run":1,"seq":13}', X'9524E010993DC6A8083C58EA57A1EC8E163418262673E895CB9AB7B7759A7986');
INSERT INTO audit (seq, blob, chain) VALUES (14, '{"action":"1/1.0","actor":"engine","at":"2026-11-23T09:00:11.000000+00:00","effect":2,"kind":"effect.done","result":"f12f91487b551a8058aed13649474f8684ce75384a680d08617e52d4f565c158","run":1,"seq":14}', X'D17AD6E6F4F6EBB6EDF5A32A003BDC5A32D1ECB0D461C8D43DB05EA4E5380447');
INSERT INTO audit (seq, blob, chain) VALUES (15, '{"actor":"agent:mira","at":"2026-11-23T09:00:11.000000+00:00","category":"case","confidence":1,"content":"37eb5bc0f48e09eaf38bf67826ac21eaaa5631e90f527c7449f432c7dbf6c732","kind":"turn","number":2,"run":1,"seq":15,"version":1}', X'F9C80A3227CC9E14E34B0703A921B9D42610D72DAAD63CCEE606E097AFB22AB1');
INSERT INTO audit (seq, blob, chain) VALUES (16, '{"actor":"agent:mira","at":"2026-11-23T09:00:11.000000+00:00","category":"case","handled":true,"kind":"run.finished","run":1,"seq":16,"state":"done"}', X'65EC9BF370358A72DE38BBA4215D75E15BFBA82921037B1FCB25FEB79136689A');
INSERT INTO audit (seq, blob, chain) VALUES (17, '{"actor":"connection:desk","at":"2026-11-23T09:00:11.000000+00:00","content":"984edfab6813fa02749ce7d6f0f0c07a921b5ca6f54c7aeb3f883433b89bf21b","event":2,"event_kind":"mail.received","external":"dc8688562961c823","kind":"event.received","occurred_at":"2026-11-23T09:00:00+00:00","seq":17,"subject":2}', X'1B4233F56804AEE175748095E3B69324624B96A86C1B9552039866EAB6F380BF');
INSERT INTO audit (seq, blob, chain) VALUES (18, '{"actor":"agent:mira","at":"2026-11-23T09:00:11.000000+00:00","category":"case","confidence":1,"content":"55e04acdbf1f08485e4666fcd0e2abf8bc8a0128871591bc69b2f2e8364eae44","kind":"turn","number":0,"run":2,"seq":18,"version":1}', X'8448A1BBF6B97145C8198ABA2A7D217B47EF1CF7E91B134624347F70628024D9');
INSERT INTO audit (seq, blob, chain) VALUES (19, '{"action":"2/0.0","actor":"agent:mira","at":"2026-11-23T09:00:11.000000+00:00","digest":"66806ce2bcf9f09962f0974c2dc15c0de4afee5a682f8d9127d8c304df7f1628","kind":"action.ruled","reasons":[],"run":2,"seq":19,"step":"case#0","tool":"desk.create_ticket","verdict":"ACT"}', X'EE7636EAC762080BC9BB375000396EE93B2DE88DF2E42E6C6BEC63168541ADA3');
INSERT INTO audit (seq, blob, chain) VALUES (20, '{"action":"2/0.0","actor":"engine","at":"2026-11-23T09:00:11.000000+00:00","effect":3,"kind":"effect.done","result":"8d9dce99fb77adadaced61f16c5ef613e9621ab992993ef61f496c6ab0584cf6","run":2,"seq":20}', X'E771BE808AFAB49325AE8B6C1DB4ADF7B307EE4D4601A22E5688B2742539662C');
INSERT INTO audit (seq, blob, chain) VALUES (21, '{"actor":"agent:mira","at":"2026-11-23T09:00:11.000000+00:00","category":"case","confidence":1,"content":"ccaa39a29f68ca1041e3532e72e74d9d13f80f8101f607ee5adee7a5700af316","kind":"turn","number":1,"run":2,"seq":21,"version":1}', X'F916EE0025B1259B0557B194E300C6CE44E88925135DC02570E0CC0E9E3E7C05');
INSERT INTO audit (seq, blob, chain) VALUES (22, '{"action":"2/1.0","actor":"agent:mira","at":"2026-11-23T09:00:11.000000+00:00","digest":"8d8f9a657091235bc1a813425d0e8da74b6e5a620f81d1dae968ba5f74a6aaf4","kind":"action.ruled","reasons":["class_irreversible: desk.reply cannot be undone","provenance_text: after outside text, and text is not a ratified template with only a name, id or date filled in"],"run":2,"seq":22,"step":"case#0","tool":"desk.reply","verdict":"ASK"}', X'FFC65DC9AEE78E9D6CBBD4F101F4E119C56CA30A7D3B76DC700AD258EFD9189C');
INSERT INTO audit (seq, blob, chain) VALUES (23, '{"action":"2/1.0","actor":"agent:mira","approval":2,"at":"2026-11-23T09:00:11.000000+00:00","card":"8d49e595887681e12a6bfd56e84c6602a7241ab9bade30e9f10cdbc32d959737","kind":"approval.asked","run":2,"seq":23}', X'BE1E07EF27E69B6B1C2683BD129A60E2F33178F7BAC2B7A81E069E84D5B820D4');
INSERT INTO audit (seq, blob, chain) VALUES (24, '{"actor":"engine","at":"2026-11-23T09:00:11.000000+00:00","kind":"engine.stopped","seq":24}', X'A7FC34F227DF20D2402601AE02DB62F5174A7F1FFC04DEE7497DF55E68D0B675');
CREATE TABLE desk_company (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, name TEXT NOT NULL DEFAULT '', domain TEXT NOT NULL DEFAULT '', industry TEXT NOT NULL DEFAULT '', size INTEGER, notes TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE TABLE desk_contact (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, name TEXT NOT NULL DEFAULT '', email TEXT NOT NULL DEFAULT '', phone TEXT NOT NULL DEFAULT '', company TEXT NOT NULL DEFAULT '', title TEXT NOT NULL DEFAULT '', zone TEXT NOT NULL DEFAULT '', tags TEXT NOT NULL DEFAULT '', notes TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE TABLE desk_deal (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, name TEXT NOT NULL DEFAULT '', amount REAL, currency TEXT NOT NULL DEFAULT '', stage TEXT NOT NULL DEFAULT '', owner TEXT NOT NULL DEFAULT '', contact_email TEXT NOT NULL DEFAULT '', company TEXT NOT NULL DEFAULT '', close_date TEXT NOT NULL DEFAULT '', last_activity_at INTEGER, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE TABLE desk_ticket (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, title TEXT NOT NULL DEFAULT '', description TEXT NOT NULL DEFAULT '', queue TEXT NOT NULL DEFAULT '', assignee TEXT NOT NULL DEFAULT '', priority TEXT NOT NULL DEFAULT '', status TEXT NOT NULL DEFAULT 'open', requester_email TEXT NOT NULL DEFAULT '', thread TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
INSERT INTO desk_ticket (id, external_id, title, description, queue, assignee, priority, status, requester_email, thread, created_at, updated_at) VALUES (1, NULL, 'Look', '', 'tech', '', '', 'open', '', 'thread:<m1@harbour.example>', 1795424400000000, 1795424400000000);
INSERT INTO desk_ticket (id, external_id, title, description, queue, assignee, priority, status, requester_email, thread, created_at, updated_at) VALUES (2, NULL, 'Look', '', 'tech', '', '', 'open', '', 'thread:<m2@harbour.example>', 1795424411000000, 1795424411000000);
CREATE TABLE desk_task (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, title TEXT NOT NULL DEFAULT '', assignee TEXT NOT NULL DEFAULT '', due TEXT NOT NULL DEFAULT '', status TEXT NOT NULL DEFAULT 'open', about TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE TABLE desk_note (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, about TEXT NOT NULL DEFAULT '', text TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE TABLE desk_credit (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, contact_email TEXT NOT NULL DEFAULT '', amount REAL, currency TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE TABLE desk_mail (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, thread TEXT NOT NULL DEFAULT '', direction TEXT NOT NULL DEFAULT 'in' CHECK (direction IN ('in','out','draft')), folder TEXT NOT NULL DEFAULT 'Inbox', sender TEXT NOT NULL DEFAULT '', recipients TEXT NOT NULL DEFAULT '', subject TEXT NOT NULL DEFAULT '', text TEXT NOT NULL DEFAULT '', tags TEXT NOT NULL DEFAULT '', in_reply_to TEXT NOT NULL DEFAULT '', sent_at INTEGER, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
INSERT INTO desk_mail (id, external_id, thread, direction, folder, sender, recipients, subject, text, tags, in_reply_to, sent_at, created_at, updated_at) VALUES (1, '<m1@harbour.example>', 'thread:<m1@harbour.example>', 'in', 'Inbox', 'ann@harbour.example', 'support@slotwise.example', 'Question 1', 'Could you have a look, please?', '', '', 1795424400000000, 1795424400000000, 1795424400000000);
INSERT INTO desk_mail (id, external_id, thread, direction, folder, sender, recipients, subject, text, tags, in_reply_to, sent_at, created_at, updated_at) VALUES (2, NULL, 'thread:<m1@harbour.example>', 'out', 'Sent', 'agent:mira', 'ann@harbour.example', '', 'We are on it.', '', '<m1@harbour.example>', 1795424411000000, 1795424411000000, 1795424411000000);
INSERT INTO desk_mail (id, external_id, thread, direction, folder, sender, recipients, subject, text, tags, in_reply_to, sent_at, created_at, updated_at) VALUES (3, '<m2@harbour.example>', 'thread:<m2@harbour.example>', 'in', 'Inbox', 'ann@harbour.example', 'support@slotwise.example', 'Question 2', 'Could you have a look, please?', '', '', 1795424400000000, 1795424411000000, 1795424411000000);
CREATE TABLE desk_history (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    field TEXT NOT NULL,               -- '' for created and removed
    was TEXT,
    now TEXT
) STRICT;
INSERT INTO desk_history (id, kind, record_id, at, actor, field, was, now) VALUES (1, 'mail', 1, 1795424400000000, 'import', '', NULL, 'created');
INSERT INTO desk_history (id, kind, record_id, at, actor, field, was, now) VALUES (2, 'ticket', 1, 1795424400000000, 'agent:mira', '', NULL, 'created');
INSERT INTO desk_history (id, kind, record_id, at, actor, field, was, now) VALUES (3, 'mail', 2, 1795424411000000, 'agent:mira', '', NULL, 'created');
INSERT INTO desk_history (id, kind, record_id, at, actor, field, was, now) VALUES (4, 'mail', 3, 1795424411000000, 'import', '', NULL, 'created');
INSERT INTO desk_history (id, kind, record_id, at, actor, field, was, now) VALUES (5, 'ticket', 2, 1795424411000000, 'agent:mira', '', NULL, 'created');
CREATE TABLE desk_key (key TEXT PRIMARY KEY, result TEXT NOT NULL, undo TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO desk_key (key, result, undo) VALUES ('2565439b0e66ee4bbe7ff18d9b6a11b53d06aa346ec30df32e235084e10db69f', '{"id": 2}', '{"kind": "ticket", "id": 2, "fields": {"status": "closed"}}');
INSERT INTO desk_key (key, result, undo) VALUES ('834fad5af742ef9a9505e7cbc98b88fdcc2d2f4d3472130a170ce9af3ebcac3b', '{"id": 1}', '{"kind": "ticket", "id": 1, "fields": {"status": "closed"}}');
INSERT INTO desk_key (key, result, undo) VALUES ('fded1fb271367d0a3abfda946a0a3cc8473749384eae1ad8fac0dfcb4ceac938', '{"id": 2}', '{"kind": "mail", "id": 2, "fields": {}}');
CREATE VIRTUAL TABLE desk_search USING fts5(text, kind UNINDEXED, record_id UNINDEXED, tokenize = 'porter unicode61 remove_diacritics 2');
INSERT INTO desk_search (rowid, text, kind, record_id) VALUES (1, 'ann@harbour.example support@slotwise.example Question 1 Could you have a look, please?', 'mail', 1);
INSERT INTO desk_search (rowid, text, kind, record_id) VALUES (2, 'Look', 'ticket', 1);
INSERT INTO desk_search (rowid, text, kind, record_id) VALUES (3, 'agent:mira ann@harbour.example We are on it.', 'mail', 2);
INSERT INTO desk_search (rowid, text, kind, record_id) VALUES (4, 'ann@harbour.example support@slotwise.example Question 2 Could you have a look, please?', 'mail', 3);
INSERT INTO desk_search (rowid, text, kind, record_id) VALUES (5, 'Look', 'ticket', 2);
CREATE TABLE cases (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    category TEXT NOT NULL,
    text TEXT NOT NULL,
    source TEXT NOT NULL,
    event_id TEXT,
    occurred_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    retired_at INTEGER
) STRICT;
INSERT INTO cases (id, scope, category, text, source, event_id, occurred_at, created_at, retired_at) VALUES (1, 'mira', 'case', 'Could you have a look', 'person', NULL, 1, 1, NULL);
CREATE VIRTUAL TABLE cases_text USING fts5(
    text, content='cases', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
);
INSERT INTO cases_text (cases_text) VALUES ('rebuild');
CREATE INDEX subject_change_by_subject ON subject_change(subject_id, id);
CREATE INDEX event_by_subject ON event(subject_id);
CREATE INDEX run_by_state ON run(state, agent_id, id) WHERE state IN ('queued','running','waiting');
CREATE INDEX run_by_start ON run(agent_id, started_at);
CREATE INDEX run_by_time ON run(started_at);
CREATE INDEX action_by_run ON action(run_id, turn, position);
CREATE INDEX action_by_subject ON action(subject_id, tool) WHERE is_write = 1;
CREATE INDEX effect_open ON effect(state, not_before) WHERE state IN ('prepared','sending','unknown');
CREATE INDEX effect_by_agent ON effect(agent_id, created_at);
CREATE INDEX effect_by_time ON effect(created_at);
CREATE INDEX effect_by_recipient ON effect(recipient, created_at) WHERE recipient <> '';
CREATE INDEX approval_waiting ON approval(created_at) WHERE state = 'waiting';
CREATE INDEX approval_by_action ON approval(action_id);
CREATE INDEX timer_by_due ON timer(due_at);
CREATE INDEX audit_by_run ON audit(run) WHERE run IS NOT NULL;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END;
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'audit entries are only appended'); END;
CREATE INDEX desk_company_domain ON desk_company(domain);
CREATE INDEX desk_contact_email ON desk_contact(email);
CREATE INDEX desk_deal_contact ON desk_deal(contact_email);
CREATE INDEX desk_deal_activity ON desk_deal(last_activity_at);
CREATE INDEX desk_ticket_requester ON desk_ticket(requester_email);
CREATE INDEX desk_ticket_thread ON desk_ticket(thread);
CREATE INDEX desk_note_about ON desk_note(about);
CREATE INDEX desk_mail_thread ON desk_mail(thread, sent_at);
CREATE INDEX desk_mail_sender ON desk_mail(sender);
CREATE INDEX desk_history_by_record ON desk_history(kind, record_id, id);
CREATE INDEX cases_by_scope ON cases (scope, occurred_at, id);
CREATE TRIGGER cases_text_insert AFTER INSERT ON cases BEGIN
    INSERT INTO cases_text (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER cases_text_delete AFTER DELETE ON cases BEGIN
    INSERT INTO cases_text (cases_text, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER cases_text_update AFTER UPDATE OF id, text ON cases BEGIN
    INSERT INTO cases_text (cases_text, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO cases_text (rowid, text) VALUES (new.id, new.text);
END;
