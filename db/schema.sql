CREATE SCHEMA numbers;

CREATE DOMAIN public.change_source AS text
	CONSTRAINT change_source CHECK ((VALUE = ANY (ARRAY['slack'::text, 'api'::text, 'webhook'::text, 'import'::text, 'system'::text])));

CREATE DOMAIN public.issue_close_reason AS text
	CONSTRAINT issue_close_reason CHECK ((VALUE = ANY (ARRAY['completed'::text, 'not_planned'::text, 'duplicate'::text])));

CREATE DOMAIN public.issue_description AS text
	CONSTRAINT issue_description_length CHECK ((char_length(VALUE) <= 40000));

CREATE TYPE public.issue_filing AS (
	workspace_id text,
	change_id uuid,
	actor_id uuid,
	source text,
	request_key text,
	channel_id text,
	thread_ts text,
	issue_id uuid,
	title text,
	description text,
	status text,
	priority smallint,
	assignee_id uuid,
	reporter_id uuid,
	due_on date,
	parent_id uuid,
	external_ref text,
	told text
);

CREATE DOMAIN public.issue_priority AS smallint
	CONSTRAINT issue_priority CHECK (((VALUE >= 1) AND (VALUE <= 5)));

CREATE DOMAIN public.issue_status AS text
	CONSTRAINT issue_status CHECK ((VALUE = ANY (ARRAY['open'::text, 'in_progress'::text, 'closed'::text])));

CREATE DOMAIN public.issue_title AS text
	CONSTRAINT issue_title_length CHECK (((char_length(VALUE) >= 1) AND (char_length(VALUE) <= 255)));

CREATE TYPE public.pgqueuer_status AS ENUM (
    'queued',
    'picked',
    'successful',
    'exception',
    'canceled',
    'deleted',
    'failed'
);

CREATE DOMAIN public.request_key AS text
	CONSTRAINT request_key_length CHECK (((char_length(VALUE) >= 1) AND (char_length(VALUE) <= 255)));

CREATE FUNCTION public.add_histograms(one integer[], other integer[]) RETURNS integer[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT array_agg((pair.a + pair.b) ORDER BY pair.place) AS array_agg FROM UNNEST(add_histograms.one, add_histograms.other) WITH ORDINALITY pair(a, b, place));

CREATE FUNCTION public.count_latencies(histogram integer[], buckets smallint[], counts bigint[]) RETURNS integer[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
BEGIN
    FOR place IN 1 .. cardinality(buckets) LOOP
        histogram[buckets[place] + 1] := histogram[buckets[place] + 1] + counts[place];
    END LOOP;
    RETURN histogram;
END
$$;

CREATE FUNCTION public.create_workspace(id text, workspace_name text DEFAULT ''::text) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO workspaces (workspace_id, name) VALUES (id, workspace_name)
    ON CONFLICT (workspace_id) DO NOTHING;
    IF FOUND THEN
        EXECUTE format('CREATE SEQUENCE IF NOT EXISTS numbers.%I AS bigint', id);
    END IF;
END
$$;

CREATE FUNCTION public.day_number(moment timestamp with time zone, zone text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (((moment AT TIME ZONE zone))::date - '0001-01-01'::date);

CREATE FUNCTION public.document_pairs(document tsvector, workspace text, number bigint) RETURNS integer[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
BEGIN
    RETURN word_pairs(document) || ARRAY(
        SELECT pair_tag(tag) FROM unnest(tsvector_to_array(document_tags(workspace, number))) AS tag);
END
$$;

CREATE FUNCTION public.document_tags(workspace text, number bigint) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_to_tsvector(ARRAY[('#'::text || workspace), ((('#'::text || workspace) || '/0/'::text) || (number >> 9)), ((('#'::text || workspace) || '/1/'::text) || (number >> 13)), ((('#'::text || workspace) || '/2/'::text) || (number >> 17))]);

CREATE FUNCTION public.enqueue_job(job_entrypoint text, job_payload bytea, job_dedupe_key text) RETURNS void
    LANGUAGE sql
    AS $$
    WITH inserted AS (
        INSERT INTO pgqueuer (priority, entrypoint, payload, dedupe_key, status)
        VALUES (0, job_entrypoint, job_payload, job_dedupe_key, 'queued')
        ON CONFLICT (dedupe_key)
            WHERE (status = ANY (ARRAY['queued'::pgqueuer_status, 'picked'::pgqueuer_status])) AND dedupe_key IS NOT NULL
            DO NOTHING
        RETURNING id, entrypoint, priority
    )
    INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
    SELECT id, 'queued', entrypoint, priority FROM inserted
$$;

CREATE FUNCTION public.histogram(buckets smallint[], counts bigint[]) RETURNS integer[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN public.count_latencies(array_fill(0, ARRAY[208]), buckets, counts);

CREATE FUNCTION public.issue_document(config regconfig, workspace text, number bigint, title text, description text, comments text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (((setweight(to_tsvector(config, title), 'A'::"char") || setweight(to_tsvector(config, description), 'B'::"char")) || setweight(to_tsvector(config, COALESCE(comments, ''::text)), 'C'::"char")) || public.document_tags(workspace, number));

CREATE FUNCTION public.issue_facets(status text, close_reason text, source text, labelled boolean, commented boolean, description text, assignee_id uuid, due_on date) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((((((CASE WHEN (status = 'open'::text) THEN 0 WHEN (status = 'in_progress'::text) THEN 1 WHEN (close_reason = 'completed'::text) THEN 2 WHEN (close_reason = 'not_planned'::text) THEN 3 ELSE 4 END + CASE source WHEN 'slack'::text THEN 0 WHEN 'api'::text THEN 8 WHEN 'webhook'::text THEN 16 WHEN 'import'::text THEN 24 ELSE 32 END) + CASE WHEN labelled THEN 64 ELSE 0 END) + CASE WHEN commented THEN 128 ELSE 0 END) + CASE WHEN (description <> ''::text) THEN 256 ELSE 0 END) + CASE WHEN (assignee_id IS NOT NULL) THEN 512 ELSE 0 END) + CASE WHEN (due_on IS NOT NULL) THEN 1024 ELSE 0 END);

CREATE FUNCTION public.keep_commented() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.keep_labelled() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.keep_pairs() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.pairs := document_pairs(NEW.document, NEW.workspace_id, NEW.number);
    RETURN NEW;
END
$$;

CREATE FUNCTION public.keep_rollup_labelled() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.latency_bucket(latency bigint) RETURNS smallint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (width_bucket((latency / 1000000), ARRAY[(1)::bigint, (2)::bigint, (3)::bigint, (4)::bigint, (5)::bigint, (6)::bigint, (7)::bigint, (8)::bigint, (9)::bigint, (10)::bigint, (11)::bigint, (12)::bigint, (13)::bigint, (15)::bigint, (16)::bigint, (17)::bigint, (19)::bigint, (21)::bigint, (23)::bigint, (25)::bigint, (27)::bigint, (29)::bigint, (32)::bigint, (35)::bigint, (38)::bigint, (41)::bigint, (45)::bigint, (49)::bigint, (54)::bigint, (59)::bigint, (64)::bigint, (70)::bigint, (76)::bigint, (83)::bigint, (91)::bigint, (99)::bigint, (108)::bigint, (117)::bigint, (128)::bigint, (140)::bigint, (152)::bigint, (166)::bigint, (181)::bigint, (197)::bigint, (215)::bigint, (235)::bigint, (256)::bigint, (279)::bigint, (304)::bigint, (332)::bigint, (362)::bigint, (395)::bigint, (431)::bigint, (470)::bigint, (512)::bigint, (558)::bigint, (609)::bigint, (664)::bigint, (724)::bigint, (790)::bigint, (861)::bigint, (939)::bigint, (1024)::bigint, (1117)::bigint, (1218)::bigint, (1328)::bigint, (1448)::bigint, (1579)::bigint, (1722)::bigint, (1878)::bigint, (2048)::bigint, (2233)::bigint, (2435)::bigint, (2656)::bigint, (2896)::bigint, (3158)::bigint, (3444)::bigint, (3756)::bigint, (4096)::bigint, (4467)::bigint, (4871)::bigint, (5312)::bigint, (5793)::bigint, (6317)::bigint, (6889)::bigint, (7512)::bigint, (8192)::bigint, (8933)::bigint, (9742)::bigint, (10624)::bigint, (11585)::bigint, (12634)::bigint, (13777)::bigint, (15024)::bigint, (16384)::bigint, (17867)::bigint, (19484)::bigint, (21247)::bigint, (23170)::bigint, (25268)::bigint, (27554)::bigint, (30048)::bigint, (32768)::bigint, (35734)::bigint, (38968)::bigint, (42495)::bigint, (46341)::bigint, (50535)::bigint, (55109)::bigint, (60097)::bigint, (65536)::bigint, (71468)::bigint, (77936)::bigint, (84990)::bigint, (92682)::bigint, (101070)::bigint, (110218)::bigint, (120194)::bigint, (131072)::bigint, (142935)::bigint, (155872)::bigint, (169979)::bigint, (185364)::bigint, (202141)::bigint, (220436)::bigint, (240387)::bigint, (262144)::bigint, (285870)::bigint, (311744)::bigint, (339959)::bigint, (370728)::bigint, (404281)::bigint, (440872)::bigint, (480774)::bigint, (524288)::bigint, (571740)::bigint, (623487)::bigint, (679917)::bigint, (741455)::bigint, (808563)::bigint, (881744)::bigint, (961548)::bigint, (1048576)::bigint, (1143480)::bigint, (1246974)::bigint, (1359835)::bigint, (1482910)::bigint, (1617125)::bigint, (1763488)::bigint, (1923097)::bigint, (2097152)::bigint, (2286960)::bigint, (2493948)::bigint, (2719670)::bigint, (2965821)::bigint, (3234251)::bigint, (3526975)::bigint, (3846194)::bigint, (4194304)::bigint, (4573921)::bigint, (4987896)::bigint, (5439339)::bigint, (5931642)::bigint, (6468501)::bigint, (7053950)::bigint, (7692387)::bigint, (8388608)::bigint, (9147842)::bigint, (9975792)::bigint, (10878679)::bigint, (11863283)::bigint, (12937002)::bigint, (14107901)::bigint, (15384775)::bigint, (16777216)::bigint, (18295684)::bigint, (19951585)::bigint, (21757357)::bigint, (23726566)::bigint, (25874004)::bigint, (28215802)::bigint, (30769550)::bigint, (33554432)::bigint, (36591368)::bigint, (39903169)::bigint, (43514715)::bigint, (47453133)::bigint, (51748008)::bigint, (56431603)::bigint, (61539100)::bigint, (67108864)::bigint, (73182735)::bigint, (79806339)::bigint, (87029429)::bigint, (94906266)::bigint, (103496017)::bigint, (112863206)::bigint, (123078199)::bigint, (134217728)::bigint, (146365470)::bigint, (159612677)::bigint, (174058859)::bigint, (189812531)::bigint, (206992033)::bigint, (225726413)::bigint, (246156398)::bigint, (268435456)::bigint]))::smallint;

CREATE FUNCTION public.latency_slices(priority smallint, labels uuid[]) RETURNS uuid[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['00000000-0000-0000-0000-000000000000'::uuid, (('00000000-0000-0000-0000-00000000000'::text || priority))::uuid] || labels);

CREATE FUNCTION public.microseconds(span interval) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((EXTRACT(epoch FROM span) * (1000000)::numeric))::bigint;

CREATE FUNCTION public.next_number(id text) RETURNS bigint
    LANGUAGE sql
    RETURN nextval((('numbers.'::text || quote_ident(id)))::regclass);

CREATE FUNCTION public.pair_tag(tag text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ('-1'::integer - ((hashtextextended((tag COLLATE "C"), (0)::bigint) & (2147483647)::bigint))::integer);

CREATE FUNCTION public.word_pairs(document tsvector) RETURNS integer[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
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

CREATE FUNCTION public.phrase_pairs(config regconfig, words text) RETURNS integer[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT CASE WHEN (count(*) = count(DISTINCT place.place)) THEN public.word_pairs(to_tsvector(phrase_pairs.config, phrase_pairs.words)) ELSE '{}'::integer[] END AS "case" FROM (unnest(to_tsvector(phrase_pairs.config, phrase_pairs.words)) word(lexeme, positions, weights) CROSS JOIN LATERAL unnest(word.positions) place(place)));

CREATE FUNCTION public.priority_number(word text) RETURNS smallint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_position(ARRAY['urgent'::text, 'high'::text, 'medium'::text, 'low'::text, 'none'::text], word);

CREATE FUNCTION public.priority_word(priority smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['urgent'::text, 'high'::text, 'medium'::text, 'low'::text, 'none'::text])[priority];

CREATE FUNCTION public.reindex_after_language() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM enqueue_job('reindex', convert_to(json_build_object('workspace_id', NEW.workspace_id)::text, 'UTF8'),
                        'reindex:' || NEW.workspace_id);
    RETURN NULL;
END
$$;

CREATE FUNCTION public.remove_workspace(id text) RETURNS void
    LANGUAGE plpgsql
    AS $_$
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
$_$;

CREATE FUNCTION public.uuid_v7(moment timestamp with time zone DEFAULT clock_timestamp()) RETURNS uuid
    LANGUAGE sql PARALLEL SAFE
    RETURN (encode(set_bit(set_bit(OVERLAY(uuid_send(gen_random_uuid()) PLACING SUBSTRING(int8send(((EXTRACT(epoch FROM moment) * (1000)::numeric))::bigint) FROM 3) FROM 1 FOR 6), (52)::bigint, 1), (53)::bigint, 1), 'hex'::text))::uuid;

CREATE TABLE public.api_requests (
    workspace_id text NOT NULL,
    token_id text NOT NULL,
    request_key text NOT NULL,
    digest bytea NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.awaited (
    workspace_id text NOT NULL,
    person_id uuid NOT NULL,
    issue_id uuid NOT NULL,
    comment_id uuid,
    since timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.cards (
    workspace_id text NOT NULL,
    channel_id text NOT NULL,
    message_ts text NOT NULL,
    issue_id uuid NOT NULL,
    shown_version integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    thread_ts text
);

CREATE TABLE public.changes (
    workspace_id text NOT NULL,
    change_id uuid DEFAULT public.uuid_v7() NOT NULL,
    actor_id uuid,
    source public.change_source NOT NULL,
    action text NOT NULL,
    request_key public.request_key,
    channel_id text,
    thread_ts text,
    undoes uuid,
    undone_by uuid,
    summary jsonb DEFAULT '{}'::jsonb NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.channel_senders (
    workspace_id text NOT NULL,
    channel_id text NOT NULL,
    sender uuid,
    held_until timestamp with time zone NOT NULL
);

CREATE TABLE public.channel_settings (
    workspace_id text NOT NULL,
    channel_id text NOT NULL,
    settings jsonb DEFAULT '{}'::jsonb NOT NULL
);

CREATE TABLE public.comment_lines (
    workspace_id text NOT NULL,
    channel_id text NOT NULL,
    message_ts text NOT NULL,
    comment_id uuid NOT NULL,
    thread_ts text NOT NULL,
    own boolean DEFAULT false NOT NULL,
    shown text NOT NULL
);

CREATE TABLE public.comments (
    workspace_id text NOT NULL,
    comment_id uuid DEFAULT public.uuid_v7() NOT NULL,
    issue_id uuid NOT NULL,
    author_id uuid,
    reply_to uuid,
    body text NOT NULL,
    source text NOT NULL,
    slack_channel_id text,
    slack_ts text,
    external_ref text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    edited_at timestamp with time zone,
    deleted_at timestamp with time zone,
    CONSTRAINT comment_body_length CHECK (((char_length(body) >= 1) AND (char_length(body) <= 40000)))
);

CREATE TABLE public.deliveries (
    workspace_id text NOT NULL,
    delivery_key text NOT NULL,
    claimed_at timestamp with time zone DEFAULT now() NOT NULL,
    done_at timestamp with time zone
);

CREATE TABLE public.events (
    workspace_id text NOT NULL,
    event_id bigint NOT NULL,
    change_id uuid NOT NULL,
    issue_id uuid NOT NULL,
    actor_id uuid,
    source text NOT NULL,
    kind text NOT NULL,
    version integer,
    at timestamp with time zone DEFAULT now() NOT NULL,
    before jsonb DEFAULT '{}'::jsonb NOT NULL,
    after jsonb DEFAULT '{}'::jsonb NOT NULL,
    was_status text,
    now_status text,
    was_assignee uuid,
    now_assignee uuid,
    was_priority smallint,
    now_priority smallint
);

ALTER TABLE public.events ALTER COLUMN event_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.events_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.homes (
    workspace_id text NOT NULL,
    person_id uuid NOT NULL,
    state jsonb DEFAULT '{}'::jsonb NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.import_leftovers (
    workspace_id text NOT NULL,
    import_id uuid NOT NULL,
    part integer NOT NULL,
    rows bytea NOT NULL,
    written_at timestamp with time zone DEFAULT now() NOT NULL,
    file_id text,
    offered_at timestamp with time zone
);

CREATE TABLE public.import_mappings (
    workspace_id text NOT NULL,
    header_id text NOT NULL,
    mapping jsonb NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.imported_issues (
    workspace_id text NOT NULL,
    source_key uuid NOT NULL,
    issue_id uuid NOT NULL,
    import_id uuid NOT NULL
);

CREATE TABLE public.imports (
    workspace_id text NOT NULL,
    import_id uuid DEFAULT public.uuid_v7() NOT NULL,
    state text DEFAULT 'reading'::text NOT NULL,
    asked_by uuid,
    locale text DEFAULT 'en'::text NOT NULL,
    file_id text NOT NULL,
    file_name text DEFAULT ''::text NOT NULL,
    file_size bigint DEFAULT 0 NOT NULL,
    channel_id text,
    thread_ts text,
    message_ts text,
    inspection jsonb,
    mapping jsonb,
    survey jsonb,
    outcome jsonb,
    progress jsonb DEFAULT '{}'::jsonb NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    made_labels uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    made_people uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    change_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT import_state CHECK ((state = ANY (ARRAY['reading'::text, 'ready'::text, 'queued'::text, 'running'::text, 'cancelling'::text, 'done'::text, 'cancelled'::text, 'failed'::text, 'undone'::text])))
);

CREATE TABLE public.installations (
    workspace_id text NOT NULL,
    enterprise_id text,
    sealed_token bytea,
    bot_user_id text NOT NULL,
    bot_id text,
    scopes text[] DEFAULT '{}'::text[] NOT NULL,
    installer_id text,
    installed_at timestamp with time zone DEFAULT now() NOT NULL,
    removed_at timestamp with time zone,
    sealed_refresh bytea,
    expires_at timestamp with time zone,
    CONSTRAINT installation_has_a_token_while_it_lasts CHECK (((sealed_token IS NULL) = (removed_at IS NOT NULL))),
    CONSTRAINT installation_token_that_ends_can_be_renewed CHECK (((sealed_refresh IS NULL) = (expires_at IS NULL)))
);

CREATE TABLE public.issue_documents (
    workspace_id text NOT NULL,
    issue_id uuid NOT NULL,
    number bigint NOT NULL,
    config regconfig NOT NULL,
    document tsvector NOT NULL,
    pairs integer[]
);

CREATE TABLE public.issue_labels (
    workspace_id text NOT NULL,
    issue_id uuid NOT NULL,
    label_id uuid NOT NULL
);

CREATE TABLE public.issues (
    workspace_id text NOT NULL,
    issue_id uuid DEFAULT public.uuid_v7() NOT NULL,
    number bigint NOT NULL,
    title public.issue_title NOT NULL,
    description public.issue_description DEFAULT ''::text NOT NULL,
    status public.issue_status DEFAULT 'open'::text NOT NULL,
    close_reason public.issue_close_reason,
    duplicate_of uuid,
    parent_id uuid,
    priority public.issue_priority DEFAULT 5 NOT NULL,
    assignee_id uuid,
    reporter_id uuid,
    due_on date,
    external_ref text,
    version integer DEFAULT 1 NOT NULL,
    source public.change_source DEFAULT 'slack'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    closed_at timestamp with time zone,
    deleted_at timestamp with time zone,
    is_closed boolean GENERATED ALWAYS AS (((status)::text = 'closed'::text)) STORED NOT NULL,
    labelled boolean DEFAULT false NOT NULL,
    commented boolean DEFAULT false NOT NULL,
    CONSTRAINT issue_closed_is_whole CHECK (((((status)::text = 'closed'::text) = (close_reason IS NOT NULL)) AND (((status)::text = 'closed'::text) = (closed_at IS NOT NULL)) AND ((NOT ((close_reason)::text IS DISTINCT FROM 'duplicate'::text)) = (duplicate_of IS NOT NULL)))),
    CONSTRAINT issue_not_its_own CHECK (((duplicate_of <> issue_id) AND (parent_id <> issue_id)))
);

CREATE TABLE public.labels (
    workspace_id text NOT NULL,
    label_id uuid DEFAULT public.uuid_v7() NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT label_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 50)))
);

CREATE TABLE public.mutes (
    workspace_id text NOT NULL,
    issue_id uuid NOT NULL,
    person_id uuid NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.notices (
    workspace_id text NOT NULL,
    person_id uuid NOT NULL,
    issue_id uuid NOT NULL,
    kinds text[] NOT NULL,
    before jsonb DEFAULT '{}'::jsonb NOT NULL,
    after jsonb DEFAULT '{}'::jsonb NOT NULL,
    actors uuid[] NOT NULL,
    said text,
    said_by uuid,
    comments integer DEFAULT 0 NOT NULL,
    first_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL
);

CREATE TABLE public.oauth_states (
    digest bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE public.outbox (
    workspace_id text NOT NULL,
    outbox_id bigint NOT NULL,
    channel_id text NOT NULL,
    kind text NOT NULL,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    issue_id uuid,
    owner_id uuid,
    coalesce_key text,
    state text DEFAULT 'waiting'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    not_before timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    tried_at timestamp with time zone,
    settled_at timestamp with time zone,
    sent_channel text,
    sent_ts text,
    error text,
    CONSTRAINT outbox_kind CHECK ((kind = ANY (ARRAY['message'::text, 'card'::text, 'comment'::text, 'preview'::text, 'refresh'::text]))),
    CONSTRAINT outbox_state CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'failed'::text, 'dropped'::text])))
);

ALTER TABLE public.outbox ALTER COLUMN outbox_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outbox_outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.outgoing_sends (
    workspace_id text NOT NULL,
    webhook_id text NOT NULL,
    send_id bigint NOT NULL,
    issue_id uuid NOT NULL,
    message_id uuid DEFAULT public.uuid_v7() NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    not_before timestamp with time zone DEFAULT now() NOT NULL,
    claimed_until timestamp with time zone,
    outcome text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    settled_at timestamp with time zone,
    CONSTRAINT outgoing_send_state CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'failed'::text])))
);

ALTER TABLE public.outgoing_sends ALTER COLUMN send_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outgoing_sends_send_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.outgoing_webhooks (
    workspace_id text NOT NULL,
    webhook_id text NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    owner_id uuid NOT NULL,
    sealed_secret bytea NOT NULL,
    off_at timestamp with time zone,
    request_key text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT outgoing_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 50))),
    CONSTRAINT outgoing_url_length CHECK (((char_length(url) >= 8) AND (char_length(url) <= 2000)))
);

CREATE TABLE public.pending_changes (
    workspace_id text NOT NULL,
    change_id uuid NOT NULL
);

CREATE TABLE public.people (
    workspace_id text NOT NULL,
    person_id uuid DEFAULT public.uuid_v7() NOT NULL,
    slack_user_id text,
    name text NOT NULL,
    email text,
    role text DEFAULT 'member'::text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    timezone text DEFAULT 'UTC'::text NOT NULL,
    locale text DEFAULT 'en'::text NOT NULL,
    settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    merged_into uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    handles text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT person_email_length CHECK (((char_length(email) >= 3) AND (char_length(email) <= 320))),
    CONSTRAINT person_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 255))),
    CONSTRAINT person_role CHECK ((role = ANY (ARRAY['admin'::text, 'member'::text, 'guest'::text])))
);

CREATE TABLE public.pgqueuer (
    id bigint NOT NULL,
    priority integer NOT NULL,
    queue_manager_id uuid,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    execute_after timestamp with time zone DEFAULT now() NOT NULL,
    status public.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL,
    dedupe_key text,
    payload bytea,
    headers jsonb,
    attempts integer DEFAULT 0 NOT NULL,
    slot bigint
);

CREATE SEQUENCE public.pgqueuer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.pgqueuer_id_seq OWNED BY public.pgqueuer.id;

CREATE TABLE public.pgqueuer_log (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    job_id bigint NOT NULL,
    status public.pgqueuer_status NOT NULL,
    priority integer NOT NULL,
    entrypoint text NOT NULL,
    traceback jsonb,
    aggregated boolean DEFAULT false
);

ALTER TABLE public.pgqueuer_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.pgqueuer_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.pgqueuer_schedules (
    id bigint NOT NULL,
    expression text NOT NULL,
    entrypoint text NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    next_run timestamp with time zone DEFAULT now() NOT NULL,
    last_run timestamp with time zone,
    status public.pgqueuer_status DEFAULT 'queued'::public.pgqueuer_status
);

CREATE SEQUENCE public.pgqueuer_schedules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.pgqueuer_schedules_id_seq OWNED BY public.pgqueuer_schedules.id;

CREATE TABLE public.pgqueuer_statistics (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT date_trunc('sec'::text, now()) NOT NULL,
    count bigint NOT NULL,
    priority integer NOT NULL,
    status public.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL
);

CREATE SEQUENCE public.pgqueuer_statistics_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.pgqueuer_statistics_id_seq OWNED BY public.pgqueuer_statistics.id;

CREATE TABLE public.preview_lines (
    workspace_id text NOT NULL,
    channel_id text NOT NULL,
    message_ts text NOT NULL,
    place smallint NOT NULL,
    issue_id uuid NOT NULL,
    url text,
    shown text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.previews (
    workspace_id text NOT NULL,
    channel_id text NOT NULL,
    thread_ts text NOT NULL,
    issue_id uuid NOT NULL,
    shown_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.report_runs (
    workspace_id text NOT NULL,
    run_id uuid DEFAULT public.uuid_v7() NOT NULL,
    schedule_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    asked_by uuid,
    state text DEFAULT 'claimed'::text NOT NULL,
    late boolean DEFAULT false NOT NULL,
    plainly boolean DEFAULT false NOT NULL,
    outbox_id bigint,
    error text,
    claimed_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT report_run_state CHECK ((state = ANY (ARRAY['claimed'::text, 'sending'::text, 'posted'::text, 'skipped'::text, 'failed'::text])))
);

CREATE TABLE public.rollup_backlog (
    workspace_id text NOT NULL,
    change_id uuid NOT NULL,
    done bigint DEFAULT 0 NOT NULL
);

CREATE TABLE public.rollup_books (
    workspace_id text NOT NULL,
    timezone text NOT NULL,
    rebuilt_at timestamp with time zone DEFAULT now() NOT NULL,
    checked_at timestamp with time zone,
    labels_moved boolean DEFAULT false NOT NULL,
    repairs integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.rollup_closes (
    workspace_id text NOT NULL,
    slice uuid NOT NULL,
    bucket smallint NOT NULL,
    closed_day integer NOT NULL,
    issue_id uuid NOT NULL,
    latency bigint NOT NULL
);

CREATE TABLE public.rollup_days (
    workspace_id text NOT NULL,
    grain smallint NOT NULL,
    span integer NOT NULL,
    created integer NOT NULL,
    closed integer NOT NULL,
    still_open integer NOT NULL
);

CREATE TABLE public.rollup_issues (
    workspace_id text NOT NULL,
    issue_id uuid NOT NULL,
    created_day integer NOT NULL,
    closed_day integer,
    latency bigint,
    in_progress boolean NOT NULL,
    assignee_id uuid,
    priority smallint NOT NULL,
    labels uuid[] NOT NULL,
    taken_days integer[] NOT NULL,
    taken_by uuid[] NOT NULL,
    reporter_id uuid,
    created_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    is_open boolean NOT NULL,
    last_taken integer
);

CREATE TABLE public.rollup_labelled (
    workspace_id text NOT NULL,
    label_id uuid NOT NULL,
    created_day integer NOT NULL,
    issue_id uuid NOT NULL,
    in_progress boolean NOT NULL,
    assignee_id uuid,
    priority smallint NOT NULL,
    reporter_id uuid,
    created_at timestamp with time zone NOT NULL,
    labels uuid[] NOT NULL
);

CREATE TABLE public.rollup_latency (
    workspace_id text NOT NULL,
    grain smallint NOT NULL,
    span integer NOT NULL,
    slice uuid NOT NULL,
    closed integer NOT NULL,
    total numeric NOT NULL,
    histogram integer[] NOT NULL
);

CREATE VIEW public.rollup_now AS
 SELECT i.workspace_id,
    i.issue_id,
    public.day_number(i.created_at, b.timezone) AS created_day,
    public.day_number(i.closed_at, b.timezone) AS closed_day,
        CASE
            WHEN (i.closed_at IS NOT NULL) THEN GREATEST(public.microseconds((i.closed_at - i.created_at)), (0)::bigint)
            ELSE NULL::bigint
        END AS latency,
    ((i.status)::text = 'in_progress'::text) AS in_progress,
    i.assignee_id,
    i.priority,
    ARRAY( SELECT l.label_id
           FROM public.issue_labels l
          WHERE ((l.workspace_id = i.workspace_id) AND (l.issue_id = i.issue_id))
          ORDER BY l.label_id) AS labels,
    taken.days AS taken_days,
    taken.persons AS taken_by,
    i.reporter_id,
    i.created_at,
    i.closed_at,
    (i.closed_at IS NULL) AS is_open,
    taken.last AS last_taken
   FROM (public.issues i
     JOIN public.rollup_books b ON ((b.workspace_id = i.workspace_id))),
    LATERAL ( SELECT COALESCE(array_agg(public.day_number(e.at, b.timezone) ORDER BY e.event_id), '{}'::integer[]) AS days,
            COALESCE(array_agg(e.now_assignee ORDER BY e.event_id), '{}'::uuid[]) AS persons,
            max(public.day_number(e.at, b.timezone)) AS last
           FROM public.events e
          WHERE ((e.workspace_id = i.workspace_id) AND (e.issue_id = i.issue_id) AND (e.now_assignee IS NOT NULL) AND (e.now_assignee IS DISTINCT FROM e.was_assignee))) taken
  WHERE (i.deleted_at IS NULL);

CREATE TABLE public.rollup_open (
    workspace_id text NOT NULL,
    slice uuid NOT NULL,
    person_id uuid NOT NULL,
    waiting integer NOT NULL,
    in_progress integer NOT NULL
);

CREATE TABLE public.rollup_people (
    workspace_id text NOT NULL,
    grain smallint NOT NULL,
    span integer NOT NULL,
    person_id uuid NOT NULL,
    taken integer NOT NULL,
    closed integer NOT NULL
);

CREATE VIEW public.rollup_waiting AS
 SELECT p.workspace_id,
    e.issue_id
   FROM ( SELECT pending_changes.workspace_id,
            pending_changes.change_id,
            0 AS done
           FROM public.pending_changes
        UNION ALL
         SELECT rollup_backlog.workspace_id,
            rollup_backlog.change_id,
            rollup_backlog.done
           FROM public.rollup_backlog) p,
    LATERAL ( SELECT e_1.issue_id
           FROM public.events e_1
          WHERE ((e_1.workspace_id = p.workspace_id) AND (e_1.change_id = p.change_id) AND (e_1.event_id > p.done))
          ORDER BY e_1.event_id
         OFFSET 0) e;

CREATE VIEW public.rollup_touched AS
 SELECT DISTINCT workspace_id,
    issue_id
   FROM public.rollup_waiting;

CREATE VIEW public.rollup_unfolded AS
 SELECT '-1'::integer AS sign,
    r.workspace_id,
    r.issue_id,
    r.created_day,
    r.closed_day,
    r.latency,
    r.in_progress,
    r.assignee_id,
    r.priority,
    r.labels,
    r.taken_days,
    r.taken_by,
    r.reporter_id,
    r.created_at,
    r.closed_at,
    r.is_open,
    r.last_taken
   FROM public.rollup_touched t,
    LATERAL ( SELECT r_1.workspace_id,
            r_1.issue_id,
            r_1.created_day,
            r_1.closed_day,
            r_1.latency,
            r_1.in_progress,
            r_1.assignee_id,
            r_1.priority,
            r_1.labels,
            r_1.taken_days,
            r_1.taken_by,
            r_1.reporter_id,
            r_1.created_at,
            r_1.closed_at,
            r_1.is_open,
            r_1.last_taken
           FROM public.rollup_issues r_1
          WHERE ((r_1.workspace_id = t.workspace_id) AND (r_1.issue_id = t.issue_id))
         OFFSET 0) r
UNION ALL
 SELECT 1 AS sign,
    n.workspace_id,
    n.issue_id,
    n.created_day,
    n.closed_day,
    n.latency,
    n.in_progress,
    n.assignee_id,
    n.priority,
    n.labels,
    n.taken_days,
    n.taken_by,
    n.reporter_id,
    n.created_at,
    n.closed_at,
    n.is_open,
    n.last_taken
   FROM public.rollup_touched t,
    LATERAL ( SELECT n_1.workspace_id,
            n_1.issue_id,
            n_1.created_day,
            n_1.closed_day,
            n_1.latency,
            n_1.in_progress,
            n_1.assignee_id,
            n_1.priority,
            n_1.labels,
            n_1.taken_days,
            n_1.taken_by,
            n_1.reporter_id,
            n_1.created_at,
            n_1.closed_at,
            n_1.is_open,
            n_1.last_taken
           FROM public.rollup_now n_1
          WHERE ((n_1.workspace_id = t.workspace_id) AND (n_1.issue_id = t.issue_id))
         OFFSET 0) n;

CREATE TABLE public.saved_queries (
    workspace_id text NOT NULL,
    saved_query_id uuid DEFAULT public.uuid_v7() NOT NULL,
    owner_id uuid,
    name text NOT NULL,
    query text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT saved_query_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 50)))
);

CREATE TABLE public.schedules (
    workspace_id text NOT NULL,
    schedule_id uuid DEFAULT public.uuid_v7() NOT NULL,
    owner_id uuid NOT NULL,
    report text NOT NULL,
    query text DEFAULT ''::text NOT NULL,
    period text NOT NULL,
    channel_id text NOT NULL,
    recurrence text NOT NULL,
    timezone text NOT NULL,
    locale text DEFAULT 'en'::text NOT NULL,
    next_due_at timestamp with time zone,
    paused_why text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT schedule_paused_is_not_due CHECK (((next_due_at IS NULL) = (paused_why IS NOT NULL))),
    CONSTRAINT schedule_query_length CHECK ((char_length(query) <= 500))
);

CREATE TABLE public.schema_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.search_words (
    workspace_id text NOT NULL,
    word text NOT NULL COLLATE pg_catalog."C",
    popularity smallint DEFAULT 0 NOT NULL,
    shapes bigint[] NOT NULL
);

CREATE TABLE public.send_pace (
    workspace_id text NOT NULL,
    lane text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    blocked_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL
);

CREATE TABLE public.spent_requests (
    workspace_id text NOT NULL,
    request_key text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.subscription_matches (
    workspace_id text NOT NULL,
    subscription_id uuid NOT NULL,
    issue_id uuid NOT NULL
);

CREATE TABLE public.subscriptions (
    workspace_id text NOT NULL,
    subscription_id uuid DEFAULT public.uuid_v7() NOT NULL,
    channel_id text NOT NULL,
    owner_id uuid NOT NULL,
    query text NOT NULL,
    events text[] NOT NULL,
    place text DEFAULT 'thread'::text NOT NULL,
    paused_why text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT subscription_place CHECK ((place = ANY (ARRAY['thread'::text, 'channel'::text])))
);

CREATE TABLE public.tokens (
    workspace_id text NOT NULL,
    token_id text NOT NULL,
    name text NOT NULL,
    person_id uuid,
    role text NOT NULL,
    secret_hash text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    request_key text,
    CONSTRAINT token_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 50))),
    CONSTRAINT token_role CHECK ((role = ANY (ARRAY['admin'::text, 'member'::text, 'guest'::text])))
);

CREATE TABLE public.told (
    workspace_id text NOT NULL,
    person_id uuid NOT NULL,
    issue_id uuid NOT NULL,
    told_key text NOT NULL,
    kinds text[] NOT NULL,
    after jsonb NOT NULL,
    actors uuid[] NOT NULL,
    said text,
    said_by uuid,
    comments integer NOT NULL,
    state integer DEFAULT 1 NOT NULL,
    shown integer DEFAULT 1 NOT NULL,
    told_at timestamp with time zone NOT NULL
);

CREATE TABLE public.watchers (
    workspace_id text NOT NULL,
    issue_id uuid NOT NULL,
    person_id uuid NOT NULL
);

CREATE TABLE public.webhook_arrivals (
    workspace_id text NOT NULL,
    webhook_id text NOT NULL,
    arrival_id uuid DEFAULT public.uuid_v7() NOT NULL,
    delivery_key text NOT NULL,
    state text NOT NULL,
    error text,
    headers jsonb,
    body bytea,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT webhook_arrival_body CHECK (((state = 'failed'::text) = (body IS NOT NULL))),
    CONSTRAINT webhook_arrival_state CHECK ((state = ANY (ARRAY['done'::text, 'failed'::text])))
);

CREATE TABLE public.webhook_targets (
    workspace_id text NOT NULL,
    webhook_id text NOT NULL,
    target_key text NOT NULL,
    issue_id uuid,
    is_open boolean,
    as_of timestamp with time zone,
    words text,
    labels text[]
);

CREATE TABLE public.webhooks (
    workspace_id text NOT NULL,
    webhook_id text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    owner_id uuid NOT NULL,
    channel_id text,
    auth text NOT NULL,
    sealed_secret bytea NOT NULL,
    mapping jsonb DEFAULT '{}'::jsonb NOT NULL,
    request_key text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT webhook_auth CHECK ((auth = ANY (ARRAY['hmac'::text, 'bearer'::text]))),
    CONSTRAINT webhook_kind CHECK ((kind = ANY (ARRAY['generic'::text, 'alertmanager'::text, 'sentry'::text, 'github'::text]))),
    CONSTRAINT webhook_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 50)))
);

CREATE TABLE public.workspaces (
    workspace_id text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    key_prefix text DEFAULT 'LDG'::text NOT NULL,
    search_config regconfig DEFAULT 'english'::regconfig NOT NULL,
    timezone text DEFAULT 'UTC'::text NOT NULL,
    settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    uninstalled_at timestamp with time zone,
    CONSTRAINT workspace_id_form CHECK ((workspace_id ~ '^[TE][A-Z0-9]{1,30}$'::text)),
    CONSTRAINT workspace_key_prefix_form CHECK ((key_prefix ~ '^[A-Z][A-Z0-9]{0,9}$'::text))
);

ALTER TABLE ONLY public.pgqueuer ALTER COLUMN id SET DEFAULT nextval('public.pgqueuer_id_seq'::regclass);

ALTER TABLE ONLY public.pgqueuer_schedules ALTER COLUMN id SET DEFAULT nextval('public.pgqueuer_schedules_id_seq'::regclass);

ALTER TABLE ONLY public.pgqueuer_statistics ALTER COLUMN id SET DEFAULT nextval('public.pgqueuer_statistics_id_seq'::regclass);

ALTER TABLE ONLY public.api_requests
    ADD CONSTRAINT api_requests_pkey PRIMARY KEY (workspace_id, token_id, request_key);

ALTER TABLE ONLY public.awaited
    ADD CONSTRAINT awaited_pkey PRIMARY KEY (workspace_id, person_id, issue_id);

ALTER TABLE ONLY public.cards
    ADD CONSTRAINT cards_pkey PRIMARY KEY (workspace_id, channel_id, message_ts);

ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (workspace_id, change_id);

ALTER TABLE ONLY public.channel_senders
    ADD CONSTRAINT channel_senders_pkey PRIMARY KEY (workspace_id, channel_id);

ALTER TABLE ONLY public.channel_settings
    ADD CONSTRAINT channel_settings_pkey PRIMARY KEY (workspace_id, channel_id);

ALTER TABLE ONLY public.comment_lines
    ADD CONSTRAINT comment_lines_pkey PRIMARY KEY (workspace_id, channel_id, message_ts);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_pkey PRIMARY KEY (workspace_id, comment_id);

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (workspace_id, delivery_key);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (workspace_id, event_id);

ALTER TABLE ONLY public.homes
    ADD CONSTRAINT homes_pkey PRIMARY KEY (workspace_id, person_id);

ALTER TABLE ONLY public.import_leftovers
    ADD CONSTRAINT import_leftovers_pkey PRIMARY KEY (workspace_id, import_id, part);

ALTER TABLE ONLY public.import_mappings
    ADD CONSTRAINT import_mappings_pkey PRIMARY KEY (workspace_id, header_id);

ALTER TABLE ONLY public.imported_issues
    ADD CONSTRAINT imported_issues_pkey PRIMARY KEY (workspace_id, source_key);

ALTER TABLE ONLY public.imports
    ADD CONSTRAINT imports_pkey PRIMARY KEY (workspace_id, import_id);

ALTER TABLE ONLY public.installations
    ADD CONSTRAINT installations_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.issue_documents
    ADD CONSTRAINT issue_documents_pkey PRIMARY KEY (workspace_id, issue_id);

ALTER TABLE ONLY public.issue_labels
    ADD CONSTRAINT issue_labels_pkey PRIMARY KEY (workspace_id, issue_id, label_id);

ALTER TABLE ONLY public.issues
    ADD CONSTRAINT issue_number_once UNIQUE (workspace_id, number);

ALTER TABLE ONLY public.issues
    ADD CONSTRAINT issues_pkey PRIMARY KEY (workspace_id, issue_id);

ALTER TABLE ONLY public.labels
    ADD CONSTRAINT labels_pkey PRIMARY KEY (workspace_id, label_id);

ALTER TABLE ONLY public.mutes
    ADD CONSTRAINT mutes_pkey PRIMARY KEY (workspace_id, issue_id, person_id);

ALTER TABLE ONLY public.notices
    ADD CONSTRAINT notices_pkey PRIMARY KEY (workspace_id, person_id, issue_id);

ALTER TABLE ONLY public.oauth_states
    ADD CONSTRAINT oauth_states_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (workspace_id, outbox_id);

ALTER TABLE ONLY public.outgoing_webhooks
    ADD CONSTRAINT outgoing_request_once UNIQUE (workspace_id, request_key);

ALTER TABLE ONLY public.outgoing_sends
    ADD CONSTRAINT outgoing_sends_pkey PRIMARY KEY (workspace_id, webhook_id, send_id);

ALTER TABLE ONLY public.outgoing_webhooks
    ADD CONSTRAINT outgoing_webhooks_pkey PRIMARY KEY (workspace_id, webhook_id);

ALTER TABLE ONLY public.pending_changes
    ADD CONSTRAINT pending_changes_pkey PRIMARY KEY (workspace_id, change_id);

ALTER TABLE ONLY public.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (workspace_id, person_id);

ALTER TABLE ONLY public.pgqueuer_log
    ADD CONSTRAINT pgqueuer_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.pgqueuer
    ADD CONSTRAINT pgqueuer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_expression_entrypoint_key UNIQUE (expression, entrypoint);

ALTER TABLE ONLY public.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.pgqueuer_statistics
    ADD CONSTRAINT pgqueuer_statistics_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.preview_lines
    ADD CONSTRAINT preview_lines_pkey PRIMARY KEY (workspace_id, channel_id, message_ts, place);

ALTER TABLE ONLY public.previews
    ADD CONSTRAINT previews_pkey PRIMARY KEY (workspace_id, channel_id, thread_ts, issue_id);

ALTER TABLE ONLY public.report_runs
    ADD CONSTRAINT report_run_once UNIQUE (workspace_id, schedule_id, due_at);

ALTER TABLE ONLY public.report_runs
    ADD CONSTRAINT report_runs_pkey PRIMARY KEY (workspace_id, run_id);

ALTER TABLE ONLY public.rollup_backlog
    ADD CONSTRAINT rollup_backlog_pkey PRIMARY KEY (workspace_id, change_id);

ALTER TABLE ONLY public.rollup_books
    ADD CONSTRAINT rollup_books_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.rollup_closes
    ADD CONSTRAINT rollup_closes_pkey PRIMARY KEY (workspace_id, slice, bucket, closed_day, issue_id) INCLUDE (latency);

ALTER TABLE ONLY public.rollup_days
    ADD CONSTRAINT rollup_days_pkey PRIMARY KEY (workspace_id, grain, span);

ALTER TABLE ONLY public.rollup_issues
    ADD CONSTRAINT rollup_issues_pkey PRIMARY KEY (workspace_id, issue_id);

ALTER TABLE ONLY public.rollup_labelled
    ADD CONSTRAINT rollup_labelled_pkey PRIMARY KEY (workspace_id, label_id, created_day, issue_id) INCLUDE (in_progress, assignee_id, priority, reporter_id, created_at, labels);

ALTER TABLE ONLY public.rollup_latency
    ADD CONSTRAINT rollup_latency_pkey PRIMARY KEY (workspace_id, grain, span, slice);

ALTER TABLE ONLY public.rollup_open
    ADD CONSTRAINT rollup_open_pkey PRIMARY KEY (workspace_id, slice, person_id);

ALTER TABLE ONLY public.rollup_people
    ADD CONSTRAINT rollup_people_pkey PRIMARY KEY (workspace_id, grain, span, person_id);

ALTER TABLE ONLY public.saved_queries
    ADD CONSTRAINT saved_queries_pkey PRIMARY KEY (workspace_id, saved_query_id);

ALTER TABLE ONLY public.schedules
    ADD CONSTRAINT schedules_pkey PRIMARY KEY (workspace_id, schedule_id);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY public.search_words
    ADD CONSTRAINT search_words_pkey PRIMARY KEY (workspace_id, word);

ALTER TABLE ONLY public.send_pace
    ADD CONSTRAINT send_pace_pkey PRIMARY KEY (workspace_id, lane);

ALTER TABLE ONLY public.spent_requests
    ADD CONSTRAINT spent_requests_pkey PRIMARY KEY (workspace_id, request_key);

ALTER TABLE ONLY public.subscription_matches
    ADD CONSTRAINT subscription_matches_pkey PRIMARY KEY (workspace_id, subscription_id, issue_id);

ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_pkey PRIMARY KEY (workspace_id, subscription_id);

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT token_id_once UNIQUE (token_id);

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT token_request_once UNIQUE (workspace_id, request_key);

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (workspace_id, token_id);

ALTER TABLE ONLY public.told
    ADD CONSTRAINT told_pkey PRIMARY KEY (workspace_id, person_id);

ALTER TABLE ONLY public.watchers
    ADD CONSTRAINT watchers_pkey PRIMARY KEY (workspace_id, issue_id, person_id);

ALTER TABLE ONLY public.webhook_arrivals
    ADD CONSTRAINT webhook_arrivals_pkey PRIMARY KEY (workspace_id, webhook_id, delivery_key);

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhook_id_once UNIQUE (webhook_id);

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhook_request_once UNIQUE (workspace_id, request_key);

ALTER TABLE ONLY public.webhook_targets
    ADD CONSTRAINT webhook_targets_pkey PRIMARY KEY (workspace_id, webhook_id, target_key);

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (workspace_id, webhook_id);

ALTER TABLE ONLY public.workspaces
    ADD CONSTRAINT workspaces_pkey PRIMARY KEY (workspace_id);

CREATE INDEX api_requests_by_age ON public.api_requests USING btree (at);

CREATE INDEX awaited_by_issue ON public.awaited USING btree (workspace_id, issue_id, person_id);

CREATE INDEX cards_by_issue ON public.cards USING btree (workspace_id, issue_id);

CREATE INDEX changes_by_actor ON public.changes USING btree (workspace_id, actor_id, change_id DESC);

CREATE UNIQUE INDEX changes_request_once ON public.changes USING btree (workspace_id, request_key) WHERE (request_key IS NOT NULL);

CREATE INDEX comment_lines_by_comment ON public.comment_lines USING btree (workspace_id, comment_id);

CREATE UNIQUE INDEX comment_slack_message_once ON public.comments USING btree (workspace_id, slack_channel_id, slack_ts) WHERE (slack_ts IS NOT NULL);

CREATE INDEX comments_by_author ON public.comments USING btree (workspace_id, author_id, issue_id);

CREATE INDEX comments_by_issue ON public.comments USING btree (workspace_id, issue_id, created_at, comment_id);

CREATE INDEX deliveries_by_age ON public.deliveries USING btree (claimed_at);

CREATE INDEX events_assigned ON public.events USING btree (workspace_id, at) INCLUDE (now_assignee, issue_id) WHERE ((now_assignee IS NOT NULL) AND (now_assignee IS DISTINCT FROM was_assignee));

CREATE INDEX events_by_change ON public.events USING btree (workspace_id, change_id, event_id);

CREATE INDEX events_by_issue ON public.events USING btree (workspace_id, issue_id, event_id);

CREATE INDEX homes_by_sight ON public.homes USING btree (workspace_id, seen_at DESC);

CREATE UNIQUE INDEX import_file_once ON public.imports USING btree (workspace_id, file_id, channel_id) NULLS NOT DISTINCT;

CREATE INDEX imports_by_change ON public.imports USING btree (workspace_id, change_id) WHERE (change_id IS NOT NULL);

CREATE INDEX imports_by_state ON public.imports USING btree (state);

CREATE INDEX installations_ending ON public.installations USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX installations_removed ON public.installations USING btree (removed_at) WHERE (removed_at IS NOT NULL);

CREATE INDEX issue_documents_by_pair ON public.issue_documents USING gin (pairs) WITH (fastupdate=off) WHERE (pairs IS NOT NULL);

CREATE INDEX issue_documents_by_word ON public.issue_documents USING gin (document) WITH (fastupdate=off);

CREATE INDEX issue_documents_without_pairs ON public.issue_documents USING btree (workspace_id, issue_id) WHERE (pairs IS NULL);

CREATE INDEX issue_labels_by_label ON public.issue_labels USING btree (workspace_id, label_id, issue_id);

CREATE INDEX issues_by_assignee ON public.issues USING btree (workspace_id, assignee_id, is_closed, updated_at DESC, issue_id DESC) WHERE (deleted_at IS NULL);

CREATE INDEX issues_by_creation ON public.issues USING btree (workspace_id, is_closed, created_at DESC, issue_id DESC) WHERE (deleted_at IS NULL);

CREATE INDEX issues_by_due ON public.issues USING btree (workspace_id, is_closed, COALESCE(due_on, 'infinity'::date), issue_id) INCLUDE (due_on, updated_at) WHERE (deleted_at IS NULL);

CREATE INDEX issues_by_external_ref ON public.issues USING btree (workspace_id, lower(external_ref)) WHERE (external_ref IS NOT NULL);

CREATE INDEX issues_by_facets ON public.issues USING btree (workspace_id, public.issue_facets((status)::text, (close_reason)::text, (source)::text, labelled, commented, (description)::text, assignee_id, due_on), updated_at DESC, issue_id DESC) WHERE (deleted_at IS NULL);

CREATE INDEX issues_by_original ON public.issues USING btree (workspace_id, duplicate_of) WHERE (duplicate_of IS NOT NULL);

CREATE INDEX issues_by_parent ON public.issues USING btree (workspace_id, parent_id) WHERE (parent_id IS NOT NULL);

CREATE INDEX issues_by_priority ON public.issues USING btree (workspace_id, is_closed, ((- (priority)::smallint)) DESC, updated_at DESC, issue_id DESC) INCLUDE (priority, due_on) WHERE (deleted_at IS NULL);

CREATE INDEX issues_by_reporter ON public.issues USING btree (workspace_id, reporter_id, is_closed, updated_at DESC, issue_id DESC) WHERE (deleted_at IS NULL);

CREATE INDEX issues_by_update ON public.issues USING btree (workspace_id, is_closed, updated_at DESC, issue_id DESC) WHERE (deleted_at IS NULL);

CREATE INDEX issues_closed ON public.issues USING btree (workspace_id, closed_at) INCLUDE (created_at, priority, assignee_id, reporter_id, issue_id) WHERE ((closed_at IS NOT NULL) AND (deleted_at IS NULL));

CREATE UNIQUE INDEX label_name_once ON public.labels USING btree (workspace_id, lower(name));

CREATE INDEX mutes_by_person ON public.mutes USING btree (workspace_id, person_id, since DESC);

CREATE INDEX notices_by_due ON public.notices USING btree (due_at);

CREATE INDEX outbox_by_key ON public.outbox USING btree (workspace_id, coalesce_key, created_at) WHERE (coalesce_key IS NOT NULL);

CREATE UNIQUE INDEX outbox_coalesce ON public.outbox USING btree (workspace_id, channel_id, coalesce_key) WHERE ((state = 'waiting'::text) AND (attempts = 0) AND (coalesce_key IS NOT NULL));

CREATE INDEX outbox_settled ON public.outbox USING btree (settled_at) WHERE (settled_at IS NOT NULL);

CREATE INDEX outbox_to_people ON public.outbox USING btree (workspace_id, channel_id, outbox_id) WHERE ("left"(channel_id, 1) = ANY (ARRAY['U'::text, 'W'::text]));

CREATE INDEX outbox_waiting ON public.outbox USING btree (workspace_id, channel_id, ((kind = 'refresh'::text)), outbox_id) WHERE (state = 'waiting'::text);

CREATE INDEX outgoing_sends_due ON public.outgoing_sends USING btree (workspace_id, webhook_id, not_before, send_id) WHERE (state = 'waiting'::text);

CREATE INDEX outgoing_sends_settled ON public.outgoing_sends USING btree (settled_at) WHERE (settled_at IS NOT NULL);

CREATE INDEX outgoing_sends_waiting ON public.outgoing_sends USING btree (workspace_id, webhook_id, issue_id, send_id) WHERE (state = 'waiting'::text);

CREATE INDEX people_by_name ON public.people USING btree (workspace_id, lower(name), person_id);

CREATE UNIQUE INDEX people_email_once ON public.people USING btree (workspace_id, lower(email)) WHERE ((email IS NOT NULL) AND (merged_into IS NULL));

CREATE UNIQUE INDEX people_slack_user_once ON public.people USING btree (workspace_id, slack_user_id) WHERE (slack_user_id IS NOT NULL);

CREATE INDEX pgqueuer_ep_ea_idx ON public.pgqueuer USING btree (entrypoint, execute_after) WHERE (status = 'queued'::public.pgqueuer_status);

CREATE INDEX pgqueuer_ep_prio_id_idx ON public.pgqueuer USING btree (entrypoint, priority DESC, id) WHERE (status = 'queued'::public.pgqueuer_status);

CREATE INDEX pgqueuer_log_created ON public.pgqueuer_log USING btree (created);

CREATE INDEX pgqueuer_log_job_id_status ON public.pgqueuer_log USING btree (job_id, created DESC);

CREATE INDEX pgqueuer_log_not_aggregated ON public.pgqueuer_log USING btree ((1)) WHERE (NOT aggregated);

CREATE INDEX pgqueuer_log_status ON public.pgqueuer_log USING btree (status);

CREATE INDEX pgqueuer_parked ON public.pgqueuer USING btree (entrypoint) WHERE (status = 'failed'::public.pgqueuer_status);

CREATE INDEX pgqueuer_picked_heartbeat_idx ON public.pgqueuer USING btree (heartbeat) WHERE (status = 'picked'::public.pgqueuer_status);

CREATE UNIQUE INDEX pgqueuer_picked_slot_idx ON public.pgqueuer USING btree (entrypoint, slot) WHERE ((status = 'picked'::public.pgqueuer_status) AND (slot IS NOT NULL));

CREATE INDEX pgqueuer_priority_id_id1_idx ON public.pgqueuer USING btree (priority, id DESC) INCLUDE (id) WHERE (status = 'queued'::public.pgqueuer_status);

CREATE INDEX pgqueuer_queue_manager_id_idx ON public.pgqueuer USING btree (queue_manager_id) WHERE (queue_manager_id IS NOT NULL);

CREATE UNIQUE INDEX pgqueuer_statistics_unique_count ON public.pgqueuer_statistics USING btree (priority, date_trunc('sec'::text, timezone('UTC'::text, created)), status, entrypoint);

CREATE UNIQUE INDEX pgqueuer_unique_dedupe_key ON public.pgqueuer USING btree (dedupe_key) WHERE ((status = ANY (ARRAY['queued'::public.pgqueuer_status, 'picked'::public.pgqueuer_status])) AND (dedupe_key IS NOT NULL));

CREATE INDEX pgqueuer_updated_id_id1_idx ON public.pgqueuer USING btree (updated, id DESC) INCLUDE (id) WHERE (status = 'picked'::public.pgqueuer_status);

CREATE INDEX preview_lines_by_age ON public.preview_lines USING btree (created_at);

CREATE INDEX preview_lines_by_issue ON public.preview_lines USING btree (workspace_id, issue_id, created_at);

CREATE INDEX previews_by_age ON public.previews USING btree (shown_at);

CREATE INDEX previews_by_issue ON public.previews USING btree (workspace_id, issue_id);

CREATE INDEX report_runs_by_state ON public.report_runs USING btree (state);

CREATE INDEX report_runs_claimed ON public.report_runs USING btree (claimed_at) WHERE (state = 'claimed'::text);

CREATE INDEX report_runs_sending ON public.report_runs USING btree (workspace_id, outbox_id) WHERE (state = 'sending'::text);

CREATE INDEX rollup_books_repaired ON public.rollup_books USING btree (repairs) WHERE (repairs > 0);

CREATE INDEX rollup_issues_by_close ON public.rollup_issues USING btree (workspace_id, closed_day) INCLUDE (issue_id, latency, assignee_id, priority, reporter_id, labels, created_day, in_progress, is_open) WHERE (closed_day IS NOT NULL);

CREATE INDEX rollup_issues_by_creation ON public.rollup_issues USING btree (workspace_id, is_open, created_day) INCLUDE (issue_id, in_progress, assignee_id, priority, reporter_id, labels, closed_day);

CREATE INDEX rollup_issues_by_taking ON public.rollup_issues USING btree (workspace_id, last_taken) INCLUDE (issue_id, taken_days, taken_by, assignee_id, priority, reporter_id, labels, created_day, closed_day, in_progress, is_open) WHERE ((cardinality(taken_days) >= 1) AND (cardinality(taken_days) <= 8));

CREATE INDEX rollup_issues_much_taken ON public.rollup_issues USING btree (workspace_id, last_taken) WHERE (cardinality(taken_days) > 8);

CREATE UNIQUE INDEX saved_query_name_once ON public.saved_queries USING btree (workspace_id, owner_id, lower(name)) NULLS NOT DISTINCT;

CREATE INDEX schedules_due ON public.schedules USING btree (next_due_at) WHERE (next_due_at IS NOT NULL);

CREATE INDEX search_words_by_shape ON public.search_words USING gin (shapes) WITH (fastupdate=off);

CREATE INDEX spent_requests_by_age ON public.spent_requests USING btree (at);

CREATE INDEX subscription_matches_by_issue ON public.subscription_matches USING btree (workspace_id, issue_id);

CREATE UNIQUE INDEX subscription_once ON public.subscriptions USING btree (workspace_id, channel_id, query);

CREATE INDEX tokens_by_person ON public.tokens USING btree (workspace_id, person_id, created_at);

CREATE INDEX told_by_issue ON public.told USING btree (workspace_id, issue_id);

CREATE INDEX watchers_by_person ON public.watchers USING btree (workspace_id, person_id, issue_id);

CREATE INDEX webhook_arrivals_by_age ON public.webhook_arrivals USING btree (at);

CREATE INDEX webhook_arrivals_failed ON public.webhook_arrivals USING btree (workspace_id, webhook_id, at) WHERE (state = 'failed'::text);

CREATE INDEX webhook_targets_by_issue ON public.webhook_targets USING btree (workspace_id, issue_id) WHERE (issue_id IS NOT NULL);

CREATE TRIGGER comments_added AFTER INSERT ON public.comments REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION public.keep_commented();

CREATE TRIGGER comments_changed AFTER UPDATE ON public.comments REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION public.keep_commented();

CREATE TRIGGER issue_document_written BEFORE INSERT OR UPDATE OF document ON public.issue_documents FOR EACH ROW EXECUTE FUNCTION public.keep_pairs();

CREATE TRIGGER issue_labels_added AFTER INSERT ON public.issue_labels REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION public.keep_labelled();

CREATE TRIGGER issue_labels_taken AFTER DELETE ON public.issue_labels REFERENCING OLD TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION public.keep_labelled();

CREATE TRIGGER rollup_issues_changed AFTER UPDATE ON public.rollup_issues REFERENCING OLD TABLE AS gone NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION public.keep_rollup_labelled();

CREATE TRIGGER rollup_issues_come AFTER INSERT ON public.rollup_issues REFERENCING NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION public.keep_rollup_labelled();

CREATE TRIGGER rollup_issues_gone AFTER DELETE ON public.rollup_issues REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.keep_rollup_labelled();

CREATE TRIGGER workspace_language_changed AFTER UPDATE OF search_config ON public.workspaces FOR EACH ROW WHEN (((old.search_config)::oid IS DISTINCT FROM (new.search_config)::oid)) EXECUTE FUNCTION public.reindex_after_language();

ALTER TABLE ONLY public.api_requests
    ADD CONSTRAINT api_request_token_exists FOREIGN KEY (workspace_id, token_id) REFERENCES public.tokens(workspace_id, token_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.awaited
    ADD CONSTRAINT awaited_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES public.issues(workspace_id, issue_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.awaited
    ADD CONSTRAINT awaited_person_exists FOREIGN KEY (workspace_id, person_id) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.cards
    ADD CONSTRAINT card_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES public.issues(workspace_id, issue_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.changes
    ADD CONSTRAINT change_actor_exists FOREIGN KEY (workspace_id, actor_id) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.changes
    ADD CONSTRAINT change_undoes_exists FOREIGN KEY (workspace_id, undoes) REFERENCES public.changes(workspace_id, change_id);

ALTER TABLE ONLY public.changes
    ADD CONSTRAINT change_undone_by_exists FOREIGN KEY (workspace_id, undone_by) REFERENCES public.changes(workspace_id, change_id);

ALTER TABLE ONLY public.channel_settings
    ADD CONSTRAINT channel_settings_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comment_author_exists FOREIGN KEY (workspace_id, author_id) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comment_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES public.issues(workspace_id, issue_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.comment_lines
    ADD CONSTRAINT comment_line_comment_exists FOREIGN KEY (workspace_id, comment_id) REFERENCES public.comments(workspace_id, comment_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comment_reply_to_exists FOREIGN KEY (workspace_id, reply_to) REFERENCES public.comments(workspace_id, comment_id);

ALTER TABLE ONLY public.homes
    ADD CONSTRAINT home_person_exists FOREIGN KEY (workspace_id, person_id) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.imports
    ADD CONSTRAINT import_asker_exists FOREIGN KEY (workspace_id, asked_by) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.imports
    ADD CONSTRAINT import_change_exists FOREIGN KEY (workspace_id, change_id) REFERENCES public.changes(workspace_id, change_id);

ALTER TABLE ONLY public.import_leftovers
    ADD CONSTRAINT import_leftover_import_exists FOREIGN KEY (workspace_id, import_id) REFERENCES public.imports(workspace_id, import_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.import_mappings
    ADD CONSTRAINT import_mappings_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);

ALTER TABLE ONLY public.imported_issues
    ADD CONSTRAINT imported_issues_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);

ALTER TABLE ONLY public.imports
    ADD CONSTRAINT imports_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);

ALTER TABLE ONLY public.installations
    ADD CONSTRAINT installations_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);

ALTER TABLE ONLY public.issues
    ADD CONSTRAINT issue_assignee_exists FOREIGN KEY (workspace_id, assignee_id) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.issue_documents
    ADD CONSTRAINT issue_document_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES public.issues(workspace_id, issue_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.issues
    ADD CONSTRAINT issue_duplicate_exists FOREIGN KEY (workspace_id, duplicate_of) REFERENCES public.issues(workspace_id, issue_id);

ALTER TABLE ONLY public.issue_labels
    ADD CONSTRAINT issue_label_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES public.issues(workspace_id, issue_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.issue_labels
    ADD CONSTRAINT issue_label_label_exists FOREIGN KEY (workspace_id, label_id) REFERENCES public.labels(workspace_id, label_id);

ALTER TABLE ONLY public.issues
    ADD CONSTRAINT issue_parent_exists FOREIGN KEY (workspace_id, parent_id) REFERENCES public.issues(workspace_id, issue_id);

ALTER TABLE ONLY public.issues
    ADD CONSTRAINT issue_reporter_exists FOREIGN KEY (workspace_id, reporter_id) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.labels
    ADD CONSTRAINT labels_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);

ALTER TABLE ONLY public.mutes
    ADD CONSTRAINT mute_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES public.issues(workspace_id, issue_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.mutes
    ADD CONSTRAINT mute_person_exists FOREIGN KEY (workspace_id, person_id) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.notices
    ADD CONSTRAINT notice_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES public.issues(workspace_id, issue_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.notices
    ADD CONSTRAINT notice_person_exists FOREIGN KEY (workspace_id, person_id) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES public.issues(workspace_id, issue_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);

ALTER TABLE ONLY public.outgoing_webhooks
    ADD CONSTRAINT outgoing_owner_exists FOREIGN KEY (workspace_id, owner_id) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.outgoing_sends
    ADD CONSTRAINT outgoing_send_hook_exists FOREIGN KEY (workspace_id, webhook_id) REFERENCES public.outgoing_webhooks(workspace_id, webhook_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.outgoing_webhooks
    ADD CONSTRAINT outgoing_webhooks_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);

ALTER TABLE ONLY public.people
    ADD CONSTRAINT people_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);

ALTER TABLE ONLY public.people
    ADD CONSTRAINT person_merged_into_exists FOREIGN KEY (workspace_id, merged_into) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.previews
    ADD CONSTRAINT preview_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES public.issues(workspace_id, issue_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.preview_lines
    ADD CONSTRAINT preview_line_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES public.issues(workspace_id, issue_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.report_runs
    ADD CONSTRAINT report_run_schedule_exists FOREIGN KEY (workspace_id, schedule_id) REFERENCES public.schedules(workspace_id, schedule_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.rollup_books
    ADD CONSTRAINT rollup_books_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);

ALTER TABLE ONLY public.saved_queries
    ADD CONSTRAINT saved_queries_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);

ALTER TABLE ONLY public.saved_queries
    ADD CONSTRAINT saved_query_owner_exists FOREIGN KEY (workspace_id, owner_id) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.schedules
    ADD CONSTRAINT schedule_owner_exists FOREIGN KEY (workspace_id, owner_id) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.schedules
    ADD CONSTRAINT schedules_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);

ALTER TABLE ONLY public.search_words
    ADD CONSTRAINT search_words_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);

ALTER TABLE ONLY public.spent_requests
    ADD CONSTRAINT spent_requests_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);

ALTER TABLE ONLY public.subscription_matches
    ADD CONSTRAINT subscription_match_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES public.issues(workspace_id, issue_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.subscription_matches
    ADD CONSTRAINT subscription_match_subscription_exists FOREIGN KEY (workspace_id, subscription_id) REFERENCES public.subscriptions(workspace_id, subscription_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscription_owner_exists FOREIGN KEY (workspace_id, owner_id) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT token_person_exists FOREIGN KEY (workspace_id, person_id) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);

ALTER TABLE ONLY public.told
    ADD CONSTRAINT told_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES public.issues(workspace_id, issue_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.told
    ADD CONSTRAINT told_person_exists FOREIGN KEY (workspace_id, person_id) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.watchers
    ADD CONSTRAINT watcher_person_exists FOREIGN KEY (workspace_id, person_id) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.webhook_arrivals
    ADD CONSTRAINT webhook_arrival_hook_exists FOREIGN KEY (workspace_id, webhook_id) REFERENCES public.webhooks(workspace_id, webhook_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhook_owner_exists FOREIGN KEY (workspace_id, owner_id) REFERENCES public.people(workspace_id, person_id);

ALTER TABLE ONLY public.webhook_targets
    ADD CONSTRAINT webhook_target_hook_exists FOREIGN KEY (workspace_id, webhook_id) REFERENCES public.webhooks(workspace_id, webhook_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhook_targets
    ADD CONSTRAINT webhook_target_issue_exists FOREIGN KEY (workspace_id, issue_id) REFERENCES public.issues(workspace_id, issue_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(workspace_id);
