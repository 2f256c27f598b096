-- What a sender said last of a thing that is followed: what it changed since is changed here too, and nothing else.
ALTER TABLE webhook_targets
    -- A digest of title and description.
    ADD COLUMN words  text,
    ADD COLUMN labels text[];
