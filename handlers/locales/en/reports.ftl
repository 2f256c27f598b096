usage-report = { $command } report assignees|latency|flow|aging|digest [query] [period]
help-report = Numbers over a period (7d, this month, last week, 2026-Q3, 2026-01..2026-03), compared with the period before; with charts, CSV, and a button to share them.
report-which = Which report? `assignees`, `latency`, `flow`, `aging` or `digest`: for example `{ $command } report latency label:bug last month`.
report-unknown = There is no report “{ $word }”. Did you mean `{ $command } report { $nearest }`?
report-shared-by = Shared by { $who }
report-not-shared = I could not post in { $channel }. Invite me there with `/invite`, then try again.
report-csv-sent = The numbers are in your direct messages with me.
report-csv-note = The numbers of “{ $title }”, { $days }.

report-assignees = Who works on what
report-latency = Time to resolution
report-flow = Created and closed
report-aging = Age of open issues
report-digest = What happened

report-subtitle = { $days }, compared with { $before }
report-query = only `{ $query }`
report-before = (before: { $before })
report-before-change = (before: { $before }, { $change })

report-column-person = Person
report-column-open = Open
report-column-in-progress = In progress
report-column-taken = Taken
report-column-closed = Closed
report-column-closed-before = Closed before
report-column-created = Created
report-column-net = Net
report-column-period = Period
report-column-from = From
report-column-median = Median
report-column-p90 = 90 % within
report-column-mean = Mean
report-column-priority = Priority
report-column-label = Label
report-column-age = Age
report-axis-person = Person
report-axis-issues = Issues
report-axis-days = Days
report-axis-hours = Hours
report-axis-minutes = Minutes
report-axis-closed = When closed
report-axis-priority = Priority
report-axis-age = Age in days
report-unit-day = Day
report-unit-week = Week from
report-unit-month = Month
report-unit-quarter = Quarter
report-unit-year = Year

report-days = { $days } d
report-days-hours = { $days } d { $hours } h
report-hours-minutes = { $hours } h { $minutes } min
report-minutes = { $minutes } min
report-seconds = { $seconds } s

report-assignees-chart = Issues by person
report-assignees-open = { $open ->
    [one] *One* issue is open
   *[other] *{ $open }* issues are open
}, *{ $doing }* of them in progress.
report-assignees-work = Taken: *{ $taken }* { $taken_before }. Closed: *{ $closed }* { $closed_before }.
report-assignees-unassigned = { $count ->
    [one] *One* open issue is nobody’s.
   *[other] *{ $count }* open issues are nobody’s.
}
report-assignees-others = { $count ->
    [one] One more person has numbers, but no row here.
   *[other] { $count } more people have numbers, but no row here.
}
report-assignees-computed = How this is computed: *open* is what is assigned to somebody now and not closed. *Taken* counts how often an issue was assigned to them in the period. *Closed* are issues of theirs whose last close lies in the period and that have not been reopened.

report-latency-trend = Median time to resolution
report-latency-priorities = By priority
report-latency-labels = By label
report-latency-times = By time
report-latency-none = Nothing was closed in this time.
report-latency-line = *{ $closed }* closed. Half of them within *{ $median }*, nine in ten within *{ $p90 }*; { $mean } on average.
report-latency-before = Before: { $closed } closed, half of them within { $median }. The median changed by *{ $change }*.
report-latency-before-at-once = Before: { $closed } closed, half of them at once.
report-latency-nothing-before = Nothing was closed in the time it is compared with.
report-latency-computed = How this is computed: from the creation of an issue to its last close, for issues closed in the period that have not been reopened. Nights and weekends count. An issue with several labels counts under each.

report-flow-chart = Created and closed
report-flow-line = Created: *{ $created }* { $created_before }. Closed: *{ $closed }* { $closed_before }.
report-flow-net = Net: *{ $net }* (before: { $net_before }). Open now: *{ $open }*.
report-flow-computed = How this is computed: an issue counts on the day it was created, and on the day of its last close unless it was reopened. Net is created less closed. Days are those of the workspace’s time zone.

report-aging-chart = Open issues by age
report-aging-subtitle = As of { $day }
report-aging-line = { $count ->
    [0] Nothing is open.
    [one] *One* issue is open.
   *[other] *{ $count }* issues are open.
}
report-aging-no-period = Ages are those of today whatever the period: “{ $period }” changes nothing here. The issues created then are chosen with `created:`.
report-aging-oldest = Oldest
report-aging-stalest = Untouched for longest
report-aging-computed = How this is computed: the age of an open issue is counted in days from the day it was created, whatever happened since. Untouched means that nobody changed anything about it, and nobody commented on it.
report-age = { $first }–{ $last } days
report-age-over = { $days } days and more
report-open-since = open since { $day }
report-untouched-since = untouched since { $day }
report-due-since = was due { $day }

report-digest-line = *{ $created }* created { $created_before }, *{ $closed }* closed { $closed_before }; *{ $open }* open now.
report-digest-closers = Most closed by: { $names }.
report-digest-pressing = Most pressing now
report-digest-overdue = Overdue
report-digest-newest = New and still open
report-digest-finished = Closed lately
report-digest-computed = How this is computed: created and closed as in the flow report. An issue counts as closed by whom it is assigned to. Most pressing are open issues of urgent or high priority. Each list names at most five.

report-show-issue = Show an issue
report-choose-period = Period
report-button-query = Change query
report-button-refresh = Refresh
report-button-share = Share to channel
report-button-csv = CSV
report-button-schedule = Schedule
report-query-title = Report
report-query-label = Query
report-query-hint = As in lists, for example: label:bug assignee:@ada. Empty means all issues.
report-period-label = Period
report-period-hint = For example 7d, this month, 2026-Q3, 2026-01..2026-03
report-query-show = Show
report-period-7d = Last 7 days
report-period-30d = Last 30 days
report-period-90d = Last 90 days
report-period-this-week = This week
report-period-last-week = Last week
report-period-this-month = This month
report-period-last-month = Last month
report-period-this-quarter = This quarter
report-period-this-year = This year

report-repaired = The nightly check found that numbers kept for reports were wrong in { $count ->
    [one] one place
   *[other] { $count } places or more
}, and has counted them all anew. Reports are right again; those made before may have been wrong. Whoever runs Lodge finds the details in its log.

field-period-unknown = “{ $value }” is not a period. One reads like 7d, this month, last week, 2026-Q3 or 2026-01..2026-03.
field-period-order = “{ $value }” ends before it begins: turn its ends round.
field-period-too-long = “{ $value }” is too long: a period has at most { $limit } days.
field-period-count = “{ $value }” is not a period: count from 1 to { $limit }.
field-period-range = “{ $value }” lies outside the years 1970 to 2200. To look for it as a word, put it in quotes.
field-period-no-such-day = “{ $value }” is not in the calendar. A month reads like 2026-07, a day like 2026-07-31.
report-takes-long = This takes a moment: there is much to count just now. The report comes by itself.
