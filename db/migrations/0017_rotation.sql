-- Apps with token rotation get tokens that end after twelve hours, and with each a refresh token that
-- brings the next one, once.
ALTER TABLE installations
    ADD COLUMN sealed_refresh bytea,
    ADD COLUMN expires_at timestamptz,
    ADD CONSTRAINT installation_token_that_ends_can_be_renewed
        CHECK ((sealed_refresh IS NULL) = (expires_at IS NULL));
CREATE INDEX installations_ending ON installations (expires_at) WHERE expires_at IS NOT NULL;
