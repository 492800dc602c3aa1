"""A connection and a cursor after PEP 249 that record what they are given and answer from a list."""

from recorder.drivers.canned import Answer, Refused


class Cursor:
    """Answers a query with the case's canned rows, else with `metadata`, else with nothing."""

    arraysize = 1

    def __init__(self, connection):
        self.connection = connection
        self.description = None
        self.rowcount = 0
        self._rows = []

    def execute(self, sql, *args, **kwargs):
        self.connection.tape.driver(sql)
        try:
            answer = self.connection.canned.answer(sql)
        except Refused as refusal:
            raise self.connection.error(str(refusal)) from None
        if answer is None and self.connection.tape.get("asks_columns"):
            answer = Answer(["id"])
        return self.answered(answer or self.connection.metadata(sql) or Answer())

    def answered(self, answer):
        """Holds an answer ready for fetching."""
        self.description = [(name, self.connection.type_code, None, None, None, None, None) for name in answer.columns] or None
        self._rows = list(answer.rows)
        self.rowcount = len(self._rows)
        return self

    def fetchall(self):
        rows, self._rows = self._rows, []
        return rows

    def fetchmany(self, size=1):
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    def fetchone(self):
        rows = self.fetchmany(1)
        return rows[0] if rows else None

    def close(self):
        pass

    def __iter__(self):
        return iter(self.fetchall())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Connection:
    """A connection without a server."""

    cursor_class = Cursor
    error = RuntimeError
    type_code = "integer"  # of every column

    def __init__(self, tape, canned):
        self.tape = tape
        self.canned = canned

    def metadata(self, sql):
        """The answer to a query of the adapter's own, where it insists on columns; None otherwise."""
        return None

    def cursor(self, *args, **kwargs):
        return self.cursor_class(self)

    def commit(self):
        self.tape.transaction("commit", None)

    def rollback(self):
        self.tape.transaction("rollback", None)

    def close(self):
        pass
