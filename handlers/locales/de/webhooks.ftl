usage-webhook = { $command } webhook [neu]
help-webhook = Alarme und Issues anderer Programme werden hier zu Issues: Alertmanager, Sentry, GitHub oder beliebiges JSON. Ansehen, anlegen, Geheimnis wechseln, und noch einmal versuchen, was nicht verstanden wurde.
webhook-title = Eingehende Webhooks
webhook-none = Es gibt noch keine Webhooks. Mit einem legt ein anderes Programm hier Issues an und schließt sie.
webhook-more = { $count ->
    [one] 1 weiterer wird nicht gezeigt.
   *[other] { $count } weitere werden nicht gezeigt.
}
webhook-name = *{ $name }*  `/hooks/{ $id }`
webhook-new = Neuer Webhook
webhook-kind-generic = Beliebiges JSON
webhook-kind-alertmanager = Alertmanager
webhook-kind-sentry = Sentry
webhook-kind-github = GitHub-Issues
webhook-auth-hmac = Signatur (HMAC-SHA256)
webhook-auth-bearer = Bearer-Token
webhook-cards-in = Karten in { $channel }
webhook-of = von { $who }
webhook-rotate = Geheimnis wechseln
webhook-rotate-text = Was mit dem alten Geheimnis an „{ $name }“ gesendet wird, wird ab sofort abgewiesen.
webhook-failures = { $count ->
    [one] 1 nicht verstanden
   *[other] { $count } nicht verstanden
}
webhook-delete = Löschen
webhook-delete-title = Diesen Webhook löschen?
webhook-delete-text = Was an „{ $name }“ gesendet wird, wird ab sofort abgewiesen. Seine Issues bleiben.
webhook-deleted = „{ $name }“ ist gelöscht. Seine Issues bleiben.
webhook-form-title = Eingehender Webhook
webhook-field-name = Name
webhook-placeholder = Wer sendet, etwa Alarme der Produktion
webhook-field-kind = Was er versteht
webhook-field-auth = Wie sich der Absender ausweist
webhook-auth-hint = GitHub und Sentry signieren, was sie senden; Alertmanager sendet ein Bearer-Token.
webhook-field-channel = Karten neuer Issues in
webhook-channel-hint = Bleibt das leer, bekommen neue Issues keine Karte. Ich muss Mitglied des Channels sein.
webhook-field-mapping = Wo im JSON was steht
webhook-mapping-hint = Nur für beliebiges JSON: title, description, key, status, priority, labels, at; jedes durch einen Pfad wie alert.labels[0].name oder {"{"}"path": "severity", "default": "low"{"}"}. Mit einem Schlüssel (key) ändert Späteres dasselbe Issue; mit einer Zeit (at) ändern verspätete Nachrichten nichts.
webhook-create = Anlegen
webhook-this-server = https://<dieser Server>
webhook-made = „{ $name }“ ist fertig. Seine Adresse:
webhook-secret = Sein Geheimnis:
webhook-field-secret = Das eigene Geheimnis des Absenders
webhook-secret-hint = Bleibt das leer, lege ich ein neues an. Manche Absender vergeben ihres selbst, wie Sentry (Client Secret): Trage es hier ein.
webhook-secret-short = Mindestens { $limit } Zeichen: Ein kürzeres lässt sich erraten.
webhook-secret-set = Ab sofort glaubt „{ $name }“, was mit diesem Geheimnis signiert oder gesendet wird.
webhook-keep = *Das Geheimnis jetzt kopieren.* Es wird nicht noch einmal gezeigt.
webhook-how-generic-hmac = JSON per POST mit dem Header `X-Lodge-Signature: sha256=…`, dem hexadezimalen HMAC-SHA256 des Bodys mit dem Geheimnis. Ein Header `Idempotency-Key` stellt sicher, dass eine Wiederholung nichts ändert.
webhook-how-generic-bearer = JSON per POST mit dem Header `Authorization: Bearer …`. Ein Header `Idempotency-Key` stellt sicher, dass eine Wiederholung nichts ändert.
webhook-how-alertmanager-bearer = In den `webhook_configs` des Alertmanagers: die Adresse als `url`, das Geheimnis als `http_config.authorization.credentials`, und `send_resolved: true`.
webhook-how-sentry-hmac = In Sentry: Settings, Integrations, eine neue interne Integration mit dieser Adresse als Webhook-URL, Alert Rule Action an, Webhooks für Issues an. Speichern, das Client Secret kopieren und hier mit „Geheimnis wechseln“ eintragen.
webhook-how-github-hmac = Im Repository: Settings, Webhooks, Add webhook: die Adresse als Payload URL, Content type `application/json`, das Geheimnis, und nur das Ereignis „Issues“.
webhook-done = Fertig
webhook-made-before = Dieses Formular wurde schon gesendet, und sein Geheimnis wurde dabei gezeigt. Lege ein neues Geheimnis an, wenn du es nicht behalten hast.
webhook-failed-title = Was „{ $name }“ nicht verstanden hat:
webhook-failed = { $when }: { $why }
webhook-failed-none = Es ist nichts mehr da.
webhook-replay = Noch einmal
webhook-replay-failed = Immer noch nicht: { $why }
webhook-replayed = { $count ->
    [0] Jetzt verstanden; kein Issue hat sich geändert.
    [one] Jetzt verstanden: 1 Issue ist auf dem neuesten Stand.
   *[other] Jetzt verstanden: { $count } Issues sind auf dem neuesten Stand.
}
webhook-discard = Alle verwerfen
webhook-discarded = { $count ->
    [one] 1 ist verworfen.
   *[other] { $count } sind verworfen.
}
field-webhook-signs = Dieser Absender signiert, was er sendet: Wähle die Signatur.
field-webhook-bears = Dieser Absender kann nicht signieren: Wähle das Bearer-Token.
field-mapping-json = Das ist kein JSON-Objekt wie {"{"}"title": "alert.name"{"}"}.
field-mapping-field = Eines dieser Felder gibt es nicht. Es gibt title, description, key, status, priority, labels und at.
field-mapping-path = Einer dieser Pfade ist nicht lesbar. Ein Pfad liest sich wie alert.labels[0].name.
field-mapping-needless = Nur ein Webhook für beliebiges JSON hat eine Zuordnung: Lass das leer.
hook-unreadable-no-json = Der Body ist kein JSON: { $what }
hook-unreadable-missing = „{ $what }“ fehlt, oder ist nicht, was diese Art von Webhook dort sendet.
hook-unreadable-no-title = An „{ $what }“ steht kein Titel.
hook-unreadable-no-status = „{ $what }“ ist kein Status.
hook-unreadable-no-priority = „{ $what }“ ist keine Priorität.
hook-unreadable-no-time = „{ $what }“ ist keine Zeit.
hook-unreadable-refused = Kein Issue kann es aufnehmen: { $what }
