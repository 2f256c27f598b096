"""The JSON API, `/api/v1`: the same operations as in Slack, for programs."""
