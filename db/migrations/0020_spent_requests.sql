-- Requests that are done, where nothing else holds their key: what they made is deleted, or they made nothing.
CREATE TABLE spent_requests (
    workspace_id text NOT NULL REFERENCES workspaces,
    request_key  text NOT NULL,
    at           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, request_key)
);
CREATE INDEX spent_requests_by_age ON spent_requests (at);
