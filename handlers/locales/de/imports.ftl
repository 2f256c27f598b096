import-reading = Lese { $file } …
import-preview = *{ $file }*: { $rows ->
    [one] 1 Zeile
   *[other] { $rows } Zeilen
}, { $coming ->
    [0] nichts Neues zu importieren
    [one] 1 Issue zu importieren
   *[other] { $coming } Issues zu importieren
}. Vor dem Druck auf „Importieren“ wird nichts geschrieben.
import-preview-untitled = *{ $file }*: eine Tabelle, aber welche Spalte enthält den Titel? Nichts wird geschrieben, bevor du auf „Importieren“ drückst.
import-preview-format = { $format } · { $encoding } · getrennt durch { $separator }
import-preview-sheet = { $format } · Excel-Arbeitsmappe, Blatt „{ $sheet }“{ $others ->
    [0] {""}
    [one] {" "}(ein weiteres Blatt bleibt weg)
   *[other] {" "}({ $others } weitere Blätter bleiben weg)
}
import-preview-columns = { $columns }{ $left ->
    [0] {""}
    [one] {" "}(1 Spalte ausgelassen)
   *[other] {" "}({ $left } Spalten ausgelassen)
}
import-format-jira = Jira-Export
import-format-linear = Linear-Export
import-format-gitlab = GitLab-Export
import-format-github = GitHub-Export
import-format-lodge = Lodge-Export
import-format-plain = Einfache Tabelle
import-separator-comma = Kommas
import-separator-semicolon = Semikolons
import-separator-tab = Tabulatoren
import-separator-bar = senkrechte Striche
import-separator-other = ein anderes Zeichen
import-field-reference = Schlüssel
import-field-title = Titel
import-field-description = Beschreibung
import-field-status = Status
import-field-resolution = Lösung
import-field-category = Statuskategorie
import-field-priority = Priorität
import-field-labels = Labels
import-field-assignee = Zuständig
import-field-assignee-id = Benutzername der zugewiesenen Person
import-field-reporter-id = Benutzername der meldenden Person
import-field-reporter = Gemeldet von
import-field-created = Angelegt
import-field-updated = Geändert
import-field-closed = Geschlossen
import-field-due = Fällig
import-field-comment = Kommentare
import-field-duplicate-of = Duplikat von
import-field-parent = Übergeordnet
import-field-tracker-id = Nummer dort
import-field-url = Adresse
import-field-issue-id = Kennung
import-field-old-reference = Alter Schlüssel
import-field-failure = Warum es misslang
import-status-open = Offen
import-status-in-progress = In Arbeit
import-status-completed = Geschlossen: erledigt
import-status-not-planned = Geschlossen: nicht geplant
import-status-duplicate = Geschlossen: Duplikat
import-priority-1 = Dringend
import-priority-2 = Hoch
import-priority-3 = Mittel
import-priority-4 = Niedrig
import-priority-5 = Keine Priorität
import-preview-no-title = Welche Spalte den Titel enthält, ist nicht zu erkennen: Über „Zuordnung ändern“ lässt es sich sagen.
import-preview-guess = Die Kodierung ist geraten. Sind das nicht die Buchstaben der Datei, lässt sich unter „Zuordnung ändern“ eine andere wählen: { $words }
import-preview-ask-order = Daten wie 03/04/2025 lassen sich hier auf zwei Arten lesen: Über „Zuordnung ändern“ lässt sich sagen, ob Tag oder Monat vorn steht.
import-preview-existing-skip = { $count ->
    [one] 1 Zeile wurde früher importiert und bleibt, wie sie ist.
   *[other] { $count } Zeilen wurden früher importiert und bleiben, wie sie sind.
}
import-preview-existing-update = { $count ->
    [one] 1 Zeile wurde früher importiert; ihr Issue wird aktualisiert.
   *[other] { $count } Zeilen wurden früher importiert; ihre Issues werden aktualisiert.
}
import-preview-repeated = { $count ->
    [one] 1 Zeile wiederholt eine andere und wird einmal importiert.
   *[other] { $count } Zeilen wiederholen andere und werden einmal importiert.
}
import-preview-relinked = { $count ->
    [one] 1 davon bekommt ein anderes übergeordnetes Issue oder Original, oder verliert es.
   *[other] { $count } davon bekommen ein anderes übergeordnetes Issue oder Original, oder verlieren es.
}
import-preview-circular = { $count ->
    [one] 1 Zeile nennt ein übergeordnetes Issue oder Original, das zu ihr zurückführt: Dieser Verweis wird ausgelassen.
   *[other] { $count } Zeilen nennen übergeordnete Issues oder Originale, die zu ihnen zurückführen: Diese Verweise werden ausgelassen.
}
import-preview-unlinked = { $count ->
    [one] 1 übergeordnetes Issue oder Original gibt es weder in der Datei noch hier: Dieser Verweis wird ausgelassen. Zeile { $lines }
   *[other] { $count } übergeordnete Issues oder Originale gibt es weder in der Datei noch hier: Diese Verweise werden ausgelassen. Zeilen { $lines }
}
import-preview-people = Personen: { $matched } hier gefunden, { $strangers } nicht.
import-preview-guessed = An Kürzel oder Adresse erkannt: { $names }
import-preview-ambiguous = { $count ->
    [one] Ein Name passt auf mehrere Personen: { $names }. „Zuordnung ändern“ sagt, wer gemeint ist.
   *[other] { $count } Namen passen auf mehrere Personen: { $names }. „Zuordnung ändern“ sagt, wer gemeint ist.
}
import-preview-left = Nicht mehr hier, aber was ihnen gehört, bleibt ihres: { $names }
import-preview-strangers-new = Werden mit Namen hinzugefügt, damit nichts verloren geht: { $names }
import-preview-strangers-nobody = Ausgelassen: { $names }
import-preview-labels = { $count ->
    [one] 1 neues Label: { $names }
   *[other] { $count } neue Labels: { $names }
}
import-preview-comments = { $count ->
    [one] 1 Kommentar kommt mit.
   *[other] { $count } Kommentare kommen mit.
}
import-preview-comments-new = { $count ->
    [one] 1 Kommentar steht in der Datei
   *[other] { $count } Kommentare stehen in der Datei
}; zu früher importierten Zeilen kommen die neuen mit.
import-preview-nuls = { $count ->
    [one] 1 NUL-Byte wurde aus dem Text ausgelassen.
   *[other] { $count } NUL-Bytes wurden aus dem Text ausgelassen.
}
import-preview-bad = { $count ->
    [one] *1 Zeile lässt sich nicht importieren* und kommt mit dem Grund zurück:
   *[other] *{ $count } Zeilen lassen sich nicht importieren* und kommen mit ihren Gründen zurück:
}
import-preview-line = • Zeile { $line }: { $why }
import-preview-more = … und noch { $count }
import-button-start = Importieren
import-button-change = Zuordnung ändern
import-button-cancel = Abbrechen
import-button-undo-rest = Die anderen { $count } rückgängig machen
import-running = { $file } wird importiert
import-phase-reading = Lesen: { $done } von { $total } Zeilen
import-phase-writing = Schreiben: { $done } von { $total } Issues; sie erscheinen am Ende alle auf einmal
import-rate = { $rate } je Sekunde, noch { $left }
import-seconds = etwa { $count } s
import-minutes = etwa { $count } min
import-again = { $attempt }. Versuch: Der vorige wurde unterbrochen und hat nichts hinterlassen
import-cancelling = Der Import von { $file } wird abgebrochen …
import-cancelled = Der Import von { $file } wurde abgebrochen. Nichts wurde importiert.
import-done = *{ $file }*: { $created ->
    [0] nichts Neues; kein Issue wurde angelegt
    [one] 1 Issue importiert
   *[other] { $created } Issues importiert
}.
import-done-updated = { $count } aktualisiert
import-done-existing = { $count } früher importiert
import-done-repeated = { $count } in der Datei wiederholt
import-done-failed = { $count } misslungen und als Datei zurückgegeben
import-done-comments = { $count ->
    [one] 1 Kommentar
   *[other] { $count } Kommentare
}
import-done-new-labels = { $count ->
    [one] 1 neues Label
   *[other] { $count } neue Labels
}
import-done-new-people = { $count ->
    [one] 1 Person hinzugefügt
   *[other] { $count } Personen hinzugefügt
}
import-done-unlinked = { $count ->
    [one] 1 Verweis auf ein Issue, das es hier nicht gibt
   *[other] { $count } Verweise auf Issues, die es hier nicht gibt
}
import-done-circular = { $count ->
    [one] 1 Verweis ausgelassen: Er führte zu seinem eigenen Issue zurück
   *[other] { $count } Verweise ausgelassen: Sie führten zu ihren eigenen Issues zurück
}
import-failed-rows = { $count ->
    [one] Diese Zeile wurde nicht importiert. Nach der Korrektur die Datei einfach wieder hier ablegen.
   *[other] Diese { $count } Zeilen wurden nicht importiert. Nach der Korrektur die Datei einfach wieder hier ablegen.
}
import-failed = *{ $file }* wurde nicht importiert: { $why }
import-undone = { $file }: Der Import wurde rückgängig gemacht, { $removed ->
    [one] 1 Issue entfernt
   *[other] { $removed } Issues entfernt
}{ $reverted ->
    [0] {""}
    [one] , 1 wie zuvor
   *[other] , { $reverted } wie zuvor
}{ $left ->
    [0] {""}
    [one] , 1 blieb, weil daran gearbeitet wurde
   *[other] , { $left } blieben, weil daran gearbeitet wurde
}.
import-undone-already = Der Import von { $file } wurde rückgängig gemacht.
import-undo-title = Import rückgängig?
import-undo-text = { $count ->
    [0] Kein Issue kam mit.
    [one] Das Issue, das mitkam, wird entfernt.
   *[other] Die { $count } Issues, die mitkamen, werden entfernt.
}{ $updated ->
    [0] {""}
    [one] {" "}1 Issue, das er aktualisiert hat, wird wieder wie zuvor.
   *[other] {" "}{ $updated } Issues, die er aktualisiert hat, werden wieder wie zuvor.
}
import-undo-touched = { $count ->
    [one] An 1 Issue dieses Imports wurde seither gearbeitet: { $keys }. Nichts wurde rückgängig gemacht.
   *[other] An { $count } Issues dieses Imports wurde seither gearbeitet: { $keys }. Nichts wurde rückgängig gemacht.
}
import-not-yours = Das darf nur, wer die Datei geteilt hat, oder ein Admin.
import-too-late = Dieser Import ist inzwischen weiter: Seine Nachricht zeigt, wo er steht.
import-form-title = Issues importieren
import-form-file = CSV-, TSV- oder Excel-Datei
import-form-hint = Ein Export aus Jira, Linear, GitLab, GitHub oder Lodge, oder eine Tabelle mit einer Spalte „title“.
import-form-submit = Lesen
import-form-no-file = Bitte eine Datei wählen.
import-form-not-a-table = Das ist keine Tabelle: eine CSV-, TSV- oder Excel-Datei (.xlsx) ist eine.
import-form-taken = Lese { $file }; was darin steht, kommt als Direktnachricht.
import-map-title = Zuordnung ändern
import-map-intro = Was enthalten die Spalten von { $file }? Für Dateien mit demselben Kopf bleibt es gemerkt.
import-map-submit = Neu lesen
import-map-none = – (nichts)
import-map-column = Spalte wählen
import-map-meaning = Was bedeutet es?
import-map-status = Status „{ $word }“
import-map-priority = Priorität „{ $word }“
import-map-encoding = Kodierung
import-map-encoding-hint = Eine andere wählen, wenn das nicht die Buchstaben der Datei sind: { $words }
import-map-order = Daten wie 03/04/2025
import-map-day-first = Tag vorn: 3. April
import-map-month-first = Monat vorn: 4. März
import-map-people = Personen, die nicht hier sind
import-map-people-new = Mit Namen hinzufügen
import-map-people-nobody = Auslassen
import-map-person = { $name } ist
import-map-person-several = Vielleicht: { $names }
import-map-person-added = von einem Import hinzugefügt
import-map-person-placeholder = Person wählen
import-map-existing = Früher importierte Zeilen
import-map-existing-skip = Ihre Issues lassen, wie sie sind
import-map-existing-update = Ihre Issues aktualisieren
import-map-failing = Wenn eine Zeile misslingt
import-map-strict = Gar nichts importieren
import-map-needs-title = Eine Spalte muss der Titel sein: Wähle eine.
import-flaw-empty = Die Datei ist leer. Exportiere sie noch einmal und lege die neue hier ab.
import-flaw-header-only = Auf Zeile { $line } steht ein Kopf und darunter nichts. Lege eine Datei ab, die Zeilen hat.
import-flaw-no-header = Zeile { $line } sieht nach Daten aus und nicht nach einem Kopf ({ $first }). Die erste Zeile soll die Spalten nennen, etwa title,description,priority,status.
import-flaw-html = Slack hat statt der Datei eine Anmeldeseite geschickt. Vielleicht fehlt der App der Scope files:read: Ein Admin kann sie neu installieren.
import-flaw-workbook = Diese Art von Tabelle lässt sich hier nicht lesen, oder sie ist mit einem Passwort geschützt. Excel-Arbeitsmappen (.xlsx) und CSV lassen sich lesen: in Excel oder LibreOffice „Speichern unter, CSV UTF-8“, in Numbers „Exportieren, CSV“, in Google Tabellen „Herunterladen, CSV“. Dann diese Datei hier ablegen.
import-flaw-workbook-broken = Die Arbeitsmappe ist beschädigt. Bitte in der Tabellenkalkulation öffnen, „Speichern unter, CSV UTF-8“ wählen und diese Datei ablegen.
import-flaw-workbook-too-large = Die Arbeitsmappe enthält mehr als { $megabytes } MB. Bitte das Blatt als CSV UTF-8 speichern, das beliebig groß sein darf, und diese Datei ablegen.
import-flaw-binary = Das ist keine Textdatei. Lesen lässt sich eine CSV-, TSV- oder Excel-Datei (.xlsx).
import-flaw-encoding = Die Zeichenkodierung ist nicht zu erkennen. Bitte als CSV UTF-8 speichern.
import-flaw-unclosed-quote = Ein Anführungszeichen, das auf Zeile { $line } beginnt, wird nie geschlossen, und alles danach wurde zu einer Zelle. Schließ es, und lege die Datei noch einmal ab.
import-flaw-cell-too-large = Eine Zelle auf Zeile { $line } ist größer als { $megabytes } MB. Kürze sie, und lege die Datei noch einmal ab.
import-flaw-line-too-long = Eine Zeile ist länger als { $megabytes } MB. Exportiere sie mit Zeilenumbrüchen, je Issue eine Zeile, und lege die neue Datei ab.
import-flaw-too-many-columns = Sie hat { $columns } Spalten; bis zu { $limit } lassen sich lesen. Bitte nur die nötigen Felder exportieren.
import-flaw-too-many-values = Die Spalte, die für { $what } gehalten wird, hat mehr als { $limit } verschiedene Werte; „Zuordnung ändern“ hilft, wenn sie etwas anderes enthält.
import-flaw-gone = Die Datei wurde gelöscht, bevor sie gelesen werden konnte. Bitte noch einmal teilen.
import-flaw-cut-off = Der Download von Slack brach ab. Nichts wurde geschrieben; bitte noch einmal teilen.
import-flaw-forbidden = Slack lässt mich die Datei nicht lesen. Teile sie in einem Channel, in dem ich bin, oder per Direktnachricht.
import-flaw-too-large = Sie zu lesen brauchte mehr Speicher, als da ist. Teile sie in kleinere Dateien auf.
import-flaw-not-all-good = { $failed ->
    [one] 1 Zeile misslingt
   *[other] { $failed } Zeilen misslingen
}, und gewünscht war alles oder nichts. Die Zeilen kommen mit ihren Gründen zurück.
import-flaw-no-room = Die Datenbank hat keinen Platz mehr. Nichts wurde geschrieben. Bitte, wer diesen Server betreibt, Platz zu schaffen, und teile die Datei dann noch einmal.
import-flaw-refused = Die Datenbank hat es abgelehnt ({ $why }). Nichts wurde geschrieben. Teile die Datei noch einmal; geschieht es wieder, frage, wer diesen Server betreibt.
import-flaw-gave-up = Es wurde { $attempts }-mal unterbrochen. Nichts wurde geschrieben. Teile die Datei noch einmal.
# Why a row failed: beside it, and in the file that comes back with it. What is in braces is put in later.
import-row-ragged = Die Zeile hat nicht so viele Zellen wie der Kopf ({ $cells } statt { $columns }): Steht ein Trennzeichen ohne Anführungszeichen in einer Zelle?
import-row-ragged-lines = Die Zeile reicht von Zeile { $line } bis Zeile { $last_line } und hat nicht so viele Zellen wie der Kopf ({ $cells } statt { $columns }): Vielleicht ist ein Anführungszeichen nicht geschlossen
import-row-unclosed-quote = Das Anführungszeichen, das auf Zeile { $opened } beginnt, wird nie geschlossen; alles danach bis Zeile { $last_line } wurde zu einer Zelle
import-row-no-title = Der Titel ist leer
import-row-title-too-long = Der Titel hat { $length } Zeichen; höchstens { $limit } passen
import-row-text-too-long = Die Beschreibung hat { $length } Zeichen; höchstens { $limit } passen
import-row-comment-too-long = Ein Kommentar hat { $length } Zeichen; höchstens { $limit } passen
import-row-unknown-status = Der Status „{ $value }“ ist nicht bekannt; unter „Zuordnung ändern“ lässt er sich erklären, oder open, in progress, closed, completed oder not planned verwenden
import-row-unknown-priority = Die Priorität „{ $value }“ ist nicht bekannt; unter „Zuordnung ändern“ lässt sie sich erklären, oder urgent, high, medium, low oder none verwenden
import-row-label-too-long = Das Label „{ $value }“ hat { $length } Zeichen; höchstens { $limit } passen
import-row-too-many-labels = Es sind { $count } Labels; höchstens { $limit } passen
import-row-bad-date = „{ $value }“ ist kein lesbares Datum; 2026-03-31 ist immer lesbar
import-row-no-such-day = Den Tag „{ $value }“ gibt es nicht
import-row-other-date-order = „{ $value }“ passt nicht: Die anderen Daten dieser Datei haben { $order }
import-row-reference-too-long = Der Schlüssel hat { $length } Zeichen; höchstens { $limit } passen
import-row-person-too-long = Ein Name hat { $length } Zeichen; höchstens { $limit } passen
import-order-day-first = den Tag vor dem Monat
import-order-month-first = den Monat vor dem Tag
