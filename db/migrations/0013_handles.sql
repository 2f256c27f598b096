-- The names people go by in Slack besides their full name, and rows that an import could not take, on their way back.

-- Handle and display name: what other trackers' files often call the same person.
ALTER TABLE people ADD COLUMN handles text[] NOT NULL DEFAULT '{}';

-- The rows of one import that failed, as CSV in parts: written with what came of the import, and taken away once
-- they are in Slack. So they come back whoever is there to send them.
CREATE TABLE import_leftovers (
    workspace_id text NOT NULL,
    import_id    uuid NOT NULL,
    part         integer NOT NULL,
    rows         bytea NOT NULL,
    written_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, import_id, part),
    CONSTRAINT import_leftover_import_exists FOREIGN KEY (workspace_id, import_id) REFERENCES imports ON DELETE CASCADE
);
