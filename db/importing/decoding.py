"""Bytes to text: which encoding a file is in, and a stream that survives what files contain."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from typing import BinaryIO, Final

from db.importing.problems import Flaw, TableFlaw
from db.importing.western import guess_western

SAMPLE: Final = 1 << 20
# Longer than any real line, shorter than what would hurt.
LINE_MAX: Final = 32 << 20

_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_MAGIC: Final = (
    b"%PDF-",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"\x1f\x8b",
    b"BZh",
    b"\x7fELF",
    b"MZ\x90",
    b"Rar!",
)
_HTML: Final = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_CONTROLS: Final = bytes(set(range(32)) - {0, 9, 10, 11, 12, 13, 26, 27})
# What charset_normalizer may answer besides Windows-1252; all of these are met in exports.
_LEGACY: Final = (
    "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r", "koi8_u", "cp866", "mac_cyrillic",
    "shift_jis", "cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp949",
)  # fmt: skip
# Japanese by mail: seven bits, and an escape where the alphabet changes.
_ESCAPES: Final = (b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b(I")
_SPOKEN: Final = {
    "utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16 BE", "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman", "cp850": "DOS (CP850)", "cp437": "DOS (CP437)", "cp1250": "Windows-1250",
    "cp1251": "Windows-1251", "cp866": "DOS (CP866)", "koi8_r": "KOI8-R", "mac_cyrillic": "Mac Cyrillic",
    "cp1253": "Windows-1253", "cp1254": "Windows-1254", "cp1255": "Windows-1255", "cp1256": "Windows-1256",
    "cp932": "Shift JIS", "shift_jis": "Shift JIS", "euc_jp": "EUC-JP", "iso2022_jp_ext": "ISO-2022-JP",
    "gb18030": "GB18030", "big5": "Big5", "euc_kr": "EUC-KR",
}  # fmt: skip
# What a person can choose where the guess is wrong.
CHOICES: Final = tuple(name for name in _SPOKEN if name != "shift_jis")
_ABOVE_ASCII: Final = re.compile(rb"[\x80-\xff]+")
_WIDE: Final = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """`name` is Python's; `bom` how many bytes stand before the text. `guessed`: other encodings would do too."""

    name: str
    bom: int = 0
    guessed: bool = False

    @property
    def shown(self) -> str:
        """As people call it."""
        return _SPOKEN.get(self.name, self.name.upper().replace("_", "-"))


def detect(sample: bytes, *, complete: bool) -> Encoding:
    """The encoding of a file that begins with `sample`. Raises TableFlaw for what is no text."""
    refuse_other_files(sample)
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return Encoding(name=name, bom=len(bom))
    wide = _without_bom(sample)
    if wide is not None:
        return Encoding(name=wide)
    visible = sample.replace(b"\0", b"")
    controls = len(visible) - len(visible.translate(None, _CONTROLS))
    if len(visible) < len(sample) * 0.7 or controls > max(16, len(visible) * 0.02):
        raise TableFlaw(Flaw.BINARY)
    if any(escape in visible for escape in _ESCAPES) and visible.isascii():
        return Encoding(name="iso2022_jp_ext")
    if is_utf8(visible, complete=complete):
        return Encoding(name="utf-8", guessed=visible.isascii())
    return Encoding(name=_guess(visible), guessed=True)


def chosen(name: str, sample: bytes) -> Encoding:
    """The encoding that a person named. Raises TableFlaw for what is no text."""
    refuse_other_files(sample)
    found = next((bom for bom, of in _BOMS if of == name and sample.startswith(bom)), b"")
    return Encoding(name=name, bom=len(found))


def refuse_other_files(sample: bytes) -> None:
    """Raises TableFlaw when the first bytes are those of another kind of file."""
    if sample.startswith(_WORKBOOKS):
        raise TableFlaw(Flaw.WORKBOOK)
    if sample.startswith(_MAGIC):
        raise TableFlaw(Flaw.BINARY)
    if _HTML.match(sample[:4096]):
        raise TableFlaw(Flaw.HTML)


def is_utf8(sample: bytes, *, complete: bool) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=complete)
    except UnicodeDecodeError:
        return False
    return True


def _without_bom(sample: bytes) -> str | None:
    head = sample[:4096]
    if len(head) < 8:
        return None
    even, odd = head[::2].count(0) / (len(head) // 2), head[1::2].count(0) / (len(head) // 2)
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    if even > 0.4 and odd < 0.1:
        return "utf-16-be"
    return None


def _guess(sample: bytes) -> str:
    """One of the Latin alphabet, unless the text plainly is of another: with few accents that cannot be told."""
    from charset_normalizer import from_bytes  # costs 50 ms that most files need not pay

    runs = _ABOVE_ASCII.findall(sample[:65536])
    many = sum(map(len, runs))
    # Accents stand among plain letters; the words of other alphabets have nothing else.
    if many < 24 or sum(len(run) for run in runs if len(run) > 1) < many * 0.5:
        return guess_western(sample[:65536])
    best = from_bytes(sample[:65536], cp_isolation=[*_LEGACY, "cp1252"]).best()
    if best is None:
        raise TableFlaw(Flaw.ENCODING)
    foreign = [a for a in best.alphabets if not a.startswith(("Basic Latin", "Latin", "General", "Currency"))]
    return str(best.encoding) if foreign and best.chaos < 0.1 else guess_western(sample[:65536])


def mixed_bytes(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: bytes that are no UTF-8 are read as Windows-1252.

    A file can turn out not to be UTF-8 long after its beginning, and files glued from two are real.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    # One byte at a time: what follows may be valid again.
    return error.object[error.start : error.start + 1].decode("cp1252", "replace"), error.start + 1


codecs.register_error("lodge-mixed", mixed_bytes)


class ByteSource(io.RawIOBase):
    """The whole stream again after its beginning was looked at, without NUL bytes and with lines of bounded length."""

    def __init__(self, head: bytes, rest: BinaryIO, *, wide: bool) -> None:
        self._head = head
        self._rest = rest
        self.wide = wide
        self._since_newline = 0
        self.nuls = 0
        self.read_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's WriteableBuffer is wider
        while True:
            chunk = self._next(len(buffer))
            if not chunk:
                return 0
            self.read_bytes += len(chunk)
            self._watch_lines(chunk)
            if not self.wide and b"\0" in chunk:
                kept = chunk.replace(b"\0", b"")
                self.nuls += len(chunk) - len(kept)
                chunk = kept
            if chunk:
                buffer[: len(chunk)] = chunk
                return len(chunk)

    def _next(self, size: int) -> bytes:
        if self._head:
            chunk, self._head = self._head[:size], self._head[size:]
            return chunk
        return self._rest.read(size) or b""

    def _watch_lines(self, chunk: bytes) -> None:
        newline = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        self._since_newline = len(chunk) - newline - 1 if newline >= 0 else self._since_newline + len(chunk)
        if self._since_newline > LINE_MAX:
            raise TableFlaw(Flaw.LINE_TOO_LONG, megabytes=LINE_MAX >> 20)


def text_stream(head: bytes, rest: BinaryIO, encoding: Encoding) -> tuple[io.TextIOWrapper, ByteSource]:
    """The text, with its line ends as they are."""
    source = ByteSource(head[encoding.bom :], rest, wide=encoding.name in _WIDE)
    errors = "lodge-mixed" if encoding.name == "utf-8" else "replace"
    buffered = io.BufferedReader(source, 1 << 18)
    text = io.TextIOWrapper(buffered, encoding=encoding.name, errors=errors, newline="")
    return text, source
