"""Which of the encodings of the Latin alphabet a text is in: Windows, western or central, an old Mac, or DOS."""

from __future__ import annotations

from typing import Final

# The first of those that fit equally well.
_CANDIDATES: Final = ("cp1252", "cp1250", "mac_roman", "cp850", "cp437")
# So much more than Windows-1252 another has to fit: one letter alone is no evidence.
_MARGIN: Final = 2.0
_SAMPLE: Final = 4_000

_WESTERN: Final = frozenset("äöüÄÖÜßéèàçñáíóúÉâêëîïôûùÿãõåæøœìòÀÂÇÈÊËÎÏÔŒÙÛÁÍÓÚÑÃÕÅÆØ")
_CENTRAL: Final = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽőűŐŰöüäÖÜÄ")
_RARE: Final = frozenset("šžŠŽŸ")
_BETWEEN_WORDS: Final = frozenset("‘“”„«»–—…•·€£§°™®©¿¡ªº²³½¼¾×")


def guess_western(sample: bytes) -> str:
    """Told from the letters that the bytes above ASCII would be, and from what stands beside them."""
    places = [place for place, byte in enumerate(sample) if byte > 0x7F][:_SAMPLE]
    fits = {name: _fitness(sample, name, places) for name in _CANDIDATES}
    best = max(_CANDIDATES, key=lambda name: fits[name])
    return best if fits[best] >= fits["cp1252"] + _MARGIN and fits[best] > 0 else "cp1252"


def _fitness(sample: bytes, name: str, places: list[int]) -> float:
    # All candidates have one character a byte.
    text, letters = sample.decode(name, "replace"), _CENTRAL if name == "cp1250" else _WESTERN
    return sum(
        _fits(text[place], text[place - 1 : place], text[place + 1 : place + 2], letters) for place in places
    )


def _fits(char: str, before: str, after: str, letters: frozenset[str]) -> float:
    if char in "\xa0’":
        return 1.0
    if char in letters or char in _RARE:
        # Nobody writes a capital behind a small letter, and few letters stand alone between signs.
        odd = (char.isupper() and before.islower()) or (char.islower() and after.isupper())
        alone = not (before.isalpha() or after.isalpha())
        return -1.0 if odd or alone else 1.0 if char in letters else 0.0
    return 0.5 if char in _BETWEEN_WORDS and not (before.isalpha() and after.isalpha()) else -1.0
