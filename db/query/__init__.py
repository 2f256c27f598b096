"""The query language: the same in commands, lists, subscriptions, the API and exports."""

from db.query.errors import QueryError
from db.query.parser import parse
from db.query.terms import Query, Sort, SortKey

__all__ = ["Query", "QueryError", "Sort", "SortKey", "parse"]
