"""Trino: trino.dbapi.connect gives a recording connection."""

from recorder.drivers import dbapi


def install(tape, canned):
    import trino

    class Cursor(dbapi.Cursor):
        query_id = "00000000_000000_00000_00000"
        query = ""
        update_type = None

        def execute(self, operation, params=None):
            return super().execute(operation, params)

        def cancel(self):
            pass

    class Connection(dbapi.Connection):
        cursor_class = Cursor
        error = trino.exceptions.DatabaseError

    trino.dbapi.connect = lambda **_: Connection(tape, canned)
