-- Version 13 to 14.

-- Commands that came by mail, each once: for the digest of which week, and in which words. Without a
-- week: what was refused, by its subject.
CREATE TABLE mailed_command (
  week  TEXT NOT NULL,
  words TEXT NOT NULL,
  at    INTEGER NOT NULL,
  PRIMARY KEY (week, words)
) STRICT, WITHOUT ROWID;

-- Alerts that were shown and not closed yet: what each is about, and the number that its notifier
-- gave it.
CREATE TABLE on_screen (
  subject  TEXT PRIMARY KEY,
  notifier TEXT NOT NULL,
  number   INTEGER NOT NULL,
  at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When an account was reached last.
ALTER TABLE account ADD COLUMN reached INTEGER;
