list-head = { $count ->
    [0] Kein Issue passt.
    [one] Ein Issue.
   *[other] { $count } Issues.
}
list-head-about = Etwa { $count } Issues.
list-change = Diese ändern
list-query = Abfrage: { $query }
list-nothing-open = Es gibt kein offenes Issue, das du sehen kannst.
list-nothing-mine = Kein offenes Issue ist dir zugewiesen. `{ $command } list` zeigt die von allen.
list-empty = Kein Issue passt. `{ $command } list` zeigt alle offenen; `{ $command } help query` erklärt die Abfragesprache.
list-so-far = Bisher nichts gefunden; weitersuchen.
search-empty = Nichts gefunden zu „{ $text }“. Vielleicht mit weniger oder anderen Wörtern?
search-corrected = Nichts zu „{ $text }“; gezeigt wird „{ $corrected }“.
search-head = Beste Treffer zu „{ $text }“
search-page = Seite { $page }

query-saved-help = `/issue saved` zeigt, welche es gibt.
query-help = `/issue help query` zeigt alle Begriffe.
query-suggestion = War `{ $suggestion }` gemeint?
query-unknown-field = „{ $part }“ in „{ $term }“ kenne ich nicht.
query-unknown-value = „{ $part }“ ist kein Wert für „{ $term }“.
query-unknown-person = Ich kenne niemanden namens „{ $part }“ (in „{ $term }“).
query-several-people = „{ $part }“ könnten mehrere sein (in „{ $term }“): Erwähne, wen du meinst.
query-unknown-label = Es gibt kein Label „{ $part }“ (in „{ $term }“).
query-unknown-saved = Keine Abfrage ist als „{ $part }“ gespeichert (in „{ $term }“).
query-bad-date = „{ $part }“ ist kein Datum, das ich lesen kann (in „{ $term }“). Eines liest sich wie 2026-02-14, <7d oder this-week.
query-bad-key = „{ $part }“ ist kein Schlüssel eines Issues (in „{ $term }“). Ein Schlüssel sieht aus wie LDG-42.
query-unclosed-quote = Ein Anführungszeichen ist nicht geschlossen: `{ $term }`. Schließ es, oder lass es weg.
query-missing-value = Nach „{ $term }“ fehlt ein Wert.
query-sorted-twice = Es gibt mehr als eine Sortierung: Lass „{ $term }“ weg, oder die andere.
query-no-or = „{ $part }“ gibt es zwischen Begriffen nicht: Ein Komma heißt oder, wie in `label:bug,crash`. Um das Wort selbst zu suchen, setz es in Anführungszeichen.
query-no-not = „{ $part }“ schreibt man als Strich: `-label:bug`. Um das Wort selbst zu suchen, setz es in Anführungszeichen.
query-no-brackets = Zwischen Begriffen gibt es keine Klammern: „{ $part }“. Alle Begriffe müssen zutreffen, ein Komma heißt oder, ein Strich davor heißt nicht. Um eine Klammer zu suchen, setz sie in Anführungszeichen.
query-not-here = „{ $term }“ geht hier nicht: Lass es weg.
query-too-long = Die Abfrage ist zu lang: Lass etwas davon weg.

bulk-form-title = Viele Issues ändern
bulk-form-submit = Ändern
bulk-choose = Issues
bulk-choose-hint = Nimm heraus, was bleiben soll, wie es ist, oder füge andere hinzu.
bulk-choose-placeholder = Issues wählen
bulk-status = Status
bulk-assignee = Zuständig
bulk-unassign = Niemand
bulk-assign-choice = Oder
bulk-priority = Priorität
bulk-add-labels = Labels hinzufügen
bulk-remove-labels = Labels entfernen
bulk-keep = So lassen
bulk-all = { $count ->
    [one] Das eine passende Issue
   *[other] Alle { $count } passenden Issues
}
bulk-scope = Welche
bulk-scope-chosen = Nur die unten gewählten
bulk-no-issues = Bitte mindestens ein Issue wählen.
bulk-no-change = Bitte mindestens eine Änderung wählen.
bulk-none-match = Kein Issue passt zu dieser Abfrage, also gibt es nichts zu ändern. Versuche es mit weniger Begriffen.
bulk-too-many = { $count } Issues passen; höchstens { $limit } lassen sich auf einmal ändern. Bitte enger abfragen.
bulk-done = { $count ->
    [0] Es gab nichts zu ändern.
    [one] Ein Issue ist geändert.
   *[other] { $count } Issues sind geändert.
}
bulk-stopped = Es wurde nichts geändert, denn { $key } steht dem entgegen: { $why }
bulk-one = eines davon
bulk-unreadable = „{ $text }“ konnte ich nicht lesen. Zum Beispiel: `{ $command } bulk close LDG-1 LDG-2`, `{ $command } bulk assign @ada LDG-1 LDG-2`, `{ $command } bulk label +bug LDG-1`, `{ $command } bulk priority high LDG-1`.
bulk-why-not-found = dieses Issue gibt es nicht (mehr)
bulk-why-duplicate-of-itself = es wäre sein eigenes Duplikat
