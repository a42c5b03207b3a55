-- Version 16 to 17.

-- All turns with a contact once more, packed: they are measured anew, and written to both.
CREATE TABLE history (
  part  INTEGER PRIMARY KEY,
  turns BLOB NOT NULL
) STRICT;
UPDATE contact SET dirty = 1;
