-- What other programs send: which issue stands for which of their things, and what could not be read.

CREATE TABLE webhooks (
    workspace_id  text NOT NULL REFERENCES workspaces,
    -- In the URL; random, but no secret.
    webhook_id    text NOT NULL,
    kind          text NOT NULL,
    name          text NOT NULL,
    owner_id      uuid NOT NULL,
    -- Where cards of new issues go.
    channel_id    text,
    auth          text NOT NULL,
    sealed_secret bytea NOT NULL,
    -- Where in a generic body everything stands.
    mapping       jsonb NOT NULL DEFAULT '{}',
    request_key   text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, webhook_id),
    CONSTRAINT webhook_id_once UNIQUE (webhook_id),
    CONSTRAINT webhook_request_once UNIQUE (workspace_id, request_key),
    CONSTRAINT webhook_owner_exists FOREIGN KEY (workspace_id, owner_id) REFERENCES people,
    CONSTRAINT webhook_kind CHECK (kind IN ('generic', 'alertmanager', 'sentry', 'github')),
    CONSTRAINT webhook_auth CHECK (auth IN ('hmac', 'bearer')),
    CONSTRAINT webhook_name_length CHECK (char_length(name) BETWEEN 1 AND 50)
);

-- One row a thing that a sender tells about: the issue that stands for it, and what was last heard of it.
CREATE TABLE webhook_targets (
    workspace_id text NOT NULL,
    webhook_id   text NOT NULL,
    target_key   text NOT NULL,
    issue_id     uuid,
    is_open      boolean,
    -- The sender's time of what was last heard: older news change nothing.
    as_of        timestamptz,
    PRIMARY KEY (workspace_id, webhook_id, target_key),
    CONSTRAINT webhook_target_hook_exists FOREIGN KEY (workspace_id, webhook_id) REFERENCES webhooks ON DELETE CASCADE,
    CONSTRAINT webhook_target_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES issues ON DELETE CASCADE
);
CREATE INDEX webhook_targets_by_issue ON webhook_targets (workspace_id, issue_id) WHERE issue_id IS NOT NULL;

-- Deliveries that have an id, so that one that comes again is known; and, with their bodies, those that could
-- not be understood.
CREATE TABLE webhook_arrivals (
    workspace_id text NOT NULL,
    webhook_id   text NOT NULL,
    arrival_id   uuid NOT NULL DEFAULT uuid_v7(),
    delivery_key text NOT NULL,
    state        text NOT NULL,
    error        text,
    headers      jsonb,
    body         bytea,
    at           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, webhook_id, delivery_key),
    CONSTRAINT webhook_arrival_hook_exists FOREIGN KEY (workspace_id, webhook_id) REFERENCES webhooks ON DELETE CASCADE,
    CONSTRAINT webhook_arrival_state CHECK (state IN ('done', 'failed')),
    CONSTRAINT webhook_arrival_body CHECK ((state = 'failed') = (body IS NOT NULL))
);
CREATE INDEX webhook_arrivals_failed ON webhook_arrivals (workspace_id, webhook_id, at) WHERE state = 'failed';
CREATE INDEX webhook_arrivals_by_age ON webhook_arrivals (at);
