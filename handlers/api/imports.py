"""CSV by HTTP: the same import as of a file dropped in Slack, answered when it is done."""

from __future__ import annotations

import hashlib
import tempfile
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import BinaryIO, Final, Literal

from aiohttp import BodyPartReader, web
from pydantic import BaseModel, ConfigDict, Field

from db.importing import reasons, running
from db.importing.mapping import Existing
from db.importing.mapping import Mapping as ColumnMapping
from db.importing.problems import RowProblem, TableFlaw
from db.imports import Import, State
from db.states import Source
from handlers.api.endpoint import ApiCall, Endpoint, answer, claim_key
from handlers.api.problems import Problem
from handlers.views.imports import row_wording
from handlers.words import words

_CHUNK: Final = 1 << 18
_LARGEST: Final = 2_000_000_000


class ImportQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    existing: Literal["skip", "update"] = Field("skip", description="what becomes of rows imported before")
    all_or_nothing: bool = Field(False, description="write nothing when a row fails")


class RowProblemOut(BaseModel):
    line: int = Field(description="counted from 1, as an editor does")
    code: str
    message: str


class ImportOut(BaseModel):
    id: uuid.UUID
    rows: int
    created: int
    updated: int
    skipped: int = Field(description="imported before, or twice in the file")
    failed: int
    errors: list[RowProblemOut] = Field(description="of the first 100 rows that failed")


async def import_issues(call: ApiCall) -> web.Response:
    asked = call.asked(ImportQuery)
    services = call.services
    workspace = await services.directory.workspace(call.actor.workspace_id)
    with tempfile.TemporaryFile() as kept:
        name, digest = await _keep(call.request, kept)
        options = call.request.query_string.encode()
        origin = await claim_key(services, call.token, call.request, options + b"\0" + digest)

        def adjust(mapping: ColumnMapping) -> ColumnMapping:
            return replace(mapping, existing=Existing(asked.existing), all_or_nothing=asked.all_or_nothing)

        try:
            ended = await running.at_once(
                services.database,
                workspace,
                replace(call.actor, source=Source.IMPORT),
                lambda: _read(kept),
                file_id=origin.request_key or f"api:{uuid.uuid4()}",
                file_name=name,
                adjust=adjust,
            )
        except TableFlaw as flaw:
            raise _refused(flaw) from flaw
    services.bell.ring()
    return _told(call, ended)


async def _keep(request: web.Request, kept: BinaryIO) -> tuple[str, bytes]:
    """Puts the file of the form on disk: it is read twice, and never held. Returns its name and digest.

    The form is read to its end, so that one that is cut off is known as such.
    """
    if request.content_type != "multipart/form-data":
        raise Problem(415, "unsupported-media-type", "send multipart/form-data with a part called file")
    name: str | None = None
    digest = hashlib.sha256()
    size = 0
    async for part, chunk in _chunks(request):
        size += len(chunk)
        if size > _LARGEST:
            raise Problem(413, "too-large", f"a file may have {_LARGEST:,} bytes")
        if part.name != "file":
            continue
        if not chunk and name is not None:
            raise Problem(422, "invalid", "the form has more than one part called file", errors=[])
        name = part.filename or "upload.csv"
        kept.write(chunk)
        digest.update(chunk)
    if name is None:
        raise Problem(422, "invalid", "the form has no part called file", errors=[])
    return name, digest.digest()


async def _chunks(request: web.Request) -> AsyncIterator[tuple[BodyPartReader, bytes]]:
    """What its fields hold; each begins with an empty chunk. Raises Problem 400 for what is no whole form."""
    try:
        form = await request.multipart()
        while (part := await form.next()) is not None:
            if not isinstance(part, BodyPartReader):
                continue
            yield part, b""
            while chunk := await part.read_chunk(_CHUNK):
                yield part, chunk
            if not part.at_eof():
                raise Problem(400, "malformed", "the form is cut off: its closing boundary is missing")
    # What aiohttp raises for a form that breaks its rules.
    except (ValueError, RuntimeError) as error:
        raise Problem(400, "malformed", f"the form cannot be read: {error}") from None


async def _read(kept: BinaryIO) -> AsyncIterator[bytes]:
    kept.seek(0)
    while chunk := kept.read(_CHUNK):
        yield chunk


def _refused(flaw: TableFlaw) -> Problem:
    details = {name: value for name, value in flaw.details.items() if isinstance(value, str | int)}
    why = words("en").plain(f"import-flaw-{flaw.flaw.value}", **{"line": flaw.line or 1, **details})
    return Problem(422, "invalid", why, errors=[{"field": "file", "code": flaw.flaw.value, "message": why}])


def _told(call: ApiCall, ended: Import) -> web.Response:
    """From what is kept of the import: the same when it is asked for again."""
    outcome, survey = ended.outcome or {}, ended.survey or {}
    problems = [RowProblem.from_json(data) for data in survey.get("problems", ())]
    wording = row_wording(words("en"))
    errors = [
        {"line": problem.line, "code": problem.reason.value, "message": reasons.explain(problem, wording)}
        for problem in problems
    ]
    if ended.state is not State.DONE:
        why = f"nothing was imported: {outcome.get('flaw')}"
        raise Problem(422, "invalid", why, errors=[{"field": "file", **error} for error in errors])
    value = {
        "id": ended.import_id,
        "rows": survey["rows"],
        "created": outcome["created"],
        "updated": outcome["updated"],
        "skipped": outcome["existing"] - outcome["updated"] + outcome["repeated"],
        "failed": outcome["failed"],
        "errors": errors,
    }
    return answer(call, value, status=201 if outcome["created"] else 200)


ENDPOINTS = (
    Endpoint(
        method="POST", path="/issues/import", summary="Import issues from a CSV or TSV file", act=import_issues,
        query=ImportQuery, answer=ImportOut, upload=True, status=201, problems=(413, 422), headers=("Idempotency-Key",),
    ),
)  # fmt: skip
