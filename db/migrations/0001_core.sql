-- Workspaces, people, issues, labels, comments, watchers, and the record of every change.
-- The workspace stands first in every key, so that no row can point across workspaces.

-- One number sequence a workspace lives here (see create_workspace): a sequence never makes
-- two creates wait for each other, at the price of a gap when a create is rolled back.
CREATE SCHEMA numbers;

-- UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random bits. Built in only from PostgreSQL 18 on.
CREATE FUNCTION uuid_v7(moment timestamptz DEFAULT clock_timestamp()) RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN encode(
    set_bit(set_bit(
        overlay(uuid_send(gen_random_uuid())
                placing substring(int8send((extract(epoch FROM moment) * 1000)::bigint) FROM 3)
                FROM 1 FOR 6),
        52, 1), 53, 1),
    'hex')::uuid;

-- Rules about one value are domains: a CHECK on the table says the same, but is parsed anew in every
-- statement that writes, which made filing an issue a fifth slower.
CREATE DOMAIN issue_title AS text CONSTRAINT issue_title_length CHECK (char_length(VALUE) BETWEEN 1 AND 255);
CREATE DOMAIN issue_description AS text CONSTRAINT issue_description_length CHECK (char_length(VALUE) <= 40000);
CREATE DOMAIN issue_status AS text CONSTRAINT issue_status CHECK (VALUE IN ('open', 'in_progress', 'closed'));
CREATE DOMAIN issue_close_reason AS text
    CONSTRAINT issue_close_reason CHECK (VALUE IN ('completed', 'not_planned', 'duplicate'));
CREATE DOMAIN issue_priority AS smallint CONSTRAINT issue_priority CHECK (VALUE BETWEEN 1 AND 5);
CREATE DOMAIN change_source AS text
    CONSTRAINT change_source CHECK (VALUE IN ('slack', 'api', 'webhook', 'import', 'system'));
CREATE DOMAIN request_key AS text CONSTRAINT request_key_length CHECK (char_length(VALUE) BETWEEN 1 AND 255);

CREATE TABLE workspaces (
    workspace_id   text PRIMARY KEY,
    name           text NOT NULL DEFAULT '',
    key_prefix     text NOT NULL DEFAULT 'LDG',
    search_config  regconfig NOT NULL DEFAULT 'english',
    timezone       text NOT NULL DEFAULT 'UTC',
    settings       jsonb NOT NULL DEFAULT '{}',
    created_at     timestamptz NOT NULL DEFAULT now(),
    uninstalled_at timestamptz,
    CONSTRAINT workspace_id_form CHECK (workspace_id ~ '^[TE][A-Z0-9]{1,30}$'),
    CONSTRAINT workspace_key_prefix_form CHECK (key_prefix ~ '^[A-Z][A-Z0-9]{0,9}$')
);

CREATE FUNCTION create_workspace(id text, workspace_name text DEFAULT '') RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO workspaces (workspace_id, name) VALUES (id, workspace_name)
    ON CONFLICT (workspace_id) DO NOTHING;
    IF FOUND THEN
        EXECUTE format('CREATE SEQUENCE IF NOT EXISTS numbers.%I AS bigint', id);
    END IF;
END
$$;

CREATE FUNCTION next_number(id text) RETURNS bigint
LANGUAGE sql VOLATILE
RETURN nextval(('numbers.' || quote_ident(id))::regclass);

CREATE TABLE people (
    workspace_id  text NOT NULL REFERENCES workspaces,
    person_id     uuid NOT NULL DEFAULT uuid_v7(),
    slack_user_id text,
    name          text NOT NULL,
    email         text,
    role          text NOT NULL DEFAULT 'member',
    active        boolean NOT NULL DEFAULT true,
    timezone      text NOT NULL DEFAULT 'UTC',
    locale        text NOT NULL DEFAULT 'en',
    settings      jsonb NOT NULL DEFAULT '{}',
    merged_into   uuid,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT person_name_length CHECK (char_length(name) BETWEEN 1 AND 255),
    CONSTRAINT person_email_length CHECK (char_length(email) BETWEEN 3 AND 320),
    CONSTRAINT person_role CHECK (role IN ('admin', 'member', 'guest'))
);
CREATE UNIQUE INDEX people_slack_user_once ON people (workspace_id, slack_user_id)
    WHERE slack_user_id IS NOT NULL;
CREATE UNIQUE INDEX people_email_once ON people (workspace_id, lower(email))
    WHERE email IS NOT NULL AND merged_into IS NULL;
CREATE INDEX people_by_name ON people (workspace_id, lower(name), person_id);
-- Last of the indexes: in an empty table all cost the same, then the newest is chosen, and the plan that
-- checks a foreign key is kept. By any other index such a check would read every row of the workspace.
ALTER TABLE people ADD PRIMARY KEY (workspace_id, person_id),
    ADD CONSTRAINT person_merged_into_exists FOREIGN KEY (workspace_id, merged_into) REFERENCES people;

-- One row for each thing a person or program did; its events say what that changed, issue by issue.
-- Each foreign key is a lookup and a row lock in every write. Those that keep people, issues, labels and
-- comments of one workspace together stay. What a change itself writes in the same statement (events,
-- the pending note) has none to it, nor has the workspace: its number sequence is the proof that it exists.
CREATE TABLE changes (
    workspace_id text NOT NULL,
    change_id    uuid NOT NULL DEFAULT uuid_v7(),
    actor_id     uuid,
    source       change_source NOT NULL,
    action       text NOT NULL,
    request_key  request_key,
    -- Where in Slack it was asked for, so that an answer can be given there.
    channel_id   text,
    thread_ts    text,
    undoes       uuid,
    undone_by    uuid,
    summary      jsonb NOT NULL DEFAULT '{}',
    at           timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT change_actor_exists FOREIGN KEY (workspace_id, actor_id) REFERENCES people
);
CREATE UNIQUE INDEX changes_request_once ON changes (workspace_id, request_key)
    WHERE request_key IS NOT NULL;
CREATE INDEX changes_by_actor ON changes (workspace_id, actor_id, change_id DESC);
-- Last of the indexes, as with people.
ALTER TABLE changes ADD PRIMARY KEY (workspace_id, change_id),
    ADD CONSTRAINT change_undoes_exists FOREIGN KEY (workspace_id, undoes) REFERENCES changes,
    ADD CONSTRAINT change_undone_by_exists FOREIGN KEY (workspace_id, undone_by) REFERENCES changes;

CREATE TABLE issues (
    workspace_id text NOT NULL,
    issue_id     uuid NOT NULL DEFAULT uuid_v7(),
    number       bigint NOT NULL,
    title        issue_title NOT NULL,
    description  issue_description NOT NULL DEFAULT '',
    status       issue_status NOT NULL DEFAULT 'open',
    close_reason issue_close_reason,
    duplicate_of uuid,
    parent_id    uuid,
    -- 1 urgent, 2 high, 3 medium, 4 low, 5 none: one order for sorting, and no null to sort around.
    priority     issue_priority NOT NULL DEFAULT 5,
    assignee_id  uuid,
    reporter_id  uuid,
    due_on       date,
    external_ref text,
    version      integer NOT NULL DEFAULT 1,
    source       change_source NOT NULL DEFAULT 'slack',
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    closed_at    timestamptz,
    deleted_at   timestamptz,
    CONSTRAINT issue_number_once UNIQUE (workspace_id, number),
    CONSTRAINT issue_assignee_exists FOREIGN KEY (workspace_id, assignee_id) REFERENCES people,
    CONSTRAINT issue_reporter_exists FOREIGN KEY (workspace_id, reporter_id) REFERENCES people,
    CONSTRAINT issue_closed_is_whole CHECK (
        (status = 'closed') = (close_reason IS NOT NULL)
        AND (status = 'closed') = (closed_at IS NOT NULL)
        AND (close_reason IS NOT DISTINCT FROM 'duplicate') = (duplicate_of IS NOT NULL)
    ),
    CONSTRAINT issue_not_its_own CHECK (duplicate_of <> issue_id AND parent_id <> issue_id)
);
CREATE INDEX issues_by_external_ref ON issues (workspace_id, lower(external_ref)) WHERE external_ref IS NOT NULL;
-- Last of the indexes, as with people.
ALTER TABLE issues ADD PRIMARY KEY (workspace_id, issue_id),
    ADD CONSTRAINT issue_duplicate_exists FOREIGN KEY (workspace_id, duplicate_of) REFERENCES issues,
    ADD CONSTRAINT issue_parent_exists FOREIGN KEY (workspace_id, parent_id) REFERENCES issues;

-- How events spell it.
CREATE FUNCTION priority_word(priority smallint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (ARRAY['urgent', 'high', 'medium', 'low', 'none'])[priority];
CREATE FUNCTION priority_number(word text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_position(ARRAY['urgent', 'high', 'medium', 'low', 'none'], word);

CREATE TABLE labels (
    workspace_id text NOT NULL REFERENCES workspaces,
    label_id     uuid NOT NULL DEFAULT uuid_v7(),
    name         text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, label_id),
    CONSTRAINT label_name_length CHECK (char_length(name) BETWEEN 1 AND 50)
);
CREATE UNIQUE INDEX label_name_once ON labels (workspace_id, lower(name));

CREATE TABLE issue_labels (
    workspace_id text NOT NULL,
    issue_id     uuid NOT NULL,
    label_id     uuid NOT NULL,
    PRIMARY KEY (workspace_id, issue_id, label_id),
    CONSTRAINT issue_label_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES issues ON DELETE CASCADE,
    CONSTRAINT issue_label_label_exists FOREIGN KEY (workspace_id, label_id) REFERENCES labels
);
CREATE INDEX issue_labels_by_label ON issue_labels (workspace_id, label_id, issue_id);

CREATE TABLE comments (
    workspace_id     text NOT NULL,
    comment_id       uuid NOT NULL DEFAULT uuid_v7(),
    issue_id         uuid NOT NULL,
    author_id        uuid,
    reply_to         uuid,
    body             text NOT NULL,
    source           text NOT NULL,
    -- The Slack message that is this comment, when there is one.
    slack_channel_id text,
    slack_ts         text,
    external_ref     text,
    created_at       timestamptz NOT NULL DEFAULT now(),
    edited_at        timestamptz,
    deleted_at       timestamptz,
    PRIMARY KEY (workspace_id, comment_id),
    CONSTRAINT comment_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES issues ON DELETE CASCADE,
    CONSTRAINT comment_author_exists FOREIGN KEY (workspace_id, author_id) REFERENCES people,
    CONSTRAINT comment_reply_to_exists FOREIGN KEY (workspace_id, reply_to) REFERENCES comments,
    CONSTRAINT comment_body_length CHECK (char_length(body) BETWEEN 1 AND 40000)
);
CREATE INDEX comments_by_issue ON comments (workspace_id, issue_id, created_at, comment_id);
CREATE UNIQUE INDEX comment_slack_message_once ON comments (workspace_id, slack_channel_id, slack_ts)
    WHERE slack_ts IS NOT NULL;

-- Append-only. `before` and `after` hold the fields that changed, by name, as the API spells them;
-- the typed columns repeat what reports count by, so that numbers can be kept without reading the issue.
CREATE TABLE events (
    workspace_id text NOT NULL,
    event_id     bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    change_id    uuid NOT NULL,
    issue_id     uuid NOT NULL,
    actor_id     uuid,
    source       text NOT NULL,
    kind         text NOT NULL,
    -- The version of the issue once this had happened; null for what does not touch its fields.
    version      integer,
    at           timestamptz NOT NULL DEFAULT now(),
    before       jsonb NOT NULL DEFAULT '{}',
    after        jsonb NOT NULL DEFAULT '{}',
    was_status   text,
    now_status   text,
    was_assignee uuid,
    now_assignee uuid,
    was_priority smallint,
    now_priority smallint,
    PRIMARY KEY (workspace_id, event_id),
    CONSTRAINT event_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES issues ON DELETE CASCADE
);
CREATE INDEX events_by_issue ON events (workspace_id, issue_id, event_id);
CREATE INDEX events_by_change ON events (workspace_id, change_id, event_id);

CREATE TABLE watchers (
    workspace_id text NOT NULL,
    issue_id     uuid NOT NULL,
    person_id    uuid NOT NULL,
    PRIMARY KEY (workspace_id, issue_id, person_id),
    CONSTRAINT watcher_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES issues ON DELETE CASCADE,
    CONSTRAINT watcher_person_exists FOREIGN KEY (workspace_id, person_id) REFERENCES people
);
CREATE INDEX watchers_by_person ON watchers (workspace_id, person_id, issue_id);

-- A message in Slack that shows an issue and is kept up to date.
CREATE TABLE cards (
    workspace_id     text NOT NULL,
    channel_id       text NOT NULL,
    message_ts       text NOT NULL,
    issue_id         uuid NOT NULL,
    shown_version    integer NOT NULL DEFAULT 0,
    created_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, channel_id, message_ts),
    CONSTRAINT card_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES issues ON DELETE CASCADE
);
CREATE INDEX cards_by_issue ON cards (workspace_id, issue_id);

CREATE TABLE saved_queries (
    workspace_id   text NOT NULL REFERENCES workspaces,
    saved_query_id uuid NOT NULL DEFAULT uuid_v7(),
    -- Null: shared with the whole workspace.
    owner_id       uuid,
    name           text NOT NULL,
    query          text NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, saved_query_id),
    CONSTRAINT saved_query_owner_exists FOREIGN KEY (workspace_id, owner_id) REFERENCES people,
    CONSTRAINT saved_query_name_length CHECK (char_length(name) BETWEEN 1 AND 50)
);
CREATE UNIQUE INDEX saved_query_name_once ON saved_queries (workspace_id, owner_id, lower(name)) NULLS NOT DISTINCT;

-- Changes whose consequences (card updates, notifications, subscriptions, webhooks) are still to be worked out.
CREATE TABLE pending_changes (
    workspace_id text NOT NULL,
    change_id    uuid NOT NULL,
    PRIMARY KEY (workspace_id, change_id)
);
