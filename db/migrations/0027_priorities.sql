-- As with due dates: of one priority issues are counted, and those due are found, without reading any of the others.
CREATE INDEX issues_by_rank ON issues
    (workspace_id, is_closed, (-priority) DESC, updated_at DESC, issue_id DESC)
    INCLUDE (priority, due_on) WHERE deleted_at IS NULL;
DROP INDEX issues_by_priority;
ALTER INDEX issues_by_rank RENAME TO issues_by_priority;
