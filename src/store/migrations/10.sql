-- Version 9 to 10.

-- What a list says of who wrote its mail is believed by what has come through it.
CREATE TABLE list (
  id       INTEGER PRIMARY KEY,
  -- What List-Id calls it, and the address that takes its posts; either may be empty.
  name     TEXT NOT NULL,
  post     TEXT NOT NULL,
  -- When its first mail arrived, and its last.
  first    INTEGER,
  last     INTEGER,
  believed INTEGER NOT NULL DEFAULT 0,
  -- More is known of it than when that was decided.
  due      INTEGER NOT NULL DEFAULT 1,
  UNIQUE (name, post)
) STRICT;
CREATE INDEX list_by_post ON list (post) WHERE believed = 0;
CREATE INDEX list_due ON list (id) WHERE due = 1;
-- As many as it takes to believe it.
CREATE TABLE list_author (
  list   INTEGER NOT NULL,
  author INTEGER NOT NULL,
  PRIMARY KEY (list, author)
) STRICT, WITHOUT ROWID;
-- Of messages whose author nothing but a list vouches for: through which they came, and whom it
-- names as the author where its own address stands in From.
CREATE TABLE through_list (
  message INTEGER NOT NULL,
  list    INTEGER NOT NULL,
  claimed INTEGER,
  PRIMARY KEY (message, list)
) STRICT, WITHOUT ROWID;
CREATE INDEX through_list_by_list ON through_list (list);

-- By what names the servers of an account's mail sign what they find out about its senders.
CREATE TABLE authserv (
  account INTEGER NOT NULL,
  id      TEXT NOT NULL,
  mails   INTEGER NOT NULL,
  PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;
ALTER TABLE account ADD COLUMN authserv_id TEXT NOT NULL DEFAULT '';

-- Its references join threads.
ALTER TABLE message ADD COLUMN tied INTEGER NOT NULL DEFAULT 1;
-- What a digest of mine bears, to be known again by.
ALTER TABLE message ADD COLUMN digest_token TEXT;

-- Whether its mail's references join threads has to be decided again.
ALTER TABLE address ADD COLUMN ties_due INTEGER NOT NULL DEFAULT 0;
CREATE INDEX address_ties_due ON address (id) WHERE ties_due = 1;
CREATE TRIGGER identity_comes AFTER INSERT ON identity WHEN NEW.address IS NOT NULL BEGIN
  UPDATE address SET ties_due = 1 WHERE id = NEW.address;
END;
CREATE TRIGGER identity_goes AFTER DELETE ON identity WHEN OLD.address IS NOT NULL BEGIN
  UPDATE address SET ties_due = 1 WHERE id = OLD.address;
END;
UPDATE address SET ties_due = 1;

-- Whoever has my word alone for it is not me.
UPDATE message SET author = NULL
WHERE traits & 262144 AND author IN (SELECT id FROM address WHERE mine = 1);

CREATE INDEX contact_by_name ON contact (name);

-- What an import did, part by part, as JSON: each is written with what it did.
CREATE TABLE import_step (
  id     INTEGER PRIMARY KEY,
  import INTEGER NOT NULL,
  undo   TEXT NOT NULL
) STRICT;
CREATE INDEX import_step_by_import ON import_step (import);
INSERT INTO import_step (import, undo) SELECT id, undo FROM import WHERE undone_at IS NULL;
ALTER TABLE import DROP COLUMN undo;

-- What nobody looked at before stands in the headers: they are read once more.
UPDATE folder SET uidvalidity = 0
WHERE account IN (SELECT id FROM account WHERE kind <> 'archive');
UPDATE contact SET dirty = 1;
