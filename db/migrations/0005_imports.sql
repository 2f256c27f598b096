-- Files that became issues: what was asked, how far it is, what came of it, and which row is which issue.

CREATE TABLE imports (
    workspace_id text NOT NULL REFERENCES workspaces,
    import_id    uuid NOT NULL DEFAULT uuid_v7(),
    state        text NOT NULL DEFAULT 'reading',
    -- Null: a program with no person behind it.
    asked_by     uuid,
    locale       text NOT NULL DEFAULT 'en',
    file_id      text NOT NULL,
    file_name    text NOT NULL DEFAULT '',
    file_size    bigint NOT NULL DEFAULT 0,
    -- Where it was shared, and the message that shows how it stands.
    channel_id   text,
    thread_ts    text,
    message_ts   text,
    inspection   jsonb,
    mapping      jsonb,
    survey       jsonb,
    outcome      jsonb,
    -- {"phase", "done", "total", "rate"}: written by the one that runs it, outside its transaction.
    progress     jsonb NOT NULL DEFAULT '{}',
    -- How often it was begun: more than once means that a process died over it.
    attempts     integer NOT NULL DEFAULT 0,
    -- Made ahead of the issues, so that nobody waits for the import to use a label of the same name;
    -- taken away again when the import does not come to pass.
    made_labels  uuid[] NOT NULL DEFAULT '{}',
    made_people  uuid[] NOT NULL DEFAULT '{}',
    change_id    uuid,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, import_id),
    CONSTRAINT import_asker_exists FOREIGN KEY (workspace_id, asked_by) REFERENCES people,
    CONSTRAINT import_change_exists FOREIGN KEY (workspace_id, change_id) REFERENCES changes,
    CONSTRAINT import_state CHECK (state IN (
        'reading', 'ready', 'queued', 'running', 'cancelling', 'done', 'cancelled', 'failed', 'undone'))
);
-- One upload tells of itself more than once.
CREATE UNIQUE INDEX import_file_once ON imports (workspace_id, file_id, channel_id) NULLS NOT DISTINCT;
CREATE INDEX imports_by_change ON imports (workspace_id, change_id) WHERE change_id IS NOT NULL;

-- How files with this header were mapped the last time.
CREATE TABLE import_mappings (
    workspace_id text NOT NULL REFERENCES workspaces,
    header_id    text NOT NULL,
    mapping      jsonb NOT NULL,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, header_id)
);

-- By `source_key` (tracker and id there, or the row's content) a row is known again, whoever imports it.
-- The key is taken before the issue is written, so that of two imports at once one waits for the other:
-- hence no foreign key to issues, which are never deleted but marked.
CREATE TABLE imported_issues (
    workspace_id text NOT NULL REFERENCES workspaces,
    source_key   uuid NOT NULL,
    issue_id     uuid NOT NULL,
    import_id    uuid NOT NULL,
    PRIMARY KEY (workspace_id, source_key)
);
