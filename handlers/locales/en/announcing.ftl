happened-by = { $who }: { $what }
happened-assigned = assigned to { $who }
happened-unassigned = assigned to nobody
happened-priority = priority { $priority }
happened-renamed = renamed to “{ $title }”
happened-due = due { $date }
happened-no-due = no due date
happened-deleted = deleted
happened-restored = restored
notice-assigned = { $who } assigned { $key } to you: { $title }
notice-assigned-by-nobody = { $key } is yours now: { $title }
notice-changed = { $key } { $title } – { $what }
happened-many = { $count ->
    [one] one issue shown in this channel was changed
   *[other] { $count } issues shown in this channel were changed
}
happened-many-what = { $count ->
    [one] one issue shown in this channel is now: { $what }
   *[other] { $count } issues shown in this channel are now: { $what }
}
