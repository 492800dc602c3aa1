"""Athena: a boto3 session whose clients record and answer; the Glue catalog is empty, S3 takes everything."""

import itertools
from types import SimpleNamespace

from recorder.drivers.canned import Answer, Refused


def install(tape, canned):
    from dbt.adapters.athena import connections, impl, session

    def make_session(*_):
        return Session(tape, canned)

    for module in (connections, impl, session):
        for name in ("get_boto3_session", "get_boto3_session_from_credentials"):
            if hasattr(module, name):
                setattr(module, name, make_session)
    defaults = list(connections.AthenaConnection.__init__.__defaults__)
    defaults[-1] = make_session
    connections.AthenaConnection.__init__.__defaults__ = tuple(defaults)


class Session:
    region_name = "eu-west-1"

    def __init__(self, tape, canned):
        self.tape = tape
        self.canned = canned

    def client(self, service, *args, **kwargs):
        kind = {"athena": Athena, "glue": Glue, "sts": Sts}.get(service, Silent)
        return kind(self.tape, self.canned)

    def resource(self, service, *args, **kwargs):
        return Silent(self.tape, self.canned)


class Silent:
    """A client that takes every call and gives an empty answer."""

    def __init__(self, tape, canned):
        self.tape = tape
        self.canned = canned

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Empty()

    def get_paginator(self, name):
        return SimpleNamespace(paginate=lambda **_: Pages())


class Pages(list):
    """The pages of a list without entries."""

    def build_full_result(self):
        return self

    def get(self, name):
        return []


class Empty(dict):
    """An answer without content, whatever it is taken for."""

    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Empty()


class Sts(Silent):
    def get_caller_identity(self):
        return {"Account": "000000000000"}


class Glue(Silent):
    """A catalog without tables."""

    exceptions = SimpleNamespace(EntityNotFoundException=type("EntityNotFoundException", (Exception,), {}))

    def get_table(self, **request):
        from botocore.exceptions import ClientError

        raise ClientError({"Error": {"Code": "EntityNotFoundException", "Message": "not found"}}, "GetTable")

    get_database = get_table


class Athena(Silent):
    """Queries succeed at once; their rows come as the text Athena gives."""

    ids = itertools.count(1)
    answers = {}

    def start_query_execution(self, **request):
        sql = request["QueryString"]
        self.tape.driver(sql)
        query_id = str(next(self.ids))
        try:
            self.answers[query_id] = self.canned.answer(sql) or Answer(["id"] if self.tape.get("asks_columns") else [])
        except Refused as refusal:
            self.answers[query_id] = refusal
        return {"QueryExecutionId": query_id}

    def get_query_execution(self, QueryExecutionId):
        answer = self.answers[QueryExecutionId]
        status = {"State": "SUCCEEDED"}
        if isinstance(answer, Refused):
            status = {"State": "FAILED", "StateChangeReason": str(answer)}
        return {"QueryExecution": {"Status": status, "Statistics": {}, "StatementType": "DML"}}

    def get_query_results(self, QueryExecutionId, **_):
        answer = self.answers[QueryExecutionId]
        rows = [answer.columns, *answer.rows]
        return {
            "ResultSet": {
                "Rows": [{"Data": [datum(cell) for cell in row]} for row in rows],
                "ResultSetMetadata": {
                    "ColumnInfo": [
                        {"Name": name, "Type": kind(answer, at)} for at, name in enumerate(answer.columns)
                    ]
                },
            }
        }

    def get_work_group(self, **_):
        return {"WorkGroup": {"Configuration": {}}}

    def get_data_catalog(self, Name):
        return {"DataCatalog": {"Name": Name, "Type": "GLUE", "Parameters": {"catalog-id": "000000000000"}}}


def datum(cell):
    return {} if cell is None else {"VarCharValue": str(cell)}


def kind(answer, at):
    """Athena's name for the type of a canned column."""
    cell = answer.rows[0][at] if answer.rows else None
    names = {"bool": "boolean", "int": "bigint", "date": "date", "datetime": "timestamp", "Decimal": "decimal"}
    return names.get(type(cell).__name__, "varchar")
