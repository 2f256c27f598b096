usage-subscribe = { $command } subscribe [query]
help-subscribe = This channel hears of issues that come to match a query, also when a label is added later, and of what happens to them. Without a query it opens the form.
usage-subscriptions = { $command } subscriptions
help-subscriptions = What this channel follows: to change, pause, resume and end.
usage-unsubscribe = { $command } unsubscribe [query]
help-unsubscribe = The channel follows it no more.

subscription-title = Follow issues here
subscription-title-edit = Change subscription
subscription-create = Follow
subscription-query = Issues that match
subscription-query-hint = For example label:bug,crash -label:ui priority:high. Terms are combined by AND, a comma means OR, a leading - means NOT. Empty: all issues. “me” is whoever made it.
subscription-news = Say when
subscription-news-matches = an issue comes to match
subscription-news-status = one is closed, reopened or started
subscription-news-comments = somebody comments on one
subscription-short-matches = new matches
subscription-short-status = status
subscription-short-comments = comments
subscription-place = What happens later
subscription-place-thread = in the thread of the issue’s card
subscription-place-channel = in the channel
subscription-place-hint = An older issue that has no card here gets one when something happens to it.
field-news-required = Choose something to hear of.
subscription-there = The channel follows this already.
field-subscriptions-too-many = A channel follows at most { $limit } queries. End one first: `/issue subscriptions` lists them.
field-subscriptions-all-taken = The channels of this workspace follow { $limit } queries, which is as many as they can. End one first, here or in another channel.
subscription-not-member = I cannot post in this channel. Invite me first: /invite @Lodge
subscription-still-not-member = I still cannot post in { $channel }. Invite me there, or unarchive it, then resume.
subscription-saved = { $channel } follows { $query } from now on.
subscription-removed = The channel follows { $query } no more.
subscription-which = Which one? Its menu ends it.
subscription-list = What this channel follows
subscription-none = Nothing yet. The button below begins to follow.
subscription-elsewhere = Yours in other channels
subscription-new = Follow issues here
subscription-edit = Change
subscription-pause = Pause
subscription-resume = Resume
subscription-delete = End
subscription-paused = Paused.
subscription-everything = all issues
subscription-stopped = I paused the subscription to { $query } in { $channel }: { $why } Nothing is said there until it is resumed.
subscription-stopped-for-now = I paused the subscription to { $query } in { $channel }: { $why } It goes on by itself as soon as I can post there again.
subscription-why-query = a label or person it names is not there any more. Change the query.
subscription-unsaid = I could not post { $key } in { $channel }, which follows { $query }: { $why } Read it with `/issue show { $key }`. The subscription goes on. If this happens again, ask whoever runs this server to look into it.
subscription-unsaid-news = I could not post news of { $query } in { $channel }: { $why } Read them with `/issue list` and that query. The subscription goes on. If this happens again, ask whoever runs this server to look into it.
subscription-why-away = Slack did not take it for a long time.
subscription-many-new = { $count ->
    [one] One issue matches { $query } now:
   *[other] { $count } issues match { $query } now:
}
subscription-many-changed = { $count ->
    [one] Something happened to one issue that matches { $query }:
   *[other] Something happened to { $count } issues that match { $query }:
}
subscription-more = … and { $count } more
