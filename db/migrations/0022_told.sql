-- The last message that told somebody of one issue: what happens to it a moment later goes into that message,
-- while nothing newer stands in the conversation.
CREATE TABLE told (
    workspace_id text NOT NULL,
    person_id    uuid NOT NULL,
    issue_id     uuid NOT NULL,
    -- Of the outbox row that posted it.
    told_key     text NOT NULL,
    kinds        text[] NOT NULL,
    -- The fields that changed, as they are now.
    after        jsonb NOT NULL,
    actors       uuid[] NOT NULL,
    said         text,
    said_by      uuid,
    comments     integer NOT NULL,
    -- Each addition is one more: what the message shows is compared with it.
    state        integer NOT NULL DEFAULT 1,
    shown        integer NOT NULL DEFAULT 1,
    told_at      timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, person_id),
    CONSTRAINT told_person_exists FOREIGN KEY (workspace_id, person_id) REFERENCES people,
    CONSTRAINT told_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES issues ON DELETE CASCADE
);
CREATE INDEX told_by_issue ON told (workspace_id, issue_id);
-- Whether anything newer was said to somebody.
CREATE INDEX outbox_to_people ON outbox (workspace_id, channel_id, outbox_id) WHERE left(channel_id, 1) IN ('U', 'W');
