"""`make demo`: Lodge, an embedded database and a local Slack with a small believable team, in one process."""
