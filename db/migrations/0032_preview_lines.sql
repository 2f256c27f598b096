-- Messages that show issues because somebody named these, or linked to them: for a while they follow what becomes of them.

-- One row an issue that the message shows, in the order of `place`. The message is no home of theirs.
CREATE TABLE preview_lines (
    workspace_id text NOT NULL,
    channel_id   text NOT NULL,
    message_ts   text NOT NULL,
    place        smallint NOT NULL,
    issue_id     uuid NOT NULL,
    -- The link in a person's message that it is shown behind. Null: a line of a message of the bot's.
    url          text,
    -- A digest of what the line says; empty while it says nothing.
    shown        text NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, channel_id, message_ts, place),
    CONSTRAINT preview_line_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES issues ON DELETE CASCADE
);
CREATE INDEX preview_lines_by_issue ON preview_lines (workspace_id, issue_id, created_at);
CREATE INDEX preview_lines_by_age ON preview_lines (created_at);

-- preview: posts the lines of the issues that `payload` names as these are by then.
ALTER TABLE outbox DROP CONSTRAINT outbox_kind,
    ADD CONSTRAINT outbox_kind CHECK (kind IN ('message', 'card', 'comment', 'preview', 'refresh'));
