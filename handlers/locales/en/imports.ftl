import-reading = Reading { $file } …
import-preview = *{ $file }*: { $rows ->
    [one] 1 row
   *[other] { $rows } rows
}, { $coming ->
    [0] nothing new to import
    [one] 1 issue to import
   *[other] { $coming } issues to import
}. Nothing is written before you press Import.
import-preview-untitled = *{ $file }*: a table, but which column holds the title? Nothing is written before you press Import.
import-preview-format = { $format } · { $encoding } · separated by { $separator }
import-preview-sheet = { $format } · Excel workbook, sheet “{ $sheet }”{ $others ->
    [0] {""}
    [one] {" "}(another sheet is left out)
   *[other] {" "}({ $others } other sheets are left out)
}
import-preview-columns = { $columns }{ $left ->
    [0] {""}
    [one] {" "}(1 column left out)
   *[other] {" "}({ $left } columns left out)
}
import-format-jira = Jira export
import-format-linear = Linear export
import-format-gitlab = GitLab export
import-format-github = GitHub export
import-format-lodge = Lodge export
import-format-plain = Plain table
import-separator-comma = commas
import-separator-semicolon = semicolons
import-separator-tab = tabs
import-separator-bar = bars
import-separator-other = another sign
import-field-reference = Key
import-field-title = Title
import-field-description = Description
import-field-status = Status
import-field-resolution = Resolution
import-field-category = Status category
import-field-priority = Priority
import-field-labels = Labels
import-field-assignee = Assignee
import-field-reporter = Reporter
import-field-assignee-id = Assignee’s user name
import-field-reporter-id = Reporter’s user name
import-field-created = Created
import-field-updated = Updated
import-field-closed = Closed
import-field-due = Due date
import-field-comment = Comments
import-field-duplicate-of = Duplicate of
import-field-parent = Parent
import-field-tracker-id = Number there
import-field-url = Address
import-field-issue-id = Id
import-field-old-reference = Old key
import-field-failure = Why it failed
import-status-open = Open
import-status-in-progress = In progress
import-status-completed = Closed: completed
import-status-not-planned = Closed: not planned
import-status-duplicate = Closed: duplicate
import-priority-1 = Urgent
import-priority-2 = High
import-priority-3 = Medium
import-priority-4 = Low
import-priority-5 = No priority
import-preview-no-title = I cannot tell which column holds the title: press Change mapping to say it.
import-preview-guess = The encoding is a guess. If these are not the file’s letters, press Change mapping and choose another: { $words }
import-preview-ask-order = Dates like 03/04/2025 can be read both ways here: press Change mapping to say whether day or month comes first.
import-preview-existing-skip = { $count ->
    [one] 1 row was imported before and stays as it is.
   *[other] { $count } rows were imported before and stay as they are.
}
import-preview-existing-update = { $count ->
    [one] 1 row was imported before; its issue will be updated.
   *[other] { $count } rows were imported before; their issues will be updated.
}
import-preview-repeated = { $count ->
    [one] 1 row repeats another and is imported once.
   *[other] { $count } rows repeat others and are imported once.
}
import-preview-relinked = { $count ->
    [one] 1 of them gets another parent or original, or loses it.
   *[other] { $count } of them get another parent or original, or lose it.
}
import-preview-circular = { $count ->
    [one] 1 row names a parent or original that leads back to it: that link is left out.
   *[other] { $count } rows name parents or originals that lead back to them: these links are left out.
}
import-preview-unlinked = { $count ->
    [one] 1 parent or original is neither in the file nor here: that link is left out. Line { $lines }
   *[other] { $count } parents or originals are neither in the file nor here: these links are left out. Lines { $lines }
}
import-preview-people = People: { $matched } found here, { $strangers } not.
import-preview-guessed = Known by handle or address: { $names }
import-preview-ambiguous = { $count ->
    [one] One name fits several people: { $names }. Change mapping says who is meant.
   *[other] { $count } names fit several people: { $names }. Change mapping says who is meant.
}
import-preview-left = No longer here, but what is theirs stays theirs: { $names }
import-preview-strangers-new = To be added by name, so that nothing is lost: { $names }
import-preview-strangers-nobody = Left out: { $names }
import-preview-labels = { $count ->
    [one] 1 new label: { $names }
   *[other] { $count } new labels: { $names }
}
import-preview-comments = { $count ->
    [one] 1 comment comes along.
   *[other] { $count } comments come along.
}
import-preview-comments-new = { $count ->
    [one] 1 comment in the file
   *[other] { $count } comments in the file
}; of rows imported before, those that are new come along.
import-preview-nuls = { $count ->
    [one] 1 NUL byte was left out of the text.
   *[other] { $count } NUL bytes were left out of the text.
}
import-preview-bad = { $count ->
    [one] *1 row cannot be imported* and will come back with the reason:
   *[other] *{ $count } rows cannot be imported* and will come back with their reasons:
}
import-preview-line = • line { $line }: { $why }
import-preview-more = … and { $count } more
import-button-start = Import
import-button-change = Change mapping
import-button-cancel = Cancel
import-button-undo-rest = Undo the other { $count }
import-running = Importing { $file }
import-phase-reading = Reading: { $done } of { $total } rows
import-phase-writing = Writing: { $done } of { $total } issues; they all appear at once at the end
import-rate = { $rate } a second, { $left } left
import-seconds = about { $count } s
import-minutes = about { $count } min
import-again = Attempt { $attempt }: the one before was interrupted and left nothing behind
import-cancelling = Cancelling the import of { $file } …
import-cancelled = The import of { $file } was cancelled. Nothing was imported.
import-done = *{ $file }*: { $created ->
    [0] nothing new; no issue was made
    [one] 1 issue imported
   *[other] { $created } issues imported
}.
import-done-updated = { $count } updated
import-done-existing = { $count } imported before
import-done-repeated = { $count } repeated in the file
import-done-failed = { $count } failed and came back as a file
import-done-comments = { $count ->
    [one] 1 comment
   *[other] { $count } comments
}
import-done-new-labels = { $count ->
    [one] 1 new label
   *[other] { $count } new labels
}
import-done-new-people = { $count ->
    [one] 1 person added
   *[other] { $count } people added
}
import-done-unlinked = { $count ->
    [one] 1 link to an issue that is not here
   *[other] { $count } links to issues that are not here
}
import-done-circular = { $count ->
    [one] 1 link left out: it led back to its own issue
   *[other] { $count } links left out: they led back to their own issues
}
import-failed-rows = { $count ->
    [one] This row was not imported. Correct it and drop the file again.
   *[other] These { $count } rows were not imported. Correct them and drop the file again.
}
import-failed = *{ $file }* was not imported: { $why }
import-undone = { $file }: the import was undone, { $removed ->
    [one] 1 issue removed
   *[other] { $removed } issues removed
}{ $reverted ->
    [0] {""}
    [one] , 1 as it was before
   *[other] , { $reverted } as they were before
}{ $left ->
    [0] {""}
    [one] , 1 left because it was worked on
   *[other] , { $left } left because they were worked on
}.
import-undone-already = The import of { $file } was undone.
import-undo-title = Undo this import?
import-undo-text = { $count ->
    [0] No issue came with it.
    [one] The issue that came with it will be removed.
   *[other] The { $count } issues that came with it will be removed.
}{ $updated ->
    [0] {""}
    [one] {" "}1 issue that it updated will be as it was before.
   *[other] {" "}{ $updated } issues that it updated will be as they were before.
}
import-undo-touched = { $count ->
    [one] 1 issue of this import was worked on since: { $keys }. Nothing was undone.
   *[other] { $count } issues of this import were worked on since: { $keys }. Nothing was undone.
}
import-not-yours = Only the person who shared the file, or an admin, can do that.
import-too-late = This import has moved on already: its message shows where it stands.
import-form-title = Import issues
import-form-file = CSV, TSV or Excel file
import-form-hint = An export of Jira, Linear, GitLab, GitHub or Lodge, or any table with a column “title”.
import-form-submit = Read it
import-form-no-file = Choose a file.
import-form-not-a-table = This is not a table: a CSV, TSV or Excel file (.xlsx) is.
import-form-taken = Reading { $file }; I will show you what it holds in our direct messages.
import-map-title = Change mapping
import-map-intro = What do the columns of { $file } hold? This is remembered for files with the same header.
import-map-submit = Read again
import-map-none = – (nothing)
import-map-column = Choose a column
import-map-meaning = What does it mean?
import-map-status = Status “{ $word }”
import-map-priority = Priority “{ $word }”
import-map-encoding = Encoding
import-map-encoding-hint = Choose another if these are not the file’s letters: { $words }
import-map-order = Dates like 03/04/2025
import-map-day-first = Day first: 3 April
import-map-month-first = Month first: March 4
import-map-people = People who are not here
import-map-people-new = Add them by name
import-map-people-nobody = Leave them out
import-map-person = { $name } is
import-map-person-several = Could be: { $names }
import-map-person-added = added by an import
import-map-person-placeholder = Choose a person
import-map-existing = Rows that were imported before
import-map-existing-skip = Leave their issues as they are
import-map-existing-update = Update their issues
import-map-failing = If a row fails
import-map-strict = Import nothing at all
import-map-needs-title = Some column has to be the title: choose one.
import-flaw-empty = the file is empty. Export it again, and drop the new file.
import-flaw-header-only = there is a header on line { $line } and nothing below it. Drop a file that has rows.
import-flaw-no-header = line { $line } looks like data, not like a header ({ $first }). Put a first line with the names of the columns, such as title,description,priority,status.
import-flaw-html = Slack sent a sign-in page in place of the file. The app may lack the scope files:read: ask an admin to install it again.
import-flaw-workbook = this kind of spreadsheet cannot be read here, or it is protected by a password. Excel workbooks (.xlsx) and CSV can: in Excel or LibreOffice choose Save as, CSV UTF-8; in Numbers Export to, CSV; in Google Sheets Download, CSV. Then drop that file.
import-flaw-workbook-broken = the workbook is damaged. Open it in your spreadsheet program, choose Save as, CSV UTF-8, and drop that file.
import-flaw-workbook-too-large = the workbook holds more than { $megabytes } MB. Save the sheet as CSV UTF-8, which may be of any size, and drop that file.
import-flaw-binary = this is not a text file. A CSV, TSV or Excel file (.xlsx) can be read.
import-flaw-encoding = I cannot tell in which encoding it is. Save it as CSV UTF-8.
import-flaw-unclosed-quote = a quote that opens on line { $line } is never closed, and everything after it became one cell. Close it, and drop the file again.
import-flaw-cell-too-large = a cell on line { $line } is larger than { $megabytes } MB. Shorten it, and drop the file again.
import-flaw-line-too-long = it has a line of more than { $megabytes } MB. Export it with line breaks, one row a line, and drop the new file.
import-flaw-too-many-columns = it has { $columns } columns; up to { $limit } can be read. Export only the fields you need.
import-flaw-too-many-values = the column taken for { $what } has more than { $limit } different values; press Change mapping if it is another thing.
import-flaw-gone = the file was deleted before I could read it. Share it again.
import-flaw-cut-off = the download from Slack broke off. Nothing was written; share the file again.
import-flaw-forbidden = Slack does not let me read the file. Share it in a channel that I am in, or by direct message.
import-flaw-too-large = reading it took more memory than there is. Split it into smaller files.
import-flaw-not-all-good = { $failed ->
    [one] 1 row fails
   *[other] { $failed } rows fail
}, and you wanted all or nothing. The rows come back with their reasons.
import-flaw-no-room = the database has no room left. Nothing was written. Ask whoever runs this server to make room, then share the file again.
import-flaw-refused = the database refused it ({ $why }). Nothing was written. Share the file again; if it is refused again, ask whoever runs this server.
import-flaw-gave-up = it was interrupted { $attempts } times. Nothing was written. Share the file again.
# Why a row failed: beside it, and in the file that comes back with it. What is in braces is put in later.
import-row-ragged = This row has not as many cells as the header ({ $cells }, not { $columns }): is a separator inside a cell without quotes?
import-row-ragged-lines = This row runs from line { $line } to line { $last_line } and has not as many cells as the header ({ $cells }, not { $columns }): a quote may not be closed where it should be
import-row-unclosed-quote = The quote that opens on line { $opened } is never closed; everything after it, up to line { $last_line }, became one cell
import-row-no-title = The title is empty
import-row-title-too-long = The title has { $length } characters; at most { $limit } fit
import-row-text-too-long = The description has { $length } characters; at most { $limit } fit
import-row-comment-too-long = A comment has { $length } characters; at most { $limit } fit
import-row-unknown-status = The status “{ $value }” is not known; say what it means under Change mapping, or use open, in progress, closed, completed or not planned
import-row-unknown-priority = The priority “{ $value }” is not known; say what it means under Change mapping, or use urgent, high, medium, low or none
import-row-label-too-long = The label “{ $value }” has { $length } characters; at most { $limit } fit
import-row-too-many-labels = There are { $count } labels; at most { $limit } fit
import-row-bad-date = “{ $value }” is not a date that can be read; 2026-03-31 always can
import-row-no-such-day = “{ $value }” is a day that does not exist
import-row-other-date-order = “{ $value }” does not fit: the other dates of this file are written { $order }
import-row-reference-too-long = The key has { $length } characters; at most { $limit } fit
import-row-person-too-long = A name has { $length } characters; at most { $limit } fit
import-order-day-first = day before month
import-order-month-first = month before day
