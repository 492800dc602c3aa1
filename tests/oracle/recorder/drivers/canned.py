"""The answers a case gives to queries, since no warehouse is there to give them."""

import datetime
import decimal
import re


class Answer:
    """Column names and rows; no columns where a statement gives no rows."""

    def __init__(self, columns=(), rows=()):
        self.columns = list(columns)
        self.rows = [tuple(row) for row in rows]


class Canned:
    """The `canned` list of oracle.json. The first entry that matches a text answers it."""

    def __init__(self, entries):
        self.entries = [(re.compile(entry["match"], re.S | re.I), entry) for entry in entries]

    def answer(self, sql):
        """The answer to a query or None; raises what `error` gives, as Refused."""
        for pattern, entry in self.entries:
            if pattern.search(sql):
                if "error" in entry:
                    raise Refused(entry["error"])
                rows = [[value(cell) for cell in row] for row in entry.get("rows", [])]
                return Answer(entry.get("columns", []), rows)
        return None


class Refused(Exception):
    """A canned error; each driver turns it into the exception class its adapter expects."""


def value(cell):
    """A cell of oracle.json as the Python value a driver would give."""
    if not isinstance(cell, dict):
        return cell
    [(kind, text)] = cell.items()
    if kind == "decimal":
        return decimal.Decimal(text)
    if kind == "date":
        return datetime.date.fromisoformat(text)
    if kind == "datetime":
        return datetime.datetime.fromisoformat(text)
    raise ValueError(f"unknown kind of value: {kind}")
