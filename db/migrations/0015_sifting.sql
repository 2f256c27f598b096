-- Reports over a query are made from the kept numbers too: `rollup_issues` gets what queries mostly ask for, and
-- indexes that hold all of it, so that the issues of a period, or the open ones, are read and sifted without
-- touching a table.
--
-- A large change is counted in bounded steps. It leaves `pending_changes` with everything else, and stands here
-- until all its events are folded.

CREATE TABLE rollup_backlog (
    workspace_id text NOT NULL,
    change_id    uuid NOT NULL,
    -- The last event that is counted.
    done         bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, change_id)
);

-- Labels were merged: issues have other labels than those they were counted under, until the next rebuild.
ALTER TABLE rollup_books ADD COLUMN labels_moved boolean NOT NULL DEFAULT false;
-- How often a check found a wrong number.
ALTER TABLE rollup_books ADD COLUMN repairs integer NOT NULL DEFAULT 0;

DROP VIEW rollup_unfolded;
DROP VIEW rollup_touched;
DROP VIEW rollup_now;

-- What is kept is made anew with the new columns; until then reports read the issues themselves.
TRUNCATE rollup_issues, rollup_open, rollup_days, rollup_people, rollup_latency, rollup_closes;
DELETE FROM rollup_books;
SELECT enqueue_job('rollups', convert_to(workspace_id, 'UTF8'), 'rollups:' || workspace_id) FROM workspaces;

-- Open issues are counted under the same slices as latencies: all, their priority, and each of their labels.
DROP TABLE rollup_open;
CREATE TABLE rollup_open (
    workspace_id text NOT NULL,
    slice        uuid NOT NULL,
    -- The zero uuid stands for nobody.
    person_id    uuid NOT NULL,
    waiting      integer NOT NULL,
    in_progress  integer NOT NULL,
    PRIMARY KEY (workspace_id, slice, person_id)
);

ALTER TABLE rollup_issues
    ADD COLUMN reporter_id uuid,
    ADD COLUMN created_at timestamptz NOT NULL,
    ADD COLUMN closed_at timestamptz,
    ADD COLUMN is_open boolean NOT NULL,
    -- The last of taken_days.
    ADD COLUMN last_taken integer;

CREATE INDEX rollup_issues_by_creation ON rollup_issues (workspace_id, is_open, created_day)
    INCLUDE (issue_id, in_progress, assignee_id, priority, reporter_id, labels, closed_day);
CREATE INDEX rollup_issues_by_close ON rollup_issues (workspace_id, closed_day)
    INCLUDE (issue_id, latency, assignee_id, priority, reporter_id, labels, created_day, in_progress, is_open)
    WHERE closed_day IS NOT NULL;
-- An issue that went from hand to hand for years does not fit into an index.
CREATE INDEX rollup_issues_by_taking ON rollup_issues (workspace_id, last_taken)
    INCLUDE (issue_id, taken_days, taken_by, assignee_id, priority, reporter_id, labels, created_day, closed_day,
             in_progress, is_open)
    WHERE cardinality(taken_days) BETWEEN 1 AND 8;
CREATE INDEX rollup_issues_much_taken ON rollup_issues (workspace_id, last_taken)
    WHERE cardinality(taken_days) > 8;

CREATE VIEW rollup_now AS
SELECT i.workspace_id, i.issue_id,
       day_number(i.created_at, b.timezone) AS created_day,
       day_number(i.closed_at, b.timezone) AS closed_day,
       CASE WHEN i.closed_at IS NOT NULL THEN greatest(microseconds(i.closed_at - i.created_at), 0) END AS latency,
       i.status = 'in_progress' AS in_progress,
       i.assignee_id, i.priority,
       ARRAY(SELECT label_id FROM issue_labels l
             WHERE l.workspace_id = i.workspace_id AND l.issue_id = i.issue_id
             ORDER BY label_id) AS labels,
       taken.days AS taken_days, taken.persons AS taken_by,
       i.reporter_id, i.created_at, i.closed_at, i.closed_at IS NULL AS is_open, taken.last AS last_taken
FROM issues i JOIN rollup_books b ON b.workspace_id = i.workspace_id,
LATERAL (
    SELECT coalesce(array_agg(day_number(e.at, b.timezone) ORDER BY e.event_id), '{}') AS days,
           coalesce(array_agg(e.now_assignee ORDER BY e.event_id), '{}') AS persons,
           max(day_number(e.at, b.timezone)) AS last
    FROM events e
    WHERE e.workspace_id = i.workspace_id AND e.issue_id = i.issue_id
      AND e.now_assignee IS NOT NULL AND e.now_assignee IS DISTINCT FROM e.was_assignee
) taken
WHERE i.deleted_at IS NULL;

-- The events still to be folded. These are few, but the planner cannot know: OFFSET 0 keeps a subquery apart, so
-- that it is looked up change by change and never becomes a scan of everything; the order makes it use the index.
CREATE VIEW rollup_waiting AS
SELECT p.workspace_id, e.issue_id
FROM (SELECT workspace_id, change_id, 0 AS done FROM pending_changes
      UNION ALL
      SELECT workspace_id, change_id, done FROM rollup_backlog) p,
LATERAL (SELECT issue_id FROM events e
         WHERE e.workspace_id = p.workspace_id AND e.change_id = p.change_id AND e.event_id > p.done
         ORDER BY event_id OFFSET 0) e;

-- The issues these have touched.
CREATE VIEW rollup_touched AS SELECT DISTINCT workspace_id, issue_id FROM rollup_waiting;

-- What those issues take away from the kept numbers (sign -1) and add to them (sign 1).
CREATE VIEW rollup_unfolded AS
SELECT -1 AS sign, r.* FROM rollup_touched t,
LATERAL (SELECT * FROM rollup_issues r
         WHERE r.workspace_id = t.workspace_id AND r.issue_id = t.issue_id OFFSET 0) r
UNION ALL
SELECT 1, n.* FROM rollup_touched t,
LATERAL (SELECT * FROM rollup_now n
         WHERE n.workspace_id = t.workspace_id AND n.issue_id = t.issue_id OFFSET 0) n;
