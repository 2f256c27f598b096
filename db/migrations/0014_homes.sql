-- App Home: who has opened it and what they chose to see there; and which issues wait for whose answer.

CREATE TABLE homes (
    workspace_id text NOT NULL,
    person_id    uuid NOT NULL,
    -- The list, filter, order and page that were shown last, as the view's own metadata has them.
    state        jsonb NOT NULL DEFAULT '{}',
    seen_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, person_id),
    CONSTRAINT home_person_exists FOREIGN KEY (workspace_id, person_id) REFERENCES people
);
CREATE INDEX homes_by_sight ON homes (workspace_id, seen_at DESC);

-- Somebody was named on an issue, or is answered on one they filed, and has done nothing on it since.
CREATE TABLE awaited (
    workspace_id text NOT NULL,
    person_id    uuid NOT NULL,
    issue_id     uuid NOT NULL,
    -- The comment that asks; null: the description does.
    comment_id   uuid,
    since        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, person_id, issue_id),
    CONSTRAINT awaited_person_exists FOREIGN KEY (workspace_id, person_id) REFERENCES people,
    CONSTRAINT awaited_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES issues ON DELETE CASCADE
);
CREATE INDEX awaited_by_issue ON awaited (workspace_id, issue_id, person_id);
