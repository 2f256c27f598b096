-- What arrives from Slack once, and what is sent to Slack once, in order, at Slack's pace.

-- Deliveries of events. A claim without an end, a minute old, was a replica that died over it.
CREATE TABLE deliveries (
    workspace_id text NOT NULL,
    delivery_key text NOT NULL,
    claimed_at   timestamptz NOT NULL DEFAULT now(),
    done_at      timestamptz,
    PRIMARY KEY (workspace_id, delivery_key)
);
CREATE INDEX deliveries_by_age ON deliveries (claimed_at);

-- One row a message to be sent. `channel_id` may be a person's id: a direct message.
CREATE TABLE outbox (
    workspace_id text NOT NULL REFERENCES workspaces,
    outbox_id    bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    channel_id   text NOT NULL,
    -- message: `payload` is what chat.postMessage takes; card: posts the issue's card; refresh: updates one.
    kind         text NOT NULL,
    payload      jsonb NOT NULL DEFAULT '{}',
    issue_id     uuid,
    -- Who is told when it cannot be delivered.
    owner_id     uuid,
    -- While one waits untried, another with the same key is not needed.
    coalesce_key text,
    state        text NOT NULL DEFAULT 'waiting',
    attempts     integer NOT NULL DEFAULT 0,
    not_before   timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- Set before the first call: from then on its outcome is unknown until it is settled.
    tried_at     timestamptz,
    settled_at   timestamptz,
    sent_channel text,
    sent_ts      text,
    error        text,
    PRIMARY KEY (workspace_id, outbox_id),
    CONSTRAINT outbox_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES issues ON DELETE CASCADE,
    CONSTRAINT outbox_kind CHECK (kind IN ('message', 'card', 'refresh')),
    CONSTRAINT outbox_state CHECK (state IN ('waiting', 'sent', 'failed', 'dropped'))
);
CREATE INDEX outbox_waiting ON outbox (workspace_id, channel_id, (kind = 'refresh'), outbox_id) WHERE state = 'waiting';
CREATE UNIQUE INDEX outbox_coalesce ON outbox (workspace_id, channel_id, coalesce_key) WHERE state = 'waiting' AND attempts = 0 AND coalesce_key IS NOT NULL;
CREATE INDEX outbox_settled ON outbox (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX outbox_by_key ON outbox (workspace_id, coalesce_key, created_at) WHERE coalesce_key IS NOT NULL;

-- Who sends to a channel now. A sender that dies lets go of it by the clock.
CREATE TABLE channel_senders (
    workspace_id text NOT NULL,
    channel_id   text NOT NULL,
    sender       uuid,
    held_until   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, channel_id)
);

-- How fast: `due_at` is the theoretical arrival time of the generic cell rate algorithm.
-- `lane` is a method, or a channel for what is posted into it.
CREATE TABLE send_pace (
    workspace_id  text NOT NULL,
    lane          text NOT NULL,
    due_at        timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (workspace_id, lane)
);
