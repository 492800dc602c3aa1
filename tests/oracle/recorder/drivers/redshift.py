"""Redshift: redshift_connector.connect gives a recording connection.

The statements of a hook are split before the cursor gets them, so each is one entry of `sent`.
"""

from recorder.drivers import dbapi
from recorder.drivers.canned import Answer


def install(tape, canned):
    import redshift_connector

    class Connection(dbapi.Connection):
        error = redshift_connector.ProgrammingError
        type_code = 23
        autocommit = False

        def metadata(self, sql):
            if "pg_backend_pid" in sql:
                return Answer(["pid"], [[1]])
            return None

    redshift_connector.connect = lambda **_: Connection(tape, canned)
