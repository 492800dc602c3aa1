"""Values that differ from run to run, made constant."""

import datetime

STARTED_AT = datetime.datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.timezone.utc)
INVOCATION_ID = "00000000-0000-4000-8000-000000000000"
THREAD_ID = "MainThread"


def freeze(number=0):
    """Pins run_started_at, invocation_id, thread_id and the times in results.

    Runs that are numbered, from 1, have an invocation_id of their own and start a day after one another.
    """
    import dbt.cli.requires
    import dbt.context.base
    import dbt_common.invocation

    invocation_id = f"{INVOCATION_ID[:-12]}{number:012}"
    started_at = STARTED_AT + datetime.timedelta(days=max(number - 1, 0))
    dbt_common.invocation._INVOCATION_ID = invocation_id
    dbt_common.invocation._INVOCATION_STARTED_AT = started_at.replace(tzinfo=None)
    dbt.cli.requires.reset_invocation_id = lambda: None
    for context in subclasses(dbt.context.base.BaseContext):
        members = context._context_members_
        members["run_started_at"] = property(lambda _: started_at)
        members["invocation_id"] = property(lambda _: invocation_id)
        members["thread_id"] = property(lambda _: THREAD_ID)


def freeze_result(result):
    """Takes the clock out of a node's result, as on-run-end hooks see it."""
    naive = STARTED_AT.replace(tzinfo=None)
    result.execution_time = 0.0
    result.thread_id = THREAD_ID
    for timing in result.timing or []:
        timing.started_at = timing.completed_at = naive


def subclasses(cls):
    return [cls] + [below for child in cls.__subclasses__() for below in subclasses(child)]
