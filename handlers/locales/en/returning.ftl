returned-channel = I can post in { $channel } again.
returned-direct = I can write to you again.
returned-subscription = The subscription to { $query } goes on. What happened meanwhile is not posted there.
returned-missed = { $count ->
    [0] No issue that it finds is new or has changed since { $since }.
    [one] One issue that it finds is new or has changed since { $since }: { $shown }
   *[other] { $count } issues that it finds are new or have changed since { $since }: { $shown }
}
returned-missed-about = About { $count } issues that it finds are new or have changed since { $since }: { $shown }
returned-schedule = The report *{ $title }* is posted again, next { $when }.
returned-not-yet = I still cannot post in { $channel }. Invite me there, or unarchive it: then it goes on by itself.
returned-more = … and { $count } more
