-- The embedded desk: a small system of record of its own, with a history that names who did what.
CREATE TABLE desk_company (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, name TEXT NOT NULL DEFAULT '', domain TEXT NOT NULL DEFAULT '', industry TEXT NOT NULL DEFAULT '', size INTEGER, notes TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE INDEX desk_company_domain ON desk_company(domain);
CREATE TABLE desk_contact (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, name TEXT NOT NULL DEFAULT '', email TEXT NOT NULL DEFAULT '', phone TEXT NOT NULL DEFAULT '', company TEXT NOT NULL DEFAULT '', title TEXT NOT NULL DEFAULT '', zone TEXT NOT NULL DEFAULT '', tags TEXT NOT NULL DEFAULT '', notes TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE INDEX desk_contact_email ON desk_contact(email);
CREATE TABLE desk_deal (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, name TEXT NOT NULL DEFAULT '', amount REAL, currency TEXT NOT NULL DEFAULT '', stage TEXT NOT NULL DEFAULT '', owner TEXT NOT NULL DEFAULT '', contact_email TEXT NOT NULL DEFAULT '', company TEXT NOT NULL DEFAULT '', close_date TEXT NOT NULL DEFAULT '', last_activity_at INTEGER, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE INDEX desk_deal_contact ON desk_deal(contact_email);
CREATE INDEX desk_deal_activity ON desk_deal(last_activity_at);
CREATE TABLE desk_ticket (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, title TEXT NOT NULL DEFAULT '', description TEXT NOT NULL DEFAULT '', queue TEXT NOT NULL DEFAULT '', assignee TEXT NOT NULL DEFAULT '', priority TEXT NOT NULL DEFAULT '', status TEXT NOT NULL DEFAULT 'open', requester_email TEXT NOT NULL DEFAULT '', thread TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE INDEX desk_ticket_requester ON desk_ticket(requester_email);
CREATE INDEX desk_ticket_thread ON desk_ticket(thread);
CREATE TABLE desk_task (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, title TEXT NOT NULL DEFAULT '', assignee TEXT NOT NULL DEFAULT '', due TEXT NOT NULL DEFAULT '', status TEXT NOT NULL DEFAULT 'open', about TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE TABLE desk_note (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, about TEXT NOT NULL DEFAULT '', text TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE INDEX desk_note_about ON desk_note(about);
CREATE TABLE desk_credit (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, contact_email TEXT NOT NULL DEFAULT '', amount REAL, currency TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE TABLE desk_mail (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, thread TEXT NOT NULL DEFAULT '', direction TEXT NOT NULL DEFAULT 'in' CHECK (direction IN ('in','out','draft')), folder TEXT NOT NULL DEFAULT 'Inbox', sender TEXT NOT NULL DEFAULT '', recipients TEXT NOT NULL DEFAULT '', subject TEXT NOT NULL DEFAULT '', text TEXT NOT NULL DEFAULT '', tags TEXT NOT NULL DEFAULT '', in_reply_to TEXT NOT NULL DEFAULT '', sent_at INTEGER, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE INDEX desk_mail_thread ON desk_mail(thread, sent_at);
CREATE INDEX desk_mail_sender ON desk_mail(sender);

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
CREATE INDEX desk_history_by_record ON desk_history(kind, record_id, id);

-- What each idempotency key did: a repeat gives the first answer.
CREATE TABLE desk_key (key TEXT PRIMARY KEY, result TEXT NOT NULL, undo TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE desk_search USING fts5(text, kind UNINDEXED, record_id UNINDEXED, tokenize = 'porter unicode61 remove_diacritics 2');
