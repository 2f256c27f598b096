"""In which encoding a file is, told from its bytes where these tell it, and by a person where they do not."""

from __future__ import annotations

import pytest

from db import imports
from db.importing import finding
from db.importing.columns import Field
from db.importing.decoding import CHOICES, Encoding, detect
from db.importing.formats import Format
from db.importing.inspecting import inspect
from db.importing.mapping import Mapping
from tests.db.importing.conftest import Desk
from tests.db.importing.tables import source_of

GERMAN = "titel,beschreibung\nÄnderung der Straße,Die Tür öffnet nicht für größere Geräte\n"
FRENCH = "titre,description\nÉcran bloqué,La page d’accueil ne s’affiche pas à l’étranger où ça gêne\n"
SPANISH = "título,descripción\nAvería del motor,La pantalla está rota más allá del año pasado\n"
SWEDISH = "rubrik,beskrivning\nKnappen går inte,Användaren får inte öppna sidan på språket\n"
POLISH = "tytuł,opis\nŻółta łódź przecieka,Wciąż się psuje i nikt nie wie dlaczego\n"
HUNGARIAN = "cím,leírás\nA gép nem működik,Az időzítő elromlott és a bejelentkező gomb túl kicsi\n"
PORTUGUESE = "título,descrição\nAs opções não abrem,Os botões das configurações já não estão visíveis\n"
ESTONIAN = (
    "pealkiri,kirjeldus\nNupp ei tööta,Kõik lehed näitavad tühja välja ja üks võib üldse avamata jääda\n"
)
CZECH = "název,popis\nPřihlášení nefunguje,Tlačítko „Uložit“ už není vidět při změně šířky\n"
NORWEGIAN = (
    "tittel,beskrivelse\nKnappen gjør ingenting,Søk fører til en tom side når brukeren prøver å lagre\n"
)
RUSSIAN = "название,описание\nКнопка не работает,После обновления страница не открывается совсем\n"
JAPANESE = "件名,説明\nログインできない,サファリでボタンを押しても反応がありません\n"


@pytest.mark.parametrize("times", [1, 20])
@pytest.mark.parametrize("text", [GERMAN, FRENCH, SPANISH, SWEDISH])
@pytest.mark.parametrize("name", ["utf-8", "cp1252", "mac_roman", "cp850", "cp437"])
def test_what_western_spreadsheets_write_is_read(name: str, text: str, times: int) -> None:
    data = (text * times).encode(name, "replace")
    found = detect(data, complete=True)
    assert data.decode(found.name) == data.decode(name)
    assert found.guessed == (name != "utf-8")


@pytest.mark.parametrize("times", [1, 20])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        *[("cp1250", text) for text in (POLISH, CZECH, HUNGARIAN)],
        *[("cp1252", text) for text in (PORTUGUESE, ESTONIAN)],
        *[(name, NORWEGIAN) for name in ("cp1252", "mac_roman", "cp850")],
    ],
)
def test_the_countries_in_the_middle_and_in_the_north_are_told_apart(
    name: str, text: str, times: int
) -> None:
    found = detect((text * times).encode(name), complete=True)
    assert (text * times).encode(name).decode(found.name) == text * times


@pytest.mark.parametrize("times", [1, 20])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        *[(name, RUSSIAN) for name in ("cp1251", "koi8_r", "cp866", "mac_cyrillic")],
        *[(name, JAPANESE) for name in ("cp932", "euc_jp", "iso2022_jp")],
    ],
)
def test_other_alphabets_are_read(name: str, text: str, times: int) -> None:
    found = detect((text * times).encode(name), complete=True)
    assert (text * times).encode(name).decode(found.name) == text * times
    assert found.guessed == (name != "iso2022_jp")


@pytest.mark.parametrize(
    "word",
    [
        "versões e botões",
        "sûr, où ça",
        "août",
        "Šemeta",
        "naïve",
        "café",
        "Žižek",
        "10\xa0km of\xa0the",
        "“so”",
        "it’s",
        "€ 5",
        "¿Qué?",
        "5 m³",
    ],
)
def test_one_odd_letter_is_no_reason_to_read_it_otherwise_than_windows_does(word: str) -> None:
    data = f"title,x\n{word},b\n".encode("cp1252")
    assert data.decode(detect(data, complete=True).name) == f"title,x\n{word},b\n"


@pytest.mark.parametrize("name", CHOICES)
def test_every_encoding_to_choose_from_can_be_read_and_has_a_name_of_its_own(name: str) -> None:
    data = "title,status\nLeak,open\n".encode(name)
    seen = inspect(data, encoding=name)
    assert seen.header == ("title", "status")
    assert [each for each in CHOICES if Encoding(name=each).shown == seen.encoding] == [name]


def test_a_mark_at_the_beginning_is_no_part_of_the_first_column() -> None:
    for name in ("utf-8-sig", "utf-16"):
        plain = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}[name]
        assert inspect("title,status\nLeak,open\n".encode(name), encoding=plain).header[0] == "title"


def test_words_by_which_a_person_sees_whether_it_is_right() -> None:
    seen = inspect(GERMAN.encode("cp1252"))
    assert seen.guessed
    assert seen.accented[:3] == ("Änderung", "Straße", "Tür")
    assert not inspect(GERMAN.encode()).guessed
    assert not inspect(b"title,status\nLeak,open\n").guessed


async def chosen(desk: Desk, data: bytes, encoding: str) -> tuple[finding.Found, Mapping]:
    """As a person does: the first look, another encoding in the form, the second look."""
    begun = await desk.begin()
    first = await finding.survey(desk.database, desk.workspace, source_of(data))
    wanted = Mapping.from_json({**first.mapping.to_json(), "encoding": encoding})
    async with desk.database.transaction() as conn:
        await imports.surveyed(conn, begun, first.inspection, first.mapping, first.to_json())
        ready = await imports.get(conn, begun.workspace_id, begun.import_id)
        await imports.remap(conn, desk.actor, ready, wanted)
    second = await finding.survey(
        desk.database, desk.workspace, source_of(data), mapping=wanted, before=first.inspection
    )
    return second, wanted


async def test_a_wrong_guess_is_put_right_and_remembered(desk: Desk) -> None:
    data = "Ülke,title\nTürkiye,Kapı ağır\n".encode("cp1254")
    first = inspect(data)
    assert first.guessed
    assert first.encoding != "Windows-1254"
    found, _ = await chosen(desk, data, "cp1254")
    assert found.inspection.encoding == "Windows-1254"
    assert found.survey.samples[0].title == "Kapı ağır"
    next_time = await finding.survey(desk.database, desk.workspace, source_of(data))
    assert (next_time.mapping.encoding, next_time.inspection.encoding) == ("cp1254", "Windows-1254")
    assert next_time.survey.samples[0].title == "Kapı ağır"


async def test_columns_that_were_misread_are_known_by_their_names(desk: Desk) -> None:
    """All of a header: what tracker it is, too."""
    text = "Zusammenfassung,Vorgangsschlüssel,Status,Priorität,Übergeordnet\nLeck,P-1,offen,hoch,\n"
    data = text.encode("cp1252")
    garbled = inspect(data, encoding="cp866")
    mapping = garbled.mapping("UTC")
    assert Field.PRIORITY not in mapping.columns
    assert mapping.format is Format.PLAIN
    wanted = Mapping.from_json({**mapping.to_json(), "encoding": "cp1252"})
    found = await finding.survey(
        desk.database, desk.workspace, source_of(data), mapping=wanted, before=garbled
    )
    assert found.mapping.format is Format.JIRA
    assert found.mapping.columns[:4] == (Field.TITLE, Field.REFERENCE, Field.STATUS, Field.PRIORITY)


async def test_what_a_person_said_of_a_column_stays_said(desk: Desk) -> None:
    data = "Titel,Priorität,notes\nLeck,hoch,Text\n".encode("cp1252")
    garbled = inspect(data, encoding="cp866")
    said = garbled.mapping("UTC").with_columns((Field.TITLE, Field.DESCRIPTION, None))
    wanted = Mapping.from_json({**said.to_json(), "encoding": "cp1252"})
    found = await finding.survey(
        desk.database, desk.workspace, source_of(data), mapping=wanted, before=garbled
    )
    assert found.mapping.columns == (Field.TITLE, Field.DESCRIPTION, None)


async def test_an_encoding_that_was_chosen_once_is_not_forced_on_a_file_that_tells_its_own(
    desk: Desk,
) -> None:
    old = "title,text\nMüller läuft,b\n".encode("mac_roman")
    await chosen(desk, old, "cp850")
    found = await finding.survey(desk.database, desk.workspace, source_of("title,text\nMüller läuft,b\n"))
    assert (found.mapping.encoding, found.survey.samples[0].title) == (None, "Müller läuft")
    again = await finding.survey(desk.database, desk.workspace, source_of(old))
    assert again.mapping.encoding == "cp850"


async def test_a_file_is_imported_in_the_encoding_that_was_chosen(desk: Desk) -> None:
    data = "title,key\nKapı ağır,P-1\n".encode("cp1254")
    await desk.load(data, encoding="cp1254")
    assert await desk.rows("SELECT title FROM issues") == [("Kapı ağır",)]
