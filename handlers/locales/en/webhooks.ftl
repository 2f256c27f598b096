usage-webhook = { $command } webhook [new]
help-webhook = Alerts and issues of other programs become issues here: Alertmanager, Sentry, GitHub, or any JSON. See them, make them, change their secrets, and try again what could not be understood.
webhook-title = Incoming webhooks
webhook-none = There are no webhooks yet. With one, another program files issues here, and closes them.
webhook-more = { $count ->
    [one] 1 more is not shown.
   *[other] { $count } more are not shown.
}
webhook-name = *{ $name }*  `/hooks/{ $id }`
webhook-new = New webhook
webhook-kind-generic = Any JSON
webhook-kind-alertmanager = Alertmanager
webhook-kind-sentry = Sentry
webhook-kind-github = GitHub issues
webhook-auth-hmac = Signature (HMAC-SHA256)
webhook-auth-bearer = Bearer token
webhook-cards-in = cards in { $channel }
webhook-of = of { $who }
webhook-rotate = Change secret
webhook-rotate-text = What is sent to “{ $name }” with the old secret is refused from now on.
webhook-failures = { $count ->
    [one] 1 not understood
   *[other] { $count } not understood
}
webhook-delete = Delete
webhook-delete-title = Delete this webhook?
webhook-delete-text = What is sent to “{ $name }” is refused from now on. Its issues stay.
webhook-deleted = “{ $name }” is deleted. Its issues stay.
webhook-form-title = Incoming webhook
webhook-field-name = Name
webhook-placeholder = Who sends, as in Production alerts
webhook-field-kind = What it understands
webhook-field-auth = How the sender proves itself
webhook-auth-hint = GitHub and Sentry sign what they send; Alertmanager sends a bearer token.
webhook-field-channel = Cards of new issues in
webhook-channel-hint = Left empty, new issues get no card. I must be a member of the channel.
webhook-field-mapping = Where things stand in the JSON
webhook-mapping-hint = For any JSON only: title, description, key, status, priority, labels, at; each by a path such as alert.labels[0].name, or {"{"}"path": "severity", "default": "low"{"}"}. With a key, what comes later changes the same issue; with a time (at), late news change nothing.
webhook-create = Create
webhook-this-server = https://<this server>
webhook-made = “{ $name }” is ready. Its address:
webhook-secret = Its secret:
webhook-field-secret = The sender’s own secret
webhook-secret-hint = Left empty, I make a new one. Some senders give theirs, as Sentry does (Client Secret): enter it here.
webhook-secret-short = At least { $limit } characters: a shorter one can be guessed.
webhook-secret-set = From now on “{ $name }” believes what is signed or sent with that secret.
webhook-keep = *Copy the secret now.* It is not shown again.
webhook-how-generic-hmac = POST JSON with the header `X-Lodge-Signature: sha256=…`, the hexadecimal HMAC-SHA256 of the body by the secret. An `Idempotency-Key` header makes sure that a repeat changes nothing.
webhook-how-generic-bearer = POST JSON with the header `Authorization: Bearer …`. An `Idempotency-Key` header makes sure that a repeat changes nothing.
webhook-how-alertmanager-bearer = In Alertmanager’s `webhook_configs`: the address as `url`, the secret as `http_config.authorization.credentials`, and `send_resolved: true`.
webhook-how-sentry-hmac = In Sentry: Settings, Integrations, a new internal integration with this address as webhook URL, alert rule action on, webhooks for issues on. Save it, copy its Client Secret, and enter that here by “Change secret”.
webhook-how-github-hmac = In the repository: Settings, Webhooks, Add webhook: the address as payload URL, content type `application/json`, the secret, and only the event “Issues”.
webhook-done = Done
webhook-made-before = This form was sent before, and its secret was shown then. Make a new secret if you did not keep it.
webhook-failed-title = What “{ $name }” could not understand:
webhook-failed = { $when }: { $why }
webhook-failed-none = There is nothing left.
webhook-replay = Try again
webhook-replay-failed = Still not: { $why }
webhook-replayed = { $count ->
    [0] Understood now; it changed no issue.
    [one] Understood now: 1 issue is up to date.
   *[other] Understood now: { $count } issues are up to date.
}
webhook-discard = Discard all
webhook-discarded = { $count ->
    [one] 1 is discarded.
   *[other] { $count } are discarded.
}
field-webhook-signs = This sender signs what it sends: choose the signature.
field-webhook-bears = This sender cannot sign: choose the bearer token.
field-mapping-json = This is not a JSON object, such as {"{"}"title": "alert.name"{"}"}.
field-mapping-field = One of these fields does not exist. There are title, description, key, status, priority, labels and at.
field-mapping-path = One of these paths cannot be read. A path reads like alert.labels[0].name.
field-mapping-needless = Only a webhook for any JSON has a mapping: leave this empty.
hook-unreadable-no-json = The body is not JSON: { $what }
hook-unreadable-missing = “{ $what }” is missing, or not what this kind of webhook sends there.
hook-unreadable-no-title = There is no title at “{ $what }”.
hook-unreadable-no-status = “{ $what }” is not a status.
hook-unreadable-no-priority = “{ $what }” is not a priority.
hook-unreadable-no-time = “{ $what }” is not a time.
hook-unreadable-refused = No issue can hold it: { $what }
