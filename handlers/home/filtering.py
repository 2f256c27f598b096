"""The form that narrows Home's lists."""

from __future__ import annotations

from db.query import Query, QueryError, parse
from db.query.resolving import look_up, read
from db.query.terms import Labels
from handlers.acting import Outcome, Press, Submission
from handlers.publishing import publish
from handlers.querying import explain_query
from handlers.saved import meant
from handlers.services import Services
from handlers.views import home as view
from handlers.views.home import State
from handlers.views.home import filtering as form
from handlers.views.home.state import FILTER_MAX


class Filtering:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def ask(self, press: Press) -> None:
        await press.open(form.form(view.metadata_of(press.view), press.words))

    async def submit(self, sent: Submission) -> Outcome:
        chosen, typed = form.read(sent.view)
        try:
            query = parse(await meant(self._services.database, sent.asker.actor, typed))
            await self._try(sent, query)
        except QueryError as error:
            return Outcome(errors={form.MORE: explain_query(error, sent.words)})
        try:
            await self._try(sent, chosen)
        except QueryError as error:
            return Outcome(errors={form.LABELS: explain_query(error, sent.words)})
        text = Query(terms=(*chosen.terms, *query.terms), sort=query.sort).text()
        if len(text) > FILTER_MAX:
            return Outcome(errors={form.MORE: sent.words.plain("home-filter-long", limit=FILTER_MAX)})
        state = State.of_metadata(sent.metadata).anew(filter=text)
        await publish(self._services, sent.client, sent.asker, state)
        return Outcome()

    async def _try(self, sent: Submission, query: Query) -> None:
        """Raises QueryError for what is not there."""
        if any(isinstance(term, Labels) or hasattr(term, "names") for term in query.terms):
            async with self._services.database.connection() as conn:
                read(await look_up(conn, sent.asker.actor, [query]), sent.asker.actor, query)
