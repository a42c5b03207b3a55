-- Version 1 to 2.

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

-- Notices of absence pause their author's clock.

ALTER TABLE message ADD COLUMN back_on TEXT;

CREATE TABLE absence (
  contact INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  back_on TEXT,
  ended   INTEGER,
  PRIMARY KEY (contact, at)
) STRICT, WITHOUT ROWID;

UPDATE contact SET dirty = 1;
