-- Turns keep what was known of each touch; they are derived, and computed again.
DROP TABLE turn;
CREATE TABLE turn (
  contact      INTEGER NOT NULL,
  touch        INTEGER NOT NULL,
  side         INTEGER NOT NULL,
  channel      INTEGER NOT NULL,
  start        INTEGER NOT NULL,
  opens_thread INTEGER NOT NULL,
  touches      BLOB NOT NULL,
  -- What was known of each touch when it was sent: the features that learning weighs.
  asks         BLOB NOT NULL,
  answered_at  INTEGER,
  answered_by  INTEGER,
  link         INTEGER,
  closed       INTEGER,
  PRIMARY KEY (contact, touch)
) STRICT, WITHOUT ROWID;
CREATE INDEX turn_waiting ON turn (start) WHERE answered_at IS NULL AND closed IS NULL;
UPDATE contact SET dirty = 1;
