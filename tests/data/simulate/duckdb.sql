-- script: grants
create table t (a int)
--> ok

grant select on t to r
--> error: Parser Error: syntax error at or near "grant"

revoke select on t from r
--> error: Parser Error: syntax error at or near "revoke"

-- script: comments
create table t (a int, b text)
--> ok

create view v as select 1 as a
--> ok

create index i on t (a)
--> ok

create sequence q
--> ok

create schema s
--> ok

create type mood as enum ('sad', 'ok')
--> ok

create macro f(x) as x + 1
--> ok

comment on table t is 'x'
--> ok

comment on table t is null
--> ok

comment on table nope is 'x'
--> error: Catalog Error: Table with name nope does not exist!

comment on table v is 'x'
--> ok

comment on view v is 'x'
--> ok

comment on view t is 'x'
--> ok

comment on view nope is 'x'
--> error: Catalog Error: View with name nope does not exist!

comment on column t.a is 'x'
--> ok

comment on column t.nope is 'x'
--> error: Binder Error: Table "t" does not have a column with name "nope"

comment on column nope.a is 'x'
--> error: Catalog Error: Table with name nope does not exist!

comment on column v.a is 'x'
--> ok

comment on column v.nope is 'x'
--> error: Binder Error: View "v" does not have a column with name "nope"

comment on index i is 'x'
--> ok

comment on index nope is 'x'
--> error: Catalog Error: Index with name nope does not exist!

comment on sequence q is 'x'
--> ok

comment on sequence nope is 'x'
--> error: Catalog Error: Sequence with name nope does not exist!

comment on schema s is 'x'
--> error: Not implemented Error: Adding comments to schemas is not implemented

comment on schema nope is 'x'
--> error: Not implemented Error: Adding comments to schemas is not implemented

comment on type mood is 'x'
--> ok

comment on type nope is 'x'
--> error: Catalog Error: Type with name nope does not exist!

comment on macro f is 'x'
--> ok

comment on function f is 'x'
--> ok

comment on table nowhere.t is 'x'
--> error: Catalog Error: Table with name "nowhere.t" does not exist because schema "nowhere" does not exist.

-- script: schemas
create schema s
--> ok

create schema s
--> error: Catalog Error: Schema with name "s" already exists!

create schema if not exists s
--> ok

create or replace schema s
--> ok

create table s.t (a int)
--> ok

drop schema s
--> error: Dependency Error: Cannot drop entry "s" because there are entries that depend on it.

drop schema s cascade
--> ok

drop schema s
--> error: Catalog Error: Schema with name s does not exist!

drop schema if exists s
--> ok

create table s.t (a int)
--> error: Catalog Error: Schema with name s does not exist!

create schema s
--> ok

create table s.t (a int)
--> ok

alter schema s rename to z
--> error: Not implemented Error: Altering schemas is not yet supported

-- script: sequences
create sequence q
--> ok

create sequence q
--> error: Catalog Error: Sequence with name "q" already exists!

create sequence if not exists q
--> ok

create or replace sequence q start 5
--> ok

drop sequence q
--> ok

drop sequence q
--> error: Catalog Error: Sequence with name q does not exist!

drop sequence if exists q
--> ok

alter sequence q owner to t
--> error: Parser Error: syntax error at or near "owner"

create table q (a int)
--> ok

create sequence q
--> ok

drop sequence q
--> ok

-- script: types and macros
create type mood as enum ('sad', 'ok')
--> ok

create type mood as enum ('sad', 'ok')
--> error: Catalog Error: Type with name "mood" already exists!

create type if not exists mood as enum ('sad', 'ok')
--> ok

drop type mood
--> ok

drop type mood
--> error: Catalog Error: Type with name mood does not exist!

drop type if exists mood
--> ok

create macro f(x) as x + 1
--> ok

create macro f(x) as x + 1
--> error: Catalog Error: Macro Function with name "f" already exists!

create or replace macro f(x) as x + 2
--> ok

drop macro f
--> ok

drop macro f
--> error: Catalog Error: Macro Function with name f does not exist!

drop macro if exists f
--> ok

create function g(x) as x + 1
--> ok

drop function g
--> ok

drop function g
--> error: Catalog Error: Macro Function with name g does not exist!

-- script: transactions
commit
--> error: TransactionContext Error: cannot commit - no transaction is active

rollback
--> error: TransactionContext Error: cannot rollback - no transaction is active

begin
--> ok

begin
--> error: TransactionContext Error: cannot start a transaction within a transaction

commit
--> ok

begin transaction
--> ok

rollback
--> ok

start transaction
--> ok

abort
--> ok

end
--> error: TransactionContext Error: cannot commit - no transaction is active

savepoint s
--> error: Parser Error: syntax error at or near "savepoint"

rollback to s
--> error: Parser Error: syntax error at or near "to"

release savepoint s
--> error: Parser Error: syntax error at or near "release"

begin
--> ok

create schema later
--> ok

rollback
--> ok

create table later.t (a int)
--> error: Catalog Error: Schema with name later does not exist!

begin
--> ok

vacuum
--> ok

rollback
--> ok

begin
--> ok

analyze
--> ok

commit
--> ok

-- script: settings
set memory_limit = '1GB'
--> ok

set nonsense_setting = 1
--> error: Catalog Error: unrecognized configuration parameter "nonsense_setting"

reset memory_limit
--> ok

reset nonsense_setting
--> error: Catalog Error: unrecognized configuration parameter "nonsense_setting"

set threads to 2
--> ok

set schema = 'nope'
--> error: Catalog Error: SET schema: No catalog + schema named "nope" found.

set search_path = 'nope'
--> error: Catalog Error: SET search_path: No catalog + schema named "nope" found.

use nope
--> error: Catalog Error: SET schema: No catalog + schema named "nope" found.

use main
--> ok

create schema s
--> ok

use s
--> ok

set schema = 'main'
--> ok

set variable x = 1
--> ok

reset variable x
--> ok

pragma nonsense
--> error: Catalog Error: Pragma Function with name nonsense does not exist!

pragma database_list
--> ok

set global threads = 2
--> ok

set session threads = 2
--> error: Catalog Error: option "threads" cannot be set locally

set local threads = 2
--> error: Not implemented Error: SET LOCAL is not implemented.

show threads
--> ok

set timezone = 'UTC'
--> ok

set role r
--> error: Parser Error: syntax error at or near "r"

-- script: maintenance
create table t (a int)
--> ok

analyze
--> ok

analyze t
--> ok

analyze nope
--> error: Catalog Error: Table with name nope does not exist!

vacuum
--> ok

vacuum t
--> ok

vacuum nope
--> error: Catalog Error: Table with name nope does not exist!

vacuum analyze t
--> ok

vacuum full
--> error: Not implemented Error: FULL is not yet implemented

vacuum t (a)
--> ok

vacuum t (nope)
--> error: Binder Error: Column with name ""nope"" does not exist

checkpoint
--> ok

force checkpoint
--> ok

reindex
--> error: Parser Error: syntax error at or near "reindex"

optimize t
--> error: Parser Error: syntax error at or near "optimize"

refresh materialized view t
--> error: Parser Error: syntax error at or near "refresh"

cluster t
--> error: Parser Error: syntax error at or near "cluster"

lock table t
--> error: Parser Error: syntax error at or near "lock"

-- script: owners and options
create table t (a int)
--> ok

alter table t owner to r
--> error: Parser Error: syntax error at or near "owner"

alter table t set (fillfactor = 70)
--> error: Not implemented Error: SET (<options>) is not supported for DuckDB tables

alter table t cluster by (a)
--> error: Parser Error: syntax error at or near "cluster"

alter table t set tblproperties ('a' = 'b')
--> error: Parser Error: syntax error at or near "tblproperties"

alter table t alter column a set statistics 100
--> error: Parser Error: syntax error at or near "statistics"

alter table nope owner to r
--> error: Parser Error: syntax error at or near "owner"

alter table t enable row level security
--> error: Parser Error: syntax error at or near "enable"

-- script: roles and policies
create role r
--> error: Parser Error: syntax error at or near "role"

drop role r
--> error: Parser Error: syntax error at or near "role"

create user u
--> error: Parser Error: syntax error at or near "user"

create policy p on t
--> error: Parser Error: syntax error at or near "policy"

create trigger g before insert on t for each row execute function f()
--> error: Parser Error: syntax error at or near "execute"

create extension x
--> error: Parser Error: syntax error at or near "x"

create procedure p() language sql as 'select 1'
--> error: Parser Error: syntax error at or near "procedure"

create database d
--> error: Parser Error: syntax error at or near "database"

call nope(1)
--> error: Catalog Error: Table Function with name nope does not exist!

call pragma_version()
--> ok

execute nope
--> error: Binder Error: Prepared statement "nope" does not exist

prepare q as select 1
--> ok

execute q
--> ok

deallocate q
--> ok

deallocate nope
--> ok

do $$ begin end $$
--> error: Parser Error: syntax error at or near "do"

listen x
--> error: Parser Error: syntax error at or near "listen"

notify x
--> error: Parser Error: syntax error at or near "notify"

-- script: secrets and databases
create secret x (type http)
--> ok

drop secret x
--> ok

drop secret x
--> error: Invalid Input Error: Failed to remove non-existent secret with name "x"

drop secret if exists x
--> ok

detach nope
--> error: Binder Error: Failed to detach database with name "nope": database not found

attach ':memory:' as other
--> ok

use other
--> ok

use memory
--> ok

detach other
--> ok

detach other
--> error: Binder Error: Failed to detach database with name "other": database not found

-- script: copies
create table t (a int)
--> ok

copy t to '/tmp/hookproof_nothing.csv'
--> ok

copy t from '/nonexistent.csv'
--> error: IO Error: No files found that match the pattern "/nonexistent.csv"

copy nope to '/tmp/hookproof_nothing.csv'
--> error: Catalog Error: Table with name nope does not exist!

copy nope from '/nonexistent.csv'
--> error: Catalog Error: Table with name nope does not exist!

copy t (nope) to '/tmp/hookproof_nothing.csv'
--> error: Binder Error: Referenced column "nope" not found in FROM clause!

-- script: kinds
create table t (a int)
--> ok

create view v as select 1 as a
--> ok

drop view t
--> error: Catalog Error: Existing object "t" is of type Table, trying to drop type View

drop table v
--> error: Catalog Error: Existing object "v" is of type View, trying to drop type Table

drop table nope
--> error: Catalog Error: Table with name nope does not exist!

drop view nope
--> error: Catalog Error: View with name nope does not exist!

drop index nope
--> error: Catalog Error: Index with name nope does not exist!

drop table nowhere.t
--> error: Catalog Error: Table with name "nowhere.t" does not exist because schema "nowhere" does not exist.

drop table if exists nowhere.t
--> ok

describe t
--> ok

describe nope
--> error: Catalog Error: Table with name nope does not exist!

summarize t
--> ok

create materialized view m as select 1 as a
--> error: Parser Error: syntax error at or near "materialized"

-- script: names are read without case
create table "Mixed" (a int)
--> ok

comment on table mixed is 'x'
--> ok

comment on table MIXED is 'x'
--> ok

comment on column mixed.A is 'x'
--> ok

create schema S
--> ok

create schema s
--> error: Catalog Error: Schema with name "s" already exists!
