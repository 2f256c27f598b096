-- What an issue has and lacks, in one number with an index: lists of what has no label, no comment, another
-- source or reason are led to it. And fewer checks for what a statement writes beside the issue it writes.

-- Kept by the triggers below; statements that write labels or comments set them at once, so that the triggers
-- find nothing to do.
ALTER TABLE issues ADD COLUMN labelled boolean NOT NULL DEFAULT false,
    ADD COLUMN commented boolean NOT NULL DEFAULT false;

UPDATE issues i SET labelled = had.labels, commented = had.comments
FROM (SELECT o.workspace_id, o.issue_id,
             EXISTS (SELECT FROM issue_labels x WHERE x.workspace_id = o.workspace_id AND x.issue_id = o.issue_id)
                 AS labels,
             EXISTS (SELECT FROM comments x WHERE x.workspace_id = o.workspace_id AND x.issue_id = o.issue_id
                     AND x.deleted_at IS NULL) AS comments
      FROM issues o) had
WHERE i.workspace_id = had.workspace_id AND i.issue_id = had.issue_id AND (had.labels OR had.comments);

-- Status and reason in the first three bits, the source in the next three, then one bit each; db/query/facets.py
-- reads them. A workspace has a few dozen different ones, which an index is quickly asked for. No column keeps
-- them: what generates one is parsed anew in every statement that writes.
CREATE FUNCTION issue_facets(
    status text, close_reason text, source text, labelled boolean, commented boolean, description text,
    assignee_id uuid, due_on date
) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN status = 'open' THEN 0 WHEN status = 'in_progress' THEN 1 WHEN close_reason = 'completed' THEN 2
            WHEN close_reason = 'not_planned' THEN 3 ELSE 4 END
    + CASE source WHEN 'slack' THEN 0 WHEN 'api' THEN 8 WHEN 'webhook' THEN 16 WHEN 'import' THEN 24 ELSE 32 END
    + CASE WHEN labelled THEN 64 ELSE 0 END
    + CASE WHEN commented THEN 128 ELSE 0 END
    + CASE WHEN description <> '' THEN 256 ELSE 0 END
    + CASE WHEN assignee_id IS NOT NULL THEN 512 ELSE 0 END
    + CASE WHEN due_on IS NOT NULL THEN 1024 ELSE 0 END;
CREATE INDEX issues_by_facets ON issues (
    workspace_id,
    issue_facets(status, close_reason, source, labelled, commented, description, assignee_id, due_on),
    updated_at DESC, issue_id DESC
) WHERE deleted_at IS NULL;
CREATE INDEX issues_by_original ON issues (workspace_id, duplicate_of) WHERE duplicate_of IS NOT NULL;

-- OFFSET 0 keeps the issues looked up one by one whatever the plan was first made for; it is kept for the next.
CREATE FUNCTION keep_labelled() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    FOR wrong IN
        SELECT m.workspace_id, m.issue_id, i.there
        FROM (SELECT DISTINCT workspace_id, issue_id FROM moved) m
        CROSS JOIN LATERAL (
            SELECT i.labelled, EXISTS (
                SELECT FROM issue_labels x WHERE x.workspace_id = i.workspace_id AND x.issue_id = i.issue_id
            ) AS there
            FROM issues i WHERE i.workspace_id = m.workspace_id AND i.issue_id = m.issue_id OFFSET 0
        ) i
        WHERE i.labelled <> i.there
    LOOP
        UPDATE issues SET labelled = wrong.there
        WHERE workspace_id = wrong.workspace_id AND issue_id = wrong.issue_id;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER issue_labels_added AFTER INSERT ON issue_labels
    REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION keep_labelled();
CREATE TRIGGER issue_labels_taken AFTER DELETE ON issue_labels
    REFERENCING OLD TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION keep_labelled();

CREATE FUNCTION keep_commented() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    FOR wrong IN
        SELECT m.workspace_id, m.issue_id, i.there
        FROM (SELECT DISTINCT workspace_id, issue_id FROM moved) m
        CROSS JOIN LATERAL (
            SELECT i.commented, EXISTS (
                SELECT FROM comments x WHERE x.workspace_id = i.workspace_id AND x.issue_id = i.issue_id
                AND x.deleted_at IS NULL
            ) AS there
            FROM issues i WHERE i.workspace_id = m.workspace_id AND i.issue_id = m.issue_id OFFSET 0
        ) i
        WHERE i.commented <> i.there
    LOOP
        UPDATE issues SET commented = wrong.there
        WHERE workspace_id = wrong.workspace_id AND issue_id = wrong.issue_id;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER comments_added AFTER INSERT ON comments
    REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION keep_commented();
CREATE TRIGGER comments_changed AFTER UPDATE ON comments
    REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION keep_commented();

-- Each of these was a lookup and a row lock for every row, a sixth of what filing an issue cost: who writes an
-- event or a watcher has just written the issue, holds it or has looked it up, and issues are removed only with
-- their workspace. Keyed by the workspace, a row that led nowhere would still not lead into another one.
ALTER TABLE events DROP CONSTRAINT event_issue_exists;
ALTER TABLE watchers DROP CONSTRAINT watcher_issue_exists;
