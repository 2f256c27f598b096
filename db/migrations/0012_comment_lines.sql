-- Where comments stand in Slack, so that an edit or a deletion is followed wherever one is read.

-- One row a message that shows a comment: a line the bot said, or the person's own message.
CREATE TABLE comment_lines (
    workspace_id text NOT NULL,
    channel_id   text NOT NULL,
    message_ts   text NOT NULL,
    comment_id   uuid NOT NULL,
    -- The message that began the thread it stands in.
    thread_ts    text NOT NULL,
    -- The person's own message: only they can change it.
    own          boolean NOT NULL DEFAULT false,
    -- What it says: the digest of a body, or nothing where it says that the comment was deleted.
    shown        text NOT NULL,
    PRIMARY KEY (workspace_id, channel_id, message_ts),
    CONSTRAINT comment_line_comment_exists
        FOREIGN KEY (workspace_id, comment_id) REFERENCES comments ON DELETE CASCADE
);
CREATE INDEX comment_lines_by_comment ON comment_lines (workspace_id, comment_id);

INSERT INTO comment_lines (workspace_id, channel_id, message_ts, comment_id, thread_ts, own, shown)
SELECT c.workspace_id, c.slack_channel_id, c.slack_ts, c.comment_id, h.thread_ts, true, md5(c.body)
FROM comments c
JOIN events e ON e.workspace_id = c.workspace_id AND e.issue_id = c.issue_id AND e.kind = 'commented'
    AND e.after ->> 'comment_id' = c.comment_id::text
JOIN changes h ON h.workspace_id = e.workspace_id AND h.change_id = e.change_id
WHERE c.slack_ts IS NOT NULL AND c.deleted_at IS NULL AND h.thread_ts IS NOT NULL
ON CONFLICT DO NOTHING;

-- A card may itself stand in a thread: what is said of its issue is said there. Null: the card began its thread.
ALTER TABLE cards ADD COLUMN thread_ts text;

-- comment: posts the comment `payload` names as it is by then.
ALTER TABLE outbox DROP CONSTRAINT outbox_kind,
    ADD CONSTRAINT outbox_kind CHECK (kind IN ('message', 'card', 'comment', 'refresh'));
