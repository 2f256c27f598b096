-- What is due of a receiver's, in order: taking the next few costs the same however many wait.
CREATE INDEX outgoing_sends_due ON outgoing_sends (workspace_id, webhook_id, not_before, send_id)
    WHERE state = 'waiting';
