usage-subscribe = { $command } subscribe [Abfrage]
help-subscribe = Dieser Channel erfährt von Issues, sobald eine Abfrage sie findet, auch wenn ein Label erst später dazukommt, und davon, was mit ihnen geschieht. Ohne Abfrage öffnet sich das Formular.
usage-subscriptions = { $command } subscriptions
help-subscriptions = Was dieser Channel verfolgt: zum Ändern, Anhalten, Fortsetzen und Beenden.
usage-unsubscribe = { $command } unsubscribe [Abfrage]
help-unsubscribe = Der Channel verfolgt das nicht mehr.

subscription-title = Hier verfolgen
subscription-title-edit = Abo ändern
subscription-create = Verfolgen
subscription-query = Welche Issues
subscription-query-hint = Zum Beispiel label:bug,crash -label:ui priority:high. Alle Begriffe müssen zutreffen, ein Komma heißt oder, ein - davor heißt nicht. Leer: alle Issues. „me“ ist, wer das Abo anlegt.
subscription-news = Bescheid sagen, wenn
subscription-news-matches = ein Issue neu darunter fällt
subscription-news-status = eines geschlossen, wieder geöffnet oder begonnen wird
subscription-news-comments = jemand eines kommentiert
subscription-short-matches = neue Treffer
subscription-short-status = Status
subscription-short-comments = Kommentare
subscription-place = Was später geschieht
subscription-place-thread = im Thread unter der Karte des Issues
subscription-place-channel = im Channel
subscription-place-hint = Ein älteres Issue, das hier keine Karte hat, bekommt eine, wenn mit ihm etwas geschieht.
field-news-required = Wähle, wovon der Channel erfahren soll.
subscription-there = Der Channel verfolgt das schon.
field-subscriptions-too-many = Ein Channel verfolgt höchstens { $limit } Abfragen. Beende erst eine: `/issue subscriptions` zeigt sie.
field-subscriptions-all-taken = Die Channels dieses Workspaces verfolgen { $limit } Abfragen, und mehr gehen nicht. Beende erst eine, hier oder in einem anderen Channel.
subscription-not-member = Ich kann in diesem Channel nichts posten. Lade mich erst ein: /invite @Lodge
subscription-still-not-member = Ich kann in { $channel } noch immer nichts posten. Lade mich dort ein oder hol den Channel aus dem Archiv, dann setze fort.
subscription-saved = { $channel } verfolgt ab jetzt { $query }.
subscription-removed = Der Channel verfolgt { $query } nicht mehr.
subscription-which = Welches Abo? Sein Menü beendet es.
subscription-list = Was dieser Channel verfolgt
subscription-none = Noch nichts. Mit dem Knopf darunter fängst du an.
subscription-elsewhere = Deine in anderen Channels
subscription-new = Issues hier verfolgen
subscription-edit = Ändern
subscription-pause = Anhalten
subscription-resume = Fortsetzen
subscription-delete = Beenden
subscription-paused = Angehalten.
subscription-everything = alle Issues
subscription-stopped = Ich habe das Abo { $query } in { $channel } angehalten: { $why } Dort wird nichts gesagt, bis es fortgesetzt wird.
subscription-stopped-for-now = Ich habe das Abo { $query } in { $channel } angehalten: { $why } Es läuft von selbst weiter, sobald ich dort wieder posten kann.
subscription-why-query = Ein Label oder eine Person darin gibt es nicht mehr. Ändere die Abfrage.
subscription-unsaid = Ich konnte { $key } nicht in { $channel } posten, wo { $query } verfolgt wird: { $why } Lies es mit `/issue show { $key }`. Das Abo läuft weiter. Geschieht das noch einmal, bitte die Person, die diesen Server betreibt, nachzusehen.
subscription-unsaid-news = Ich konnte Neues zu { $query } nicht in { $channel } posten: { $why } Lies es mit `/issue list` und dieser Abfrage. Das Abo läuft weiter. Geschieht das noch einmal, bitte die Person, die diesen Server betreibt, nachzusehen.
subscription-why-away = Slack hat es lange nicht angenommen.
subscription-many-new = { $count ->
    [one] Ein Issue fällt jetzt unter { $query }:
   *[other] { $count } Issues fallen jetzt unter { $query }:
}
subscription-many-changed = { $count ->
    [one] Mit einem Issue unter { $query } ist etwas geschehen:
   *[other] Mit { $count } Issues unter { $query } ist etwas geschehen:
}
subscription-more = … und noch { $count }
