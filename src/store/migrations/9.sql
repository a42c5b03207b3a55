-- Version 8 to 9.

-- In which folders copies lie of messages between me and a contact whose texts are still to be
-- read.
CREATE TABLE unread_text (
  folder  INTEGER NOT NULL,
  -- When it was sent.
  at      INTEGER NOT NULL,
  message INTEGER NOT NULL,
  PRIMARY KEY (folder, at, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX unread_text_by_message ON unread_text (message);
CREATE TRIGGER unread_copy_goes AFTER DELETE ON instance BEGIN
  DELETE FROM unread_text WHERE message = OLD.message AND folder = OLD.folder;
END;

-- The names of what is attached, a line each; known once the text is read.
ALTER TABLE message ADD COLUMN attachments TEXT;

UPDATE contact SET dirty = 1;
