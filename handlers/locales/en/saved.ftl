saved-save = Save this query
saved-title = Save a query
saved-title-edit = Change a saved query
saved-name = Name
saved-name-placeholder = Bugs of this week
saved-query = Query
saved-query-hint = As in /issue list.
saved-whose = For whom
saved-mine = For me
saved-shared = For the whole workspace
saved-taken = A query is saved as “{ $name }” already. Choose another name, or change that one with /issue saved.
saved-head = { $count ->
    [one] One saved query:
   *[other] { $count } saved queries:
}
saved-none = No query is saved yet. Every list has a button “Save this query”: try `/issue list label:bug`.
saved-row = *{ $name }*  ·  { $whose }
    { $query }
saved-row-mine = for you
saved-row-shared = for the whole workspace
saved-more = { $count ->
    [one] and one more
   *[other] and { $count } more
}
saved-use = `/issue list name` runs one; `saved:"name"` stands for it wherever a query is typed, also beside other terms.
saved-edit = Rename or change
saved-delete = Delete
saved-kept = Saved as *{ $name }*, for you: { $query }. Run it with { $run }.
saved-kept-shared = Saved as *{ $name }*, for the whole workspace: { $query }. Run it with { $run }.
saved-removed = The saved query *{ $name }* is deleted. Subscriptions made with it go on.
field-saved-too-many = There are { $limit } saved queries already. Delete one first: `/issue saved` lists them.
