returned-channel = Ich kann in { $channel } wieder posten.
returned-direct = Ich kann dir wieder schreiben.
returned-subscription = Das Abo { $query } läuft weiter. Was inzwischen geschah, wird dort nicht nachgeholt.
returned-missed = { $count ->
    [0] Seit { $since } ist keines seiner Issues neu oder geändert.
    [one] Seit { $since } ist eines seiner Issues neu oder geändert: { $shown }
   *[other] Seit { $since } sind { $count } seiner Issues neu oder geändert: { $shown }
}
returned-missed-about = Seit { $since } sind etwa { $count } seiner Issues neu oder geändert: { $shown }
returned-schedule = Der Bericht *{ $title }* wird wieder gepostet, als Nächstes { $when }.
returned-not-yet = Ich kann in { $channel } noch immer nichts posten. Lade mich dort ein oder hol den Channel aus dem Archiv: Dann läuft es von selbst weiter.
returned-more = … und noch { $count }
