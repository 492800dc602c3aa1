"""Databricks: databricks.sql.connect gives a recording connection, and nobody asks the host what it is."""

from recorder.drivers import dbapi
from recorder.drivers.canned import Answer


def install(tape, canned):
    import databricks.sql
    import databricks.sql.exc
    from dbt.adapters.databricks import connections
    from dbt.adapters.databricks.credentials import DatabricksCredentialManager

    class Cursor(dbapi.Cursor):
        query_id = "00000000-0000-0000-0000-000000000000"

        def schemas(self, *args, **kwargs):
            return self.answered(Answer(["TABLE_SCHEM", "TABLE_CATALOG"]))

        def tables(self, *args, **kwargs):
            return self.answered(Answer(["TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE", "REMARKS"]))

        def cancel(self):
            pass

    class Connection(dbapi.Connection):
        cursor_class = Cursor
        error = databricks.sql.exc.ServerOperationError

        def get_session_id_hex(self):
            return "0" * 32

    databricks.sql.connect = lambda **_: Connection(tape, canned)
    connections.check_spog_preconditions = lambda **_: None
    DatabricksCredentialManager.credentials_provider = property(lambda _: None)
