help-title = Lodge
help-head = Issues, without leaving the conversation. Everything begins with `{ $command }`; alone it opens the create form.
help-more = `{ $command } help close` says more about one of them, `{ $command } help query` explains the query language. The message menu turns a message into an issue, and replies under a card are comments.
help-create = Create an issue
help-aliases = Also: { $aliases }
help-query-text = Terms are combined: all must hold. A comma means or, a leading `-` means not; values with spaces stand in quotation marks.
    Plain words are full text, `"exact words"` a phrase, `saved:"name"` a saved query.
    For example: `{ $command } list status:open label:bug,crash -label:ui assignee:me created:>2026-01-01 sort:priority`
help-query-choices = *Where it stands*
    { $terms }
help-query-people = *Who* { $terms } with `me`, `none`, a mention, a name or an e-mail address; `waiting:` is whose answer is waited for
help-query-dates = *When* { $terms } with `>2026-01-01`, `2026-02`, `2026-01..2026-03`, `<7d` (within), `>7d` (longer ago), `this-week`, `yesterday`; `due:<3d` looks ahead, `due:overdue`, `due:none`
help-query-labels = *Labels* { $terms } with `bug`, `"needs info"`
help-query-others = *Which* { $terms } with `LDG-42`; `ref:` with what another tracker calls it
help-query-is = *In short* { $terms } (`is:waiting`: waits for your answer)
help-query-lacks = *Without* { $terms }; with `has:` instead, those that have it
help-query-sorts = *Order* { $terms }; `sort:-created` reverses

usage-new = { $command } new Login fails on Safari @ada +bug !high due:friday
help-new = Files an issue: @ assigns, + labels, ! sets the priority, due: the day. Further lines become the description. Without text it opens the form.
usage-show = { $command } show LDG-42
help-show = The issue with its buttons; the key alone does the same.
usage-list = { $command } list [query]
help-list = One page of issues; without a query all that are not closed.
usage-mine = { $command } mine [query]
help-mine = What is assigned to you.
usage-search = { $command } search words | query
help-search = Full text over titles, descriptions and comments, best match first.
usage-assign = { $command } assign LDG-42 @ada|me|nobody
help-assign = Says who works on it.
usage-unassign = { $command } unassign LDG-42
help-unassign = Takes the assignee away.
usage-comment = { $command } comment LDG-42 text
help-comment = Adds a comment; without text it opens a form.
usage-label = { $command } label LDG-42 +bug -ui | =bug,ui
help-label = + adds and - removes labels; = replaces them all.
usage-close = { $command } close LDG-42 [completed|not planned|duplicate of LDG-7]
help-close = Closes an issue, completed unless you say otherwise.
usage-reopen = { $command } reopen LDG-42
help-reopen = Opens a closed issue again.
usage-status = { $command } status LDG-42 in progress
help-status = Sets the status: open, in progress, completed, not planned …
usage-edit = { $command } edit LDG-42
help-edit = Opens the form to change anything.
usage-bulk = { $command } bulk [query] | bulk close LDG-1 LDG-2
help-bulk = Changes many issues in one go: all or none of them.
usage-history = { $command } history LDG-42
help-history = Who changed what, and when.
usage-undo = { $command } undo
help-undo = Takes back your last change, whatever it was.
usage-help = { $command } help [word]
help-help = This; with a word, more about it.
usage-settings = { $command } settings [channel]
help-settings = Language, key prefix and time zone of this workspace, for admins; for everybody else, and with `channel`, how I behave in this channel.
usage-import = { $command } import
help-import = Brings issues in from a CSV file; dropping one into a channel I am in does the same.
usage-schedules = { $command } schedules
help-schedules = The reports that are posted regularly, to pause, edit, run or delete.
usage-saved = { $command } saved
help-saved = Queries under a name: yours and those of the whole workspace. Any list has a button that saves its query; `/issue list name` runs it, and `saved:"name"` stands for it wherever a query is typed.
