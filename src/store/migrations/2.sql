-- Version 1 to 2: notices of absence pause their author's clock.

ALTER TABLE message ADD COLUMN back_on TEXT;

CREATE TABLE absence (
  contact INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  back_on TEXT,
  ended   INTEGER,
  PRIMARY KEY (contact, at)
) STRICT, WITHOUT ROWID;

UPDATE contact SET dirty = 1;
