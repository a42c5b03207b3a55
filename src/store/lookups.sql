-- What measuring looks up of a message, its parent and its answers stands in the index. A first load
-- leaves these out and builds them at its end: see first_load.rs.

CREATE INDEX IF NOT EXISTS message_by_author ON message (author, date, received, internal);
CREATE INDEX IF NOT EXISTS message_by_id_hash ON message (id_hash, author);
CREATE INDEX IF NOT EXISTS message_by_parent ON message (parent, author) WHERE parent IS NOT NULL;
