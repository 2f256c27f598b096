usage-notify = { $command } notify
help-notify = Worüber du per Direktnachricht Bescheid bekommst, sofort oder gesammelt, und wann Ruhe ist.
usage-watch = { $command } watch LDG-42
help-watch = Ab jetzt erfährst du, was mit diesem Issue geschieht, auch wenn du es stummgeschaltet hattest.
usage-unwatch = { $command } unwatch LDG-42
help-unwatch = Du erfährst nichts mehr davon, auch nicht, wenn es deins ist oder du erwähnt wirst, bis du es wieder beobachtest.
watch-done = Du erfährst, was mit { $key } { $title } geschieht.
unwatch-done = Du erfährst nichts mehr von { $key } { $title }, auch nicht, wenn es deins ist oder du erwähnt wirst.

notice-mentioned = { $who } hat dich in { $key } { $title } erwähnt
notice-commented = { $who } hat { $key } { $title } kommentiert
notice-comments = { $who } hat den letzten von { $count } neuen Kommentaren zu { $key } { $title } geschrieben
notice-comments-unsaid = { $count ->
    [one] Ein neuer Kommentar zu { $key } { $title }
   *[other] { $count } neue Kommentare zu { $key } { $title }
}
notice-more = { $more ->
    [one] und ein weiterer Kommentar
   *[other] und { $more } weitere Kommentare
}
notice-a-program = Ein Programm
notice-digest = Neues von { $count ->
    [one] einem Issue
   *[other] { $count } Issues
}
notice-digest-more = { $count ->
    [one] Ein weiteres Issue hat sich geändert.
   *[other] { $count } weitere Issues haben sich geändert.
}
notice-unwatch = Stummschalten
notice-watch = Stummschaltung aufheben
notice-settings = Benachrichtigungen

notify-title = Benachrichtigungen
notify-kinds = Sag mir Bescheid, wenn
notify-kind-assigned = mir ein Issue zugewiesen wird
notify-kind-mentioned = ich erwähnt werde
notify-kind-comments = jemand eines meiner Issues kommentiert
notify-kind-status = eines meiner Issues geschlossen, wieder geöffnet oder begonnen wird
notify-kind-changes = sich sonst etwas an einem meiner Issues ändert
notify-rhythm = Wie
notify-rhythm-now = Sofort
notify-rhythm-hourly = Gesammelt, einmal in der Stunde
notify-rhythm-daily = Gesammelt, einmal am Tag um 9:00
notify-quiet-from = Ruhe von
notify-quiet-to = Ruhe bis
notify-quiet-hint = In deiner Zeitzone, { $zone }. Was inzwischen geschieht, kommt danach gesammelt. Deine Issues sind die, die dir zugewiesen sind, die du gemeldet hast oder beobachtest.
notify-muted = Stumme Issues
notify-muted-hint = Von diesen erfährst du nichts. Nimm eins heraus, um wieder davon zu hören.
notify-quiet-both = Wähle Anfang und Ende, und zwar verschiedene, oder keines von beiden.
notify-saved = Gespeichert. Bescheid bekommst du { $when }.
notify-told-now = sofort
notify-told-hourly = einmal in der Stunde, gesammelt
notify-told-daily = einmal am Tag um 9:00, gesammelt
notify-saved-nothing = Gespeichert. Du bekommst keine Benachrichtigungen mehr.
notify-saved-quiet = Ruhe von { $begin } bis { $end } ({ $zone }).
notify-digest-hint = Ein Überblick, was mit deinen Issues geschah, an jedem Arbeitstag zu einer Uhrzeit deiner Wahl: `/issue digest 08:30`.
