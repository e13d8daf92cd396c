-- An event is never changed once stored; of its content only the erasing of a person is let through.
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER event_no_replace BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
OR EXISTS (SELECT 1 FROM event WHERE connection_id = NEW.connection_id AND external_id = NEW.external_id)
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER content_no_update BEFORE UPDATE ON content
WHEN NEW.bytes IS NOT NULL OR NEW.salt IS NOT OLD.salt OR NEW.digest IS NOT OLD.digest OR NEW.id IS NOT OLD.id
BEGIN SELECT RAISE(ABORT, 'content is never changed, only erased'); END;
