list-head = { $count ->
    [0] No issues match.
    [one] One issue.
   *[other] { $count } issues.
}
list-head-about = About { $count } issues.
list-change = Change these
list-query = Query: { $query }
list-nothing-open = No issue is open that you can see.
list-nothing-mine = No issue that is open is assigned to you. `{ $command } list` shows those of everybody.
list-empty = No issue matches. `{ $command } list` shows all open ones; `{ $command } help query` explains the query language.
list-so-far = Nothing found so far; look further.
search-empty = Nothing found for “{ $text }”. Try fewer or other words.
search-corrected = Nothing for “{ $text }”; showing “{ $corrected }”.
search-head = Best matches for “{ $text }”
search-page = page { $page }

query-saved-help = `/issue saved` lists those that are.
query-help = `/issue help query` shows all terms.
query-suggestion = Did you mean `{ $suggestion }`?
query-unknown-field = I do not know “{ $part }” in “{ $term }”.
query-unknown-value = “{ $part }” is no value for “{ $term }”.
query-unknown-person = I know nobody called “{ $part }” (in “{ $term }”).
query-several-people = “{ $part }” could be several people (in “{ $term }”): mention the one you mean.
query-unknown-label = There is no label “{ $part }” (in “{ $term }”).
query-unknown-saved = No query is saved as “{ $part }” (in “{ $term }”).
query-bad-date = “{ $part }” is no date I can read (in “{ $term }”). One reads like 2026-02-14, <7d or this-week.
query-bad-key = “{ $part }” is no key of an issue (in “{ $term }”). A key reads like LDG-42.
query-unclosed-quote = A quotation mark is not closed: `{ $term }`. Close it, or leave it out.
query-missing-value = A value is missing after “{ $term }”.
query-sorted-twice = There is more than one sort: leave out “{ $term }”, or the other.
query-no-or = There is no “{ $part }” between terms: a comma means or, as in `label:bug,crash`. To look for the word itself, put it in quotation marks.
query-no-not = “{ $part }” is written as a dash: `-label:bug`. To look for the word itself, put it in quotation marks.
query-no-brackets = There are no brackets between terms: “{ $part }”. All terms must hold, a comma means or, and a dash in front means not. To look for a bracket, put it in quotation marks.
query-not-here = “{ $term }” cannot be used here: leave it out.
query-too-long = The query is too long: leave some of it out.

bulk-form-title = Change many issues
bulk-form-submit = Change them
bulk-choose = Issues
bulk-choose-hint = Take out what is to stay as it is, or add others.
bulk-choose-placeholder = Choose issues
bulk-status = Status
bulk-assignee = Assignee
bulk-unassign = Nobody (unassign)
bulk-assign-choice = Or
bulk-priority = Priority
bulk-add-labels = Add labels
bulk-remove-labels = Remove labels
bulk-keep = Leave as it is
bulk-all = { $count ->
    [one] The one issue that matches
   *[other] All { $count } issues that match
}
bulk-scope = Which
bulk-scope-chosen = Only those chosen below
bulk-no-issues = Choose at least one issue.
bulk-no-change = Choose at least one change.
bulk-none-match = No issue matches that query, so there is nothing to change. Try fewer terms.
bulk-too-many = { $count } issues match; at most { $limit } can be changed at once. Narrow the query.
bulk-done = { $count ->
    [0] Nothing had to change.
    [one] One issue is changed.
   *[other] { $count } issues are changed.
}
bulk-stopped = Nothing was changed, because { $key } stops it: { $why }
bulk-one = one of them
bulk-unreadable = I could not read “{ $text }”. For example: `{ $command } bulk close LDG-1 LDG-2`, `{ $command } bulk assign @ada LDG-1 LDG-2`, `{ $command } bulk label +bug LDG-1`, `{ $command } bulk priority high LDG-1`.
bulk-why-not-found = there is no such issue (any more)
bulk-why-duplicate-of-itself = it would be its own duplicate
