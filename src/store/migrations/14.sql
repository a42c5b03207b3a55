-- Version 13 to 14.

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

-- When an account was reached last.
ALTER TABLE account ADD COLUMN reached INTEGER;

-- Whether an alert was shown again, as nobody had seen it.
ALTER TABLE outbox ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
