settings-more = *Was hier noch entschieden wird*
settings-name = Name dieses Workspaces
settings-search = Sprache der Volltextsuche
settings-search-hint = Ihre Wortformen sind bekannt: „Abstürze“ findet „Absturz“. Ändert sie sich, werden die Issues im Hintergrund neu erfasst.
settings-search-simple = Jede (ohne Wortformen)
settings-policy = Wer was darf
settings-admins = Admins
settings-labels = Labels
settings-people = Personen
settings-back = Die Einstellungen sind wieder wie vorher.

policy-title = Wer was darf
policy-about = Mitglieder arbeiten mit Issues, Gäste sehen, was sie gemeldet haben oder was ihnen zugewiesen ist, Admins dürfen alles. Dies entscheidet ihr:
policy-member = Mitglieder und Admins
policy-admin = Nur Admins
policy-bulk-large = Mehr als 20 Issues auf einmal ändern
policy-import = Dateien importieren
policy-tokens = Tokens für die API
policy-webhooks = Webhooks
policy-schedules = Geplante Berichte
policy-settings = Diese Einstellungen
policy-saved = Wer was darf, ist gespeichert.

admins-title = Admins
admins-about = Admins und Inhaber des Slack-Workspaces sind hier Admins, und wen du dazu ernennst. Was du entscheidest, geht dem vor, was Slack sagt.
admins-last = Der letzte Admin bleibt: Ernenne zuerst jemand anderen.
admins-more = { $count ->
    [one] und noch jemand
   *[other] und { $count } weitere
}
admins-add = Noch einen Admin ernennen
admins-remove = Zum Mitglied machen
admins-remove-sure = { $name } wird Mitglied: keine Einstellungen, Tokens, Webhooks und Personen mehr.
admins-remove-sure-me = Du wirst selbst Mitglied, und nur ein anderer Admin kann das zurücknehmen.
admins-now-admin = { $who } ist jetzt Admin.
admins-now-member = { $who } ist jetzt Mitglied.
admins-now-guest = { $who } ist jetzt Gast.
admins-no-guest = { $who } ist Gast dieses Slack-Workspaces, und Gäste können keine Admins sein. Mach sie zuerst in Slack zum Mitglied.

labels-title = Labels
labels-about = Wähle ein Label, um es umzubenennen oder mit einem anderen zusammenzulegen.
labels-no-labels = Es gibt noch keine Labels. Sie entstehen, wenn ein Issue sie bekommt, wie in `/issue new Anmeldung geht nicht +bug`.
labels-pick = Label suchen
labels-one = { $count ->
    [0] { $label } hat kein Issue.
    [one] { $label } hat ein Issue.
    [1000] { $label } haben 1.000 Issues oder mehr.
   *[other] { $label } haben { $count } Issues.
}
labels-name = Name
labels-into = Oder zusammenlegen mit
labels-into-hint = Issues mit diesem Label bekommen das andere, und dieses gibt es nicht mehr.
labels-into-itself = Ein Label kann nicht mit sich selbst zusammengelegt werden: Wähle ein anderes.
labels-taken = Ein Label „{ $label }“ gibt es schon. Um aus beiden eins zu machen, wähle es unter „Oder zusammenlegen mit“.
labels-merge = Zusammenlegen
labels-merge-sure = { $count ->
    [0] { $label } wird zu { $into }. Kein Issue hat es.
    [one] { $label } wird auf einem Issue zu { $into }. Das lässt sich nicht rückgängig machen: Danach sind die beiden nicht mehr zu unterscheiden.
    [1000] { $label } wird auf 1.000 Issues oder mehr zu { $into }. Das lässt sich nicht rückgängig machen: Danach sind die beiden nicht mehr zu unterscheiden.
   *[other] { $label } wird auf { $count } Issues zu { $into }. Das lässt sich nicht rückgängig machen: Danach sind die beiden nicht mehr zu unterscheiden.
}
labels-merged = { $was } ist mit { $now } zusammengelegt.
labels-renamed = { $was } heißt jetzt { $now }.
labels-unchanged = { $was } heißt schon { $now }: Nichts wurde geändert.

people-title = Personen
people-about = Wähle jemanden, um die Person zu deaktivieren, zurückzuholen oder zu sagen, dass sie dieselbe ist wie eine andere.
people-pick = Person suchen
people-role-admin = Admin
people-role-member = Mitglied
people-role-guest = Gast
people-in-slack = in Slack
people-not-in-slack = nicht in Slack: bekannt aus einem Import, einem Webhook oder der API
people-assigned = { $count ->
    [0] Kein offenes Issue ist dieser Person zugewiesen.
    [one] Ein offenes Issue ist dieser Person zugewiesen.
    [1000] 1.000 offene Issues oder mehr sind dieser Person zugewiesen.
   *[other] { $count } offene Issues sind dieser Person zugewiesen.
}
people-deactivate = Deaktivieren
people-deactivate-sure = { $name } kann hier nichts mehr tun und wird für nichts mehr angeboten. Was die Person hat und getan hat, bleibt.
people-deactivated = { $name } ist deaktiviert. Die Issues der Person bleiben bei ihr; neue können ihr nicht zugewiesen werden.
people-reactivate = Wieder aktivieren
people-reactivate-sure = { $name } kann hier wieder arbeiten und Issues bekommen.
people-reactivated = { $name } ist wieder aktiv.
people-into = Dieselbe Person wie
people-into-hint = Issues, Kommentare und gespeicherte Abfragen gehen auf die hier gewählte Person über.
people-into-missing = Wähle, wer das ist.
people-into-itself = Das ist dieselbe: Wähle jemand anderen.
people-both-in-slack = Beide sind in Slack, also sind es zwei Personen. Nur wer aus einem Import, einem Webhook oder der API bekannt ist, kann zusammengelegt werden.
people-merge-next = Weiter
people-merge = Zusammenlegen
people-merge-sure = { $name } wird zu { $into }: Issues, Kommentare und gespeicherte Abfragen gehen über. Das lässt sich nicht rückgängig machen: Danach sind die beiden nicht mehr zu unterscheiden.
people-merged = { $was } ist jetzt { $now }.

field-inactive = Diese Person ist hier deaktiviert. Wähle jemanden, der aktiv ist.
field-last-admin = Der letzte Admin bleibt: Ernenne zuerst jemand anderen.
