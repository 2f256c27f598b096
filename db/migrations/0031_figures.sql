-- What /metrics tells is counted by these, up to a number: what is kept for long is not read for it.
CREATE INDEX pgqueuer_parked ON pgqueuer (entrypoint) WHERE status = 'failed';
CREATE INDEX imports_by_state ON imports (state);
CREATE INDEX report_runs_by_state ON report_runs (state);
CREATE INDEX rollup_books_repaired ON rollup_books (repairs) WHERE repairs > 0;
