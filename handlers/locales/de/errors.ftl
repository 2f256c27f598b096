error-title = Das hat nicht geklappt
error-close = Schließen
error-unexpected = Bei uns ist etwas schiefgegangen, und es ist vermerkt. Versuche es gleich noch einmal; passiert es wieder, nenne deinem Admin diese Kennung: { $reference }
error-busy = Gerade arbeiten viele gleichzeitig. Es wurde nichts geändert: Versuche es in ein paar Sekunden noch einmal.
error-away = Die Datenbank ist gerade nicht erreichbar. Es wurde nichts geändert: Versuche es in einer Minute noch einmal. (Kennung: { $reference })
error-not-found = { $kind ->
    [issue] Das Issue { $ref } gibt es hier nicht. Prüfe die Schreibweise oder suche mit `/issue search`.
    [label] Das Label { $ref } gibt es hier nicht. Prüfe die Schreibweise.
    [person] Niemand hier heißt { $ref }. Prüfe die Schreibweise oder erwähne die Person.
    [report] Den Bericht { $ref } gibt es nicht. `/issue help report` nennt alle.
   *[saved-query] Keine Abfrage ist als { $ref } gespeichert. `/issue saved` zeigt, welche es gibt.
}
error-gone = { $kind ->
    [comment] Diesen Kommentar gibt es nicht mehr. Ruf das Issue noch einmal auf: `/issue show` und sein Schlüssel.
    [delivery] Diese Zustellung ist nicht mehr aufbewahrt. Ruf die Liste noch einmal auf.
    [issue] Dieses Issue gibt es nicht mehr, oder es ist nicht für dich bestimmt. `/issue list` zeigt deine.
    [label] Dieses Label gibt es nicht mehr. Wähle ein anderes.
    [person] Diese Person gibt es hier nicht mehr. Wähle jemand anderen.
    [saved-query] Diese gespeicherte Abfrage gibt es nicht mehr. `/issue saved` zeigt, welche es gibt.
    [schedule] Diesen Zeitplan gibt es nicht mehr. `/issue schedules` zeigt, welche es gibt.
    [subscription] Dieses Abo gibt es nicht mehr. `/issue subscriptions` zeigt, welche es gibt.
    [token] Dieses Token gibt es nicht mehr, oder es ist nicht deins. `/issue token` zeigt deine.
    [webhook] Diesen Webhook gibt es nicht mehr, oder er ist nicht deiner. `/issue webhook` und `/issue tell` zeigen deine.
   *[other] Das gibt es nicht mehr. Ruf die Liste oder das Formular noch einmal auf.
}
error-forbidden = Das darfst du nicht: Dafür braucht es { $needs ->
    [admin] einen Admin
    [a-person-it-belongs-to] eine Person, der es gehören kann
    [its-author-or-an-admin] die Person, die das geschrieben hat, oder einen Admin
    [its-owner-or-an-admin] die Person, der es gehört, oder einen Admin
    [member] ein Mitglied, das kein Gast ist
    [the-person-who-shared-the-file-or-an-admin] die Person, die die Datei geteilt hat, oder einen Admin
    [whoever-made-the-change-or-an-admin] die Person, die das geändert hat, oder einen Admin
    [whoever-filed-it-or-an-admin] die Person, die es gemeldet hat, oder einen Admin
   *[person] eine Person
}. Frage einen Admin dieses Workspaces.
error-conflict = { $kind ->
    [label] Das Label { $ref } gibt es schon. Wähle einen anderen Namen.
    [person] { $ref } gibt es schon. Wähle einen anderen Namen oder eine andere Adresse.
    [request] Das wurde schon einmal gesendet, für etwas anderes, und nichts wurde geändert. Beginne noch einmal.
   *[other] Das hat inzwischen jemand anders geändert, und nichts wurde getan. Ruf es noch einmal auf.
}
error-deactivated = Dein Konto ist in diesem Workspace deaktiviert, deshalb wurde nichts getan. Bitte einen Admin des Workspaces, es wieder zu aktivieren.
error-refused = Das geht nicht: { $why }
error-garbled = Dieser Knopf stammt aus einer anderen Version von Lodge und ist nicht mehr lesbar, deshalb wurde nichts getan. Ruf noch einmal auf, wozu er gehört.
error-not-installed = Die App ist in diesem Workspace nicht (mehr) installiert. Bitte einen Admin, sie neu zu installieren.
undelivered-archived = Ich konnte in { $channel } nichts posten: Der Channel ist archiviert. Hol ihn aus dem Archiv und lade mich wieder ein, oder wähle einen anderen Channel.
undelivered-not-member = Ich konnte in { $channel } nichts posten: Ich bin dort nicht Mitglied. Lade mich mit `/invite` ein und versuche es noch einmal.
undelivered-gone = Ich konnte in { $channel } nichts posten: Den Channel gibt es nicht mehr. Wähle einen anderen.
undelivered-other = Ich konnte in { $channel } nichts posten: Slack sagte { $error }. Bitte einen Admin zu prüfen, ob die App dort posten darf.
refused-is-archived = Der Channel ist archiviert. Hol ihn erst aus dem Archiv und lade mich wieder ein.
refused-not-in-channel = Ich wurde aus dem Channel entfernt. Lade mich erst wieder ein.
refused-channel-not-found = Den Channel gibt es nicht mehr, oder er ist mir verschlossen. Wenn es ihn noch gibt, lade mich dort ein.
refused-unreadable-query = Die Abfrage lässt sich nicht mehr lesen: Vielleicht gibt es ein Label oder eine Person darin nicht mehr. Ändere die Abfrage.
refused-not-made = Bei uns ist etwas schiefgegangen, und es ist vermerkt. Führe es später noch einmal aus.
refused-other = Slack antwortete `{ $error }`.

field-suggestion = Meintest du „{ $suggestion }“?
field-status-unknown = „{ $value }“ ist kein Status. Wähle einen von: offen, in Arbeit, geschlossen, erledigt, nicht geplant, Duplikat.
field-reason-unknown = „{ $value }“ ist kein Grund zum Schließen. Wähle einen von: erledigt, nicht geplant, Duplikat von LDG-7.
field-priority-unknown = „{ $value }“ ist keine Priorität. Wähle eine von: dringend, hoch, mittel, niedrig, keine.
field-duplicate-of-itself = Ein Issue kann kein Duplikat von sich selbst sein: Nenne das, das es wiederholt.
field-duplicate-of-unknown = Dieses Issue gibt es hier nicht. Prüfe die Schreibweise, oder such es mit `/issue search`.
field-duplicate-of-required = Sag, welches Issue es wiederholt, wie in `/issue close LDG-42 duplicate of LDG-7`.
field-chain = { $value } ist selbst ein Duplikat: Nenne sein Original.
field-no-key = „{ $value }“ ist kein Schlüssel eines Issues. Ein Schlüssel sieht aus wie LDG-42: Versuch `/issue close LDG-42 duplicate of LDG-7`.
field-open = Nur ein geschlossenes Issue hat einen Grund und ein Original: Schließ es zuerst.
field-not-duplicate = Nur ein Duplikat hat ein Original: Wähle diesen Grund.
field-parent-id-unknown = Dieses Issue gibt es hier nicht. Prüfe die Schreibweise, oder such es mit `/issue search`.
field-cycle = Ein Issue kann kein Teil von sich selbst oder seinen Teilen sein: Wähle ein anderes.
field-too-deep = Höchstens { $limit } Issues können übereinander stehen: Wähle ein anderes.
field-labels-too-many = Höchstens { $limit } Labels passen an ein Issue: Lass einige weg.
field-issues-too-many = Höchstens { $limit } Issues lassen sich auf einmal ändern: Wähle weniger.
field-issues-too-many-to-delete = Höchstens { $limit } Issues lassen sich auf einmal löschen: Nenne weniger.
field-email-malformed = Das ist keine E-Mail-Adresse. Schreib eine wie ada@example.com.
field-key-prefix-malformed = Schreib 1 bis 10 Großbuchstaben und Ziffern, vorn einen Buchstaben.
field-timezone-unknown = Das ist keine Zeitzone. Schreib eine wie Europe/Berlin.
field-search-config-unknown = Die Datenbank kennt diese Sprache nicht. Wähle eine andere.
field-assignee-unknown = So jemanden gibt es hier nicht. Wähle jemand anderen.
field-bot = Einem Bot kann nichts zugewiesen werden. Wähle einen Menschen.
field-several-people = Das könnten mehrere sein: { $value }. Schreib mehr vom Namen, oder erwähne die Person.
field-closed = Ein neues Issue kann nicht geschlossen sein: Lege es zuerst an.
field-unknown = So etwas gibt es hier nicht. Wähle etwas anderes.
field-cursor-invalid = Diese Liste ist zu alt zum Blättern. Ruf sie noch einmal auf.
field-not-in-channel = In diesem Channel kann ich nichts posten. Lade mich erst dort ein.
field-merged = Eine der beiden Personen ist schon mit einer anderen zusammengelegt. Wähle noch einmal.
field-itself = Das ist ein und dasselbe. Wähle etwas anderes.
