"""A real PostgreSQL server in the place of the one that a profile names."""

import contextlib

SUPERUSER = "postgres"


class Server:
    """A server on the loopback that holds nothing else: the databases and roles of profiles are made when dbt connects.

    `statements` are what a case takes for granted: roles, schemas and tables. They are executed once in each database
    by the user of the profile, who owns the database and may make roles.
    """

    def __init__(self, port, statements=()):
        import psycopg2

        self.port = port
        self.statements = list(statements)
        self.plain = psycopg2.connect

    def open(self, database, user=SUPERUSER):
        connection = self.plain(host="127.0.0.1", port=self.port, user=user, password=user, dbname=database)
        connection.autocommit = True
        return contextlib.closing(connection)

    def ask(self, database, sql, user=SUPERUSER):
        """The rows of one statement; none where it gives none."""
        with self.open(database, user) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def databases(self):
        sql = f"select datname from pg_database where not datistemplate and datname <> '{SUPERUSER}' order by 1"
        return [name for (name,) in self.ask(SUPERUSER, sql)]

    def clear(self):
        """Drops every database and role."""
        for name in self.databases():
            self.ask(SUPERUSER, f'drop database "{name}" with (force)')
        roles = f"select rolname from pg_roles where rolname !~ '^pg_' and rolname <> '{SUPERUSER}'"
        for (name,) in self.ask(SUPERUSER, roles):
            self.ask(SUPERUSER, f'drop role "{name}"')

    def provide(self, user, database):
        """Makes the user and the database of a profile where they are not there."""
        if not self.ask(SUPERUSER, f"select 1 from pg_roles where rolname = '{user}'"):
            self.ask(SUPERUSER, f"""create role "{user}" login createrole password '{user}'""")
        if database in self.databases():
            return
        self.ask(SUPERUSER, f'create database "{database}" owner "{user}"')
        # A hook that waits for a lock of its own run would wait for ever.
        self.ask(SUPERUSER, f"""alter database "{database}" set lock_timeout = '4s'""")
        for statement in self.statements:
            self.ask(database, statement, user)

    def install(self):
        """Leads every connection of this process to the server."""
        import psycopg2

        def connect(dbname=None, user=None, **options):
            self.provide(user, dbname)
            kept = {name: options[name] for name in ("connect_timeout", "options") if options.get(name)}
            return self.plain(host="127.0.0.1", port=self.port, user=user, password=user, dbname=dbname, **kept)

        psycopg2.connect = connect

    def sizes(self):
        """How many rows every table and materialized view has."""
        found = {}
        for database in self.databases():
            for schema, name in self.ask(
                database,
                "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                " where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'",
            ):
                (count,) = self.ask(database, f'select count(*) from "{schema}"."{name}"')[0]
                found[f"{database}.{schema}.{name}"] = count
        return dict(sorted(found.items()))


def sizes_in_files(folder):
    """How many rows every table has in the DuckDB files below a folder; none where there is no file."""
    import duckdb

    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and is_duckdb(path)]
    if not files:
        return None
    found = {}
    for path in files:
        with contextlib.closing(duckdb.connect(str(path), read_only=True)) as database:
            tables = database.execute(
                "select database_name, schema_name, table_name from duckdb_tables() where not internal and not temporary"
            )
            for parts in tables.fetchall():
                quoted = ".".join(f'"{part}"' for part in parts)
                found[".".join(parts)] = database.execute(f"select count(*) from {quoted}").fetchone()[0]
    return dict(sorted(found.items()))


def is_duckdb(path):
    with open(path, "rb") as file:
        return file.read(12)[8:] == b"DUCK"
