"""Who knows a webhook's secret, and who does not, whatever bytes they send."""

from __future__ import annotations

import hmac

import pytest

from db.webhooks import Auth
from handlers.hooks.checking import SIGNATURES, authentic

SECRET, BODY = "a secret of the sender", b'{"title": "x"}'
SIGNATURE = hmac.digest(SECRET.encode(), BODY, "sha256").hex()


@pytest.mark.parametrize("header", SIGNATURES)
@pytest.mark.parametrize("given", [SIGNATURE, f"sha256={SIGNATURE}", f" {SIGNATURE.upper()} "])
def test_a_signature_is_known_in_each_header_and_spelling(header: str, given: str) -> None:
    assert authentic(Auth.HMAC, SECRET, {header: given}, BODY)
    assert not authentic(Auth.HMAC, SECRET, {header: given}, BODY + b" ")
    assert not authentic(Auth.HMAC, "another secret", {header: given}, BODY)


def test_a_bearer_token_is_known_by_its_whole_text() -> None:
    assert authentic(Auth.BEARER, SECRET, {"authorization": f"bearer {SECRET}"}, BODY)
    for given in (f"Basic {SECRET}", SECRET, "Bearer ", f"Bearer {SECRET}x", f"Bearer {SECRET[:-1]}"):
        assert not authentic(Auth.BEARER, SECRET, {"authorization": given}, BODY)


@pytest.mark.parametrize("auth", Auth)
@pytest.mark.parametrize("given", ["", "\udcff\udcfe", "sha256=", "sha256=\udcff", "Bearer \udcff", "ключ"])
def test_what_is_no_secret_is_a_wrong_one(auth: Auth, given: str) -> None:
    """Bytes that are no text come as lone surrogates."""
    headers = dict.fromkeys((*SIGNATURES, "authorization"), given)
    assert not authentic(auth, SECRET, headers, BODY)
