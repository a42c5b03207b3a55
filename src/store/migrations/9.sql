-- Version 8 to 9.

-- Messages between me and a contact whose texts are still to be read.
CREATE TABLE unread_text (
  message INTEGER PRIMARY KEY,
  -- When it was sent.
  at      INTEGER NOT NULL
) STRICT;
CREATE INDEX unread_text_by_age ON unread_text (at);

-- The names of what is attached, a line each; known once the text is read.
ALTER TABLE message ADD COLUMN attachments TEXT;

UPDATE contact SET dirty = 1;
