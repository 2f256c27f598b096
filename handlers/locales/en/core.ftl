nobody = nobody
person-deactivated = { $name } (left)
person-former = Former member { $code }
person-unknown = someone
working-on-it = Working on it …
command-typed = You typed:

status-open = Open
status-in-progress = In progress
reason-completed = Completed
reason-not-planned = Not planned
reason-duplicate = Duplicate
priority-urgent = Urgent
priority-high = High
priority-medium = Medium
priority-low = Low
priority-none = No priority

field-title = Title
field-description = Description
field-assignee = Assignee
field-priority = Priority
field-labels = Labels
field-due = Due
field-comment = Comment
# Errors at a field; process shows them under it.
field-too-long = Too long: at most { $limit } characters fit.
field-required = This cannot be empty.

form-cancel = Cancel
form-close = Close
form-save = Save
form-title-placeholder = What is it about?
form-description-placeholder = What happened, what did you expect?
form-assignee-placeholder = Who works on it?
form-labels-placeholder = Type to find or add one
form-due-placeholder = Choose a day
form-new-label = New label “{ $label }”
form-post = Post the card in this channel
form-post-label = Where

button-assign-me = Assign to me
button-start = Start
button-close = Close
button-reopen = Reopen
button-comment = Comment
button-edit = Edit
button-undo = Undo
button-post-here = Post card here
button-open-form = Open the form
button-next = Next
button-previous = Previous

more-show = Show everything
more-history = History
more-post = Post card here
more-assign = Assign to me
more-unassign = Unassign
more-start = Start
more-close = Close
more-close_as = Close as …
more-reopen = Reopen
more-comment = Comment
more-edit = Edit
more-delete = Delete …
more-mute = Mute for me
more-watch = Unmute
more-follow = Watch

usage-needed = It reads like this: `{ $usage }`
unknown-word = I do not know “{ $word }”. `{ $command } help` lists what I do.
unknown-word-nearest = I do not know “{ $word }”. Did you mean `{ $command } { $nearest }`? `{ $command } help` lists what I do.
unknown-word-create = Create an issue from it

card-text = { $key } { $title } ({ $status })
card-assignee = Assignee: { $who }
card-unassigned = unassigned
card-due = Due { $date }
card-overdue = ⚠️ Was due { $date }
card-more-labels = { $count ->
    [one] and one more label
   *[other] and { $count } more labels
}
card-filed = Filed by { $who } { $when }
card-closed = closed { $when }
card-mute = You hear nothing of it: you muted it.
card-gone = This issue was taken back.
card-posting = The card of { $key } is on its way to this channel.

show-comments = Comments:
show-comments-last = The last comments:

loading-title = One moment
loading = I am looking it up …
loading-over = That did not work
late-working-title = One moment
late-working = Working on it … This takes longer than usual. You can wait here, or close this: you are told either way.
late-written = What you wrote:
late-done-title = Done
late-done = It is done.
late-again = Not done yet: see below. Everything you entered is still here.
late-at-field = ⚠️ { $error }
late-closed = What you sent in the form was not done. { $why }
late-unfinished = The form that you closed had something left to show you. Call it up again to see how it stands.
late-interrupted = I was stopped while working on it. Send it once more: nothing is done twice.
late-file = what-you-wrote
