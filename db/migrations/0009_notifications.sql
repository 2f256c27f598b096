-- Who is told what: people by direct message, channels by query; and what a channel wants of the bot.

-- What a person is to be told of one issue, gathered until it is due: a burst becomes one message.
CREATE TABLE notices (
    workspace_id text NOT NULL,
    person_id    uuid NOT NULL,
    issue_id     uuid NOT NULL,
    -- Why they are told: assigned, mentioned, comments, status, changes.
    kinds        text[] NOT NULL,
    -- The fields that others changed: as they were before the first change, and after the last.
    before       jsonb NOT NULL DEFAULT '{}',
    after        jsonb NOT NULL DEFAULT '{}',
    -- Null in it: a program.
    actors       uuid[] NOT NULL,
    -- The last thing somebody wrote, for those it is news to, and who that was.
    said         text,
    said_by      uuid,
    comments     integer NOT NULL DEFAULT 0,
    first_at     timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, person_id, issue_id),
    CONSTRAINT notice_person_exists FOREIGN KEY (workspace_id, person_id) REFERENCES people,
    CONSTRAINT notice_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES issues ON DELETE CASCADE
);
CREATE INDEX notices_by_due ON notices (due_at);

-- A channel that follows what a query finds.
CREATE TABLE subscriptions (
    workspace_id    text NOT NULL REFERENCES workspaces,
    subscription_id uuid NOT NULL DEFAULT uuid_v7(),
    channel_id      text NOT NULL,
    -- Whose `me` the query means, and who is told when Slack refuses.
    owner_id        uuid NOT NULL,
    query           text NOT NULL,
    -- matches, status, comments
    events          text[] NOT NULL,
    -- Where what happens later is said: under the issue's card, or in the channel itself.
    place           text NOT NULL DEFAULT 'thread',
    paused_why      text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, subscription_id),
    CONSTRAINT subscription_owner_exists FOREIGN KEY (workspace_id, owner_id) REFERENCES people,
    CONSTRAINT subscription_place CHECK (place IN ('thread', 'channel'))
);
CREATE UNIQUE INDEX subscription_once ON subscriptions (workspace_id, channel_id, query);

-- What a subscription has announced: an issue that leaves and comes back is not new again.
CREATE TABLE subscription_matches (
    workspace_id    text NOT NULL,
    subscription_id uuid NOT NULL,
    issue_id        uuid NOT NULL,
    PRIMARY KEY (workspace_id, subscription_id, issue_id),
    CONSTRAINT subscription_match_subscription_exists
        FOREIGN KEY (workspace_id, subscription_id) REFERENCES subscriptions ON DELETE CASCADE,
    CONSTRAINT subscription_match_issue_exists
        FOREIGN KEY (workspace_id, issue_id) REFERENCES issues ON DELETE CASCADE
);
CREATE INDEX subscription_matches_by_issue ON subscription_matches (workspace_id, issue_id);

-- How the bot behaves in one channel; what is not set is as everywhere.
CREATE TABLE channel_settings (
    workspace_id text NOT NULL REFERENCES workspaces,
    channel_id   text NOT NULL,
    settings     jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (workspace_id, channel_id)
);

-- When an issue was last shown in a thread because somebody named it.
CREATE TABLE previews (
    workspace_id text NOT NULL,
    channel_id   text NOT NULL,
    thread_ts    text NOT NULL,
    issue_id     uuid NOT NULL,
    shown_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, channel_id, thread_ts, issue_id),
    CONSTRAINT preview_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES issues ON DELETE CASCADE
);
CREATE INDEX previews_by_age ON previews (shown_at);
CREATE INDEX previews_by_issue ON previews (workspace_id, issue_id);
