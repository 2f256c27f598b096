-- Where the app is installed by OAuth, and the way there.

-- One row a workspace; for an org-wide install the organisation is the workspace. The bot's token is
-- sealed by LODGE_SECRET_KEY, and gone once the app is.
CREATE TABLE installations (
    workspace_id  text PRIMARY KEY REFERENCES workspaces,
    enterprise_id text,
    sealed_token  bytea,
    bot_user_id   text NOT NULL,
    bot_id        text,
    scopes        text[] NOT NULL DEFAULT '{}',
    installer_id  text,
    installed_at  timestamptz NOT NULL DEFAULT now(),
    removed_at    timestamptz,
    CONSTRAINT installation_has_a_token_while_it_lasts CHECK ((sealed_token IS NULL) = (removed_at IS NOT NULL))
);
CREATE INDEX installations_removed ON installations (removed_at) WHERE removed_at IS NOT NULL;

-- An installation under way, by the digest of its state. A row goes when it is used, so it is used once.
CREATE TABLE oauth_states (
    digest     bytea PRIMARY KEY,
    expires_at timestamptz NOT NULL
);

-- Takes a workspace out, with everything in it. Tables point at each other in an order that changes with
-- every migration: those that something still points at wait for the next round.
CREATE FUNCTION remove_workspace(id text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    remaining text[];
    kept      text[];
    each      text;
BEGIN
    SELECT array_agg(format('%I.%I', n.nspname, c.relname)) INTO remaining
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    WHERE a.attname = 'workspace_id' AND NOT a.attisdropped;
    WHILE cardinality(remaining) > 0 LOOP
        kept := '{}';
        FOREACH each IN ARRAY remaining LOOP
            BEGIN
                EXECUTE format('DELETE FROM %s WHERE workspace_id = $1', each) USING id;
            EXCEPTION WHEN foreign_key_violation THEN
                kept := kept || each;
            END;
        END LOOP;
        IF kept = remaining THEN
            RAISE EXCEPTION 'tables point at each other in a circle: %', kept;
        END IF;
        remaining := kept;
    END LOOP;
    EXECUTE format('DROP SEQUENCE IF EXISTS numbers.%I', id);
END
$$;
