-- The index of due dates also holds what lists of what is due look at: thousands of overdue issues are counted, and
-- the page's found among them, without reading one of them. (It could not even count: that an index has an
-- expression over a column does not tell the planner that the column need not be read.)
CREATE INDEX issues_by_due_date ON issues (workspace_id, is_closed, (coalesce(due_on, 'infinity'::date)), issue_id)
    INCLUDE (due_on, updated_at) WHERE deleted_at IS NULL;
DROP INDEX issues_by_due;
ALTER INDEX issues_by_due_date RENAME TO issues_by_due;
