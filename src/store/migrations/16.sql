-- Version 15 to 16.

-- When an account that failed is tried again.
ALTER TABLE account ADD COLUMN next_attempt INTEGER;
