usage-tell = { $command } tell [neu]
help-tell = Ausgehende Webhooks: Andere Programme erfahren von jeder Änderung eines Issues, signiert, der Reihe nach, und einen Tag lang immer wieder versucht.
outgoing-title = Ausgehende Webhooks
outgoing-none = Noch kein anderes Programm erfährt etwas. „Neuer ausgehender Webhook“ beginnt damit.
outgoing-new = Neuer ausgehender Webhook
outgoing-name = *{ $name }*  { $url }
outgoing-on = an
outgoing-off = abgeschaltet { $when }, weil lange niemand zuhörte
outgoing-form-title = Ausgehender Webhook
outgoing-field-url = Adresse
outgoing-url-hint = Sie bekommt für jede Änderung eines Issues ein POST. Adressen privater Netze werden abgelehnt.
outgoing-made = „{ $name }“ erfährt ab sofort alles. Das Geheimnis, mit dem es signiert ist:
outgoing-how = Signiert nach Standard Webhooks: Prüfe die Header `webhook-id`, `webhook-timestamp` und `webhook-signature` mit einer seiner Bibliotheken. Zweimal dieselbe `webhook-id` ist dieselbe Nachricht. Antworte binnen 15 Sekunden mit irgendeinem 2xx.
outgoing-made-before = Dieses Formular wurde schon gesendet, und sein Geheimnis wurde dabei gezeigt. Lösche den Webhook und lege einen neuen an, wenn du es nicht behalten hast.
outgoing-log = Protokoll
outgoing-log-title = Was „{ $name }“ zuletzt erfuhr:
outgoing-log-none = Noch nichts.
outgoing-log-sent = ✅ `{ $kind }` { $when }: { $outcome } { $attempts ->
    [one] sofort
   *[other] beim { $attempts }. Versuch
}
outgoing-log-failed = ❌ `{ $kind }` { $when }: { $outcome } { $attempts ->
    [one] nach 1 Versuch
   *[other] nach { $attempts } Versuchen
}
outgoing-log-waiting = ⏳ `{ $kind }` { $when }: { $outcome } { $attempts ->
    [one] nach 1 Versuch
   *[other] nach { $attempts } Versuchen
}
outgoing-replay = Noch einmal
outgoing-replayed = Es wird noch einmal gesagt.
outgoing-replayed-off = Es wird noch einmal gesagt, sobald der Webhook an ist.
outgoing-switch-on = Anschalten
outgoing-switched-on = „{ $name }“ erfährt ab sofort wieder alles. Was er verpasst hat, steht in seinem Protokoll.
outgoing-delete-text = „{ $name }“ erfährt ab sofort nichts mehr.
outgoing-deleted = „{ $name }“ ist gelöscht.
outgoing-off-notice = Der ausgehende Webhook „{ $name }“ ({ $url }) ist abgeschaltet: Lange hörte niemand zu ({ $outcome }). Wenn er wieder geht, schalte ihn mit `/issue tell` an; was er verpasst hat, steht in seinem Protokoll.
field-url-malformed = Das ist keine Adresse wie https://example.com/lodge, ohne Namen und Passwort.
field-url-insecure = Die Adresse muss mit https:// beginnen.
field-url-private = Diese Adresse gehört zu einem privaten Netz, das ich nicht rufen darf. Wer diesen Server betreibt, kann es erlauben.
