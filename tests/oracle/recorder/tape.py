"""What happened, in order: the wrappers around dbt and the drivers write here, the report is made from it."""

import threading
from contextlib import contextmanager

TRANSACTION_WORDS = {
    "begin": "begin",
    "begin transaction": "begin",
    "start transaction": "begin",
    "commit": "commit",
    "end": "commit",
    "rollback": "rollback",
}


class Tape:
    """The recording of one dbt command. Written from dbt's threads, one of which works at a time."""

    def __init__(self):
        self.on = False
        self.hooks = {}  # id -> record of a hook that was rendered in the run pass
        self.parsed = {}  # id -> record of a hook that was rendered in the parse pass
        self.events = []
        self.warnings = set()  # names of dbt's warning events
        self.manifest = None
        self.manager = None
        self._thread = threading.local()

    # What this thread is doing.

    def get(self, name):
        return getattr(self._thread, name, None)

    @contextmanager
    def doing(self, **what):
        """Sets facts about this thread for the time of a block."""
        before = {name: self.get(name) for name in what}
        for name, value in what.items():
            setattr(self._thread, name, value)
        try:
            yield
        finally:
            for name, value in before.items():
                setattr(self._thread, name, value)

    def set(self, name, value):
        setattr(self._thread, name, value)

    # What the wrappers report.

    def rendering(self, hook_id):
        """A hook is about to be rendered in the run pass: gives its record."""
        record = self.hooks.setdefault(
            hook_id, {"sql": None, "sent": [], "queries": [], "metadata": [], "status": "rendered", "error": None}
        )
        if self.on and self.get("executing") is not False:
            self.events.append({"step": "hook", "id": hook_id})
        return record

    def query(self, sql):
        """`adapter.execute` was called: counts where a hook is being rendered."""
        record = self.get("rendered_hook")
        if record is not None and self.on:
            record["metadata" if self.get("in_adapter") else "queries"].append(sql)

    def driver(self, sql):
        """The driver got this text."""
        if not self.on or self.get("opening"):
            return
        sql = self.without_comment(sql)
        node = current_node()
        word = self.get("transaction_word") or TRANSACTION_WORDS.get(" ".join(sql.strip(" \t\r\n;").lower().split()))
        if self.get("rendered_hook") is not None:
            if self.get("transaction_word"):
                self.transaction(word, sql)
        elif self.get("transaction_word"):
            self.transaction(word, sql)
        elif self.get("sent_hook") is not None:
            self.hook_sent(self.get("sent_hook"), sql)
        elif word:
            self.transaction(word, sql)
        elif node is not None:
            self.events.append({"step": "node", "id": node})

    def hook_sent(self, hook_id, sql):
        record = self.hooks[hook_id]
        if not record["sent"]:
            record["in_transaction"] = self.transaction_open()
            # A begin that dbt adds for the hook stands before it.
            places = [at for at, event in enumerate(self.events) if event == {"step": "hook", "id": hook_id}]
            if places and places[-1] != len(self.events) - 1:
                self.events.append(self.events.pop(places[-1]))
        record["sent"].append(sql)

    def transaction(self, word, sql):
        """The begin, commit or rollback of a transaction; `sql` is None where no text was sent for it."""
        self.set("transaction_sent", True)
        if self.on and not self.get("clearing") and (current_node() or word == "rollback"):
            self.events.append({"step": word, "node": current_node(), "sent": sql})

    def mark(self, node, kind):
        """The materialization of a node comes to its hooks of a kind."""
        if self.on:
            self.events.append({"step": "hooks", "id": node, "kind": kind})

    def event(self, message):
        """dbt fired an event: called for every one of them."""
        if self.on and str(message.info.level) == "warn" and message.info.name != "DeprecationsSummary":
            self.warnings.add(message.info.name)

    def transaction_open(self):
        connection = self.manager.get_if_exists() if self.manager is not None else None
        return bool(connection is not None and connection.transaction_open)

    # The query comment.

    def commented(self, comment):
        self.set("comment", comment)

    def without_comment(self, sql):
        """The text without the comment that dbt's connection layer put in front or at the end.

        A semicolon behind the comment is dbt's as well: it takes one off the text and puts it there.
        """
        comment = self.get("comment")
        if not comment:
            return sql
        comment = f"/* {comment.strip()} */"
        for written in (comment, "-- " + comment):  # the second is Athena's
            if sql.startswith(written + "\n"):
                return sql[len(written) + 1 :]
            for last in ("", ";"):
                if sql.endswith("\n" + written + last):
                    return sql[: -len("\n" + written + last)]
        return sql


def current_node():
    """The id of the node or on-run hook that dbt is working on in this thread."""
    from dbt_common.events.contextvars import get_node_info

    return (get_node_info() or {}).get("unique_id")
