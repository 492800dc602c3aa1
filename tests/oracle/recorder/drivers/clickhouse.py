"""ClickHouse over HTTP: clickhouse_connect.get_client gives a recording client."""

from types import SimpleNamespace

from recorder.drivers.canned import Answer, Refused


def install(tape, canned):
    import clickhouse_connect
    from clickhouse_connect.driver.exceptions import DatabaseError

    class Client:
        server_version = "25.8.1.1"
        server_settings = {"allow_nondeterministic_mutations": SimpleNamespace(value="1", readonly=0)}
        database = None

        def query(self, sql, **kwargs):
            tape.driver(sql)
            try:
                answer = canned.answer(sql) or Answer()
            except Refused as refusal:
                raise DatabaseError(str(refusal)) from None
            columns = answer.columns or (["id"] if sql.endswith("LIMIT 0") else [])
            types = [SimpleNamespace(name="String") for _ in columns]
            return SimpleNamespace(result_set=answer.rows, column_names=columns, column_types=types, summary={})

        def command(self, sql, **kwargs):
            self.query(sql)
            lowered = sql.lower()
            return 1 if "exists database" in lowered else "Atomic" if "select engine" in lowered else ""

        def close(self):
            pass

    clickhouse_connect.get_client = lambda **_: Client()
