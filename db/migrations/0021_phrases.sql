-- Which words stand side by side in an issue: a search for a phrase of common words is led to the few issues that
-- have its words next to each other, and not to the many that have them somewhere.

-- NULL: written before there was this column; a job fills it in. An index of numbers takes a fraction of the room
-- that one of the pairs' words would; that two pairs may share a number only means that the phrase itself, which is
-- looked at afterwards, is not there.
ALTER TABLE issue_documents ADD COLUMN pairs integer[];

CREATE FUNCTION word_pairs(document tsvector) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (
        WITH said AS MATERIALIZED (
            SELECT place, lexeme FROM unnest(document) AS word CROSS JOIN unnest(word.positions) AS place
        )
        SELECT coalesce(array_agg(DISTINCT (
            hashtextextended(one.lexeme || ' ' || next.lexeme COLLATE "C", 0) & 262143)::integer), '{}')
        FROM said one JOIN said next ON next.place = one.place + 1
    );
END
$$;

-- The tags of documents (document_tags), below 0 where no pair is.
CREATE FUNCTION pair_tag(tag text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN -1 - (hashtextextended(tag COLLATE "C", 0) & 2147483647)::integer;

CREATE FUNCTION document_pairs(document tsvector, workspace text, number bigint) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN word_pairs(document) || ARRAY(
        SELECT pair_tag(tag) FROM unnest(tsvector_to_array(document_tags(workspace, number))) AS tag);
END
$$;

-- What every document with this phrase has; empty where a word stands for several, any of which would do.
CREATE FUNCTION phrase_pairs(config regconfig, words text) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT CASE WHEN count(*) = count(DISTINCT place) THEN word_pairs(to_tsvector(config, words)) ELSE '{}' END
    FROM unnest(to_tsvector(config, words)) AS word CROSS JOIN unnest(word.positions) AS place
);

-- By whoever writes a document, also a replica that runs the version before.
CREATE FUNCTION keep_pairs() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.pairs := document_pairs(NEW.document, NEW.workspace_id, NEW.number);
    RETURN NEW;
END
$$;
CREATE TRIGGER issue_document_written BEFORE INSERT OR UPDATE OF document ON issue_documents
    FOR EACH ROW EXECUTE FUNCTION keep_pairs();

-- For these the table is read once each, and hardly anything is written: nothing has pairs yet.
CREATE INDEX issue_documents_by_pair ON issue_documents USING gin (pairs) WITH (fastupdate = off)
    WHERE pairs IS NOT NULL;
CREATE INDEX issue_documents_without_pairs ON issue_documents (workspace_id, issue_id) WHERE pairs IS NULL;

SELECT enqueue_job('pairs', convert_to(json_build_object('workspace_id', workspace_id)::text, 'UTF8'),
                   'pairs:' || workspace_id)
FROM (SELECT DISTINCT workspace_id FROM issue_documents) written;
