-- A new issue as it is handed in: many of them are filed by one statement (db/issues/filing.py).
CREATE TYPE issue_filing AS (
    workspace_id text,
    change_id    uuid,
    actor_id     uuid,
    source       text,
    request_key  text,
    channel_id   text,
    thread_ts    text,
    issue_id     uuid,
    title        text,
    description  text,
    status       text,
    priority     smallint,
    assignee_id  uuid,
    reporter_id  uuid,
    due_on       date,
    parent_id    uuid,
    external_ref text,
    told         text
);
