"""The wrappers around dbt-core that tell the tape which hook a piece of SQL belongs to.

Nothing of what dbt computes is changed here; each wrapper calls what it replaces.
"""

import functools

from recorder.frozen import freeze_result, subclasses

HOOK_TAGS = ("on-run-start", "on-run-end")


def replace(owner, name):
    """Replaces a function of a module or class by a wrapper that gets the original first."""
    original = getattr(owner, name)

    def decorate(wrapper):
        @functools.wraps(original)
        def wrapped(*args, **kwargs):
            return wrapper(original, *args, **kwargs)

        setattr(owner, name, wrapped)
        return wrapper

    return decorate


def node_hook_id(node_id, kind, position):
    return f"{node_id}.{kind}.{position}"


def describe(problem):
    """An exception in one text: its type and dbt's message."""
    return f"{type(problem).__name__}: {str(getattr(problem, 'msg', None) or problem).strip()}"


def install(tape):
    watch_parsing(tape)
    watch_on_run_hooks(tape)
    watch_node_hooks(tape)
    watch_adapter(tape)
    watch_transactions(tape)


def watch_parsing(tape):
    """The parse pass: each rendering of a hook, and the manifest that comes out."""
    import dbt.parser.base as parser
    import dbt.parser.manifest as loader

    @replace(parser.ConfiguredParser, "update_parsed_node_config")
    def update_parsed_node_config(original, self, parsed_node, *args, **kwargs):
        with tape.doing(parsed_node=parsed_node, parsed_count=0):
            return original(self, parsed_node, *args, **kwargs)

    @replace(parser, "get_rendered")
    def get_rendered(original, string, ctx, node=None, *args, **kwargs):
        record = None
        if tape.get("parsed_node") is not None and node is tape.get("parsed_node"):
            place = tape.get("parsed_count")
            tape.set("parsed_count", place + 1)
            before = len(node.config.pre_hook)
            kind, place = ("pre-hook", place) if place < before else ("post-hook", place - before)
            lists = node.config.pre_hook if kind == "pre-hook" else node.config.post_hook
            record = {"kind": kind, "node": node.unique_id, "position": place, "package": node.package_name}
            record["transaction"] = lists[place].transaction
            tape.parsed[node_hook_id(node.unique_id, kind, place)] = record
        elif str(getattr(node, "resource_type", "")) == "operation" and set(node.tags) & set(HOOK_TAGS):
            record = tape.parsed[node.unique_id] = on_run_description(node)
        if record is None:
            return original(string, ctx, node, *args, **kwargs)
        record.update(raw=string, parse=None, parse_error=None)
        with tape.doing(parsed_node=None):
            try:
                record["parse"] = original(string, ctx, node, *args, **kwargs)
            except BaseException as problem:
                record["parse_error"] = describe(problem)
                raise
        return record["parse"]

    @replace(loader.ManifestLoader, "load")
    def load(original, self, *args, **kwargs):
        tape.manifest = original(self, *args, **kwargs)
        return tape.manifest


def on_run_description(node):
    return {
        "kind": next(tag for tag in HOOK_TAGS if tag in node.tags),
        "node": None,
        "position": int(node.name.rsplit("-", 1)[1]),
        "package": node.package_name,
        "transaction": None,
    }


def watch_on_run_hooks(tape):
    """on-run-start and on-run-end: compiled, then executed."""
    import dbt.compilation as compilation
    import dbt.task.run as run

    @replace(compilation.Compiler, "compile_node")
    def compile_node(original, self, node, *args, **kwargs):
        if str(node.resource_type) != "operation" or not set(node.tags) & set(HOOK_TAGS):
            return original(self, node, *args, **kwargs)
        with tape.doing(executing=bool(tape.get("running_hooks"))):
            record = tape.rendering(node.unique_id)
        with tape.doing(rendered_hook=record):
            try:
                compiled = original(self, node, *args, **kwargs)
            except BaseException as problem:
                record.update(status="error", error=describe(problem))
                raise
        record["sql"] = compiled.compiled_code
        return compiled

    @replace(run.RunTask, "safe_run_hooks")
    def safe_run_hooks(original, self, adapter, hook_type, extra_context):
        for result in self.node_results:
            freeze_result(result)
        with tape.doing(running_hooks=True):
            return original(self, adapter, hook_type, extra_context)

    @replace(run.RunTask, "get_hook_sql")
    def get_hook_sql(original, self, adapter, hook, *args, **kwargs):
        tape.set("next_hook", hook.unique_id)
        try:
            return original(self, adapter, hook, *args, **kwargs)
        except BaseException as problem:
            record = tape.hooks.get(hook.unique_id)
            if record is not None:
                record.update(status="error", error=record["error"] or describe(problem))
            raise

    @replace(run, "get_execution_status")
    def get_execution_status(original, sql, adapter):
        hook_id = tape.get("next_hook")
        with tape.doing(sent_hook=hook_id):
            status, message = original(sql, adapter)
        if hook_id in tape.hooks:
            error = None if str(status) == "success" else message
            tape.hooks[hook_id].update(status=str(status), error=error)
        return status, message


def watch_node_hooks(tape):
    """pre-hooks and post-hooks: run_hooks tells the list, render() the text, what follows is its SQL."""
    import dbt.clients.jinja as jinja
    import dbt.context.base as base
    import dbt.context.providers as providers

    @replace(jinja.MacroGenerator, "__call__")
    def call(original, self, *args, **kwargs):
        if self.macro.name != "run_hooks":
            return original(self, *args, **kwargs)
        hooks = args[0] if args else kwargs.get("hooks")
        kind = "pre-hook" if hooks is self.context.get("pre_hooks") else "post-hook"
        node_id = self.context["model"]["unique_id"]
        tape.mark(node_id, kind)
        calling = {"kind": kind, "node": node_id, "hooks": list(enumerate(hooks or [])), "last": None}
        with tape.doing(run_hooks=calling, sent_hook=None):
            try:
                result = original(self, *args, **kwargs)
            except BaseException as problem:
                finish(tape, calling, problem)
                raise
            finish(tape, calling, None)
            return result

    original_render = providers.ProviderContext.render

    def render(self, string):
        calling = tape.get("run_hooks")
        if calling is None or tape.get("rendered_hook") is not None:
            return original_render(self, string)
        finish(tape, calling, None)
        at = next(at for at, (_, hook) in enumerate(calling["hooks"]) if hook["sql"] == string)
        position, _ = calling["hooks"].pop(at)
        hook_id = node_hook_id(calling["node"], calling["kind"], position)
        calling["last"] = hook_id
        record = tape.rendering(hook_id)
        tape.set("sent_hook", None)
        with tape.doing(rendered_hook=record, run_hooks=None):
            record["sql"] = original_render(self, string)
        tape.set("sent_hook", hook_id)
        return record["sql"]

    for context in subclasses(base.BaseContext):
        if "render" in context._context_members_:
            context._context_members_["render"] = render


def finish(tape, calling, problem):
    """Settles the hook that was rendered last in a call of run_hooks."""
    record = tape.hooks.get(calling["last"])
    if record is not None and record["status"] == "rendered":
        if problem is None:
            record["status"] = "success"
        else:
            record.update(status="error", error=describe(problem))
    calling["last"] = None


def watch_adapter(tape):
    """Queries a hook makes while it renders; those an adapter method makes by itself are kept apart."""
    import dbt.adapters.base.connections as connections
    import dbt.adapters.base.impl as impl
    import dbt.adapters.base.query_headers as headers
    import dbt.adapters.sql.connections as sql_connections

    @replace(impl.BaseAdapter, "execute")
    def execute(original, self, sql, *args, **kwargs):
        tape.query(sql)
        return original(self, sql, *args, **kwargs)

    @replace(impl.BaseAdapter, "execute_macro")
    def execute_macro(original, self, *args, **kwargs):
        with tape.doing(in_adapter=True):
            return original(self, *args, **kwargs)

    @replace(connections.BaseConnectionManager, "add_select_query")
    def add_select_query(original, self, sql):
        with tape.doing(asks_columns=True):
            return original(self, sql)

    @replace(sql_connections.SQLConnectionManager, "add_select_query")
    def sql_add_select_query(original, self, sql):
        with tape.doing(asks_columns=True):
            return original(self, sql)

    # An adapter's own way to add the comment is a subclass, there before this is called.
    for comment in subclasses(headers._QueryComment):
        if "add" in vars(comment):
            watch_comment(tape, comment)


def watch_comment(tape, comment):
    @replace(comment, "add")
    def add(original, self, sql):
        tape.commented(self.query_comment)
        return original(self, sql)


def watch_transactions(tape):
    """The begin and commit that dbt itself sends, and what clear_transaction does before on-run hooks."""
    import dbt.adapters.base.connections as connections
    import dbt.adapters.contracts.connection as contracts
    import dbt.adapters.sql.connections as sql_connections

    for word in ("begin", "commit"):

        @replace(sql_connections.SQLConnectionManager, word)
        def transaction(original, self, *args, word=word, **kwargs):
            with tape.doing(transaction_word=word, transaction_sent=False):
                result = original(self, *args, **kwargs)
                # psycopg2 begins by itself: dbt notes a transaction and sends nothing.
                if not tape.get("transaction_sent"):
                    tape.transaction(word, None)
            return result

    @replace(connections.BaseConnectionManager, "clear_transaction")
    def clear_transaction(original, self):
        with tape.doing(clearing=True):
            return original(self)

    @replace(contracts.LazyHandle, "resolve")
    def resolve(original, self, connection):
        with tape.doing(opening=True):
            return original(self, connection)

    @replace(connections.BaseConnectionManager, "__init__")
    def init(original, self, *args, **kwargs):
        tape.manager = self
        return original(self, *args, **kwargs)
