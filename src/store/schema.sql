-- The current truth of requite.db, with lookups.sql. Steps from older versions stand in migrations/.
--
-- Three tables keep a message from being counted twice: instance (where a copy lies), message
-- (what it is), and turn (what it means). Measurement reads message and entry only; turn is
-- derived from them and can be computed again at any time.

CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE account (
  id       INTEGER PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE,
  kind     TEXT NOT NULL,
  state    TEXT NOT NULL DEFAULT 'idle',
  detail   TEXT NOT NULL DEFAULT '',
  -- Each once, wherever it lies.
  messages INTEGER NOT NULL DEFAULT 0,
  -- Bytes fetched on the last day that anything was, days since 1970-01-01 UTC.
  fetched_on INTEGER NOT NULL DEFAULT 0,
  fetched  INTEGER NOT NULL DEFAULT 0,
  -- Whose word on the senders of its mail was taken when that was read.
  authserv_id TEXT NOT NULL DEFAULT '',
  -- When it was reached last.
  reached  INTEGER,
  -- When it is tried again, where it failed.
  next_attempt INTEGER
) STRICT;

CREATE TABLE folder (
  id           INTEGER PRIMARY KEY,
  account      INTEGER NOT NULL REFERENCES account (id),
  name         TEXT NOT NULL,
  role         TEXT NOT NULL,
  uidvalidity  INTEGER NOT NULL DEFAULT 0,
  covered_low  INTEGER,
  covered_high INTEGER,
  complete     INTEGER NOT NULL DEFAULT 0,
  -- When it first covered the last 60 days: nothing that was late before is ever alerted.
  covered_at   INTEGER,
  -- When its copies were last compared with the server's, all of them.
  reconciled_at INTEGER,
  -- No longer on the server, or no longer chosen.
  retired      INTEGER NOT NULL DEFAULT 0,
  -- Copies under the validity of the day.
  messages     INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, name)
) STRICT;

CREATE TABLE address (
  id       INTEGER PRIMARY KEY,
  email    TEXT NOT NULL UNIQUE,
  -- The display name of the newest mail that carried one.
  name     TEXT,
  name_at  INTEGER,
  mine     INTEGER NOT NULL DEFAULT 0,
  -- Whether its mail's references join threads has to be decided again.
  ties_due INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX address_mine ON address (id) WHERE mine = 1;
CREATE INDEX address_ties_due ON address (id) WHERE ties_due = 1;

CREATE TABLE message (
  id           INTEGER PRIMARY KEY,
  key          BLOB NOT NULL UNIQUE,
  key_version  INTEGER NOT NULL,
  message_id   TEXT,
  id_hash      INTEGER,
  author       INTEGER REFERENCES address (id),
  date         INTEGER,
  received     INTEGER,
  -- Earliest INTERNALDATE or delivery time of its copies.
  internal     INTEGER,
  subject      TEXT,
  base_subject INTEGER NOT NULL,
  parent       INTEGER,
  refs         BLOB,
  thread       INTEGER NOT NULL,
  traits       INTEGER NOT NULL,
  to_count     INTEGER NOT NULL,
  recipients   INTEGER NOT NULL,
  -- Of a notice of absence: the first local day of presence that it names, as YYYY-MM-DD.
  back_on      TEXT,
  -- What its text says, as bits, and whom of the first in To it names; NULL: it wasn't read.
  cues         INTEGER,
  named        INTEGER,
  -- The names of what is attached, a line each.
  attachments  TEXT,
  -- Its references join threads.
  tied         INTEGER NOT NULL DEFAULT 1,
  -- Of a bounce: the addresses that it shows to be dead, parted by spaces; NULL: it doesn't say.
  dead_addresses TEXT,
  -- What a digest of mine bears, to be known again by.
  digest_token TEXT,
  -- How its author is called in it: of those who share an address, that one wrote it.
  author_name  INTEGER
) STRICT;
CREATE INDEX message_by_thread ON message (thread);
CREATE INDEX message_bounces ON message (id) WHERE traits & 4;

-- What a list says of who wrote its mail is believed by what has come through it.
CREATE TABLE list (
  id       INTEGER PRIMARY KEY,
  -- What List-Id calls it, and the address that takes its posts; either may be empty.
  name     TEXT NOT NULL,
  post     TEXT NOT NULL,
  -- When its first mail arrived, and its last.
  first    INTEGER,
  last     INTEGER,
  believed INTEGER NOT NULL DEFAULT 0,
  -- More is known of it than when that was decided.
  due      INTEGER NOT NULL DEFAULT 1,
  UNIQUE (name, post)
) STRICT;
CREATE INDEX list_by_post ON list (post) WHERE believed = 0;
CREATE INDEX list_due ON list (id) WHERE due = 1;
-- As many as it takes to believe it.
CREATE TABLE list_author (
  list   INTEGER NOT NULL,
  author INTEGER NOT NULL,
  PRIMARY KEY (list, author)
) STRICT, WITHOUT ROWID;
-- Of messages whose author nothing but a list vouches for: through which they came, and whom it
-- names as the author where its own address stands in From.
CREATE TABLE through_list (
  message INTEGER NOT NULL,
  list    INTEGER NOT NULL,
  claimed INTEGER,
  PRIMARY KEY (message, list)
) STRICT, WITHOUT ROWID;
CREATE INDEX through_list_by_list ON through_list (list);

-- By what names the servers of an account's mail sign what they find out about its senders.
CREATE TABLE authserv (
  account INTEGER NOT NULL,
  id      TEXT NOT NULL,
  mails   INTEGER NOT NULL,
  PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;
-- In which folders copies lie of messages whose texts are still to be read: those between me and a
-- contact, and bounces.
CREATE TABLE unread_text (
  folder  INTEGER NOT NULL,
  -- When it was sent.
  at      INTEGER NOT NULL,
  message INTEGER NOT NULL,
  PRIMARY KEY (folder, at, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX unread_text_by_message ON unread_text (message);

-- Each name that stands in From or, in mail of mine, in To or Cc.
CREATE TABLE display_name (
  id   INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

-- place: in To from 1 on; 32767 in Cc. name: how mail of mine calls them.
CREATE TABLE recipient (
  address INTEGER NOT NULL,
  message INTEGER NOT NULL,
  place   INTEGER NOT NULL,
  name    INTEGER,
  PRIMARY KEY (address, message)
) STRICT, WITHOUT ROWID;

-- Which thread a Message-ID belongs to, seen or only referred to, by mail that joins threads.
CREATE TABLE thread_of (
  id_hash INTEGER PRIMARY KEY,
  thread  INTEGER NOT NULL
) STRICT;

-- flags: 1 answered, 2 deleted, 4 draft, 8 my server says that its sender is disowned.
CREATE TABLE instance (
  folder      INTEGER NOT NULL,
  uidvalidity INTEGER NOT NULL,
  uid         INTEGER NOT NULL,
  message     INTEGER NOT NULL,
  flags       INTEGER NOT NULL,
  PRIMARY KEY (folder, uidvalidity, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX instance_by_message ON instance (message, flags);

-- The counts of folder and account follow; copies that come are counted by who stores them, many
-- at once.
CREATE TRIGGER copy_goes AFTER DELETE ON instance BEGIN
  UPDATE folder SET messages = messages - 1
  WHERE id = OLD.folder AND uidvalidity = OLD.uidvalidity;
  UPDATE account SET messages = messages - 1
  WHERE id = (SELECT account FROM folder WHERE id = OLD.folder AND retired = 0)
    AND NOT EXISTS (SELECT 1 FROM instance i JOIN folder f ON f.id = i.folder
                    WHERE i.message = OLD.message AND f.account = account.id AND f.retired = 0);
END;
CREATE TRIGGER unread_copy_goes AFTER DELETE ON instance BEGIN
  DELETE FROM unread_text WHERE message = OLD.message AND folder = OLD.folder;
END;
CREATE TRIGGER copy_becomes_another AFTER UPDATE OF message ON instance
WHEN OLD.message <> NEW.message BEGIN
  UPDATE account SET messages = (
    SELECT count(DISTINCT i.message) FROM instance i JOIN folder f ON f.id = i.folder
    WHERE f.account = account.id AND f.retired = 0)
  WHERE id = (SELECT account FROM folder WHERE id = NEW.folder);
END;
CREATE TRIGGER folder_starts_over AFTER UPDATE OF uidvalidity ON folder
WHEN OLD.uidvalidity <> NEW.uidvalidity BEGIN
  UPDATE folder SET messages = (
    SELECT count(*) FROM instance i WHERE i.folder = NEW.id AND i.uidvalidity = NEW.uidvalidity)
  WHERE id = NEW.id;
END;
CREATE TRIGGER folder_retires AFTER UPDATE OF retired ON folder
WHEN OLD.retired <> NEW.retired BEGIN
  UPDATE account SET messages = (
    SELECT count(DISTINCT i.message) FROM instance i JOIN folder f ON f.id = i.folder
    WHERE f.account = account.id AND f.retired = 0)
  WHERE id = NEW.account;
END;

CREATE TABLE quarantine (
  folder      INTEGER NOT NULL,
  uidvalidity INTEGER NOT NULL,
  uid         INTEGER NOT NULL,
  reason      TEXT NOT NULL,
  PRIMARY KEY (folder, uidvalidity, uid)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
  -- Never given to another: what was said about a contact outlives a contact taken back.
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  name         TEXT NOT NULL,
  company      TEXT,
  position     TEXT,
  connected_on TEXT,
  created_at   INTEGER NOT NULL,
  -- Which kind of export said where they work; empty: it isn't known.
  work_from    TEXT NOT NULL DEFAULT '',
  -- Derived: the last human touch either way.
  last_touch   INTEGER,
  -- Its turns have to be computed again.
  dirty        INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX contact_dirty ON contact (id) WHERE dirty = 1;
CREATE INDEX contact_measured ON contact (id) WHERE dirty = 0;
CREATE INDEX contact_by_name ON contact (name);

-- Where somebody works now, who worked elsewhere or as something else before.
CREATE TABLE news (
  id       INTEGER PRIMARY KEY,
  contact  INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  company  TEXT,
  position TEXT
) STRICT;
CREATE INDEX news_by_contact ON news (contact);

-- source: import, hand, by_name (found by the display name alone).
CREATE TABLE identity (
  contact INTEGER NOT NULL REFERENCES contact (id),
  kind    TEXT NOT NULL CHECK (kind IN ('email', 'url', 'phone', 'name')),
  value   TEXT NOT NULL,
  source  TEXT NOT NULL,
  address INTEGER REFERENCES address (id),
  PRIMARY KEY (kind, value, contact)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_by_contact ON identity (contact);
CREATE INDEX identity_by_address ON identity (address) WHERE address IS NOT NULL;
CREATE TRIGGER identity_comes AFTER INSERT ON identity WHEN NEW.address IS NOT NULL BEGIN
  UPDATE address SET ties_due = 1 WHERE id = NEW.address;
END;
CREATE TRIGGER identity_goes AFTER DELETE ON identity WHEN OLD.address IS NOT NULL BEGIN
  UPDATE address SET ties_due = 1 WHERE id = OLD.address;
END;

CREATE TABLE import (
  id        INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  -- Or, by hand, what it is about.
  files     TEXT NOT NULL,
  undone_at INTEGER,
  -- files, added, set.
  kind      TEXT NOT NULL DEFAULT 'files'
) STRICT;
-- What an import did, part by part, as JSON: each is written with what it did.
CREATE TABLE import_step (
  id     INTEGER PRIMARY KEY,
  import INTEGER NOT NULL,
  undo   TEXT NOT NULL
) STRICT;
CREATE INDEX import_step_by_import ON import_step (import);

-- Whoever an imported entry was with, by what its export calls them: whichever of these is known.
CREATE TABLE counterpart (
  id      INTEGER PRIMARY KEY,
  phone   TEXT NOT NULL,
  url     TEXT NOT NULL,
  name    TEXT NOT NULL,
  -- Derived: the contact that is meant.
  contact INTEGER,
  UNIQUE (phone, url, name)
) STRICT;
CREATE INDEX counterpart_by_contact ON counterpart (contact) WHERE contact IS NOT NULL;

-- Which mail of LinkedIn's says that whom wrote there.
CREATE TABLE notice (
  message     INTEGER PRIMARY KEY,
  counterpart INTEGER NOT NULL REFERENCES counterpart (id)
) STRICT;
CREATE INDEX notice_by_counterpart ON notice (counterpart);

-- What happened beside the mail: entered by hand, or imported.
CREATE TABLE entry (
  -- Never given to another: what was said about an entry outlives an import taken back.
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  at     INTEGER NOT NULL,
  kind   TEXT NOT NULL,
  -- A call that wasn't taken, a favour received, a note of how I can help.
  other_way INTEGER NOT NULL DEFAULT 0,
  text   TEXT NOT NULL DEFAULT '',
  made_at INTEGER NOT NULL,
  undone_at INTEGER,
  -- Who called or wrote: 0 I, 1 they.
  side   INTEGER NOT NULL DEFAULT 0,
  -- Of an imported one: what it is known again by, and whom it was with.
  key    BLOB UNIQUE,
  counterpart  INTEGER REFERENCES counterpart (id),
  -- Of a message: its conversation, and what its text says, as in message; NULL: it wasn't read.
  conversation INTEGER,
  cues   INTEGER,
  named  INTEGER
) STRICT;
CREATE INDEX entry_by_counterpart ON entry (counterpart) WHERE counterpart IS NOT NULL;

CREATE TABLE entry_contact (
  contact INTEGER NOT NULL,
  entry   INTEGER NOT NULL,
  PRIMARY KEY (contact, entry)
) STRICT, WITHOUT ROWID;

-- What the user said. Attached to a contact and, where it is about a turn, to a touch that the
-- turn holds (messages positive, entries negative), so that backfill can't lose it.
CREATE TABLE decision (
  id        INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  verb      TEXT NOT NULL,
  contact   INTEGER NOT NULL,
  touch     INTEGER,
  value     TEXT NOT NULL DEFAULT '',
  undone_at INTEGER
) STRICT;
CREATE INDEX decision_by_contact ON decision (contact);

-- Derived. Touches as in decision; side 0 mine, 1 theirs.
CREATE TABLE turn (
  contact      INTEGER NOT NULL,
  touch        INTEGER NOT NULL,
  side         INTEGER NOT NULL,
  start        INTEGER NOT NULL,
  answered_at  INTEGER,
  closed       INTEGER,
  -- It is mine and requests something.
  requests     INTEGER NOT NULL,
  -- All that is known of it.
  packed       BLOB NOT NULL,
  PRIMARY KEY (contact, touch)
) STRICT, WITHOUT ROWID;
CREATE INDEX turn_requests ON turn (start) WHERE requests = 1;
CREATE INDEX turn_waiting ON turn (start) WHERE answered_at IS NULL AND closed IS NULL;

-- Derived. All turns with a contact once more, packed, oldest first: who goes through everybody reads
-- these. Each part holds the next so many, and is numbered by contact << 16 | part.
CREATE TABLE history (
  part  INTEGER PRIMARY KEY,
  turns BLOB NOT NULL
) STRICT;

-- Derived. When less was known of what had come from a contact, and from me to them, than is known now:
-- from (included) … until (excluded), in seconds since 1970.
CREATE TABLE hindsight (
  contact INTEGER NOT NULL,
  since   INTEGER NOT NULL,
  until   INTEGER NOT NULL,
  PRIMARY KEY (contact, since)
) STRICT, WITHOUT ROWID;

-- Derived. What stands in the ledger of one message, as JSON.
CREATE TABLE finding (
  id      INTEGER PRIMARY KEY,
  message INTEGER NOT NULL,
  found   TEXT NOT NULL
) STRICT;
-- What the user said of an entry of the ledger, with the entry as they saw it, as JSON: it survives
-- finding it again.
CREATE TABLE judgement (
  id        INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  entry     TEXT NOT NULL,
  confirmed INTEGER NOT NULL,
  finding   TEXT NOT NULL,
  undone_at INTEGER
) STRICT;

-- Derived. When either side was in touch, in order: four bytes of seconds since 1970 and one of sides
-- each; and the last sign of each.
CREATE TABLE in_touch (
  contact   INTEGER PRIMARY KEY,
  times     BLOB NOT NULL,
  from_them INTEGER,
  from_me   INTEGER
) STRICT;

-- What digests have told of, and when.
CREATE TABLE told (
  kind  TEXT NOT NULL,
  about TEXT NOT NULL,
  at    INTEGER NOT NULL,
  PRIMARY KEY (kind, about, at)
) STRICT, WITHOUT ROWID;

-- How the user has held their network, each time that they changed it.
CREATE TABLE stance (
  id     INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  stance TEXT NOT NULL
) STRICT;

-- Derived. Mail to it came back, first so, and none had come from it since.
CREATE TABLE dead_address (
  address INTEGER PRIMARY KEY,
  since   INTEGER NOT NULL
) STRICT;

-- Derived. When a contact was away: from a notice of theirs, until the day it names or until they
-- wrote.
CREATE TABLE absence (
  contact INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  back_on TEXT,
  ended   INTEGER,
  PRIMARY KEY (contact, at)
) STRICT, WITHOUT ROWID;

-- Everything that is told or sent, each once: alerts by turn, digests by week.
CREATE TABLE outbox (
  id      INTEGER PRIMARY KEY,
  kind    TEXT NOT NULL,
  subject TEXT NOT NULL,
  period  TEXT NOT NULL,
  state   TEXT NOT NULL,
  at      INTEGER NOT NULL,
  payload TEXT NOT NULL DEFAULT '',
  -- Of an alert, the touch that its turn was named by, as in decision.
  touch   INTEGER,
  -- Of an alert: it was shown again, as nobody had seen it.
  again   INTEGER NOT NULL DEFAULT 0,
  UNIQUE (kind, subject, period)
) STRICT;

-- Commands that came by mail, each once: for the digest of which week, and in which words. Without a
-- week: what was refused, and why.
CREATE TABLE mailed_command (
  week  TEXT NOT NULL,
  words TEXT NOT NULL,
  at    INTEGER NOT NULL,
  PRIMARY KEY (week, words)
) STRICT, WITHOUT ROWID;

-- Alerts that were shown and not closed yet: what each is about, of which turns it tells, parted by
-- spaces, and the number that its notifier gave it.
CREATE TABLE on_screen (
  about    TEXT PRIMARY KEY,
  turns    TEXT NOT NULL,
  notifier TEXT NOT NULL,
  number   INTEGER NOT NULL,
  at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
