-- API tokens, and the answers that repeated API requests get again.

CREATE TABLE tokens (
    workspace_id text NOT NULL REFERENCES workspaces,
    token_id     text NOT NULL,
    name         text NOT NULL,
    -- Whom the token acts for; null for one made on the command line.
    person_id    uuid,
    role         text NOT NULL,
    secret_hash  text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz,
    -- Which form made it: sent twice, it makes one.
    request_key  text,
    PRIMARY KEY (workspace_id, token_id),
    CONSTRAINT token_request_once UNIQUE (workspace_id, request_key),
    CONSTRAINT token_id_once UNIQUE (token_id),
    CONSTRAINT token_person_exists FOREIGN KEY (workspace_id, person_id) REFERENCES people,
    CONSTRAINT token_name_length CHECK (char_length(name) BETWEEN 1 AND 50),
    CONSTRAINT token_role CHECK (role IN ('admin', 'member', 'guest'))
);
CREATE INDEX tokens_by_person ON tokens (workspace_id, person_id, created_at);

-- One row for each Idempotency-Key: what was asked (a digest), so that the same key
-- with another body is told apart from a repeat.
CREATE TABLE api_requests (
    workspace_id text NOT NULL,
    token_id     text NOT NULL,
    request_key  text NOT NULL,
    digest       bytea NOT NULL,
    at           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, token_id, request_key),
    CONSTRAINT api_request_token_exists FOREIGN KEY (workspace_id, token_id) REFERENCES tokens ON DELETE CASCADE
);
CREATE INDEX api_requests_by_age ON api_requests (at);
