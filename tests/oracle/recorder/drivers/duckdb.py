"""DuckDB really executes; only the cursor is watched. Canned answers do not apply."""


def install(tape, canned):
    import dbt.adapters.duckdb.environments.local as local

    execute = local.DuckDBCursorWrapper.execute
    rollback = local.DuckDBConnectionWrapper.rollback

    def recorded_execute(self, sql, bindings=None):
        tape.driver(sql)
        return execute(self, sql, bindings)

    def recorded_rollback(self):
        tape.transaction("rollback", None)
        return rollback(self)

    local.DuckDBCursorWrapper.execute = recorded_execute
    local.DuckDBConnectionWrapper.rollback = recorded_rollback
