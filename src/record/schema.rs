//! Tables of the two databases.

/// `ledger.db`: what happened. Backups hold this one.
pub(super) const LEDGER: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

-- The figures of each call. `customer` is a keyed pseudonym and not part of `hash` (it has its own, `link`), so that
-- erasing a customer leaves the figures provable. `superseded`: a later revision of the same call stands.
CREATE TABLE calls (
  seq INTEGER PRIMARY KEY, call TEXT NOT NULL, revision INTEGER NOT NULL, superseded INTEGER NOT NULL DEFAULT 0,
  at INTEGER NOT NULL, customer TEXT, channel TEXT, language TEXT NOT NULL, scale TEXT NOT NULL,
  brand TEXT, queue TEXT, agent TEXT, product TEXT,
  raw_key INTEGER, rating INTEGER, response INTEGER NOT NULL, source TEXT,
  score REAL, label TEXT, angry REAL, negative REAL,
  action TEXT, band TEXT, outcome TEXT, transfer TEXT, mood TEXT, tone TEXT, outro TEXT,
  experiment TEXT, arm TEXT, total_ms REAL, recording INTEGER NOT NULL, emotion INTEGER NOT NULL, policy TEXT,
  sub_scores TEXT, words TEXT, needs TEXT,
  hash BLOB NOT NULL, link BLOB, UNIQUE (call, revision)
);
CREATE INDEX calls_by_customer ON calls (customer, at);
CREATE INDEX calls_by_time ON calls (at);

-- What is sealed with the customer's key (transcript, identity, audio), and the decision with its reasons (plain
-- inside the encrypted file: it holds no free text).
CREATE TABLE content (
  seq INTEGER NOT NULL, class TEXT NOT NULL, customer TEXT, sealed BLOB NOT NULL, hash BLOB NOT NULL,
  PRIMARY KEY (seq, class)
) WITHOUT ROWID;
CREATE INDEX content_by_customer ON content (customer);

-- The hash of what was removed rightfully, and the audit row that says why.
CREATE TABLE tombstone (
  seq INTEGER NOT NULL, class TEXT NOT NULL, hash BLOB NOT NULL, audit INTEGER NOT NULL, PRIMARY KEY (seq, class)
) WITHOUT ROWID;

CREATE TABLE customers (pseudonym TEXT PRIMARY KEY, do_not_call INTEGER NOT NULL DEFAULT 0,
  recording INTEGER NOT NULL DEFAULT 1, emotion INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;

CREATE TABLE retention (class TEXT PRIMARY KEY, days INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE tasks (
  id INTEGER PRIMARY KEY, created INTEGER NOT NULL, call TEXT NOT NULL, customer TEXT, rule TEXT NOT NULL,
  reason TEXT NOT NULL, owner TEXT, due INTEGER NOT NULL, effect TEXT NOT NULL, status TEXT NOT NULL,
  solution TEXT, closed INTEGER, sent INTEGER, UNIQUE (call, rule)
);

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, role TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
  subject TEXT NOT NULL, detail TEXT NOT NULL, digest TEXT NOT NULL, previous BLOB NOT NULL, hash BLOB NOT NULL
);
CREATE TRIGGER audit_is_append_only_1 BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_is_append_only_2 BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
";

/// `keys.db`: one wrapped key per customer, and who was erased. Never part of a backup of the ledger: that is what
/// makes an erasure reach the backups.
pub(super) const KEY_STORE: &str = "
CREATE TABLE keys (pseudonym TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID;
-- One row an erasure: the pseudonym, and of a customer who was erased again, `pseudonym/2` and so on.
CREATE TABLE erased (pseudonym TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
";
