-- Version 14 to 15.

-- Whoever an imported entry was with, by what its export calls them: whichever of these is known.
CREATE TABLE counterpart (
  id      INTEGER PRIMARY KEY,
  phone   TEXT NOT NULL,
  url     TEXT NOT NULL,
  name    TEXT NOT NULL,
  contact INTEGER,
  UNIQUE (phone, url, name)
) STRICT;
CREATE INDEX counterpart_by_contact ON counterpart (contact) WHERE contact IS NOT NULL;

-- Calls and messages of other channels stand beside what was entered by hand; no number of an entry
-- is given twice.
CREATE TABLE new_entry (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  at     INTEGER NOT NULL,
  kind   TEXT NOT NULL,
  other_way INTEGER NOT NULL DEFAULT 0,
  text   TEXT NOT NULL DEFAULT '',
  made_at INTEGER NOT NULL,
  undone_at INTEGER,
  side   INTEGER NOT NULL DEFAULT 0,
  key    BLOB UNIQUE,
  counterpart  INTEGER REFERENCES counterpart (id),
  conversation INTEGER,
  cues   INTEGER,
  named  INTEGER
) STRICT;
INSERT INTO new_entry (id, at, kind, other_way, text, made_at, undone_at)
SELECT id, at, kind, other_way, text, made_at, undone_at FROM entry;
DROP TABLE entry;
ALTER TABLE new_entry RENAME TO entry;
CREATE INDEX entry_by_counterpart ON entry (counterpart) WHERE counterpart IS NOT NULL;

-- A profile has one form, whoever wrote its link.
UPDATE OR IGNORE identity SET value = lower(value)
WHERE kind = 'url' AND value LIKE 'https://www.linkedin.com/in/%';

-- Which kind of export said where somebody works; empty: it isn't known.
ALTER TABLE contact ADD COLUMN work_from TEXT NOT NULL DEFAULT '';

-- Where somebody works now, who worked elsewhere or as something else before.
CREATE TABLE news (
  id       INTEGER PRIMARY KEY,
  contact  INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  company  TEXT,
  position TEXT
) STRICT;
CREATE INDEX news_by_contact ON news (contact);

-- How something came in: from files, or by hand.
ALTER TABLE import ADD COLUMN kind TEXT NOT NULL DEFAULT 'files';

-- Each name that stands in From or, in mail of mine, in To or Cc; of mail that was stored before none
-- is known.
CREATE TABLE display_name (
  id   INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;
ALTER TABLE message ADD COLUMN author_name INTEGER;
ALTER TABLE recipient ADD COLUMN name INTEGER;

-- Which mail of LinkedIn's says that whom wrote there.
CREATE TABLE notice (
  message     INTEGER PRIMARY KEY,
  counterpart INTEGER NOT NULL REFERENCES counterpart (id)
) STRICT;
CREATE INDEX notice_by_counterpart ON notice (counterpart);

-- Names, and LinkedIn's own mail, stand in headers that nobody looked at before: they are read once
-- more. Calls are returned by calling, and everybody is measured anew.
UPDATE folder SET uidvalidity = 0
WHERE account IN (SELECT id FROM account WHERE kind <> 'archive');
UPDATE contact SET dirty = 1;

-- Whether anybody needn't be measured is asked for each of a million messages.
CREATE INDEX contact_measured ON contact (id) WHERE dirty = 0;
