-- Version 2 to 3.

-- What measuring looks up of a message's parent, its answers and its copies stands in the index.
DROP INDEX message_by_id_hash;
DROP INDEX message_by_parent;
DROP INDEX instance_by_message;
CREATE INDEX message_by_id_hash ON message (id_hash, author);
CREATE INDEX message_by_parent ON message (parent, author) WHERE parent IS NOT NULL;
CREATE INDEX instance_by_message ON instance (message, flags);
