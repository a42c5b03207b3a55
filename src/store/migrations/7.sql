-- Version 6 to 7.

-- Copies that come are counted by who stores them, many at once.
DROP TRIGGER copy_comes;
