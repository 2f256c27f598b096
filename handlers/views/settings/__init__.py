"""The forms of a workspace's settings: one a subject."""
