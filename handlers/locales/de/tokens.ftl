usage-token = { $command } token [neu [Name]]
help-token = Tokens für die JSON-API: eigene ansehen, neue anlegen, widerrufen. Der Text eines Tokens wird einmal gezeigt, nur dir.
token-title = API-Tokens
token-none = Es gibt noch keine Tokens.
token-more = { $count ->
    [one] 1 weiteres wird nicht gezeigt.
   *[other] { $count } weitere werden nicht gezeigt.
}
token-name = *{ $name }*  `ldg_{ $id }_…`
token-new = Neues Token
token-role-admin = Admin
token-role-member = Mitglied
token-role-guest = Gast
token-used = benutzt { $when }
token-unused = nie benutzt
token-until = gültig bis { $when }
token-endless = unbegrenzt gültig
token-of = von { $who }
token-of-nobody = auf der Kommandozeile angelegt
token-revoke = Widerrufen
token-revoke-title = Dieses Token widerrufen?
token-revoke-text = Programme mit „{ $name }“ werden ab sofort abgewiesen. Das lässt sich nicht rückgängig machen.
token-revoked = „{ $name }“ ist widerrufen.
token-form-title = API-Token
token-field-name = Name
token-placeholder = Wofür es ist, etwa ci
token-field-role = Rolle
token-role-hint = Was Programme mit diesem Token dürfen. Nie mehr, als du selbst darfst.
token-field-days = Läuft ab
token-days = { $days ->
    [0] Nie
    [365] Nach einem Jahr
   *[other] Nach { $days } Tagen
}
token-create = Anlegen
token-made = „{ $name }“ ist fertig:
token-keep = *Jetzt kopieren.* Es wird nicht noch einmal gezeigt, und niemand kann es nachschlagen.
token-api = Was die API kann: { $api }
token-done = Fertig
token-made-before = Dieses Formular wurde schon gesendet, und sein Token wurde dabei gezeigt. Lege ein neues an, wenn du es nicht behalten hast.
field-token-role = Du kannst höchstens die Rolle geben, die du selbst hast.
