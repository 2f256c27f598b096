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
# What Hungarian looks like where its ő and ű are misread as the õ and û that Windows has in the west.
_HUNGARIAN: Final = frozenset("áéíóöõúüû")
_BETWEEN_WORDS: Final = frozenset("‘“”„«»–—…•·€£§°™®©¿¡ªº²³½¼¾×")


def guess_western(sample: bytes) -> str:
    """Told from the letters that the bytes above ASCII would be, and from what stands beside them."""
    places = [place for place, byte in enumerate(sample) if byte > 0x7F][:_SAMPLE]
    fits = {name: _fitness(sample, name, places) for name in _CANDIDATES}
    best = max(_CANDIDATES, key=lambda name: fits[name])
    if fits[best] >= fits["cp1252"] + _MARGIN and fits[best] > 0:
        return best
    return "cp1250" if _is_hungarian(sample, places) else "cp1252"


def _is_hungarian(sample: bytes, places: list[int]) -> bool:
    """The other letters are the same in both. No other language has just these: Estonian writes õ without á, í, ó and
    ú, French û without them too, and Portuguese õ before e only, beside ã and ç."""
    text = sample.decode("cp1252", "replace").lower()
    letters = [text[place] for place in places if text[place].isalpha()]
    of_it = [letter for letter in letters if letter in _HUNGARIAN]
    if len(of_it) < 0.95 * len(letters) or not {*of_it} & {*"áíóú"}:
        return False
    told = [place for place in places if text[place] in "õû"]
    return any(text[place] == "û" or text[place + 1 : place + 2] != "e" for place in told)


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
