error-title = That did not work
error-close = Close
error-unexpected = Something went wrong on our side, and it has been noted. Try again in a moment; if it happens again, tell your admin this reference: { $reference }
error-busy = Many people are working just now. Nothing was changed: try again in a few seconds.
error-away = The database cannot be reached just now. Nothing was changed: try again in a minute. (Reference: { $reference })
error-not-found = { $kind ->
    [issue] There is no issue { $ref } here. Check the spelling, or look for it with `/issue search`.
    [label] There is no label { $ref } here. Check the spelling.
    [person] There is nobody called { $ref } here. Check the spelling, or mention them.
    [report] There is no report { $ref }. `/issue help report` names them all.
   *[saved-query] No query is saved as { $ref }. `/issue saved` lists those that are.
}
error-gone = { $kind ->
    [comment] This comment is not there any more. Look at the issue again: `/issue show` and its key.
    [delivery] This delivery is not kept any more. Call up the list again.
    [issue] This issue is not there any more, or not yours to see. `/issue list` shows those that are.
    [label] This label is not there any more. Choose another.
    [person] This person is not here any more. Choose somebody else.
    [saved-query] This saved query is not there any more. `/issue saved` lists those that are.
    [schedule] This schedule is not there any more. `/issue schedules` lists those that are.
    [subscription] This subscription is not there any more. `/issue subscriptions` lists those that are.
    [token] This token is not there any more, or not yours. `/issue token` lists yours.
    [webhook] This webhook is not there any more, or not yours. `/issue webhook` and `/issue tell` list yours.
   *[other] That is not there any more. Call up the list or form again.
}
error-forbidden = You may not do that: it needs { $needs ->
    [admin] an admin
    [a-person-it-belongs-to] a person it can belong to
    [its-author-or-an-admin] its author, or an admin
    [its-owner-or-an-admin] its owner, or an admin
    [member] a member, who is no guest
    [the-person-who-shared-the-file-or-an-admin] the person who shared the file, or an admin
    [whoever-made-the-change-or-an-admin] whoever made the change, or an admin
    [whoever-filed-it-or-an-admin] whoever filed it, or an admin
   *[person] a person
}. Ask an admin of this workspace.
error-conflict = { $kind ->
    [label] There is a label { $ref } already. Choose another name.
    [person] { $ref } is there already. Choose another name or address.
    [request] This was sent before, for something else, and nothing was changed. Begin once more.
   *[other] That was changed by somebody else meanwhile, and nothing was done. Call it up again.
}
error-deactivated = Your account is deactivated in this workspace, so this was not done. Ask an admin of the workspace to reactivate it.
error-refused = That cannot be done: { $why }
error-garbled = This button is from another version of Lodge and cannot be read any more, so nothing was done. Call up what it belongs to once more.
error-not-installed = The app is not installed in this workspace (any more). Ask an admin to install it again.
undelivered-archived = I could not post in { $channel }: the channel is archived. Unarchive it and invite me again, or choose another channel.
undelivered-not-member = I could not post in { $channel }: I am not a member there. Invite me with `/invite`, then try again.
undelivered-gone = I could not post in { $channel }: the channel does not exist any more. Choose another one.
undelivered-other = I could not post in { $channel }: Slack said { $error }. Ask an admin to check that the app may post there.
refused-is-archived = the channel is archived. Unarchive it and invite me again first.
refused-not-in-channel = I was removed from the channel. Invite me again first.
refused-channel-not-found = the channel is gone, or closed to me. If it is still there, invite me.
refused-unreadable-query = its query cannot be read any more: a label or person in it may be gone. Change the query.
refused-not-made = something went wrong on our side, and it has been noted. Run it again later.
refused-other = Slack answered `{ $error }`.

field-suggestion = Did you mean “{ $suggestion }”?
field-status-unknown = “{ $value }” is no status. Choose one of: open, in progress, closed, completed, not planned, duplicate.
field-reason-unknown = “{ $value }” is no reason to close. Choose one of: completed, not planned, duplicate of LDG-7.
field-priority-unknown = “{ $value }” is no priority. Choose one of: urgent, high, medium, low, none.
field-duplicate-of-itself = An issue cannot be a duplicate of itself: name the one that it repeats.
field-duplicate-of-unknown = There is no such issue here. Check the spelling, or look for it with `/issue search`.
field-duplicate-of-required = Say which issue it repeats, as in `/issue close LDG-42 duplicate of LDG-7`.
field-chain = { $value } is a duplicate itself: name its original.
field-no-key = “{ $value }” is no key of an issue. A key reads like LDG-42: try `/issue close LDG-42 duplicate of LDG-7`.
field-open = Only a closed issue has a reason and an original: close it first.
field-not-duplicate = Only a duplicate has an original: choose that reason.
field-parent-id-unknown = There is no such issue here. Check the spelling, or look for it with `/issue search`.
field-cycle = An issue cannot be a part of itself, nor of its own parts: choose another one.
field-too-deep = At most { $limit } issues can stand above one another: choose another one.
field-labels-too-many = At most { $limit } labels fit on an issue: leave some out.
field-issues-too-many = At most { $limit } issues can be changed at once: choose fewer.
field-issues-too-many-to-delete = At most { $limit } issues can be deleted at once: name fewer.
field-email-malformed = This is no e-mail address. Write one like ada@example.com.
field-key-prefix-malformed = Write 1 to 10 capital letters and digits, a letter first.
field-timezone-unknown = This is no time zone. Write one like Europe/Berlin.
field-search-config-unknown = The database does not know this language. Choose another one.
field-assignee-unknown = There is nobody like that here. Choose somebody else.
field-bot = Nothing can be assigned to a bot. Choose a person.
field-several-people = That could be several people: { $value }. Say more of the name, or mention the person.
field-closed = A new issue cannot be closed: file it first.
field-unknown = There is nothing like that here. Choose another.
field-cursor-invalid = This list is too old to page through. Call it up again.
field-not-in-channel = I cannot post in that channel. Invite me there first.
field-merged = One of the two was merged with another already. Choose again.
field-itself = That is one and the same. Choose another.
