usage-tell = { $command } tell [new]
help-tell = Outgoing webhooks: other programs are told of every change of an issue, signed, in order, and tried again for a day.
outgoing-title = Outgoing webhooks
outgoing-none = No other program is told yet. “New outgoing webhook” begins that.
outgoing-new = New outgoing webhook
outgoing-name = *{ $name }*  { $url }
outgoing-on = on
outgoing-off = switched off { $when }, because nobody listened for long
outgoing-form-title = Outgoing webhook
outgoing-field-url = Address
outgoing-url-hint = It gets a POST for every change of an issue. Addresses of private networks are refused.
outgoing-made = “{ $name }” is told from now on. The secret that signs what it is told:
outgoing-how = Signed by Standard Webhooks: check the headers `webhook-id`, `webhook-timestamp` and `webhook-signature` with one of its libraries. The same `webhook-id` twice is the same message. Answer with any 2xx within 15 seconds.
outgoing-made-before = This form was sent before, and its secret was shown then. Delete the webhook and make another one if you did not keep it.
outgoing-log = Log
outgoing-log-title = What “{ $name }” was told last:
outgoing-log-none = Nothing yet.
outgoing-log-sent = ✅ `{ $kind }` { $when }: { $outcome } { $attempts ->
    [one] at once
   *[other] at attempt { $attempts }
}
outgoing-log-failed = ❌ `{ $kind }` { $when }: { $outcome } { $attempts ->
    [one] after 1 attempt
   *[other] after { $attempts } attempts
}
outgoing-log-waiting = ⏳ `{ $kind }` { $when }: { $outcome } { $attempts ->
    [one] after 1 attempt
   *[other] after { $attempts } attempts
}
outgoing-replay = Say again
outgoing-replayed = It is said again.
outgoing-replayed-off = It is said again once the webhook is switched on.
outgoing-switch-on = Switch on
outgoing-switched-on = “{ $name }” is told again from now on. What it missed is in its log.
outgoing-delete-text = “{ $name }” is told nothing from now on.
outgoing-deleted = “{ $name }” is deleted.
outgoing-off-notice = The outgoing webhook “{ $name }” ({ $url }) is switched off: nobody listened for long ({ $outcome }). Once it works again, switch it on with `/issue tell`; what it missed is in its log.
field-url-malformed = This is not an address such as https://example.com/lodge, without name and password.
field-url-insecure = The address must begin with https://.
field-url-private = This address is of a private network, which I may not call. Whoever runs this server can allow it.
