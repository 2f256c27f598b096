help-title = Lodge
help-head = Issues, ohne das Gespräch zu verlassen. Alles beginnt mit `{ $command }`; allein öffnet es das Formular.
help-more = `{ $command } help close` sagt mehr zu einem davon, `{ $command } help query` erklärt die Abfragesprache. Das Menü einer Nachricht macht sie zum Issue, und Antworten unter einer Karte sind Kommentare.
help-create = Issue anlegen
help-aliases = Auch: { $aliases }
help-query-text = Begriffe gelten zusammen: Alle müssen zutreffen. Ein Komma heißt oder, ein `-` davor heißt nicht; Werte mit Leerzeichen stehen in Anführungszeichen.
    Einfache Wörter sind Volltext, `"genaue Wörter"` eine Wortfolge, `saved:"Name"` eine gespeicherte Abfrage.
    Zum Beispiel: `{ $command } list status:open label:bug,crash -label:ui assignee:me created:>2026-01-01 sort:priority`
help-query-choices = *Wie es steht*
    { $terms }
help-query-people = *Wer* { $terms } mit `me`, `none`, einer Erwähnung, einem Namen oder einer E-Mail-Adresse; bei `waiting:` ist es, auf wessen Antwort gewartet wird
help-query-dates = *Wann* { $terms } mit `>2026-01-01`, `2026-02`, `2026-01..2026-03`, `<7d` (innerhalb), `>7d` (länger her), `this-week`, `yesterday`; `due:<3d` schaut voraus, `due:overdue`, `due:none`
help-query-labels = *Labels* { $terms } mit `bug`, `"needs info"`
help-query-others = *Welche* { $terms } mit `LDG-42`; `ref:` mit der Kennung aus einem anderen Tracker
help-query-is = *Kurz* { $terms } (`is:waiting`: wartet auf deine Antwort)
help-query-lacks = *Ohne* { $terms }; mit `has:` stattdessen die, die es haben
help-query-sorts = *Reihenfolge* { $terms }; `sort:-created` kehrt um

usage-new = { $command } new Login geht nicht in Safari @ada +bug !high due:freitag
help-new = Legt ein Issue an: @ weist zu, + vergibt Labels, ! setzt die Priorität, due: den Tag. Weitere Zeilen werden die Beschreibung. Ohne Text öffnet es das Formular.
usage-show = { $command } show LDG-42
help-show = Das Issue mit seinen Knöpfen; der Schlüssel allein tut dasselbe.
usage-list = { $command } list [Abfrage]
help-list = Eine Seite mit Issues; ohne Abfrage alle, die nicht geschlossen sind.
usage-mine = { $command } mine [Abfrage]
help-mine = Was dir zugewiesen ist.
usage-search = { $command } search Wörter | Abfrage
help-search = Volltext über Titel, Beschreibungen und Kommentare, beste Treffer zuerst.
usage-assign = { $command } assign LDG-42 @ada|me|nobody
help-assign = Sagt, wer sich kümmert.
usage-unassign = { $command } unassign LDG-42
help-unassign = Hebt die Zuweisung auf.
usage-comment = { $command } comment LDG-42 Text
help-comment = Fügt einen Kommentar hinzu; ohne Text öffnet es ein Formular.
usage-label = { $command } label LDG-42 +bug -ui | =bug,ui
help-label = + vergibt und - entfernt Labels; = ersetzt sie alle.
usage-close = { $command } close LDG-42 [completed|not planned|duplicate of LDG-7]
help-close = Schließt ein Issue, als erledigt, wenn nichts anderes gesagt ist.
usage-reopen = { $command } reopen LDG-42
help-reopen = Öffnet ein geschlossenes Issue wieder.
usage-status = { $command } status LDG-42 in progress
help-status = Setzt den Status: open, in progress, completed, not planned …
usage-edit = { $command } edit LDG-42
help-edit = Öffnet das Formular zum Ändern.
usage-bulk = { $command } bulk [Abfrage] | bulk close LDG-1 LDG-2
help-bulk = Ändert viele Issues auf einmal: alle oder keines.
usage-history = { $command } history LDG-42
help-history = Wer was wann geändert hat.
usage-undo = { $command } undo
help-undo = Nimmt deine letzte Änderung zurück, welche es auch war.
usage-help = { $command } help [Wort]
help-help = Das hier; mit einem Wort mehr dazu.
usage-settings = { $command } settings [channel]
help-settings = Für Admins: Sprache, Präfix der Schlüssel und Zeitzone dieses Workspaces. Für alle anderen, und mit `channel`: wie ich mich in diesem Channel verhalte.
usage-import = { $command } import
help-import = Holt Issues aus einer CSV-Datei; eine in einen Channel zu legen, in dem ich bin, tut dasselbe.
usage-schedules = { $command } schedules
help-schedules = Die Berichte, die regelmäßig gepostet werden: anhalten, ändern, ausführen, löschen.
usage-saved = { $command } saved
help-saved = Abfragen unter einem Namen: deine und die des ganzen Workspaces. Jede Liste hat einen Knopf, der ihre Abfrage speichert; `/issue list Name` führt sie aus, und `saved:"Name"` steht für sie, wo immer eine Abfrage getippt wird.
