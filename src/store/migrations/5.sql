-- Version 4 to 5.

-- A million copies can't be counted each time somebody asks.
ALTER TABLE account ADD COLUMN messages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE folder ADD COLUMN messages INTEGER NOT NULL DEFAULT 0;

UPDATE folder SET messages = (
  SELECT count(*) FROM instance i WHERE i.folder = folder.id AND i.uidvalidity = folder.uidvalidity);
UPDATE account SET messages = (
  SELECT count(DISTINCT i.message) FROM instance i JOIN folder f ON f.id = i.folder
  WHERE f.account = account.id AND f.retired = 0);

-- The counts of folder and account.
CREATE TRIGGER copy_comes AFTER INSERT ON instance BEGIN
  UPDATE folder SET messages = messages + 1
  WHERE id = NEW.folder AND uidvalidity = NEW.uidvalidity;
  UPDATE account SET messages = messages + 1
  WHERE id = (SELECT account FROM folder WHERE id = NEW.folder AND retired = 0)
    AND 1 = (SELECT count(*) FROM instance i JOIN folder f ON f.id = i.folder
             WHERE i.message = NEW.message AND f.account = account.id AND f.retired = 0);
END;
CREATE TRIGGER copy_goes AFTER DELETE ON instance BEGIN
  UPDATE folder SET messages = messages - 1
  WHERE id = OLD.folder AND uidvalidity = OLD.uidvalidity;
  UPDATE account SET messages = messages - 1
  WHERE id = (SELECT account FROM folder WHERE id = OLD.folder AND retired = 0)
    AND NOT EXISTS (SELECT 1 FROM instance i JOIN folder f ON f.id = i.folder
                    WHERE i.message = OLD.message AND f.account = account.id AND f.retired = 0);
END;
CREATE TRIGGER copy_becomes_another AFTER UPDATE OF message ON instance
WHEN OLD.message <> NEW.message BEGIN
  UPDATE account SET messages = (
    SELECT count(DISTINCT i.message) FROM instance i JOIN folder f ON f.id = i.folder
    WHERE f.account = account.id AND f.retired = 0)
  WHERE id = (SELECT account FROM folder WHERE id = NEW.folder);
END;
CREATE TRIGGER folder_starts_over AFTER UPDATE OF uidvalidity ON folder
WHEN OLD.uidvalidity <> NEW.uidvalidity BEGIN
  UPDATE folder SET messages = (
    SELECT count(*) FROM instance i WHERE i.folder = NEW.id AND i.uidvalidity = NEW.uidvalidity)
  WHERE id = NEW.id;
END;
CREATE TRIGGER folder_retires AFTER UPDATE OF retired ON folder
WHEN OLD.retired <> NEW.retired BEGIN
  UPDATE account SET messages = (
    SELECT count(DISTINCT i.message) FROM instance i JOIN folder f ON f.id = i.folder
    WHERE f.account = account.id AND f.retired = 0)
  WHERE id = NEW.account;
END;
