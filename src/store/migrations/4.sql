-- Version 3 to 4.

-- When a folder's copies were last compared with the server's, all of them.
ALTER TABLE folder ADD COLUMN reconciled_at INTEGER;
