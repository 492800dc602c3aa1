"""BigQuery: a client whose query() records and answers; calls of the API that are no SQL do the least that dbt needs."""

from types import SimpleNamespace

from recorder.drivers.canned import Answer, Refused


def install(tape, canned):
    from dbt.adapters.bigquery import clients, connections

    class RecordingClient(Client):
        pass

    RecordingClient.tape, RecordingClient.canned = tape, canned
    clients.create_bigquery_client = connections.create_bigquery_client = lambda credentials: RecordingClient(credentials)


class Rows:
    """What query_job.result() gives."""

    def __init__(self, answer):
        self.schema = [
            SimpleNamespace(name=name, field_type="STRING", mode="NULLABLE", fields=()) for name in answer.columns
        ]
        self.total_rows = len(answer.rows)
        self._rows = answer.rows

    def __iter__(self):
        from google.cloud.bigquery.table import Row

        places = {field.name: at for at, field in enumerate(self.schema)}
        return (Row(row, places) for row in self._rows)


class Job:
    """A finished job."""

    state = "DONE"
    error_result = errors = statement_type = destination = location = None
    job_id = project = None
    total_bytes_processed = total_bytes_billed = slot_millis = num_dml_affected_rows = 0

    def __init__(self, answer=None):
        self._rows = Rows(answer or Answer())

    def result(self, *args, **kwargs):
        return self._rows if self._rows.schema else self


class Client:
    """google.cloud.bigquery.Client as far as the adapter uses it. It knows no table."""

    tape = canned = None

    def __init__(self, credentials):
        self.project = credentials.execution_project

    def query(self, query, *args, **kwargs):
        from google.cloud.exceptions import BadRequest

        self.tape.driver(query)
        try:
            return Job(self.canned.answer(query) or Answer(["empty"]))
        except Refused as refusal:
            raise BadRequest(str(refusal), errors=[{"message": str(refusal)}]) from None

    def load_table_from_file(self, *args, **kwargs):
        self.tape.driver("load_table_from_file")
        return _Done()

    def copy_table(self, *args, **kwargs):
        self.tape.driver("copy_table")
        return _Done()

    def get_table(self, reference, *args, **kwargs):
        from google.cloud.exceptions import NotFound

        raise NotFound(f"Not found: Table {reference}", errors=[{"message": f"Not found: Table {reference}"}])

    get_routine = get_table

    def list_tables(self, *args, **kwargs):
        return []

    list_routines = list_datasets = list_tables

    def get_dataset(self, reference, *args, **kwargs):
        from google.cloud.bigquery import Dataset

        return Dataset(reference)

    def nothing(self, *args, **kwargs):
        return None

    create_dataset = delete_dataset = delete_table = update_table = update_dataset = cancel_job = close = nothing


class _Done(Job):
    def result(self, *args, **kwargs):
        return self
