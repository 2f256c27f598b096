usage-report = { $command } report assignees|latency|flow|aging|digest [Abfrage] [Zeitraum]
help-report = Zahlen über einen Zeitraum (7d, dieser Monat, letzte Woche, 2026-Q3, 2026-01..2026-03), verglichen mit dem Zeitraum davor; mit Diagrammen, CSV und einem Knopf zum Teilen.
report-which = Welcher Bericht? `assignees`, `latency`, `flow`, `aging` oder `digest`: zum Beispiel `{ $command } report latency label:bug letzten Monat`.
report-unknown = Einen Bericht „{ $word }“ gibt es nicht. Meinst du `{ $command } report { $nearest }`?
report-shared-by = Geteilt von { $who }
report-not-shared = In { $channel } konnte ich nicht schreiben. Lade mich dort mit `/invite` ein und versuche es noch einmal.
report-csv-sent = Die Zahlen sind in deinen Direktnachrichten mit mir.
report-csv-note = Die Zahlen zu „{ $title }“, { $days }.

report-assignees = Wer woran arbeitet
report-latency = Zeit bis zur Lösung
report-flow = Angelegt und geschlossen
report-aging = Alter offener Issues
report-digest = Was geschehen ist

report-subtitle = { $days }, verglichen mit { $before }
report-query = nur `{ $query }`
report-before = (davor: { $before })
report-before-change = (davor: { $before }, { $change })

report-column-person = Person
report-column-open = Offen
report-column-in-progress = In Arbeit
report-column-taken = Übernommen
report-column-closed = Geschlossen
report-column-closed-before = Davor geschlossen
report-column-created = Angelegt
report-column-net = Saldo
report-column-period = Zeitraum
report-column-from = Ab
report-column-median = Median
report-column-p90 = 90 % binnen
report-column-mean = Mittel
report-column-priority = Priorität
report-column-label = Label
report-column-age = Alter
report-axis-person = Person
report-axis-issues = Issues
report-axis-days = Tage
report-axis-hours = Stunden
report-axis-minutes = Minuten
report-axis-closed = Geschlossen
report-axis-priority = Priorität
report-axis-age = Alter in Tagen
report-unit-day = Tag
report-unit-week = Woche ab
report-unit-month = Monat
report-unit-quarter = Quartal
report-unit-year = Jahr

report-days = { $days } T
report-days-hours = { $days } T { $hours } Std
report-hours-minutes = { $hours } Std { $minutes } min
report-minutes = { $minutes } min
report-seconds = { $seconds } s

report-assignees-chart = Issues je Person
report-assignees-open = { $open ->
    [one] *Ein* Issue ist offen
   *[other] *{ $open }* Issues sind offen
}, davon *{ $doing }* in Arbeit.
report-assignees-work = Übernommen: *{ $taken }* { $taken_before }. Geschlossen: *{ $closed }* { $closed_before }.
report-assignees-unassigned = { $count ->
    [one] *Ein* offenes Issue gehört niemandem.
   *[other] *{ $count }* offene Issues gehören niemandem.
}
report-assignees-others = { $count ->
    [one] Eine weitere Person hat Zahlen, aber hier keine Zeile.
   *[other] { $count } weitere Personen haben Zahlen, aber hier keine Zeile.
}
report-assignees-computed = So wird gerechnet: *Offen* ist, was jemandem jetzt zugewiesen und nicht geschlossen ist. *Übernommen* zählt, wie oft der Person im Zeitraum ein Issue zugewiesen wurde. *Geschlossen* sind ihre Issues, deren letztes Schließen im Zeitraum liegt und die nicht wieder geöffnet wurden.

report-latency-trend = Median der Zeit bis zur Lösung
report-latency-priorities = Nach Priorität
report-latency-labels = Nach Label
report-latency-times = Nach Zeit
report-latency-none = In dieser Zeit wurde nichts geschlossen.
report-latency-line = *{ $closed }* geschlossen. Die Hälfte binnen *{ $median }*, neun von zehn binnen *{ $p90 }*; im Mittel { $mean }.
report-latency-before = Davor: { $closed } geschlossen, die Hälfte binnen { $median }. Der Median änderte sich um *{ $change }*.
report-latency-before-at-once = Davor: { $closed } geschlossen, die Hälfte sofort.
report-latency-nothing-before = Im Vergleichszeitraum wurde nichts geschlossen.
report-latency-computed = So wird gerechnet: vom Anlegen eines Issues bis zu seinem letzten Schließen, für Issues, die im Zeitraum geschlossen und nicht wieder geöffnet wurden. Nächte und Wochenenden zählen mit. Ein Issue mit mehreren Labels zählt bei jedem.

report-flow-chart = Angelegt und geschlossen
report-flow-line = Angelegt: *{ $created }* { $created_before }. Geschlossen: *{ $closed }* { $closed_before }.
report-flow-net = Saldo: *{ $net }* (davor: { $net_before }). Jetzt offen: *{ $open }*.
report-flow-computed = So wird gerechnet: Ein Issue zählt an dem Tag, an dem es angelegt wurde, und am Tag seines letzten Schließens, wenn es nicht wieder geöffnet wurde. Der Saldo ist angelegt weniger geschlossen. Tage sind die der Zeitzone des Workspaces.

report-aging-chart = Offene Issues nach Alter
report-aging-subtitle = Stand { $day }
report-aging-line = { $count ->
    [0] Nichts ist offen.
    [one] *Ein* Issue ist offen.
   *[other] *{ $count }* Issues sind offen.
}
report-aging-no-period = Das Alter ist das von heute, in jedem Zeitraum: „{ $period }“ ändert hier nichts. Die damals angelegten Issues wählt `created:` aus.
report-aging-oldest = Die ältesten
report-aging-stalest = Am längsten unberührt
report-aging-computed = So wird gerechnet: Das Alter eines offenen Issues zählt in Tagen ab dem Tag, an dem es angelegt wurde, was auch immer seither geschah. Unberührt heißt, dass niemand etwas daran geändert oder dazu kommentiert hat.
report-age = { $first }–{ $last } Tage
report-age-over = { $days } Tage und mehr
report-open-since = offen seit { $day }
report-untouched-since = unberührt seit { $day }
report-due-since = war fällig am { $day }

report-digest-line = *{ $created }* angelegt { $created_before }, *{ $closed }* geschlossen { $closed_before }; *{ $open }* jetzt offen.
report-digest-closers = Am meisten geschlossen: { $names }.
report-digest-pressing = Jetzt am dringendsten
report-digest-overdue = Überfällig
report-digest-newest = Neu und noch offen
report-digest-finished = Zuletzt geschlossen
report-digest-computed = So wird gerechnet: angelegt und geschlossen wie im Bericht `flow`. Ein Issue zählt als geschlossen bei der Person, der es zugewiesen ist. Am dringendsten sind offene Issues mit dringender oder hoher Priorität. Jede Liste nennt höchstens fünf.

report-show-issue = Issue zeigen
report-choose-period = Zeitraum
report-button-query = Abfrage ändern
report-button-refresh = Aktualisieren
report-button-share = Im Channel teilen
report-button-csv = CSV
report-button-schedule = Planen
report-query-title = Bericht
report-query-label = Abfrage
report-query-hint = Wie in Listen, zum Beispiel: label:bug assignee:@ada. Leer heißt: alle Issues.
report-period-label = Zeitraum
report-period-hint = Zum Beispiel 7d, dieser Monat, 2026-Q3, 2026-01..2026-03
report-query-show = Zeigen
report-period-7d = Letzte 7 Tage
report-period-30d = Letzte 30 Tage
report-period-90d = Letzte 90 Tage
report-period-this-week = Diese Woche
report-period-last-week = Letzte Woche
report-period-this-month = Dieser Monat
report-period-last-month = Letzter Monat
report-period-this-quarter = Dieses Quartal
report-period-this-year = Dieses Jahr

report-repaired = Die nächtliche Prüfung fand falsche Zahlen für Berichte, an { $count ->
    [one] einer Stelle
   *[other] { $count } Stellen oder mehr
}, und hat alle neu gezählt. Die Berichte stimmen wieder; frühere können falsch gewesen sein. Wer Lodge betreibt, findet Näheres im Protokoll.

field-period-unknown = „{ $value }“ ist kein Zeitraum. Einer liest sich wie 7d, dieser Monat, letzte Woche, 2026-Q3 oder 2026-01..2026-03.
field-period-order = „{ $value }“ endet, bevor es beginnt: Vertausche Anfang und Ende.
field-period-too-long = „{ $value }“ ist zu lang: Ein Zeitraum hat höchstens { $limit } Tage.
field-period-count = „{ $value }“ ist kein Zeitraum: Zähle von 1 bis { $limit }.
field-period-range = „{ $value }“ liegt außerhalb der Jahre 1970 bis 2200. Um danach als Wort zu suchen, setze es in Anführungszeichen.
field-period-no-such-day = „{ $value }“ steht nicht im Kalender. Ein Monat liest sich wie 2026-07, ein Tag wie 2026-07-31.
report-takes-long = Das dauert einen Moment: Gerade ist viel zu zählen. Der Bericht kommt von selbst.
