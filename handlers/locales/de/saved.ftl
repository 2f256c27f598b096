saved-save = Abfrage speichern
saved-title = Abfrage speichern
saved-title-edit = Abfrage ändern
saved-name = Name
saved-name-placeholder = Fehler dieser Woche
saved-query = Abfrage
saved-query-hint = Wie in /issue list.
saved-whose = Für wen
saved-mine = Für mich
saved-shared = Für den ganzen Workspace
saved-taken = Eine Abfrage ist schon als „{ $name }“ gespeichert. Wähle einen anderen Namen, oder ändere jene mit /issue saved.
saved-head = { $count ->
    [one] Eine gespeicherte Abfrage:
   *[other] { $count } gespeicherte Abfragen:
}
saved-none = Noch ist keine Abfrage gespeichert. Jede Liste hat einen Knopf „Abfrage speichern“: Versuch es mit `/issue list label:bug`.
saved-row = *{ $name }*  ·  { $whose }
    { $query }
saved-row-mine = für dich
saved-row-shared = für den ganzen Workspace
saved-more = { $count ->
    [one] und eine weitere
   *[other] und { $count } weitere
}
saved-use = `/issue list Name` führt eine aus; `saved:"Name"` steht für sie, wo immer eine Abfrage getippt wird, auch neben anderen Begriffen.
saved-edit = Umbenennen oder ändern
saved-delete = Löschen
saved-kept = Gespeichert als *{ $name }*, für dich: { $query }. Sie läuft mit { $run }.
saved-kept-shared = Gespeichert als *{ $name }*, für den ganzen Workspace: { $query }. Sie läuft mit { $run }.
saved-removed = Die gespeicherte Abfrage *{ $name }* ist gelöscht. Abos, die mit ihr entstanden sind, laufen weiter.
field-saved-too-many = Es gibt schon { $limit } gespeicherte Abfragen. Lösche erst eine: `/issue saved` zeigt sie.
