"""Runs the scripts of tests/data/simulate/postgres.sql on a PostgreSQL 15 and writes what it answered into them.

    python record_postgres.py 'host=127.0.0.1 port=5432 user=postgres' postgres.sql

A file holds scripts, each under `-- script: title`; its steps are divided by blank lines, and each is sent as one call, in
autocommit, on one connection to a new database "rehearsal", whose search path is the schema "analytics". After a step stands what came of it, and
after a script who may do what: both are written by this program, each line with `-->` in front.
"""

import sys

import psycopg2

ACCESS = """
with acl as (
    select case c.relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind,
           n.nspname || '.' || c.relname as name, a.*
    from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a
    where c.relkind in ('r', 'v', 'm', 'S', 'f', 'p') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
    union all
    select 'column', n.nspname || '.' || c.relname || '.' || t.attname, a.*
    from pg_attribute t join pg_class c on c.oid = t.attrelid join pg_namespace n on n.oid = c.relnamespace, aclexplode(t.attacl) a
    where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' and not t.attisdropped
    union all
    select 'schema', n.nspname, a.* from pg_namespace n, aclexplode(n.nspacl) a
    where n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'public')
    union all
    select 'function', n.nspname || '.' || p.proname, a.* from pg_proc p join pg_namespace n on n.oid = p.pronamespace, aclexplode(p.proacl) a
    where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
    union all
    select 'database', d.datname, a.* from pg_database d, aclexplode(d.datacl) a where d.datname = 'rehearsal'
)
select lower(privilege_type), kind, name, coalesce(r.rolname, 'public'), is_grantable
from acl left join pg_roles r on r.oid = acl.grantee
where coalesce(r.rolname, 'public') <> current_user
  and not (acl.kind = 'database' and acl.grantee = 0) and not (acl.kind = 'function' and acl.grantee = 0)
  and acl.grantor <> acl.grantee
union all
select 'membership', 'role', g.rolname, m.rolname, a.admin_option
from pg_auth_members a join pg_roles g on g.oid = a.roleid join pg_roles m on m.oid = a.member
where g.rolname not like 'pg\\_%'
order by 2, 3, 4, 1
"""


def connect(where, database):
    connection = psycopg2.connect(f"{where} dbname={database}")
    connection.autocommit = True
    return connection


def prepare(admin):
    with admin.cursor() as cursor:
        for database in ("rehearsal", "other", "other2"):
            cursor.execute(f"drop database if exists {database}")
        cursor.execute("select rolname from pg_roles where rolname not like 'pg\\_%' and rolname <> current_user")
        for (role,) in cursor.fetchall():
            cursor.execute(f'drop role "{role}"')
        cursor.execute("create database rehearsal")


def run(where, admin, steps):
    prepare(admin)
    connection = connect(where, "rehearsal")
    with connection.cursor() as cursor:
        cursor.execute("create schema analytics")
        cursor.execute("alter database rehearsal set search_path = analytics")
    connection.close()
    connection = connect(where, "rehearsal")
    out = []
    for step in steps:
        with connection.cursor() as cursor:
            try:
                if " stdin" in step or " stdout" in step:
                    with open("/dev/null", "w+") as nothing:
                        cursor.copy_expert(step, nothing)
                else:
                    cursor.execute(step)
                result = "ok"
            except psycopg2.Error as error:
                result = "error: " + (error.diag.message_primary or str(error).strip())
        out.append(f"{step}\n--> {result}")
    access = []
    with connection.cursor() as cursor:
        try:
            cursor.execute("rollback")
            cursor.execute(ACCESS)
            for privilege, kind, name, grantee, grantable in cursor.fetchall():
                access.append(f"--> access: {privilege} on {kind} {name} to {grantee}" + (" with grant option" if grantable else ""))
        except psycopg2.Error as error:
            access.append(f"--> no access: {error}")
    connection.close()
    return out, access


def main(where, path):
    with open(path) as file:
        text = file.read()
    admin = connect(where, "postgres")
    whole = []
    for script in text.split("-- script: ")[1:]:
        title, _, body = script.partition("\n")
        steps = []
        for block in body.split("\n\n"):
            lines = [line for line in block.strip().splitlines() if not line.startswith("-->")]
            if lines:
                steps.append("\n".join(lines))
        out, access = run(where, admin, steps)
        parts = [f"-- script: {title}\n" + out[0], *out[1:]]
        if access:
            parts.append("\n".join(access))
        whole.append("\n\n".join(parts))
    prepare(admin)
    with open(path, "w") as file:
        file.write("\n\n".join(whole) + "\n")


main(*sys.argv[1:])
