-- Version 17 to 18.

-- All is measured anew: a turn tells when each thing happened to it, and of each contact it is known
-- when less was known. So what was known at an earlier instant needs no mail.
DROP TABLE turn;
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
DELETE FROM history;
DELETE FROM in_touch;
CREATE TABLE hindsight (
  contact INTEGER NOT NULL,
  since   INTEGER NOT NULL,
  until   INTEGER NOT NULL,
  PRIMARY KEY (contact, since)
) STRICT, WITHOUT ROWID;
UPDATE contact SET dirty = 1;

-- How much mail there was is counted in it.
DROP INDEX IF EXISTS message_by_author;
CREATE INDEX message_by_author ON message (author, date, received, internal);
