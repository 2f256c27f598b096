-- Indexes of the lists, and full-text search.

-- Each list walks an index in its sort order and stops when the page is full. Most lists want only what is
-- still open, which in an old workspace is a small part of everything: so open and closed stand apart in
-- every index, and a list of both merges the two.
ALTER TABLE issues ADD COLUMN is_closed boolean NOT NULL GENERATED ALWAYS AS (status = 'closed') STORED;

CREATE INDEX issues_by_update ON issues (workspace_id, is_closed, updated_at DESC, issue_id DESC)
    WHERE deleted_at IS NULL;
CREATE INDEX issues_by_creation ON issues (workspace_id, is_closed, created_at DESC, issue_id DESC)
    WHERE deleted_at IS NULL;
-- Most pressing first means the negated number descending, so that all columns run the same way
-- and one row comparison finds where a page begins.
CREATE INDEX issues_by_priority ON issues (workspace_id, is_closed, (-priority) DESC, updated_at DESC, issue_id DESC)
    WHERE deleted_at IS NULL;
-- Without a due date: after all others.
CREATE INDEX issues_by_due ON issues (workspace_id, is_closed, (coalesce(due_on, 'infinity'::date)), issue_id)
    WHERE deleted_at IS NULL;
CREATE INDEX issues_by_assignee ON issues (workspace_id, assignee_id, is_closed, updated_at DESC, issue_id DESC)
    WHERE deleted_at IS NULL;
CREATE INDEX issues_by_reporter ON issues (workspace_id, reporter_id, is_closed, updated_at DESC, issue_id DESC)
    WHERE deleted_at IS NULL;
CREATE INDEX issues_by_parent ON issues (workspace_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX comments_by_author ON comments (workspace_id, author_id, issue_id);

-- The words of an issue and its comments, written by a job shortly after each change: a person who creates an
-- issue does not wait for it, and two who create at once do not meet in the index.
CREATE TABLE issue_documents (
    workspace_id text NOT NULL,
    issue_id     uuid NOT NULL,
    number       bigint NOT NULL,
    config       regconfig NOT NULL,
    document     tsvector NOT NULL,
    PRIMARY KEY (workspace_id, issue_id),
    CONSTRAINT issue_document_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES issues ON DELETE CASCADE
);
-- fastupdate would make each search read the list of what is not yet in the tree; the job that writes can wait.
CREATE INDEX issue_documents_by_word ON issue_documents USING gin (document) WITH (fastupdate = off);

-- A GIN index cannot begin with the workspace (that needs btree_gin), and it cannot be read newest first.
-- So each document also holds tags as words: its workspace, and the block of numbers it is in, at three
-- sizes. `tag & word` then reads only that part of the word's list. No parser makes a word that begins with `#`.
CREATE FUNCTION document_tags(workspace text, number bigint) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_to_tsvector(ARRAY[
    '#' || workspace,
    '#' || workspace || '/0/' || (number >> 9),
    '#' || workspace || '/1/' || (number >> 13),
    '#' || workspace || '/2/' || (number >> 17)
]);

CREATE FUNCTION issue_document(
    config regconfig, workspace text, number bigint, title text, description text, comments text
) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN setweight(to_tsvector(config, title), 'A')
    || setweight(to_tsvector(config, description), 'B')
    || setweight(to_tsvector(config, coalesce(comments, '')), 'C')
    || document_tags(workspace, number);

-- Every word a workspace has used, as it was written, for completing and for correcting what is mistyped.
CREATE TABLE search_words (
    workspace_id text NOT NULL REFERENCES workspaces,
    word         text COLLATE "C" NOT NULL,
    -- About the binary logarithm of the number of issues with this word; raised at random, so seldom written.
    popularity   smallint NOT NULL DEFAULT 0,
    -- Hashes of workspace and word with up to two letters left out: words one typing error apart share one.
    shapes       bigint[] NOT NULL,
    PRIMARY KEY (workspace_id, word)
);
CREATE INDEX search_words_by_shape ON search_words USING gin (shapes) WITH (fastupdate = off);

-- A workspace that changes its language has its documents written anew, by a job, batch after batch.
CREATE FUNCTION reindex_after_language() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enqueue_job('reindex', convert_to(json_build_object('workspace_id', NEW.workspace_id)::text, 'UTF8'),
                        'reindex:' || NEW.workspace_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER workspace_language_changed AFTER UPDATE OF search_config ON workspaces
    FOR EACH ROW WHEN (OLD.search_config IS DISTINCT FROM NEW.search_config)
    EXECUTE FUNCTION reindex_after_language();
