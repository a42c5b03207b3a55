-- Version 12 to 13.

-- Of a bounce: the addresses that it shows to be dead, parted by spaces; NULL: it doesn't say.
ALTER TABLE message ADD COLUMN dead_addresses TEXT;
-- What was read isn't read again, and may have been a delay or a full mailbox.
UPDATE message SET dead_addresses = '' WHERE traits & 4 AND cues IS NOT NULL;
CREATE INDEX message_bounces ON message (id) WHERE traits & 4;
INSERT OR IGNORE INTO unread_text (folder, at, message)
SELECT i.folder, coalesce(m.internal, m.received, m.date), m.id
FROM message m JOIN instance i ON i.message = m.id
  JOIN folder f ON f.id = i.folder JOIN account a ON a.id = f.account
WHERE m.traits & 4 AND m.cues IS NULL AND a.kind <> 'archive' AND f.role <> 'junk'
  AND coalesce(m.internal, m.received, m.date) IS NOT NULL
  AND EXISTS (SELECT 1 FROM setting WHERE key = 'text' AND value = 'cues');
-- Derived. Mail to it came back, first so, and none had come from it since.
CREATE TABLE dead_address (
  address INTEGER PRIMARY KEY,
  since   INTEGER NOT NULL
) STRICT;
-- The last signs of either side.
ALTER TABLE in_touch ADD COLUMN from_them INTEGER;
ALTER TABLE in_touch ADD COLUMN from_me INTEGER;
UPDATE contact SET dirty = 1;
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
