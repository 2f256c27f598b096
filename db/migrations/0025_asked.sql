-- The last requests of each person that leave no change stood with their settings. They are known here now, where all
-- such requests are, however many others came in between.
INSERT INTO spent_requests (workspace_id, request_key)
SELECT workspace_id, asked FROM people, jsonb_array_elements_text(settings -> 'asked') AS asked
WHERE settings ? 'asked'
ON CONFLICT DO NOTHING;
UPDATE people SET settings = settings - 'asked' WHERE settings ? 'asked';
