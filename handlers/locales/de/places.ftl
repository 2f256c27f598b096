home-new = Neues Issue
home-refresh = Aktualisieren
home-mine = Meine offenen Issues
home-mine-empty = Dir ist nichts zugewiesen. Gut gemacht.
home-filed = Von mir gemeldet, noch offen
home-filed-empty = Nichts von dir Gemeldetes ist offen.
home-more = Es gibt noch mehr: `/issue list` zeigt alle.

settings-title = Einstellungen
settings-prefix = Präfix der Schlüssel
settings-prefix-hint = So heißen Issues: LDG-42. Bis zu 10 Großbuchstaben und Ziffern.
settings-language = Sprache
settings-language-hint = Der Karten in Channels und der Volltextsuche. Antworten liest jeder in der Sprache des eigenen Slack.
settings-timezone = Zeitzone
settings-timezone-hint = Zum Beispiel Europe/Berlin
settings-saved = Die Einstellungen sind gespeichert.
language-en = English
language-de = Deutsch

message-again = Diese Nachricht ist schon { $key }:
message-again-hidden = Diese Nachricht ist schon ein Issue, das du nicht sehen darfst.
mention-help = Schreib hinter meinen Namen, was los ist, und ich lege es an; oder einen Schlüssel, um es zu sehen.
thread-comment = { $who } hat kommentiert:
thread-comment-text = { $who } hat kommentiert: { $text }
thread-comment-edited = { $who } hat kommentiert (bearbeitet):
thread-comment-deleted = Ein Kommentar von { $who } wurde gelöscht.
message-offer = Soll ich „{ $title }“ als Issue anlegen?
