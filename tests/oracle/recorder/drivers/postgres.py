"""PostgreSQL: psycopg2.connect gives a recording connection."""

from recorder.drivers import dbapi


def install(tape, canned):
    import psycopg2

    class Cursor(dbapi.Cursor):
        statusmessage = "OK"

    class Connection(dbapi.Connection):
        cursor_class = Cursor
        error = psycopg2.errors.SyntaxError
        type_code = 23
        autocommit = False

        def get_backend_pid(self):
            return 1

    psycopg2.connect = lambda **_: Connection(tape, canned)
