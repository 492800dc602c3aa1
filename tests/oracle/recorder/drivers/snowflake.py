"""Snowflake: snowflake.connector.connect gives a recording connection.

The statements of a hook are split before the cursor gets them, so each is one entry of `sent`.
"""

from recorder.drivers import dbapi
from recorder.drivers.canned import Answer

# What the adapter reads from these queries; it stops when a column is missing.
COLUMNS = {
    "show objects": "created_on name database_name schema_name kind is_dynamic is_iceberg is_interactive",
    "show user functions": "created_on name schema_name catalog_name is_builtin arguments language",
    "show terse schemas": "created_on name kind database_name schema_name",
}


def install(tape, canned):
    import snowflake.connector

    class Cursor(dbapi.Cursor):
        sqlstate = "00000"
        sfqid = "00000000-0000-0000-0000-000000000000"

    class Connection(dbapi.Connection):
        cursor_class = Cursor
        error = snowflake.connector.errors.ProgrammingError
        type_code = 0
        session_id = 1
        telemetry_enabled = False

        def metadata(self, sql):
            for head, columns in COLUMNS.items():
                if head in sql.lower():
                    return Answer(columns.split())
            return None

        def is_closed(self):
            return False

    snowflake.connector.connect = lambda **_: Connection(tape, canned)
