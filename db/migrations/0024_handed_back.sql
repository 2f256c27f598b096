-- The file in Slack that holds the rows, noted before Slack is asked to share it: who comes after a crash asks Slack
-- whether it is there already, instead of sending another. On the first part alone.
ALTER TABLE import_leftovers
    ADD COLUMN file_id text,
    ADD COLUMN offered_at timestamptz;
