-- Where other programs are told of what happens here, and what they are still to be told.

CREATE TABLE outgoing_webhooks (
    workspace_id  text NOT NULL REFERENCES workspaces,
    webhook_id    text NOT NULL,
    name          text NOT NULL,
    url           text NOT NULL,
    owner_id      uuid NOT NULL,
    sealed_secret bytea NOT NULL,
    -- Set when it was switched off after lasting failure.
    off_at        timestamptz,
    request_key   text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, webhook_id),
    CONSTRAINT outgoing_request_once UNIQUE (workspace_id, request_key),
    CONSTRAINT outgoing_owner_exists FOREIGN KEY (workspace_id, owner_id) REFERENCES people,
    CONSTRAINT outgoing_name_length CHECK (char_length(name) BETWEEN 1 AND 50),
    CONSTRAINT outgoing_url_length CHECK (char_length(url) BETWEEN 8 AND 2000)
);

-- One row an event and webhook. Of one issue the oldest goes first; while it fails, the later ones wait.
CREATE TABLE outgoing_sends (
    workspace_id  text NOT NULL,
    webhook_id    text NOT NULL,
    send_id       bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    issue_id      uuid NOT NULL,
    message_id    uuid NOT NULL DEFAULT uuid_v7(),
    kind          text NOT NULL,
    body          text NOT NULL,
    state         text NOT NULL DEFAULT 'waiting',
    attempts      integer NOT NULL DEFAULT 0,
    not_before    timestamptz NOT NULL DEFAULT now(),
    -- A replica that died while sending lets go of it by the clock.
    claimed_until timestamptz,
    outcome       text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    settled_at    timestamptz,
    PRIMARY KEY (workspace_id, webhook_id, send_id),
    CONSTRAINT outgoing_send_hook_exists FOREIGN KEY (workspace_id, webhook_id)
        REFERENCES outgoing_webhooks ON DELETE CASCADE,
    CONSTRAINT outgoing_send_state CHECK (state IN ('waiting', 'sent', 'failed'))
);
CREATE INDEX outgoing_sends_waiting ON outgoing_sends (workspace_id, webhook_id, issue_id, send_id)
    WHERE state = 'waiting';
CREATE INDEX outgoing_sends_settled ON outgoing_sends (settled_at) WHERE settled_at IS NOT NULL;
