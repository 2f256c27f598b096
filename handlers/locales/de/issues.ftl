create-form-title = Neues Issue
create-form-submit = Anlegen
create-duplicates = Vielleicht gibt es das schon:
created-head = Angelegt:
created = { $key } angelegt: { $title }
created-again = { $key } war schon angelegt: { $title }

oneline-not-created = Es wurde nichts angelegt, denn das konnte ich nicht lesen:
oneline-example = Zum Beispiel: `{ $command } new Login geht nicht in Safari @ada +bug !hoch due:freitag`. Setze Wörter, die zum Titel gehören, in Anführungszeichen.
oneline-no-title = Der Titel fehlt: Schreib ihn vor oder hinter das Übrige.
oneline-many-assignees = Mehr als eine Person: Für ein Issue ist nur eine zuständig.
oneline-long-label = Das Label „{ $label }…“ ist zu lang: Höchstens { $limit } Zeichen passen.
oneline-priority = „!{ $word }“ ist keine Priorität: !dringend, !hoch, !mittel und !niedrig sind welche.
oneline-many-priorities = Mehr als eine Priorität.
oneline-due = „due:{ $text }“ ist kein Tag, den ich kenne: etwa due:freitag, due:morgen, due:2w oder due:2026-03-01.
oneline-nobody-found = Ich kenne niemanden namens „{ $name }“. Bitte aus der Liste wählen, die Slack nach @ anbietet.
oneline-many-found = „{ $name }“ könnten mehrere sein ({ $names }). Bitte aus der Liste wählen, die Slack nach @ anbietet.
oneline-too-long = Der Titel hat { $count } Zeichen, und höchstens 255 passen. Es wurde nichts angelegt. Im Formular lässt er sich kürzen; der Rest passt in die Beschreibung.

pointing-head = { $key } sagt vielleicht dasselbe wie das, was schon offen ist:
pointing-same = Als Duplikat schließen

assigned = { $key } ist jetzt { $who } zugewiesen.
unassigned = { $key } ist jetzt niemandem zugewiesen.

status-changed = { $key } ist jetzt: { $status }
status-unchanged = { $key } war das schon: { $status }
close-form-title = { $key } schließen
close-reason = Warum?
close-original = Duplikat von
close-original-placeholder = Schlüssel oder Wörter aus dem Titel
close-original-missing = Bitte das Issue wählen, das dieses hier wiederholt.
close-original-itself = Ein Issue kann nicht sein eigenes Duplikat sein.
close-duplicate-of-what = Von welchem Issue? `{ $command } close { $key } duplicate of LDG-7`

comment-form-title = { $key } kommentieren
comment-placeholder = Was gibt es Neues?
quote-form-title = Zu einem Issue
quote-issue = Issue
quote-hint = Der Link zur Nachricht kommt hinzu.
commented = Dein Kommentar steht bei { $key }.

due-unreadable = „{ $text }“ ist kein Tag, den ich kenne: etwa freitag, morgen, 2w oder 2026-03-01; „none“ nimmt das Datum weg.
labels-now = { $key } hat die Labels: { $labels }
labels-same = Nichts hat sich geändert. { $said }
labels-not-there = Nichts hat sich geändert: { $key } hat { $labels } nicht. `{ $command } show { $key }` zeigt die Labels, die es hat.
labels-none = { $key } hat keine Labels mehr.

edit-form-title = { $key } bearbeiten
edit-description-long = Die Beschreibung hat { $count } Zeichen: zu lang für dieses Formular. Sie bleibt, wie sie ist.
edit-assignee-elsewhere = Zuständig ist { $who }; das lässt sich oben nicht zeigen und bleibt so, solange niemand gewählt wird.
edited = { $key } ist geändert.
edited-nothing = { $key } ist, wie es war: Es gab nichts zu ändern.
clash = { $key } wurde geändert, während du geschrieben hast. Unten steht, was du geschrieben hast: darauf anwenden oder verwerfen.
clash-drop = Meins verwerfen
clash-apply = Meins anwenden

history-head = Verlauf von { $key } { $title }
history-empty = Mit { $key } ist noch nichts passiert.
history-end = Älteres gibt es nicht.
history-older = Älter
history-newest = Neueste
history-comment = { $said }: „{ $text }“
history-undo = durch Rückgängigmachen
history-bulk = mit anderen auf einmal
history-via-api = über die API
history-via-webhook = über einen Webhook
history-via-import = durch einen Import
history-in = in { $channel }

undone = { $count ->
    [one] Rückgängig gemacht.
   *[other] Rückgängig gemacht, bei { $count } Issues.
}
undo-blocked = Das lässt sich nicht mehr rückgängig machen. Seither:
undo-blocked-next = `/issue edit { $key }` ändert es von Hand; `/issue history { $key }` zeigt alles, was getan wurde.
undo-blocked-gone = `/issue restore { $key }` bringt es zurück.
undone-before = Das war schon rückgängig gemacht.
undo-more = … und noch { $count }.
undo-nothing = Von dir gibt es nichts rückgängig zu machen.

change-created = { $who } hat es gemeldet
change-title = { $who } hat es umbenannt, vorher „{ $from }“
change-description = { $who } hat die Beschreibung geändert
change-status = { $who }: { $from } → { $to }
change-closed = { $who } hat es geschlossen: { $to }
change-reopened = { $who } hat es wieder geöffnet
change-assignee = { $who } hat es { $to } zugewiesen
change-unassigned = { $who } hat die Zuweisung aufgehoben
change-priority = { $who } hat die Priorität auf { $to } gesetzt
change-due = { $who } hat die Fälligkeit auf { $to } gesetzt
change-due-none = { $who } hat die Fälligkeit entfernt
change-labels-added = { $who } hat { $labels } hinzugefügt
change-labels-removed = { $who } hat { $labels } entfernt
change-commented = { $who } hat kommentiert
change-comment-edited = { $who } hat einen Kommentar bearbeitet
change-comment-deleted = { $who } hat einen Kommentar gelöscht
change-deleted = { $who } hat es gelöscht
change-restored = { $who } hat es wiederhergestellt
change-comment-restored = { $who } hat einen Kommentar wiederhergestellt
change-parent = { $who } hat es zu einem Teil von { $key } gemacht
change-parent-none = { $who } hat es von seinem übergeordneten Issue gelöst
change-some-issue = einem Issue
change-original = Duplikat von { $key }
change-ref = { $who } hat den Verweis auf { $ref } gesetzt
change-ref-none = { $who } hat den Verweis entfernt
change-other = { $who } hat { $what } geändert
change-by-import = Ein Import
change-by-api = Ein Programm
change-by-webhook = Ein Webhook
change-by-system = Lodge
