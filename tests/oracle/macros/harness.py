"""dbt with an adapter but without a warehouse: the real macros run in dbt's own context, what they execute is
written down, and arguments tell how they were used."""
import argparse, contextlib, glob, io, json, os, sys, tempfile, types

MARK = "zq"


class World(BaseException):
    """A macro asked for something that only a warehouse, a run or a project can tell."""


class Unfit(BaseException):
    """A macro did something with a marker that a template of its output cannot show."""


class Log:
    """What a macro did with its arguments and its context; `answers` are those to questions of yes or no."""

    def __init__(self):
        self.answers = {}
        self.clear()

    def clear(self):
        self.ops, self.queries, self.called, self.config, self.changes, self.asked = [], [], [], {}, {}, []

    def op(self, tag, what, other=None):
        if (tag, what, other) not in self.ops:
            self.ops.append((tag, what, other))


LOG = Log()


class Marker(str):
    """Text that notes how it is used. `tag` is the argument's name, `form` what was done to it."""

    def __new__(cls, text, tag, form="", assumed=None):
        made = super().__new__(cls, text)
        made.tag, made.form, made.assumed = tag, form, assumed
        return made

    def changed(self, form):
        form = form if not self.form else self.form + "|" + form
        text = f"zqc{len(LOG.changes):03d}c"
        for known, what in LOG.changes.items():
            if what == (self.tag, form):
                text = known
        LOG.changes[text] = (self.tag, form)
        return Marker(text, self.tag, form, self.assumed)

    def __eq__(self, other):
        if isinstance(other, Marker):
            if "." in self.tag and "." in other.tag:   # dbt itself compares a relation's parts
                return str.__eq__(self, other) is True
            LOG.op(self.tag, "unfit")
            raise Unfit("compared with another argument")
        if not isinstance(other, (str, int, bool, type(None))):
            return False
        if self.assumed is not None and self.assumed[0] == self.form:
            return self.assumed[1] == other
        LOG.op(self.tag, "eq", (self.form, other))
        return False

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        LOG.op(self.tag, "hash")
        return str.__hash__(self)

    def __bool__(self):
        LOG.op(self.tag, "truth")
        return True

    def __len__(self):
        if "." not in self.tag:   # dbt itself looks at the length of a relation's parts
            LOG.op(self.tag, "unfit")
            raise Unfit("its length")
        return str.__len__(self)

    def __iter__(self):
        LOG.op(self.tag, "iter")
        return iter(())

    def __getattr__(self, name):
        if not name.startswith("_"):
            LOG.op(self.tag, "attr", name)
        raise AttributeError(name)

    def lower(self):
        LOG.op(self.tag, "text")
        return self.changed("lower")

    def upper(self):
        LOG.op(self.tag, "text")
        return self.changed("upper")

    def strip(self, chars=None):
        LOG.op(self.tag, "text")
        if chars is not None:
            raise Unfit("strip")
        return self.changed("trim")

    def replace(self, old, new, count=-1):
        LOG.op(self.tag, "text")
        return self.changed("replace:" + json.dumps([str(old), str(new)]))

    def __reduce__(self):
        raise Unfit("copied")

    def __deepcopy__(self, memo):
        return self

    def _unfit(self, *args, **kwargs):
        LOG.op(self.tag, "unfit")
        raise Unfit(self.tag)

    split = rsplit = startswith = endswith = format = find = index = title = capitalize = isdigit = _unfit
    lstrip = rstrip = __int__ = __float__ = __index__ = __mod__ = _unfit

    def _number(self, *args):
        LOG.op(self.tag, "number")
        raise Unfit("meant to be a number")

    __lt__ = __le__ = __gt__ = __ge__ = __sub__ = __rsub__ = __neg__ = __abs__ = _number
    __contains__ = __getitem__ = partition = zfill = encode = casefold = splitlines = count = isnumeric = _unfit

    def __str__(self):
        return self


class Number(int):
    """A whole number that notes what it is compared with and prints as a marker."""

    def __new__(cls, value, text, tag, form=""):
        made = super().__new__(cls, value)
        made.text, made.tag, made.form = text, tag, form
        return made

    def changed(self, value, form):
        form = form if not self.form else self.form + "|" + form
        text = f"zqc{len(LOG.changes):03d}c"
        for known, what in LOG.changes.items():
            if what == (self.tag, form):
                text = known
        LOG.changes[text] = (self.tag, form)
        return Number(value, text, self.tag, form)

    def compared(self, what, other, answer):
        if self.form or type(other) is not int:
            raise Unfit("compared with something else")
        LOG.op(self.tag, "compared", (what, other, bool(answer)))
        return answer

    def __lt__(self, other): return self.compared("<", other, int(self) < other)
    def __le__(self, other): return self.compared("<=", other, int(self) <= other)
    def __gt__(self, other): return self.compared(">", other, int(self) > other)
    def __ge__(self, other): return self.compared(">=", other, int(self) >= other)
    def __eq__(self, other): return self.compared("==", other, int(self) == other)
    def __ne__(self, other): return not self.compared("==", other, int(self) == other)
    def __bool__(self): return not self.compared("==", 0, int.__eq__(self, 0))
    def __add__(self, other): return self.changed(int(self) + other, f"add:{other}")
    def __sub__(self, other): return self.changed(int(self) - other, f"add:{-other}")
    def __abs__(self): return self.changed(abs(int(self)), "abs")
    def __neg__(self): return self.changed(-int(self), "neg")
    def __str__(self): return self.text
    def __int__(self): return int.__add__(self, 0)
    __radd__ = __add__
    __repr__ = __str__
    __hash__ = int.__hash__

    def _unfit(self, *args):
        LOG.op(self.tag, "unfit")
        raise Unfit("calculated with")

    __mul__ = __rmul__ = __truediv__ = __floordiv__ = __mod__ = __pow__ = __rsub__ = _unfit


def plain(text):
    """Text as a str that notes nothing."""
    return "".join(str.__getitem__(text, slice(None))) if type(text) is str else str.__add__(text, "")


class Result:
    """What a query gave: nothing may be read from it."""

    def __init__(self, of):
        object.__setattr__(self, "of", of)

    def _read(self, *args, **kwargs):
        raise World("what a query returns is not known before the run")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self._read()

    __iter__ = __len__ = __bool__ = __getitem__ = __str__ = __eq__ = __html__ = _read
    __hash__ = object.__hash__


class Loaded:
    """load_result(…)"""

    def __getattr__(self, name):
        if name in ("table", "data", "response"):
            return Result(name)
        raise AttributeError(name)

    def __getitem__(self, name):
        return Result(name)


class Spy:
    """A name of dbt's context that recorded text must not depend on."""

    def __init__(self, what):
        object.__setattr__(self, "_what", what)

    def _read(self, *args, **kwargs):
        raise World(f"it reads {self._what}")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self._read()

    __iter__ = __len__ = __bool__ = __getitem__ = __str__ = __eq__ = __call__ = __html__ = _read
    __hash__ = object.__hash__


class Model(Spy):
    """`model` of a node that is built as a whole."""

    def __getattr__(self, name):
        if name == "batch":
            raise AttributeError(name)
        return super().__getattr__(name)

    def __getitem__(self, name):
        if name == "batch":
            raise KeyError(name)
        self._read()


class Config:
    """`config` of a node that sets nothing."""

    def __call__(self, *args, **kwargs):
        return ""

    def get(self, name, default=None, validator=None):
        LOG.config[str(name)] = default if isinstance(default, (str, int, bool, type(None))) else None
        return default

    def persist_relation_docs(self):
        LOG.config["persist_docs"] = None
        return False

    persist_column_docs = persist_relation_docs

    def set(self, name, value):
        return ""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise World(f"it reads config.{name}")


PROFILES = {
    "postgres": dict(host="h", port=5432, user="u", password="p", dbname="zqtgtdb", schema="zqtgtsc"),
    "redshift": dict(host="h", port=5439, user="u", password="p", dbname="zqtgtdb", schema="zqtgtsc"),
    "snowflake": dict(account="a", user="u", password="p", database="zqtgtdb", schema="zqtgtsc", warehouse="w", role="r"),
    "bigquery": dict(method="oauth", project="zqtgtdb", dataset="zqtgtsc"),
    "databricks": dict(host="h", http_path="/sql/1.0/x", token="t", catalog="zqtgtdb", schema="zqtgtsc"),
    "spark": dict(method="thrift", host="h", schema="zqtgtsc"),
    "duckdb": dict(path="/tmp/zqtgtdb.duckdb", schema="zqtgtsc"),
    "athena": dict(s3_staging_dir="s3://b/x/", region_name="r", database="zqtgtdb", schema="zqtgtsc"),
    "trino": dict(method="none", host="h", port=8080, user="u", database="zqtgtdb", schema="zqtgtsc"),
    "clickhouse": dict(host="h", user="u", schema="zqtgtsc"),
    "sqlserver": dict(host="h", port=1433, user="u", password="p", database="zqtgtdb", schema="zqtgtsc", driver="d"),
    "fabric": dict(host="h", user="u", password="p", database="zqtgtdb", schema="zqtgtsc", driver="d",
                   authentication="sql"),
    "sqlite": dict(database="zqtgtdb", schema="zqtgtsc", schemas_and_paths={"zqtgtsc": "/tmp/x.db"},
                   schema_directory="/tmp"),
}

# What only a warehouse answers. The others of the adapter's methods are dbt's own code and run as they are.
ASKS = """get_relation list_relations list_relations_without_caching get_columns_in_relation get_missing_columns
check_schema_exists list_schemas expand_target_column_types get_column_schema_from_query get_partitions_metadata
get_rows_different_sql describe_dynamic_table describe_relation list_functions get_catalog_relations
get_relation_config get_columns_to_compare is_replaceable add_query get_dataset_location get_bq_table
describe_table_extended_without_caching is_cluster compare_dbr_version get_catalog_integration build_catalog_relation
get_relations_by_pattern behavior connections has_dbr_capability is_uc_enabled is_before_version
calculate_freshness_from_metadata get_work_group_output_location build_location clean_up_table
parse_partition_field describe_interactive_table get_clickhouse_cluster_name get_credentials
supports_atomic_exchange should_on_cluster can_exchange clickhouse_db_engine_clause get_thread_connection""".split()


# What only a warehouse answers with yes or no: both ways are recorded.
QUESTIONS = ("has_dbr_capability", "is_cluster")


def ask(name, args, kwargs):
    question = f"adapter.{name}({', '.join([repr(a) for a in args] + [f'{k}={v!r}' for k, v in kwargs.items()])})"
    LOG.asked.append(question)
    return LOG.answers.get(question, True)


class Adapter:
    """dbt with one adapter, ready to run its macros."""

    def __init__(self, adapter, sources=None):
        self.type = adapter
        self.stand_ins()
        if sources:
            self.add_sources(sources)
        home = tempfile.mkdtemp(prefix="macros")
        write = lambda name, text: open(os.path.join(home, name), "w").write(text)
        os.makedirs(os.path.join(home, "models"))
        write("dbt_project.yml", "name: zqproject\nversion: '1.0'\nprofile: p\n")
        outputs = {"zqtarget": dict(type=adapter, threads=1, **PROFILES[adapter])}
        write("profiles.yml", json.dumps({"p": {"target": "zqtarget", "outputs": outputs}}))
        write("models/zqmodel.sql", "select 1 as a")
        os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
        from dbt.cli.main import dbtRunner
        done = dbtRunner().invoke(["--quiet", "parse", "--project-dir", home, "--profiles-dir", home,
                                   "--no-partial-parse", "--target-path", home + "/target", "--log-path", home + "/logs"])
        if not done.success:
            raise SystemExit(f"dbt parse failed for {adapter}: {done.exception}")
        self.manifest = done.result
        from dbt.adapters.factory import get_adapter_by_type
        self.adapter = get_adapter_by_type(adapter)
        self.adapter.set_macro_resolver(self.manifest)
        self.config = self.adapter.config
        self.model = self.manifest.nodes["model.zqproject.zqmodel"]
        self.watch()
        self.run = self.context(True)
        self.parse = self.context(False)

    @staticmethod
    def stand_ins():
        """Drivers that are not there: no macro reaches one."""
        import importlib.machinery
        from unittest.mock import MagicMock
        for name in """pyodbc mssql_python azure azure.core azure.core.credentials azure.core.exceptions azure.identity pandas
                requests_toolbelt pyhive pyhive.exc thrift thrift.transport thrift.transport.THttpClient TCLIService
                TCLIService.ttypes thrift.transport.TSocket thrift.transport.TSSLSocket thrift_sasl""".split():
            try:
                __import__(name)
            except ImportError:
                stand_in = MagicMock(name=name)
                stand_in.__spec__ = importlib.machinery.ModuleSpec(name, None)
                stand_in.__path__ = []
                sys.modules[name] = stand_in

    @staticmethod
    def add_sources(folder):
        """An adapter that is not installed, from the files of its package."""
        import dbt.adapters, dbt.include
        dbt.adapters.__path__.append(os.path.join(folder, "dbt/adapters"))
        dbt.include.__path__.append(os.path.join(folder, "dbt/include"))

    def watch(self):
        """Puts recorders where a macro reaches a driver, asks the warehouse or calls another macro."""
        from dbt.clients.jinja import MacroGenerator
        import dbt_common.clients.jinja as common
        import jinja2.tests
        common.template_cache.clear()
        adapter = self.adapter

        def execute(sql, auto_begin=False, fetch=False, limit=None, **kwargs):
            LOG.queries.append(plain(sql) if isinstance(sql, str) else str(sql))
            return "OK", Result("table")

        adapter.execute = execute
        self.asks = {name for name in ASKS if name not in ("dispatch",)}
        adapter.connections.open = staticmethod(lambda *a, **k: (_ for _ in ()).throw(World("it opens a connection")))
        adapter.connections.get_thread_connection = lambda *a, **k: (_ for _ in ()).throw(World("it opens a connection"))
        adapter.cache_dropped = adapter.cache_renamed = adapter.cache_added = lambda *a, **k: ""
        if not getattr(MacroGenerator, "watched", False):
            call = common.BaseMacroGenerator.call_macro

            def call_macro(made, *args, **kwargs):
                LOG.called.append(made.get_name())
                return call(made, *args, **kwargs)

            common.BaseMacroGenerator.call_macro = call_macro
            MacroGenerator.watched = True
            for name in ("none", "string", "number", "mapping", "iterable", "sequence", "defined", "undefined", "boolean", "in"):
                self.watch_test(name)
        original = common.get_environment
        if not getattr(common, "watched", False):
            def get_environment(*args, **kwargs):
                made = original(*args, **kwargs)
                made.tests.update(jinja2.tests.TESTS)
                return made
            common.get_environment = get_environment
            common.watched = True

    @staticmethod
    def watch_test(name):
        import jinja2.tests, jinja2.defaults
        plain = jinja2.tests.TESTS[name]
        if getattr(plain, "jinja_pass_arg", None) is not None:
            return

        def test(value, *args):
            if isinstance(value, Marker) and name not in ("defined", "undefined", "in"):
                LOG.op(value.tag, "is", name)
            return plain(value, *args)

        jinja2.tests.TESTS[name] = test
        jinja2.defaults.DEFAULT_TESTS[name] = test

    def context(self, runs):
        from dbt.context import providers
        if runs:
            made = providers.generate_runtime_model_context(self.model, self.config, self.manifest)
        else:
            from dbt.context.context_config import ContextConfig
            from dbt.artifacts.resources.types import NodeType
            config = ContextConfig(self.config, ["zqproject", "zqmodel"], NodeType.Model, "zqproject")
            made = providers.generate_parser_model_context(self.model, self.config, self.manifest, config)
        self.real = getattr(self, "real", {})
        self.real[runs] = dict(made)
        for name in ("model", "var", "env_var", "graph", "flags", "invocation_args_dict", "run_started_at", "invocation_id",
                     "sql", "compiled_code", "pre_hooks", "post_hooks", "selected_resources", "thread_id", "write", "ref",
                     "source", "load_agate_table", "submit_python_job", "dbt_metadata_envs", "_sql_results", "context"):
            made[name] = Spy(name)
        made["model"] = Model("model")
        made["log"] = made["print"] = lambda *args, **kwargs: ""
        if made.get("adapter") is not None:
            made["this"] = self.relation("zqthisdb", "zqthissc", "zqthisid", "table")
            made["schema"], made["database"] = "zqctxsc", "zqctxdb"
        if runs:
            made["config"] = Config()
            made["load_result"] = lambda name: Loaded()
            made["store_result"] = made["store_raw_result"] = lambda *args, **kwargs: ""
            wrapper = made["adapter"]
            asks = self.asks
            plain = type(wrapper)

            class Watched(plain):
                def __getattr__(self, name):
                    if name in QUESTIONS:
                        return lambda *args, **kwargs: ask(name, args, kwargs)
                    if name in asks:
                        raise World(f"adapter.{name} asks the warehouse")
                    return super().__getattr__(name)

            made["adapter"] = Watched.__new__(Watched)
            made["adapter"].__dict__.update(wrapper.__dict__)
        return made

    def macro(self, name):
        """A shipped macro by the name that a hook gives it."""
        found = [m for m in self.manifest.macros.values() if m.name == name and m.package_name != "zqproject"]
        own = [m for m in found if m.package_name != "dbt"]
        order = ["dbt_" + self.type] + [m.package_name for m in own]
        own.sort(key=lambda m: order.index(m.package_name) if m.package_name in order else 99)
        return (own or found or [None])[0]

    def names(self):
        return sorted({m.name for m in self.manifest.macros.values() if m.package_name != "zqproject"})

    def relation(self, database, schema, identifier, kind=None, quoted=False):
        quote = {"database": True, "schema": True, "identifier": True} if quoted else None
        given = dict(schema=schema, identifier=identifier, type=kind, **({"quote_policy": quote} if quote else {}))
        try:
            return self.adapter.Relation.create(database=database, **given)
        except Exception:
            return self.adapter.Relation.create(database=None, **given)

    def call(self, macro, arguments, runs=True):
        """('value', v) or ('error', message) or ('world', cause) or ('unfit', why) of one call."""
        from dbt.clients.jinja import MacroGenerator
        LOG.clear()
        context = self.run if runs else self.parse
        stack = context.get("context_macro_stack")
        quiet = io.StringIO()
        try:
            with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
                made = MacroGenerator(macro, context, None, None)
                return "value", made(**arguments)
        except World as cause:
            return "world", str(cause)
        except Unfit as why:
            return "unfit", str(why)
        except Exception as failure:
            return "error", str(getattr(failure, "msg", failure))
