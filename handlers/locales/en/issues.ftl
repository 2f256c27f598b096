create-form-title = New issue
create-form-submit = Create
create-duplicates = This may be there already:
created-head = Filed:
created = Filed { $key }: { $title }
created-again = { $key } was filed already: { $title }

oneline-not-created = Nothing was created, because I could not read this:
oneline-example = For example: `{ $command } new Login fails on Safari @ada +bug !high due:friday`. Put quotes around words that belong to the title.
oneline-no-title = The title is missing: write it before or after the rest.
oneline-many-assignees = More than one assignee: an issue has one.
oneline-long-label = The label “{ $label }…” is too long: at most { $limit } characters fit.
oneline-priority = “!{ $word }” is no priority: !urgent, !high, !medium and !low are.
oneline-many-priorities = More than one priority.
oneline-due = “due:{ $text }” is no day I know: try due:friday, due:tomorrow, due:2w or due:2026-03-01.
oneline-nobody-found = I know nobody called “{ $name }”. Pick the person from the list Slack offers after @.
oneline-many-found = “{ $name }” could be several people ({ $names }). Pick one from the list Slack offers after @.
oneline-too-long = That title has { $count } characters, and at most 255 fit. Nothing was created. Shorten it in the form, and put the rest into the description.

pointing-head = { $key } may say the same as what is open already:
pointing-same = Mark as duplicate

assigned = { $key } is assigned to { $who } now.
unassigned = { $key } is assigned to nobody now.

status-changed = { $key } is now: { $status }
status-unchanged = { $key } was that already: { $status }
close-form-title = Close { $key }
close-reason = Why?
close-original = Duplicate of
close-original-placeholder = Type a key or words of the title
close-original-missing = Choose the issue that this one repeats.
close-original-itself = An issue cannot be its own duplicate.
close-duplicate-of-what = Of which issue? `{ $command } close { $key } duplicate of LDG-7`

comment-form-title = Comment { $key }
comment-placeholder = What is new?
quote-form-title = Add to an issue
quote-issue = Issue
quote-hint = The link to the message is added.
commented = Your comment is on { $key }.

due-unreadable = “{ $text }” is no day I know: try friday, tomorrow, 2w or 2026-03-01; “none” takes the date away.
labels-now = { $key } is labelled: { $labels }
labels-same = Nothing changed. { $said }
labels-not-there = Nothing changed: { $key } does not have { $labels }. `{ $command } show { $key }` shows the labels that it has.
labels-none = { $key } has no labels now.

edit-form-title = Edit { $key }
edit-description-long = The description has { $count } characters: too long for this form. It stays as it is.
edit-assignee-elsewhere = Assigned to { $who }, who cannot be shown in the field above; it stays so unless you choose somebody.
edited = { $key } is changed.
edited-nothing = { $key } is as it was: you changed nothing.
clash = { $key } was changed while you were writing. Below is what you wrote: apply it on top, or drop it.
clash-drop = Drop mine, show theirs
clash-apply = Apply mine

history-head = History of { $key } { $title }
history-empty = Nothing has happened to { $key } yet.
history-end = There is nothing older.
history-older = Older
history-newest = Newest
history-comment = { $said }: “{ $text }”
history-undo = taken back by undo
history-bulk = with others at once
history-via-api = by the API
history-via-webhook = by a webhook
history-via-import = by an import
history-in = in { $channel }

undone = { $count ->
    [one] Undone.
   *[other] Undone, on { $count } issues.
}
undo-blocked = That cannot be undone any more. Since then:
undo-blocked-next = `/issue edit { $key }` changes it by hand; `/issue history { $key }` shows all that was done.
undo-blocked-gone = `/issue restore { $key }` brings it back.
undone-before = That was undone already.
undo-more = … and { $count } more.
undo-nothing = There is nothing of yours to undo.

change-created = { $who } filed it
change-title = { $who } renamed it from “{ $from }”
change-description = { $who } changed the description
change-status = { $who }: { $from } → { $to }
change-closed = { $who } closed it: { $to }
change-reopened = { $who } reopened it
change-assignee = { $who } assigned it to { $to }
change-unassigned = { $who } unassigned it
change-priority = { $who } set the priority to { $to }
change-due = { $who } set the due date to { $to }
change-due-none = { $who } removed the due date
change-labels-added = { $who } added { $labels }
change-labels-removed = { $who } removed { $labels }
change-commented = { $who } commented
change-comment-edited = { $who } edited a comment
change-comment-deleted = { $who } deleted a comment
change-deleted = { $who } deleted it
change-restored = { $who } restored it
change-comment-restored = { $who } restored a comment
change-parent = { $who } made it part of { $key }
change-parent-none = { $who } took it out of the issue it was part of
change-some-issue = an issue
change-original = duplicate of { $key }
change-ref = { $who } set the reference to { $ref }
change-ref-none = { $who } removed the reference
change-other = { $who } changed { $what }
change-by-import = An import
change-by-api = A program
change-by-webhook = A webhook
change-by-system = Lodge
