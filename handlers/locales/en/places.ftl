home-new = New issue
home-refresh = Refresh
home-mine = My open issues
home-mine-empty = Nothing is assigned to you. Well done.
home-filed = Filed by me, still open
home-filed-empty = Nothing you filed is open.
home-more = There are more: `/issue list` shows them all.

settings-title = Settings
settings-prefix = Key prefix
settings-prefix-hint = Issues are called by it: LDG-42. Up to 10 capital letters and digits.
settings-language = Language
settings-language-hint = Of cards in channels, and of full-text search. Everyone reads answers in the language of their own Slack.
settings-timezone = Time zone
settings-timezone-hint = For example Europe/Berlin
settings-saved = The settings are saved.
language-en = English
language-de = Deutsch

message-again = This message is { $key } already:
message-again-hidden = This message is an issue already, one that you may not see.
mention-help = Write what is wrong after my name and I file it, or write a key to see it.
thread-comment = { $who } commented:
thread-comment-text = { $who } commented: { $text }
thread-comment-edited = { $who } commented (edited):
thread-comment-deleted = A comment by { $who } was deleted.
message-offer = Shall I file “{ $title }” as an issue?
