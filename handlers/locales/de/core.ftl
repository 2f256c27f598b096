nobody = niemand
person-deactivated = { $name } (ausgeschieden)
person-former = Ehemaliges Mitglied { $code }
person-unknown = jemand
working-on-it = Einen Moment …
command-typed = Du hast getippt:

status-open = Offen
status-in-progress = In Arbeit
reason-completed = Erledigt
reason-not-planned = Nicht geplant
reason-duplicate = Duplikat
priority-urgent = Dringend
priority-high = Hoch
priority-medium = Mittel
priority-low = Niedrig
priority-none = Keine Priorität

field-title = Titel
field-description = Beschreibung
field-assignee = Zuständig
field-priority = Priorität
field-labels = Labels
field-due = Fällig
field-comment = Kommentar
# Errors at a field; process shows them under it.
field-too-long = Zu lang: Höchstens { $limit } Zeichen passen hinein.
field-required = Das darf nicht leer sein.

form-cancel = Abbrechen
form-close = Schließen
form-save = Speichern
form-title-placeholder = Worum geht es?
form-description-placeholder = Was ist passiert, was war erwartet?
form-assignee-placeholder = Wer kümmert sich?
form-labels-placeholder = Tippen zum Suchen oder Anlegen
form-due-placeholder = Tag wählen
form-new-label = Neues Label „{ $label }“
form-post = Karte in diesem Channel posten
form-post-label = Wo

button-assign-me = Mir zuweisen
button-start = Beginnen
button-close = Schließen
button-reopen = Wieder öffnen
button-comment = Kommentieren
button-edit = Bearbeiten
button-undo = Rückgängig
button-post-here = Karte hier posten
button-open-form = Formular öffnen
button-next = Weiter
button-previous = Zurück

more-show = Alles zeigen
more-history = Verlauf
more-post = Karte hier posten
more-assign = Mir zuweisen
more-unassign = Zuweisung aufheben
more-start = Beginnen
more-close = Schließen
more-close_as = Schließen als …
more-reopen = Wieder öffnen
more-comment = Kommentieren
more-edit = Bearbeiten
more-delete = Löschen …
more-mute = Für mich stummschalten
more-watch = Stummschaltung aufheben
more-follow = Beobachten

usage-needed = So geht es: `{ $usage }`
unknown-word = „{ $word }“ kenne ich nicht. `{ $command } help` zeigt, was ich kann.
unknown-word-nearest = „{ $word }“ kenne ich nicht. War `{ $command } { $nearest }` gemeint? `{ $command } help` zeigt, was ich kann.
unknown-word-create = Daraus ein Issue machen

card-text = { $key } { $title } ({ $status })
card-assignee = Zuständig: { $who }
card-unassigned = nicht zugewiesen
card-due = Fällig { $date }
card-overdue = ⚠️ War fällig { $date }
card-more-labels = { $count ->
    [one] und ein weiteres Label
   *[other] und { $count } weitere Labels
}
card-filed = Gemeldet von { $who } { $when }
card-closed = geschlossen { $when }
card-mute = Du erfährst nichts davon: Du hast es stummgeschaltet.
card-gone = Dieses Issue wurde zurückgenommen.
card-posting = Die Karte von { $key } ist unterwegs in diesen Channel.

show-comments = Kommentare:
show-comments-last = Die letzten Kommentare:

loading-title = Einen Moment
loading = Ich sehe nach …
loading-over = Das ging nicht
late-working-title = Einen Moment
late-working = In Arbeit … Das dauert länger als sonst. Du kannst hier warten oder das schließen: Du erfährst es in jedem Fall.
late-written = Was du geschrieben hast:
late-done-title = Erledigt
late-done = Es ist erledigt.
late-again = Noch nicht erledigt: siehe unten. Alles, was du eingegeben hast, ist noch da.
late-at-field = ⚠️ { $error }
late-closed = Was du im Formular abgeschickt hast, wurde nicht getan. { $why }
late-unfinished = In dem Formular, das du geschlossen hast, stand noch etwas für dich. Rufe es noch einmal auf, dann siehst du, wie es steht.
late-interrupted = Ich wurde dabei unterbrochen. Schick es noch einmal ab: Nichts geschieht doppelt.
late-file = was-du-geschrieben-hast
