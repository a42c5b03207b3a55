-- Version 7 to 8.

-- What a text says has a place of its own; what was read before said other things.
ALTER TABLE message ADD COLUMN cues INTEGER;
ALTER TABLE message ADD COLUMN named INTEGER;
UPDATE message SET traits = traits & ~(255 << 20) WHERE traits & (255 << 20) <> 0;

-- The place in To. Of several nobody knows any more who came first.
ALTER TABLE recipient RENAME COLUMN role TO place;
UPDATE recipient SET place = CASE
  WHEN place = 0 THEN 32767
  WHEN (SELECT to_count FROM message WHERE id = recipient.message) > 1 THEN 2
  ELSE 1 END;

-- Turns keep what says whether each message asks for an answer; they are derived, and computed
-- again.
DROP TABLE turn;
CREATE TABLE turn (
  contact      INTEGER NOT NULL,
  touch        INTEGER NOT NULL,
  side         INTEGER NOT NULL,
  channel      INTEGER NOT NULL,
  start        INTEGER NOT NULL,
  opens_thread INTEGER NOT NULL,
  touches      BLOB NOT NULL,
  -- When each message was sent, and what says whether it asks for an answer.
  asks         BLOB NOT NULL,
  answered_at  INTEGER,
  answered_by  INTEGER,
  link         INTEGER,
  closed       INTEGER,
  -- The user said that it asks for an answer.
  wanted       INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (contact, touch)
) STRICT, WITHOUT ROWID;
CREATE INDEX turn_waiting ON turn (start) WHERE answered_at IS NULL AND closed IS NULL;

-- What was learned from who answers is forgotten.
DELETE FROM setting WHERE key = 'population';

-- What the user said so far holds for its turns and teaches nothing.
INSERT INTO setting (key, value)
SELECT 'said_before', CAST(coalesce(max(id), 0) AS TEXT) FROM decision;

UPDATE contact SET dirty = 1;
