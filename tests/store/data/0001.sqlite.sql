BEGIN TRANSACTION;
CREATE TABLE absence (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	person TEXT NOT NULL, 
	address TEXT NOT NULL, 
	since DATETIME NOT NULL, 
	until TEXT, 
	why TEXT NOT NULL, 
	inbound INTEGER NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT ck_absence_why CHECK (why IN ('out_of_office', 'bounce')), 
	CONSTRAINT fk_absence_inbound_inbound FOREIGN KEY(inbound) REFERENCES inbound (id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE blob (
	digest TEXT NOT NULL, 
	data BLOB, 
	purged_at DATETIME, 
	CONSTRAINT pk_blob PRIMARY KEY (digest), 
	CONSTRAINT ck_blob_purged CHECK ((data IS NULL) = (purged_at IS NOT NULL)), 
	CONSTRAINT ck_blob_digest CHECK (length(digest) = 64)
);
INSERT INTO "blob" VALUES('86c3061de7603dfcbda19583adb5cac75cb4fd1d47dee6d8cf6d8279d0964999',X'46726F6D3A206C65616440636F756E63696C2E6578616D706C652E6F72670D0A0D0A4E6F7468696E672074686973206D6F6E74682E0D0A',NULL);
INSERT INTO "blob" VALUES('bb297f7e2046212c9f5f9c3389c68f66b7005633ac0c53906fd966c3cc09ccb3',X'546F3A20610D0A0D0A',NULL);
INSERT INTO "blob" VALUES('eac8d96f20c85d7a6f960b5af14478a5a45210392f61ace2f620d7b72373b615',X'64726166742031',NULL);
INSERT INTO "blob" VALUES('7e5655f6a9000d02161f13629c6c16bc7e7c16a5f9648c32b0f8afa49cec0fac',X'7468652062756C6C6574696E20697473656C66',NULL);
CREATE TABLE chain (
	edition_id BIGINT NOT NULL, 
	number BIGINT NOT NULL, 
	head TEXT NOT NULL, 
	CONSTRAINT pk_chain PRIMARY KEY (edition_id)
);
INSERT INTO "chain" VALUES(0,1,'631278fc712951661dc6a9753b7edbfe38a93600d529d6f5dbccd0fadcbcee26');
INSERT INTO "chain" VALUES(1,3,'c73f0e065f686b7bda3f20481ba597c67c40fa6d84fad744eaf4471f4b0aa458');
CREATE TABLE count (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	series TEXT NOT NULL, 
	period TEXT NOT NULL, 
	district TEXT NOT NULL, 
	measure TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	value BIGINT NOT NULL, 
	cumulative BIGINT, 
	source TEXT NOT NULL, 
	inbound INTEGER, 
	CONSTRAINT ck_count_revision CHECK (revision >= 1), 
	CONSTRAINT fk_count_inbound_inbound FOREIGN KEY(inbound) REFERENCES inbound (id), 
	CONSTRAINT uq_count_series_period_district_measure_revision UNIQUE (series, period, district, measure, revision)
);
CREATE TABLE decision (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	edition_id INTEGER NOT NULL, 
	inbound INTEGER NOT NULL, 
	draft INTEGER, 
	word TEXT NOT NULL, 
	argument TEXT NOT NULL, 
	person TEXT NOT NULL, 
	done TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT fk_decision_edition_id_edition FOREIGN KEY(edition_id) REFERENCES edition (id), 
	CONSTRAINT fk_decision_inbound_inbound FOREIGN KEY(inbound) REFERENCES inbound (id), 
	CONSTRAINT uq_decision_inbound UNIQUE (inbound)
);
CREATE TABLE delivery (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"key" TEXT NOT NULL, 
	message_id TEXT NOT NULL, 
	edition_id INTEGER, 
	kind TEXT NOT NULL, 
	sender TEXT NOT NULL, 
	recipient TEXT NOT NULL, 
	header TEXT NOT NULL, 
	body TEXT, 
	state TEXT NOT NULL, 
	ref TEXT, 
	reason TEXT NOT NULL, 
	queued_at DATETIME NOT NULL, 
	not_before DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL, 
	leased_until DATETIME, 
	attempts INTEGER NOT NULL, 
	CONSTRAINT ck_delivery_lease CHECK (state <> 'releasing' OR leased_until IS NOT NULL), 
	CONSTRAINT ck_delivery_state CHECK (state IN ('queued', 'releasing', 'sent', 'bounced', 'withdrawn', 'failed', 'in_doubt')), 
	CONSTRAINT fk_delivery_body_blob FOREIGN KEY(body) REFERENCES blob (digest), 
	CONSTRAINT fk_delivery_edition_id_edition FOREIGN KEY(edition_id) REFERENCES edition (id), 
	CONSTRAINT fk_delivery_header_blob FOREIGN KEY(header) REFERENCES blob (digest), 
	CONSTRAINT uq_delivery_key UNIQUE ("key"), 
	CONSTRAINT uq_delivery_message_id UNIQUE (message_id)
);
INSERT INTO "delivery" VALUES(1,'ccsu-rag/2025-08/bulletin/v1/a','<bulletin.a@council.example.org>',1,'bulletin','bulletin@council.example.org','a@reader.example','bb297f7e2046212c9f5f9c3389c68f66b7005633ac0c53906fd966c3cc09ccb3',NULL,'queued',NULL,'','2025-08-12 08:00:00.000000','2025-08-12 08:00:00.000000','2025-08-12 08:00:00.000000',NULL,0);
CREATE TABLE draft (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	edition_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	digest TEXT NOT NULL, 
	data TEXT NOT NULL, 
	CONSTRAINT ck_draft_number CHECK (number >= 1), 
	CONSTRAINT fk_draft_edition_id_edition FOREIGN KEY(edition_id) REFERENCES edition (id), 
	CONSTRAINT uq_draft_edition_id_number UNIQUE (edition_id, number)
);
INSERT INTO "draft" VALUES(1,1,1,'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','{"number":1,"version":1,"digest":"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd","parts":[{"name":"bulletin.docx","media_type":"application/octet-stream","digest":"eac8d96f20c85d7a6f960b5af14478a5a45210392f61ace2f620d7b72373b615"}],"bulletin":{"key":"ccsu-rag","period":"2025-08","title":"RAG update","month":"August 2025","marking":"","intro":"","sections":[],"contact":[],"author":"","nil_sentence":"Nothing to report this month."},"findings":[],"changes":[],"made_at":"2025-08-12T08:00:00Z"}');
CREATE TABLE due (
	edition_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_due PRIMARY KEY (edition_id, name), 
	CONSTRAINT fk_due_edition_id_edition FOREIGN KEY(edition_id) REFERENCES edition (id)
);
INSERT INTO "due" VALUES(1,'request','2025-08-12 08:00:00.000000');
CREATE TABLE edition (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	bulletin TEXT NOT NULL, 
	period TEXT NOT NULL, 
	state TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	data TEXT NOT NULL, 
	CONSTRAINT ck_edition_state CHECK (state IN ('planned', 'collecting', 'in_review', 'approved', 'distributing', 'distributed', 'stopped', 'correcting', 'cancelled', 'skipped')), 
	CONSTRAINT ck_edition_version CHECK (version >= 0), 
	CONSTRAINT uq_edition_bulletin_period UNIQUE (bulletin, period)
);
INSERT INTO "edition" VALUES(1,'ccsu-rag','2025-08','planned',0,'{"timetable":{"period":"2025-08","request_at":"2025-08-12T08:00:00Z","reminders_at":["2025-08-12T08:01:00Z"],"deadline_at":"2025-08-12T08:02:00Z","distribution_at":"2025-08-12T08:03:00Z","chase_editor_at":[],"statistics_to":""},"extended":false,"issue_version":1,"draft":null,"approved_draft":1,"approved_by":"","approved_at":null,"release_at":null,"changed_at":null,"readers":[],"skipped_themes":[],"enclosed":[],"notes":[],"question":null,"strays_listed":0,"cause":"HOLD by editor"}');
CREATE TABLE event (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	edition_id BIGINT NOT NULL, 
	at DATETIME NOT NULL, 
	what TEXT NOT NULL, 
	data TEXT NOT NULL, 
	previous TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	CONSTRAINT uq_event_edition_id_previous UNIQUE (edition_id, previous)
);
INSERT INTO "event" VALUES(1,0,'2025-08-12 08:00:00.000000','started','{}','','631278fc712951661dc6a9753b7edbfe38a93600d529d6f5dbccd0fadcbcee26');
INSERT INTO "event" VALUES(2,1,'2025-08-12 08:00:00.000000','submission','{"theme":"hate-crime"}','','c864652258dffebd3cd9a0f1047c0a09ad99b0a8518a18a4401b669cdbc26d86');
INSERT INTO "event" VALUES(3,1,'2025-08-12 08:00:00.000000','draft','{"number":1}','c864652258dffebd3cd9a0f1047c0a09ad99b0a8518a18a4401b669cdbc26d86','c73f0e065f686b7bda3f20481ba597c67c40fa6d84fad744eaf4471f4b0aa458');
CREATE TABLE inbound (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	mailbox TEXT NOT NULL, 
	ref TEXT NOT NULL, 
	state TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	junk BOOLEAN NOT NULL, 
	received_at DATETIME NOT NULL, 
	digest TEXT NOT NULL, 
	blob TEXT NOT NULL, 
	verdict TEXT, 
	edition_id INTEGER, 
	note TEXT NOT NULL, 
	place TEXT, 
	filed BOOLEAN NOT NULL, 
	closed_at DATETIME, 
	CONSTRAINT ck_inbound_place CHECK (place IN ('processed', 'held', 'left')), 
	CONSTRAINT ck_inbound_state CHECK (state IN ('remembered', 'handled', 'held', 'parked')), 
	CONSTRAINT ck_inbound_closed CHECK ((place IS NULL) = (closed_at IS NULL)), 
	CONSTRAINT fk_inbound_blob_blob FOREIGN KEY(blob) REFERENCES blob (digest), 
	CONSTRAINT fk_inbound_edition_id_edition FOREIGN KEY(edition_id) REFERENCES edition (id), 
	CONSTRAINT uq_inbound_mailbox_ref UNIQUE (mailbox, ref)
);
INSERT INTO "inbound" VALUES(1,'bulletin@council.example.org','new/1','handled',1,0,'2025-08-12 08:00:00.000000','digest-1','86c3061de7603dfcbda19583adb5cac75cb4fd1d47dee6d8cf6d8279d0964999','{"kind":"submission"}',1,'','processed',1,'2025-08-12 08:01:00.000000');
CREATE TABLE part (
	draft_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	CONSTRAINT pk_part PRIMARY KEY (draft_id, name), 
	CONSTRAINT fk_part_digest_blob FOREIGN KEY(digest) REFERENCES blob (digest), 
	CONSTRAINT fk_part_draft_id_draft FOREIGN KEY(draft_id) REFERENCES draft (id)
);
INSERT INTO "part" VALUES(1,'bulletin.docx','eac8d96f20c85d7a6f960b5af14478a5a45210392f61ace2f620d7b72373b615');
CREATE TABLE problem (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	code TEXT NOT NULL, 
	"where" TEXT NOT NULL, 
	sentence TEXT NOT NULL, 
	todo TEXT NOT NULL, 
	edition_id INTEGER, 
	noted_at DATETIME NOT NULL, 
	cleared_at DATETIME, 
	CONSTRAINT fk_problem_edition_id_edition FOREIGN KEY(edition_id) REFERENCES edition (id)
);
CREATE TABLE submission (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	edition_id INTEGER NOT NULL, 
	theme TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	inbound INTEGER NOT NULL, 
	data TEXT NOT NULL, 
	CONSTRAINT ck_submission_revision CHECK (revision >= 1), 
	CONSTRAINT fk_submission_edition_id_edition FOREIGN KEY(edition_id) REFERENCES edition (id), 
	CONSTRAINT fk_submission_inbound_inbound FOREIGN KEY(inbound) REFERENCES inbound (id), 
	CONSTRAINT uq_submission_edition_id_theme_revision UNIQUE (edition_id, theme, revision), 
	CONSTRAINT uq_submission_inbound_theme UNIQUE (inbound, theme)
);
INSERT INTO "submission" VALUES(1,1,'hate-crime',1,1,'{"theme":"hate-crime","revision":1,"inbound":1,"person":"lead@council.example.org","items":[],"nil":false,"statistics":null,"counts":[],"leftovers":[],"attachments":[],"findings":[],"replaces":"","mode":"unsaid","at":"2025-08-12T08:00:00Z"}');
CREATE TABLE token (
	hash TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	bulletin TEXT NOT NULL, 
	period TEXT NOT NULL, 
	theme TEXT NOT NULL, 
	draft INTEGER, 
	person TEXT NOT NULL, 
	dead BOOLEAN NOT NULL, 
	CONSTRAINT pk_token PRIMARY KEY (hash), 
	CONSTRAINT ck_token_purpose CHECK (purpose IN ('lead', 'editor'))
);
INSERT INTO "token" VALUES('hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh','editor','ccsu-rag','2025-08','',1,'editor@council.example.org',0);
CREATE INDEX ix_token_alive ON token (purpose) WHERE NOT dead;
CREATE INDEX ix_token_bulletin_period ON token (bulletin, period);
CREATE INDEX ix_delivery_body ON delivery (body);
CREATE INDEX ix_delivery_edition_id ON delivery (edition_id);
CREATE INDEX ix_delivery_header ON delivery (header);
CREATE INDEX ix_delivery_live ON delivery (state, id) WHERE state IN ('queued', 'releasing', 'in_doubt');
CREATE INDEX ix_inbound_blob ON inbound (blob);
CREATE INDEX ix_inbound_digest ON inbound (digest);
CREATE INDEX ix_inbound_edition_id ON inbound (edition_id);
CREATE INDEX ix_inbound_open ON inbound (state, id) WHERE state <> 'handled';
CREATE INDEX ix_inbound_left ON inbound (id) WHERE place = 'left';
CREATE INDEX ix_inbound_unfiled ON inbound (id) WHERE NOT filed AND place IS NOT NULL;
CREATE UNIQUE INDEX uq_problem_open ON problem (code, "where") WHERE cleared_at IS NULL;
CREATE UNIQUE INDEX uq_absence_open ON absence (person) WHERE ended_at IS NULL;
CREATE INDEX ix_edition_state ON edition (state);
CREATE INDEX ix_decision_edition_id ON decision (edition_id);
CREATE INDEX ix_part_digest ON part (digest);
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('edition',1);
INSERT INTO "sqlite_sequence" VALUES('inbound',1);
INSERT INTO "sqlite_sequence" VALUES('submission',1);
INSERT INTO "sqlite_sequence" VALUES('draft',1);
INSERT INTO "sqlite_sequence" VALUES('delivery',1);
INSERT INTO "sqlite_sequence" VALUES('event',3);
COMMIT;
