/**
 * Version n of the queue's database is what the first n of these make of an empty file. Never change
 * one that was released: add the next.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE instances (
     hash TEXT PRIMARY KEY,
     sop_class TEXT NOT NULL,
     sop_instance TEXT NOT NULL,
     transfer_syntax TEXT NOT NULL,
     offset INTEGER NOT NULL,
     size INTEGER NOT NULL,
     patient TEXT NOT NULL,
     study TEXT NOT NULL,
     series TEXT NOT NULL,
     instance TEXT NOT NULL,
     in_spool INTEGER NOT NULL,
     entered_at INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX instances_by_instance ON instances (instance);
   CREATE INDEX instances_by_series ON instances (series);
   CREATE INDEX instances_by_study ON instances (study);
   CREATE INDEX instances_by_patient ON instances (patient);
   CREATE TABLE requests (
     id TEXT PRIMARY KEY,
     destination TEXT NOT NULL,
     priority INTEGER NOT NULL,
     is_permissive INTEGER NOT NULL,
     job TEXT,
     entered_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE items (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     request TEXT NOT NULL REFERENCES requests (id),
     destination TEXT NOT NULL,
     hash TEXT NOT NULL REFERENCES instances (hash),
     sop_instance TEXT NOT NULL,
     state INTEGER NOT NULL,
     attempts INTEGER NOT NULL,
     due_at INTEGER NOT NULL,
     is_alone INTEGER NOT NULL,
     warning TEXT,
     failure_code TEXT,
     failure_sentence TEXT,
     entered_at INTEGER NOT NULL,
     changed_at INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX items_by_request ON items (request, state, due_at);
   CREATE INDEX items_by_sop ON items (destination, sop_instance, state);
   CREATE INDEX items_by_state ON items (state, destination);
   CREATE INDEX items_by_hash ON items (hash, state);`,
  `ALTER TABLE items ADD COLUMN queued_at INTEGER NOT NULL DEFAULT 0;
   UPDATE items SET queued_at = entered_at;
   ALTER TABLE items ADD COLUMN came_from TEXT;
   CREATE INDEX items_by_age ON items (destination, queued_at) WHERE state = 0;
   ALTER TABLE requests ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE requests ADD COLUMN moved_to TEXT;
   ALTER TABLE requests ADD COLUMN moved_from TEXT;
   CREATE TABLE destinations (name TEXT PRIMARY KEY, is_paused INTEGER NOT NULL) STRICT;`,
  // A claim reads what waits in the order of entry and ends at its limit; what changes with each
  // acknowledgement stands in as few indexes as can be.
  `DROP INDEX items_by_request;
   CREATE INDEX items_by_request ON items (request, state);
   DROP INDEX items_by_sop;
   CREATE INDEX items_by_sop ON items (destination, sop_instance);
   DROP INDEX items_by_hash;
   CREATE INDEX items_by_hash ON items (hash);`,
  `CREATE TABLE taken_files (file TEXT PRIMARY KEY) STRICT;`,
  `ALTER TABLE items ADD COLUMN commitment INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE items ADD COLUMN transaction_uid TEXT;
   CREATE INDEX items_to_commit ON items (destination) WHERE commitment = 1;
   CREATE INDEX items_by_transaction ON items (transaction_uid) WHERE transaction_uid IS NOT NULL;
   CREATE TABLE transactions (
     uid TEXT PRIMARY KEY,
     destination TEXT NOT NULL,
     asked_at INTEGER NOT NULL,
     is_taken INTEGER NOT NULL
   ) STRICT;`,
  `ALTER TABLE requests ADD COLUMN is_queued INTEGER NOT NULL DEFAULT 1;`,
  // Something of an open request waits. Whatever changes items keeps it so: nobody can forget it.
  `ALTER TABLE requests ADD COLUMN is_open INTEGER NOT NULL DEFAULT 0;
   UPDATE requests SET is_open = 1 WHERE id IN (SELECT request FROM items WHERE state = 0);
   CREATE INDEX requests_open ON requests (is_open) WHERE is_open = 1;
   CREATE TRIGGER items_enter AFTER INSERT ON items WHEN new.state = 0 BEGIN
     UPDATE requests SET is_open = 1 WHERE id = new.request AND is_open = 0;
   END;
   CREATE TRIGGER items_wait AFTER UPDATE OF state, request ON items WHEN new.state = 0 BEGIN
     UPDATE requests SET is_open = 1 WHERE id = new.request AND is_open = 0;
   END;
   CREATE TRIGGER items_end AFTER UPDATE OF state, request ON items
   WHEN old.state = 0 AND (new.state <> 0 OR new.request <> old.request)
     AND NOT EXISTS (SELECT 1 FROM items WHERE request = old.request AND state = 0) BEGIN
     UPDATE requests SET is_open = 0 WHERE id = old.request;
   END;`,
  `CREATE INDEX instances_by_sop ON instances (sop_instance);`,
  // Which journal of acknowledgements is this database's, and up to which of it all stand here, too.
  `CREATE TABLE journal (generation INTEGER NOT NULL, applied INTEGER NOT NULL) STRICT;
   INSERT INTO journal (generation, applied) VALUES (-1, 0);`,
  // Hashes are in no order: each entry of an index of theirs is on a page of its own, and there is no page
  // in memory for it. Bytes have one UID, so whoever looks for a hash looks for that first.
  `DROP INDEX items_by_hash;
   DROP INDEX items_by_sop;
   CREATE INDEX items_by_sop ON items (sop_instance, destination);`,
  `ALTER TABLE instances ADD COLUMN is_cut INTEGER NOT NULL DEFAULT 0;`,
];
