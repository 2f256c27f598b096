usage-token = { $command } token [new [name]]
help-token = Tokens for the JSON API: see yours, make new ones, revoke them. A token’s text is shown once, to you alone.
token-title = API tokens
token-none = There are no tokens yet.
token-more = { $count ->
    [one] 1 more is not shown.
   *[other] { $count } more are not shown.
}
token-name = *{ $name }*  `ldg_{ $id }_…`
token-new = New token
token-role-admin = Admin
token-role-member = Member
token-role-guest = Guest
token-used = used { $when }
token-unused = never used
token-until = expires { $when }
token-endless = does not expire
token-of = of { $who }
token-of-nobody = made on the command line
token-revoke = Revoke
token-revoke-title = Revoke this token?
token-revoke-text = Programs that use “{ $name }” are refused from now on. This cannot be undone.
token-revoked = “{ $name }” is revoked.
token-form-title = API token
token-field-name = Name
token-placeholder = What it is for, as in ci
token-field-role = Role
token-role-hint = What programs with this token may do. It is never more than you may do yourself.
token-field-days = Expires
token-days = { $days ->
    [0] Never
    [365] After a year
   *[other] After { $days } days
}
token-create = Create
token-made = “{ $name }” is ready:
token-keep = *Copy it now.* It is not shown again, and nobody can look it up.
token-api = What the API does: { $api }
token-done = Done
token-made-before = This form was sent before, and its token was shown then. Make another one if you did not keep it.
field-token-role = You can give at most the role that you have yourself.
