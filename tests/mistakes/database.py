"""A fresh database for a run, and a picture of what a run left in it."""

import re
from contextlib import closing
from pathlib import Path

import psycopg2

HERE = Path(__file__).resolve().parent
NAME = USER = PASSWORD = 'storefront'
ROLES = ('reporter', 'analyst', 'auditor')

VOLATILE = [
    (re.compile(r'\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b'), '<uuid>'),
    (re.compile(r'\b[0-9a-f]{32}\b'), '<md5>'),
    (re.compile(r'\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?( ?\+\d\d(:?\d\d)?)?'), '<time>'),
    (re.compile(r'(?<=,(success|skipped),)\d+(\.\d+)?\b|(?<=,pass,)\d+(\.\d+)?\b'), '<seconds>'),
    (re.compile(r'\b0\.\d{1,7}\b'), '<seconds>'),
]


def steady(text: str) -> str:
    """The text without what differs from run to run."""
    for pattern, name in VOLATILE:
        text = pattern.sub(name, text)
    return text


def connect(port: int, database: str, user: str = 'postgres'):
    connection = psycopg2.connect(host='127.0.0.1', port=port, user=user, password=PASSWORD, dbname=database)
    connection.autocommit = True
    return connection


def fresh(port: int) -> None:
    """Drops the database and every role that a case made, and makes them as the project expects them."""
    with closing(connect(port, 'postgres')) as server, server.cursor() as cursor:
        cursor.execute('select datname from pg_database where not datistemplate and datname <> %s', ('postgres',))
        for (name,) in cursor.fetchall():
            cursor.execute(f'drop database "{name}" with (force)')
        cursor.execute("select rolname from pg_roles where rolname !~ '^pg_' and rolname <> 'postgres'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'drop role "{name}"')
        cursor.execute(f"create role {USER} login createrole password '{PASSWORD}'")
        for role in ROLES:
            cursor.execute(f'create role {role}')
        cursor.execute(f'create database {NAME} owner {USER}')
        # A hook that waits for a lock of its own run would wait for ever.
        cursor.execute(f"alter database {NAME} set lock_timeout = '4s'")
    with closing(connect(port, NAME, USER)) as database, database.cursor() as cursor:
        cursor.execute((HERE / 'setup.sql').read_text())


OBJECTS = """
select 'schema ' || nspname || ' ' || coalesce(nspacl::text, '') || ' ' || coalesce(obj_description(oid, 'pg_namespace'), '')
  from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
union all
select 'relation ' || c.relkind::text || ' ' || c.oid::regclass || ' ' || pg_get_userbyid(c.relowner)
       || ' ' || coalesce((select string_agg(a::text, ',' order by a::text) from unnest(c.relacl) a), '')
       || ' ' || coalesce(c.reloptions::text, '') || ' ' || coalesce(obj_description(c.oid, 'pg_class'), '')
       || case when c.relkind = 'r' and c.reltuples >= 0 then ' analyzed' else '' end || ' ' || c.relpersistence::text
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'v', 'm', 'S', 'p', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
union all
select 'column ' || c.oid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
       || ' ' || coalesce(col_description(c.oid, a.attnum), '') || case when a.attnotnull then ' not null' else '' end
  from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
 where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'v', 'm') and n.nspname !~ '^pg_'
   and n.nspname <> 'information_schema'
union all
select 'index ' || indexdef from pg_indexes where schemaname !~ '^pg_'
union all
select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  from pg_constraint where conrelid <> 0 and connamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
union all
select 'function ' || oid::regprocedure from pg_proc
 where pronamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
union all
select 'trigger ' || tgrelid::regclass || ' ' || tgname from pg_trigger where not tgisinternal
union all
select 'defaults ' || coalesce(defaclnamespace::regnamespace::text, '') || ' ' || defaclacl::text from pg_default_acl
union all
select 'role ' || rolname || ' ' || rolcanlogin::text from pg_roles where rolname !~ '^pg_'
union all
select 'member ' || roleid::regrole || ' ' || member::regrole from pg_auth_members where roleid::regrole::text !~ '^pg_'
union all
select 'setting ' || setconfig::text from pg_db_role_setting
"""


def picture(port: int) -> list[str]:
    """What the database holds, a line each, sorted and steady."""
    lines: list[str] = []
    with closing(connect(port, NAME)) as database, database.cursor() as cursor:
        cursor.execute(OBJECTS)
        lines += [line for (line,) in cursor.fetchall()]
        cursor.execute(
            "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind in ('r', 'v', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
        )
        for (relation,) in cursor.fetchall():
            try:
                cursor.execute(f'select t::text from {relation} t')
                lines += [f'row {relation} {row}' for (row,) in cursor.fetchall()]
            except psycopg2.Error as error:
                lines.append(f'unreadable {relation}: {error}')
    return sorted(steady(line) for line in lines)
