-- Version 5 to 6.

-- What was fetched on the last day that anything was, days since 1970-01-01 UTC.
ALTER TABLE account ADD COLUMN fetched_on INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN fetched INTEGER NOT NULL DEFAULT 0;
