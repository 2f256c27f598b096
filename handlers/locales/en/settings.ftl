settings-more = *More that is decided here*
settings-name = Name of this workspace
settings-search = Language of full-text search
settings-search-hint = Its word forms are known: “crashes” finds “crash”. Issues are indexed anew in the background when it changes.
settings-search-simple = Any (no word forms)
settings-policy = Who may do what
settings-admins = Admins
settings-labels = Labels
settings-people = People
settings-back = The settings are as they were before.

policy-title = Who may do what
policy-about = Members work with issues, guests see what they filed or are assigned, admins may do everything. This much you decide:
policy-member = Members and admins
policy-admin = Admins alone
policy-bulk-large = Change more than 20 issues at once
policy-import = Import files
policy-tokens = Tokens for the API
policy-webhooks = Webhooks
policy-schedules = Scheduled reports
policy-settings = These settings
policy-saved = Who may do what is saved.

admins-title = Admins
admins-about = Admins and owners of the Slack workspace are admins here, and so is whom you name. What you decide goes before what Slack says.
admins-last = The last admin stays: name another one first.
admins-more = { $count ->
    [one] and one more
   *[other] and { $count } more
}
admins-add = Name another admin
admins-remove = Make a member
admins-remove-sure = { $name } will be a member: no more settings, tokens, webhooks and people.
admins-remove-sure-me = You will be a member yourself, and only another admin can take that back.
admins-now-admin = { $who } is an admin now.
admins-now-member = { $who } is a member now.
admins-now-guest = { $who } is a guest now.
admins-no-guest = { $who } is a guest of this Slack workspace, and guests cannot be admins. Make them a member in Slack first.

labels-title = Labels
labels-about = Choose a label to rename it, or to merge it into another one.
labels-no-labels = There are no labels yet. They are made when an issue gets them, as in `/issue new Login fails +bug`.
labels-pick = Find a label
labels-one = { $count ->
    [0] { $label } is on no issue.
    [one] { $label } is on one issue.
    [1000] { $label } is on 1,000 issues or more.
   *[other] { $label } is on { $count } issues.
}
labels-name = Name
labels-into = Or merge it into
labels-into-hint = Issues with this label get the other one, and this label is no more.
labels-into-itself = A label cannot be merged into itself: choose another one.
labels-taken = There is a label “{ $label }” already. To make one of the two, choose it under “Or merge it into”.
labels-merge = Merge
labels-merge-sure = { $count ->
    [0] { $label } becomes { $into }. No issue has it.
    [one] { $label } becomes { $into } on one issue. This cannot be undone: afterwards the two cannot be told apart.
    [1000] { $label } becomes { $into } on 1,000 issues or more. This cannot be undone: afterwards the two cannot be told apart.
   *[other] { $label } becomes { $into } on { $count } issues. This cannot be undone: afterwards the two cannot be told apart.
}
labels-merged = { $was } is merged into { $now }.
labels-renamed = { $was } is called { $now } now.
labels-unchanged = { $was } is called { $now } already: nothing was changed.

people-title = People
people-about = Choose somebody to deactivate them, to bring them back, or to say that they are the same as somebody else.
people-pick = Find somebody
people-role-admin = Admin
people-role-member = Member
people-role-guest = Guest
people-in-slack = in Slack
people-not-in-slack = not in Slack: known from an import, a webhook or the API
people-assigned = { $count ->
    [0] No open issue is assigned to them.
    [one] One open issue is assigned to them.
    [1000] 1,000 open issues or more are assigned to them.
   *[other] { $count } open issues are assigned to them.
}
people-deactivate = Deactivate
people-deactivate-sure = { $name } can do nothing here any more and is offered for nothing. What they have and did stays.
people-deactivated = { $name } is deactivated. Their issues stay theirs; nothing new can be assigned to them.
people-reactivate = Reactivate
people-reactivate-sure = { $name } can work here again and be assigned issues.
people-reactivated = { $name } is active again.
people-into = The same person as
people-into-hint = Issues, comments and saved queries go over to the one that you choose here.
people-into-missing = Choose who this is.
people-into-itself = That is the same one: choose somebody else.
people-both-in-slack = Both are in Slack, so they are two people. Only somebody known from an import, a webhook or the API can be merged.
people-merge-next = Next
people-merge = Merge
people-merge-sure = { $name } becomes { $into }: issues, comments and saved queries go over. This cannot be undone: afterwards the two cannot be told apart.
people-merged = { $was } is { $now } now.

field-inactive = This person is deactivated here. Choose somebody who is active.
field-last-admin = The last admin stays: name another one first.
