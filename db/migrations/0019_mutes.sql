-- Of which issues somebody wants to hear nothing, though they are theirs, or name them.
CREATE TABLE mutes (
    workspace_id text NOT NULL,
    issue_id     uuid NOT NULL,
    person_id    uuid NOT NULL,
    since        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, issue_id, person_id),
    CONSTRAINT mute_person_exists FOREIGN KEY (workspace_id, person_id) REFERENCES people,
    CONSTRAINT mute_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES issues ON DELETE CASCADE
);
CREATE INDEX mutes_by_person ON mutes (workspace_id, person_id, since DESC);
