-- Version 10 to 11.

-- What it says is whether the entry goes the other way: a call that they missed, a favour received.
ALTER TABLE entry RENAME COLUMN missed TO other_way;
-- Of an alert, the touch that its turn was named by, as in decision.
ALTER TABLE outbox ADD COLUMN touch INTEGER;
UPDATE outbox SET touch = iif(substr(subject, instr(subject, '-') + 1, 1) = 'e',
  -CAST(substr(subject, instr(subject, '-') + 2) AS INTEGER),
  CAST(substr(subject, instr(subject, '-') + 1) AS INTEGER))
WHERE kind = 'alert';
