usage-notify = { $command } notify
help-notify = What you are told by direct message, at once or as a digest, and your quiet hours.
usage-watch = { $command } watch LDG-42
help-watch = You hear of what happens to this issue from now on, also when you had muted it.
usage-unwatch = { $command } unwatch LDG-42
help-unwatch = You hear nothing more of it, not even when it is yours or you are mentioned, until you watch it again.
watch-done = You are told what happens to { $key } { $title }.
unwatch-done = You hear nothing more of { $key } { $title }, not even when it is yours or you are mentioned.

notice-mentioned = { $who } mentioned you in { $key } { $title }
notice-commented = { $who } commented on { $key } { $title }
notice-comments = { $who } wrote the last of { $count } new comments on { $key } { $title }
notice-comments-unsaid = { $count ->
    [one] One new comment on { $key } { $title }
   *[other] { $count } new comments on { $key } { $title }
}
notice-more = { $more ->
    [one] and one more comment
   *[other] and { $more } more comments
}
notice-a-program = A program
notice-digest = News of { $count ->
    [one] one issue
   *[other] { $count } issues
}
notice-digest-more = { $count ->
    [one] One more issue changed.
   *[other] { $count } more issues changed.
}
notice-unwatch = Mute
notice-watch = Unmute
notice-settings = Notifications

notify-title = Notifications
notify-kinds = Tell me when
notify-kind-assigned = an issue is assigned to me
notify-kind-mentioned = I am mentioned
notify-kind-comments = somebody comments on an issue of mine
notify-kind-status = an issue of mine is closed, reopened or started
notify-kind-changes = anything else about an issue of mine changes
notify-rhythm = How
notify-rhythm-now = At once
notify-rhythm-hourly = One digest an hour
notify-rhythm-daily = One digest a day, at 9:00
notify-quiet-from = Quiet from
notify-quiet-to = Quiet until
notify-quiet-hint = In your time zone, { $zone }. What happens meanwhile comes afterwards, as one digest. Issues of yours are those assigned to you, filed by you or watched.
notify-muted = Muted issues
notify-muted-hint = You hear nothing of these. Take one out to hear of it again.
notify-quiet-both = Choose both a beginning and a different end, or neither.
notify-saved = Saved. You are told { $when }.
notify-told-now = at once
notify-told-hourly = once an hour, in one digest
notify-told-daily = once a day at 9:00, in one digest
notify-saved-nothing = Saved. You are told nothing any more.
notify-saved-quiet = Quiet from { $begin } until { $end } ({ $zone }).
notify-digest-hint = A digest of what happened to your issues, each working day at an hour of your choice: `/issue digest 08:30`.
