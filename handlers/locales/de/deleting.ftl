delete-form-title = { $key } löschen?
delete-button = Löschen
delete-ask = *{ $key }* { $title } löschen?
delete-ask-many = { $count ->
    [one] Dieses Issue löschen?
   *[other] Diese { $count } Issues löschen?
}
delete-means = { $count ->
    [one] Es verschwindet aus Listen, Suchen und Berichten, und seine Karten sagen es. *Rückgängig* bringt es zurück, wie es war.
   *[other] Sie verschwinden aus Listen, Suchen und Berichten, und ihre Karten sagen es. *Rückgängig* bringt sie zurück, wie sie waren.
}
delete-done = *{ $key }* { $title } ist gelöscht.
delete-done-many = { $count ->
    [one] Ein Issue ist gelöscht:
   *[other] { $count } Issues sind gelöscht:
}
delete-before = Das war schon gelöscht.
delete-kept = Nichts wurde gelöscht.
delete-not-yours = { $key } kann nur löschen, wer es gemeldet hat ({ $who }), oder ein Admin.
delete-admins-only = { $key } kann nur ein Admin löschen.
card-deleted = { $key } wurde { $when } gelöscht.
card-deleted-by = { $key } wurde { $when } von { $who } gelöscht.
restore-not-gone = { $key } ist da: Niemand hat es gelöscht.
delete-instead = Stattdessen löschen …
order-write-restore = Schreib `{ $word }` mit dem Schlüssel des Issues, wie in `{ $word } LDG-42`.
order-too-late = { $key } ist gelöscht, und nichts ist geschehen. `/issue restore { $key }` bringt es zurück.
