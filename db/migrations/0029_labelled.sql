-- The open issues of a label, as `rollup_issues` has them: what reports ask of those that have a label and something
-- else as well, they come upon among its own issues instead of among all that are open. Triggers keep it, so that
-- processes of the version before that still run do, too.
CREATE TABLE rollup_labelled (
    workspace_id text NOT NULL,
    label_id     uuid NOT NULL,
    created_day  integer NOT NULL,
    issue_id     uuid NOT NULL,
    in_progress  boolean NOT NULL,
    assignee_id  uuid,
    priority     smallint NOT NULL,
    reporter_id  uuid,
    created_at   timestamptz NOT NULL,
    labels       uuid[] NOT NULL,
    PRIMARY KEY (workspace_id, label_id, created_day, issue_id)
        INCLUDE (in_progress, assignee_id, priority, reporter_id, created_at, labels)
);

-- Row by row by the key, whatever the plan was first made for; it is kept for the next.
CREATE FUNCTION keep_rollup_labelled() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM rollup_labelled WHERE ctid = ANY (ARRAY(
            SELECT found.ctid
            FROM (SELECT workspace_id, label_id, created_day, issue_id
                  FROM gone, unnest(labels) AS label_id WHERE is_open) g
            CROSS JOIN LATERAL (
                SELECT l.ctid FROM rollup_labelled l
                WHERE l.workspace_id = g.workspace_id AND l.label_id = g.label_id AND l.created_day = g.created_day
                  AND l.issue_id = g.issue_id OFFSET 0) found));
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO rollup_labelled
        SELECT workspace_id, label_id, created_day, issue_id, in_progress, assignee_id, priority, reporter_id,
               created_at, labels
        FROM come, unnest(labels) AS label_id WHERE is_open
        ORDER BY 1, 2, 3, 4;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER rollup_issues_come AFTER INSERT ON rollup_issues
    REFERENCING NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION keep_rollup_labelled();
CREATE TRIGGER rollup_issues_changed AFTER UPDATE ON rollup_issues
    REFERENCING OLD TABLE AS gone NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION keep_rollup_labelled();
CREATE TRIGGER rollup_issues_gone AFTER DELETE ON rollup_issues
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION keep_rollup_labelled();

-- From here on nobody else writes what is read.
INSERT INTO rollup_labelled
SELECT workspace_id, label_id, created_day, issue_id, in_progress, assignee_id, priority, reporter_id, created_at,
       labels
FROM rollup_issues, unnest(labels) AS label_id WHERE is_open
ORDER BY 1, 2, 3, 4;
