delete-form-title = Delete { $key }?
delete-button = Delete
delete-ask = Delete *{ $key }* { $title }?
delete-ask-many = { $count ->
    [one] Delete this issue?
   *[other] Delete these { $count } issues?
}
delete-means = { $count ->
    [one] It goes from lists, searches and reports, and its cards say so. *Undo* brings it back as it was.
   *[other] They go from lists, searches and reports, and their cards say so. *Undo* brings them back as they were.
}
delete-done = *{ $key }* { $title } is deleted.
delete-done-many = { $count ->
    [one] One issue is deleted:
   *[other] { $count } issues are deleted:
}
delete-before = That was deleted already.
delete-kept = Nothing was deleted.
delete-not-yours = { $key } can be deleted by { $who }, who filed it, or by an admin.
delete-admins-only = { $key } can be deleted by an admin only.
card-deleted = { $key } was deleted { $when }.
card-deleted-by = { $key } was deleted by { $who } { $when }.
restore-not-gone = { $key } is there: nobody deleted it.
delete-instead = Delete it instead …
order-write-restore = Write `{ $word }` with the key of the issue, as in `{ $word } LDG-42`.
order-too-late = { $key } is deleted, and nothing was done. `/issue restore { $key }` brings it back.
