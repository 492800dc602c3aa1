"""Spark over Thrift: hive.connect gives a recording connection. PyHive itself need not be installed."""

from types import SimpleNamespace

from recorder.drivers import dbapi


def install(tape, canned):
    from dbt.adapters.spark import connections

    states = SimpleNamespace(INITIALIZED_STATE=0, RUNNING_STATE=1, FINISHED_STATE=2, PENDING_STATE=7)

    class Cursor(dbapi.Cursor):
        def poll(self):
            return SimpleNamespace(operationState=states.FINISHED_STATE, errorMessage=None)

        def cancel(self):
            pass

    class Connection(dbapi.Connection):
        cursor_class = Cursor

    connections.ThriftState = states
    connections.THttpClient = connections.THttpClient or object()
    connections.hive = SimpleNamespace(connect=lambda **_: Connection(tape, canned))
