-- Kept numbers of reports, and schedules that post them.
--
-- `rollup_issues` remembers how each issue was last counted; every other rollup is a sum over it. Folding takes
-- the issues of a batch of changes, subtracts how they were counted and adds how they stand now. A reader does
-- the same on the fly for changes that are still pending, so what it sees is exact at any moment, and no
-- writer ever touches a rollup.
--
-- Days are numbers (days since 0001-01-01) in the time zone of the workspace's book. Sums are kept for spans of
-- 1, 4, 16, 64 and 256 days: any range of days is the union of few spans.

CREATE TABLE rollup_books (
    workspace_id text PRIMARY KEY REFERENCES workspaces,
    timezone     text NOT NULL,
    rebuilt_at   timestamptz NOT NULL DEFAULT now(),
    checked_at   timestamptz
);

CREATE FUNCTION day_number(moment timestamptz, zone text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (moment AT TIME ZONE zone)::date - DATE '0001-01-01';

CREATE FUNCTION microseconds(span interval) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (extract(epoch FROM span) * 1000000)::bigint;

-- Which of 208 ranges a latency lies in; each is 9 % wider than the one before.
CREATE FUNCTION latency_bucket(latency bigint) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN width_bucket(latency / 1000000, ARRAY[
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 19, 21, 23, 25, 27, 29, 32, 35, 38, 41, 45, 49,
        54, 59, 64, 70, 76, 83, 91, 99, 108, 117, 128, 140, 152, 166, 181, 197, 215, 235, 256, 279, 304, 332,
        362, 395, 431, 470, 512, 558, 609, 664, 724, 790, 861, 939, 1024, 1117, 1218, 1328, 1448, 1579, 1722,
        1878, 2048, 2233, 2435, 2656, 2896, 3158, 3444, 3756, 4096, 4467, 4871, 5312, 5793, 6317, 6889, 7512,
        8192, 8933, 9742, 10624, 11585, 12634, 13777, 15024, 16384, 17867, 19484, 21247, 23170, 25268, 27554,
        30048, 32768, 35734, 38968, 42495, 46341, 50535, 55109, 60097, 65536, 71468, 77936, 84990, 92682,
        101070, 110218, 120194, 131072, 142935, 155872, 169979, 185364, 202141, 220436, 240387, 262144, 285870,
        311744, 339959, 370728, 404281, 440872, 480774, 524288, 571740, 623487, 679917, 741455, 808563, 881744,
        961548, 1048576, 1143480, 1246974, 1359835, 1482910, 1617125, 1763488, 1923097, 2097152, 2286960,
        2493948, 2719670, 2965821, 3234251, 3526975, 3846194, 4194304, 4573921, 4987896, 5439339, 5931642,
        6468501, 7053950, 7692387, 8388608, 9147842, 9975792, 10878679, 11863283, 12937002, 14107901, 15384775,
        16777216, 18295684, 19951585, 21757357, 23726566, 25874004, 28215802, 30769550, 33554432, 36591368,
        39903169, 43514715, 47453133, 51748008, 56431603, 61539100, 67108864, 73182735, 79806339, 87029429,
        94906266, 103496017, 112863206, 123078199, 134217728, 146365470, 159612677, 174058859, 189812531,
        206992033, 225726413, 246156398, 268435456
    ]::bigint[])::smallint;

-- What an issue's latency is counted under: everything (the zero uuid), its priority (as a uuid of its own)
-- and each of its labels.
CREATE FUNCTION latency_slices(priority smallint, labels uuid[]) RETURNS uuid[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-00000000000' || priority]::uuid[] || labels;

CREATE FUNCTION histogram(buckets smallint[], counts bigint[]) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT array_agg(coalesce(given.count, 0)::integer ORDER BY every.bucket)
    FROM generate_series(0, 207) AS every (bucket)
    LEFT JOIN unnest(buckets, counts) AS given (bucket, count) ON given.bucket = every.bucket
);

CREATE FUNCTION add_histograms(one integer[], other integer[]) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT array_agg(a + b ORDER BY place) FROM unnest(one, other) WITH ORDINALITY AS pair (a, b, place));

CREATE TABLE rollup_issues (
    workspace_id text NOT NULL,
    issue_id     uuid NOT NULL,
    created_day  integer NOT NULL,
    -- Null while the issue is not closed.
    closed_day   integer,
    latency      bigint,
    in_progress  boolean NOT NULL,
    assignee_id  uuid,
    priority     smallint NOT NULL,
    labels       uuid[] NOT NULL,
    -- When the issue was assigned, and to whom each time.
    taken_days   integer[] NOT NULL,
    taken_by     uuid[] NOT NULL,
    PRIMARY KEY (workspace_id, issue_id)
);

-- The zero uuid stands for nobody.
CREATE TABLE rollup_open (
    workspace_id text NOT NULL,
    person_id    uuid NOT NULL,
    waiting      integer NOT NULL,
    in_progress  integer NOT NULL,
    PRIMARY KEY (workspace_id, person_id)
);

CREATE TABLE rollup_days (
    workspace_id text NOT NULL,
    grain        smallint NOT NULL,
    span         integer NOT NULL,
    created      integer NOT NULL,
    closed       integer NOT NULL,
    -- Of those created in the span, how many are open now.
    still_open   integer NOT NULL,
    PRIMARY KEY (workspace_id, grain, span)
);

CREATE TABLE rollup_people (
    workspace_id text NOT NULL,
    grain        smallint NOT NULL,
    span         integer NOT NULL,
    person_id    uuid NOT NULL,
    taken        integer NOT NULL,
    closed       integer NOT NULL,
    PRIMARY KEY (workspace_id, grain, span, person_id)
);

CREATE TABLE rollup_latency (
    workspace_id text NOT NULL,
    grain        smallint NOT NULL,
    span         integer NOT NULL,
    slice        uuid NOT NULL,
    closed       integer NOT NULL,
    total        numeric NOT NULL,
    histogram    integer[] NOT NULL,
    PRIMARY KEY (workspace_id, grain, span, slice)
);

-- Finds the exact latency of a rank once the histogram has told its bucket.
CREATE TABLE rollup_closes (
    workspace_id text NOT NULL,
    slice        uuid NOT NULL,
    bucket       smallint NOT NULL,
    closed_day   integer NOT NULL,
    issue_id     uuid NOT NULL,
    latency      bigint NOT NULL,
    PRIMARY KEY (workspace_id, slice, bucket, closed_day, issue_id) INCLUDE (latency)
);

-- How issues stand now, in the shape of rollup_issues.
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
       taken.days AS taken_days, taken.persons AS taken_by
FROM issues i JOIN rollup_books b ON b.workspace_id = i.workspace_id,
LATERAL (
    SELECT coalesce(array_agg(day_number(e.at, b.timezone) ORDER BY e.event_id), '{}') AS days,
           coalesce(array_agg(e.now_assignee ORDER BY e.event_id), '{}') AS persons
    FROM events e
    WHERE e.workspace_id = i.workspace_id AND e.issue_id = i.issue_id
      AND e.now_assignee IS NOT NULL AND e.now_assignee IS DISTINCT FROM e.was_assignee
) taken
WHERE i.deleted_at IS NULL;

-- The issues that changes still to be folded have touched. These are few, but the planner cannot know: OFFSET 0
-- keeps a subquery apart, so that it is looked up issue by issue and never becomes a scan of everything; the
-- order makes it use the index.
CREATE VIEW rollup_touched AS
SELECT DISTINCT p.workspace_id, e.issue_id
FROM pending_changes p,
LATERAL (SELECT issue_id FROM events e
         WHERE e.workspace_id = p.workspace_id AND e.change_id = p.change_id ORDER BY event_id OFFSET 0) e;

-- What those issues take away from the kept numbers (sign -1) and add to them (sign 1).
CREATE VIEW rollup_unfolded AS
SELECT -1 AS sign, r.* FROM rollup_touched t,
LATERAL (SELECT * FROM rollup_issues r
         WHERE r.workspace_id = t.workspace_id AND r.issue_id = t.issue_id OFFSET 0) r
UNION ALL
SELECT 1, n.* FROM rollup_touched t,
LATERAL (SELECT * FROM rollup_now n
         WHERE n.workspace_id = t.workspace_id AND n.issue_id = t.issue_id OFFSET 0) n;

-- Reports over a query read the issues themselves.
CREATE INDEX issues_closed ON issues (workspace_id, closed_at) INCLUDE (created_at, priority, assignee_id, reporter_id, issue_id)
    WHERE closed_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX events_assigned ON events (workspace_id, at) INCLUDE (now_assignee, issue_id)
    WHERE now_assignee IS NOT NULL AND now_assignee IS DISTINCT FROM was_assignee;

CREATE TABLE schedules (
    workspace_id text NOT NULL REFERENCES workspaces,
    schedule_id  uuid NOT NULL DEFAULT uuid_v7(),
    owner_id     uuid NOT NULL,
    report       text NOT NULL,
    query        text NOT NULL DEFAULT '',
    period       text NOT NULL,
    channel_id   text NOT NULL,
    recurrence   text NOT NULL,
    timezone     text NOT NULL,
    locale       text NOT NULL DEFAULT 'en',
    -- Null while paused.
    next_due_at  timestamptz,
    paused_why   text,
    version      integer NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, schedule_id),
    CONSTRAINT schedule_owner_exists FOREIGN KEY (workspace_id, owner_id) REFERENCES people,
    CONSTRAINT schedule_paused_is_not_due CHECK ((next_due_at IS NULL) = (paused_why IS NOT NULL)),
    CONSTRAINT schedule_query_length CHECK (char_length(query) <= 500)
);
CREATE INDEX schedules_due ON schedules (next_due_at) WHERE next_due_at IS NOT NULL;

-- One row for each due instant of a schedule that was claimed, whichever replica did it.
-- One row for each due instant of a schedule that was claimed, whichever replica did it.
CREATE TABLE report_runs (
    workspace_id text NOT NULL,
    run_id       uuid NOT NULL DEFAULT uuid_v7(),
    schedule_id  uuid NOT NULL,
    -- A run that somebody asked for has an instant of its own and leaves the schedule as it is.
    due_at       timestamptz NOT NULL,
    asked_by     uuid,
    -- claimed: to be made; sending: handed to the outbox, in the transaction that says so here.
    state        text NOT NULL DEFAULT 'claimed',
    late         boolean NOT NULL DEFAULT false,
    -- This workspace does not take charts: the message is made of a table and a picture.
    plainly      boolean NOT NULL DEFAULT false,
    outbox_id    bigint,
    error        text,
    claimed_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    PRIMARY KEY (workspace_id, run_id),
    CONSTRAINT report_run_once UNIQUE (workspace_id, schedule_id, due_at),
    CONSTRAINT report_run_schedule_exists FOREIGN KEY (workspace_id, schedule_id)
        REFERENCES schedules ON DELETE CASCADE,
    CONSTRAINT report_run_state CHECK (state IN ('claimed', 'sending', 'posted', 'skipped', 'failed'))
);
CREATE INDEX report_runs_sending ON report_runs (workspace_id, outbox_id) WHERE state = 'sending';
CREATE INDEX report_runs_claimed ON report_runs (claimed_at) WHERE state = 'claimed';
