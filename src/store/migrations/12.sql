-- Version 11 to 12.

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
-- Derived. When either side was in touch, in order: seconds since 1970, four bytes each.
CREATE TABLE in_touch (
  contact INTEGER PRIMARY KEY,
  times   BLOB NOT NULL
) STRICT;
-- It is mine and requests something.
ALTER TABLE turn ADD COLUMN requests INTEGER NOT NULL DEFAULT 0;
CREATE INDEX turn_requests ON turn (start) WHERE requests = 1;
UPDATE contact SET dirty = 1;
-- What all contacts teach is learned again, and with it what stands in the ledger.
DELETE FROM setting WHERE key = 'population';
