-- script: grants on a table
create table t (a int, b text)
--> ok

create role reporter
--> ok

grant select on t to reporter
--> ok

grant select, insert on table t to reporter with grant option
--> ok

grant select on nope to reporter
--> error: relation "nope" does not exist

grant select on nowhere.t to reporter
--> error: schema "nowhere" does not exist

grant select on nowhere.t to public
--> error: schema "nowhere" does not exist

grant usage on t to reporter
--> error: invalid privilege type USAGE for table

grant usage on table t to reporter
--> error: invalid privilege type USAGE for table

grant execute on t to reporter
--> error: invalid privilege type EXECUTE for relation

grant create on table t to reporter
--> error: invalid privilege type CREATE for relation

grant nonsense on t to reporter
--> error: unrecognized privilege type "nonsense"

grant all on t to reporter
--> ok

grant all privileges on t to public
--> ok

grant update, delete on t to reporter with grant option
--> ok

revoke update on t from reporter
--> ok

revoke delete on nope from reporter
--> error: relation "nope" does not exist

revoke grant option for insert on t from reporter
--> ok

revoke truncate on t from public
--> ok

--> access: delete on table analytics.t to public
--> access: insert on table analytics.t to public
--> access: references on table analytics.t to public
--> access: select on table analytics.t to public
--> access: trigger on table analytics.t to public
--> access: update on table analytics.t to public
--> access: delete on table analytics.t to reporter with grant option
--> access: insert on table analytics.t to reporter
--> access: references on table analytics.t to reporter
--> access: select on table analytics.t to reporter with grant option
--> access: trigger on table analytics.t to reporter
--> access: truncate on table analytics.t to reporter

-- script: grants on a list of tables
create table a (x int)
--> ok

create table b (x int)
--> ok

create role r
--> ok

grant select on a, b to r
--> ok

grant select on a, nope to r
--> error: relation "nope" does not exist

grant insert on table a, b to r, public
--> ok

revoke select on a, b from r
--> ok

--> access: insert on table analytics.a to public
--> access: insert on table analytics.a to r
--> access: insert on table analytics.b to public
--> access: insert on table analytics.b to r

-- script: grants on columns
create table t (a int, b text)
--> ok

create role r
--> ok

grant select (a, b) on t to r
--> ok

grant select (nope) on t to r
--> error: column "nope" of relation "t" does not exist

grant insert (a), select on t to r
--> ok

grant delete (a) on t to r
--> error: invalid privilege type DELETE for column

grant all (b) on t to r
--> ok

revoke select (b) on t from r
--> ok

--> access: insert on column analytics.t.a to r
--> access: select on column analytics.t.a to r
--> access: insert on column analytics.t.b to r
--> access: references on column analytics.t.b to r
--> access: update on column analytics.t.b to r
--> access: select on table analytics.t to r

-- script: the columns of a grant outlive nothing
create table t (a int, b text)
--> ok

create role r
--> ok

grant select (a) on t to r
--> ok

alter table t drop column a
--> ok

grant select (b) on t to r
--> ok

--> access: select on column analytics.t.b to r

-- script: grants on a view
create view v as select 1 as a
--> ok

create materialized view m as select 1 as a
--> ok

create role r
--> ok

grant select on v to r
--> ok

grant select on table v to r
--> ok

grant select on view v to r
--> error: syntax error at or near "v"

grant select on m to r
--> ok

grant select on materialized view m to r
--> error: syntax error at or near "view"

grant insert on v to r
--> ok

--> access: select on materialized view analytics.m to r
--> access: insert on view analytics.v to r
--> access: select on view analytics.v to r

-- script: grants on a schema
create schema s
--> ok

create role r
--> ok

grant usage on schema s to r
--> ok

grant create on schema s to r
--> ok

grant select on schema s to r
--> error: invalid privilege type SELECT for schema

grant all on schema s to r
--> ok

grant usage on schema nope to r
--> error: schema "nope" does not exist

grant usage on schema s, analytics to r
--> ok

revoke create on schema s from r
--> ok

revoke usage on schema nope from r
--> error: schema "nope" does not exist

--> access: usage on schema analytics to r
--> access: usage on schema s to r

-- script: grants on a database
create role r
--> ok

grant connect on database rehearsal to r
--> ok

grant create, temporary on database rehearsal to r
--> ok

grant temp on database rehearsal to r
--> ok

grant usage on database rehearsal to r
--> error: invalid privilege type USAGE for database

grant select on database rehearsal to r
--> error: invalid privilege type SELECT for database

--> access: connect on database rehearsal to r
--> access: create on database rehearsal to r
--> access: temporary on database rehearsal to r

-- script: grants on sequences
create sequence s
--> ok

create role r
--> ok

grant usage on sequence s to r
--> ok

grant select, update on sequence s to r
--> ok

grant insert on sequence s to r
--> error: invalid privilege type INSERT for sequence

grant usage on sequence nope to r
--> error: relation "nope" does not exist

grant select on s to r
--> ok

grant usage on s to r
--> ok

create table t (a int)
--> ok

grant select on sequence t to r
--> error: "t" is not a sequence

grant usage on all sequences in schema analytics to r
--> ok

--> access: select on sequence analytics.s to r
--> access: update on sequence analytics.s to r
--> access: usage on sequence analytics.s to r

-- script: grants on functions
create function f(x int) returns int language sql as 'select x'
--> ok

create role r
--> ok

grant execute on function f(int) to r
--> ok

grant execute on function f to r
--> ok

grant execute on function f(integer) to r
--> ok

grant execute on function f(text) to r
--> error: function f(text) does not exist

grant execute on function nope(int) to r
--> error: function nope(integer) does not exist

grant execute on function nope to r
--> error: could not find a function named "nope"

grant usage on function f(int) to r
--> error: invalid privilege type USAGE for function

grant execute on all functions in schema analytics to r
--> ok

revoke execute on function f(int) from public
--> ok

grant execute on procedure f(int) to r
--> error: f(integer) is not a procedure

grant execute on routine f(int) to r
--> ok

--> access: execute on function analytics.f to r

-- script: grants on all tables
create schema s
--> ok

create table s.a (x int)
--> ok

create view s.v as select 1 as x
--> ok

create sequence s.q
--> ok

create role r
--> ok

grant select on all tables in schema s to r
--> ok

grant select on all tables in schema nope to r
--> error: schema "nope" does not exist

grant usage on all tables in schema s to r
--> error: invalid privilege type USAGE for table

create table s.later (x int)
--> ok

grant insert on all tables in schema s, analytics to r
--> ok

revoke select on all tables in schema s from r
--> ok

--> access: insert on table s.a to r
--> access: insert on table s.later to r
--> access: insert on view s.v to r

-- script: grants of roles
create role parent
--> ok

create role child
--> ok

create user jane
--> ok

grant parent to child
--> ok

grant parent, child to jane
--> ok

grant parent to jane with admin option
--> ok

grant parent to parent
--> error: role "parent" is a member of role "parent"

grant child to parent
--> error: role "child" is a member of role "parent"

grant nope_role to jane
--> error: role "nope_role" does not exist

revoke parent from jane
--> ok

revoke admin option for child from jane
--> ok

drop role parent
--> ok

grant parent to jane
--> error: role "parent" does not exist

--> access: membership on role child to jane

-- script: roles that are not there any more
create table t (a int)
--> ok

create role r
--> ok

grant select on t to r
--> ok

drop role r
--> error: role "r" cannot be dropped because some objects depend on it

revoke select on t from r
--> ok

drop role r
--> ok

grant select on t to r
--> error: role "r" does not exist

revoke select on t from r
--> error: role "r" does not exist

drop role r
--> error: role "r" does not exist

drop role if exists r
--> ok

create role r
--> ok

create role r
--> error: role "r" already exists

create user r
--> error: role "r" already exists

create group r
--> error: role "r" already exists

alter role r login
--> ok

alter role nope_role login
--> error: role "nope_role" does not exist

alter user r with password 'x'
--> ok

alter group r add user nope_role
--> error: role "nope_role" does not exist

drop user r
--> ok

drop group r
--> error: role "r" does not exist

-- script: groups and users
create group g
--> ok

create user u
--> ok

create table t (a int)
--> ok

grant select on t to group g
--> ok

alter group g add user u
--> ok

grant select on t to user u
--> error: syntax error at or near "user"

grant select on t to u, group g, public
--> ok

grant select on t to public with grant option
--> error: grant options can only be granted to roles

grant select on t to current_user
--> ok

grant select on t to session_user
--> ok

--> access: membership on role g to u
--> access: select on table analytics.t to g
--> access: select on table analytics.t to public
--> access: select on table analytics.t to u

-- script: grants follow a table
create table t (a int)
--> ok

create role r
--> ok

grant select on t to r
--> ok

alter table t rename to u
--> ok

grant insert on t to r
--> error: relation "t" does not exist

grant insert on u to r
--> ok

create schema s
--> ok

alter table u set schema s
--> ok

grant update on u to r
--> error: relation "u" does not exist

grant update on s.u to r
--> ok

--> access: insert on table s.u to r
--> access: select on table s.u to r
--> access: update on table s.u to r

-- script: grants end with a table
create table t (a int)
--> ok

create role r
--> ok

grant select on t to r
--> ok

drop table t
--> ok

create table t (a int)
--> ok

-- script: grants outlive a view that is replaced
create view v as select 1 as a
--> ok

create role r
--> ok

grant select on v to r
--> ok

create or replace view v as select 1 as a, 2 as b
--> ok

--> access: select on view analytics.v to r

-- script: grants end with a schema
create schema s
--> ok

create table s.t (a int)
--> ok

create role r
--> ok

grant usage on schema s to r
--> ok

grant select on s.t to r
--> ok

drop schema s
--> error: cannot drop schema s because other objects depend on it

drop schema s cascade
--> ok

grant usage on schema s to r
--> error: schema "s" does not exist

grant select on s.t to r
--> error: schema "s" does not exist

create schema s
--> ok

-- script: grants are rolled back
create table t (a int)
--> ok

create role r
--> ok

begin
--> ok

grant select on t to r
--> ok

rollback
--> ok

begin
--> ok

grant insert on t to r
--> ok

savepoint one
--> ok

grant update on t to r
--> ok

rollback to savepoint one
--> ok

grant delete on t to r
--> ok

release savepoint one
--> ok

commit
--> ok

--> access: delete on table analytics.t to r
--> access: insert on table analytics.t to r

-- script: default privileges
create role r
--> ok

create role maker
--> ok

alter default privileges in schema analytics grant select on tables to r
--> ok

create table t (a int)
--> ok

create view v as select 1 as a
--> ok

create sequence q
--> ok

alter default privileges in schema analytics grant usage on sequences to r
--> ok

create sequence q2
--> ok

alter default privileges grant insert on tables to public
--> ok

create table u (a int)
--> ok

alter default privileges in schema nope grant select on tables to r
--> error: schema "nope" does not exist

alter default privileges grant usage on tables to r
--> error: invalid privilege type USAGE for relation

alter default privileges grant usage on schemas to r
--> ok

alter default privileges in schema analytics grant usage on schemas to r
--> error: cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS

alter default privileges for role maker in schema analytics grant delete on tables to r
--> ok

create table w (a int)
--> ok

alter default privileges for role nope_role grant delete on tables to r
--> error: role "nope_role" does not exist

alter default privileges in schema analytics revoke select on tables from r
--> ok

create table x (a int)
--> ok

alter default privileges in schema analytics grant execute on functions to r
--> ok

create function f() returns int language sql as 'select 1'
--> ok

--> access: execute on function analytics.f to r
--> access: usage on sequence analytics.q2 to r
--> access: select on table analytics.t to r
--> access: insert on table analytics.u to public
--> access: select on table analytics.u to r
--> access: insert on table analytics.w to public
--> access: select on table analytics.w to r
--> access: insert on table analytics.x to public
--> access: select on view analytics.v to r

-- script: default privileges of tables and views made anew
create role r
--> ok

alter default privileges in schema analytics grant select on tables to r
--> ok

create table t as select 1 as a
--> ok

create table t__new as select 2 as a
--> ok

alter table t rename to t__old
--> ok

alter table t__new rename to t
--> ok

drop table t__old
--> ok

create materialized view m as select 1 as a
--> ok

create temp table x (a int)
--> ok

--> access: select on materialized view analytics.m to r
--> access: select on table analytics.t to r

-- script: comments
create table t (a int, b text)
--> ok

create view v as select 1 as a
--> ok

create materialized view m as select 1 as a
--> ok

create index i on t (a)
--> ok

create sequence q
--> ok

create schema s
--> ok

comment on table t is 'a table'
--> ok

comment on table t is null
--> ok

comment on table nope is 'x'
--> error: relation "nope" does not exist

comment on table v is 'x'
--> error: "v" is not a table

comment on table m is 'x'
--> error: "m" is not a table

comment on table i is 'x'
--> error: "i" is not a table

comment on view v is 'x'
--> ok

comment on view t is 'x'
--> error: "t" is not a view

comment on view m is 'x'
--> error: "m" is not a view

comment on view nope is 'x'
--> error: relation "nope" does not exist

comment on materialized view m is 'x'
--> ok

comment on materialized view t is 'x'
--> error: "t" is not a materialized view

comment on materialized view v is 'x'
--> error: "v" is not a materialized view

comment on column t.a is 'x'
--> ok

comment on column t.nope is 'x'
--> error: column "nope" of relation "t" does not exist

comment on column analytics.t.a is 'x'
--> ok

comment on column nope.a is 'x'
--> error: relation "nope" does not exist

comment on column v.a is 'x'
--> ok

comment on column v.nope is 'x'
--> error: column "nope" of relation "v" does not exist

comment on column m.a is 'x'
--> ok

comment on column i.a is 'x'
--> error: cannot set comment on relation "i"

comment on column q.a is 'x'
--> error: column "a" of relation "q" does not exist

comment on index i is 'x'
--> ok

comment on index t is 'x'
--> error: "t" is not an index

comment on index nope is 'x'
--> error: relation "nope" does not exist

comment on sequence q is 'x'
--> ok

comment on sequence nope is 'x'
--> error: relation "nope" does not exist

comment on sequence t is 'x'
--> error: "t" is not a sequence

comment on schema s is 'x'
--> ok

comment on schema nope is 'x'
--> error: schema "nope" does not exist

comment on database rehearsal is 'x'
--> ok

comment on extension plpgsql is 'x'
--> ok

comment on column a is 'x'
--> error: column name must be qualified

comment on table nowhere.t is 'x'
--> error: schema "nowhere" does not exist

comment on table t is $$it's$$
--> ok

comment on table t is 'a' || 'b'
--> error: syntax error at or near "||"

-- script: comments on what is in a table
create table t (a int, constraint a_positive check (a > 0))
--> ok

comment on constraint a_positive on t is 'x'
--> ok

comment on constraint nope on t is 'x'
--> error: constraint "nope" for table "t" does not exist

comment on constraint a_positive on nope is 'x'
--> error: relation "nope" does not exist

comment on trigger nope on t is 'x'
--> error: trigger "nope" for table "t" does not exist

comment on policy nope on t is 'x'
--> error: policy "nope" for table "t" does not exist

comment on rule nope on t is 'x'
--> error: rule "nope" for relation "t" does not exist

-- script: comments on routines, types and roles
create function f(x int) returns int language sql as 'select x'
--> ok

create role r
--> ok

create type mood as enum ('sad', 'ok')
--> ok

comment on function f(int) is 'x'
--> ok

comment on function f is 'x'
--> ok

comment on function f(text) is 'x'
--> error: function f(text) does not exist

comment on function nope() is 'x'
--> error: function nope() does not exist

comment on role r is 'x'
--> ok

comment on type mood is 'x'
--> ok

comment on type nope is 'x'
--> error: type "nope" does not exist

comment on type analytics.nope is 'x'
--> error: type "analytics.nope" does not exist

-- script: owners
create table t (a int)
--> ok

create view v as select 1 as a
--> ok

create schema s
--> ok

create role r
--> ok

alter table t owner to r
--> ok

alter table v owner to r
--> ok

alter view v owner to r
--> ok

alter view t owner to r
--> error: "t" is not a view

alter table nope owner to r
--> error: relation "nope" does not exist

alter schema s owner to r
--> ok

alter schema nope owner to r
--> error: schema "nope" does not exist

alter table t owner to current_user
--> ok

alter table if exists nope owner to r
--> ok

alter materialized view t owner to r
--> error: "t" is not a materialized view

alter view if exists nope owner to r
--> ok

-- script: options of tables
create table t (a int, b text)
--> ok

create view v as select 1 as a
--> ok

alter table t set (fillfactor = 70)
--> ok

alter table t reset (fillfactor)
--> ok

alter table t set (nonsense = 70)
--> error: unrecognized parameter "nonsense"

alter table nope set (fillfactor = 70)
--> error: relation "nope" does not exist

alter table t set logged
--> ok

alter table t set unlogged
--> ok

alter table t alter column a set statistics 100
--> ok

alter table t alter column nope set statistics 100
--> error: column "nope" of relation "t" does not exist

alter table t alter a set storage plain
--> ok

alter table t cluster on nope
--> error: index "nope" for table "t" does not exist

alter table t set without cluster
--> ok

alter table t enable row level security
--> ok

alter table t disable row level security
--> ok

alter table nope enable row level security
--> error: relation "nope" does not exist

alter table v enable row level security
--> error: ALTER action ENABLE ROW SECURITY cannot be performed on relation "v"

alter table t replica identity full
--> ok

alter table t set tablespace nope
--> error: tablespace "nope" does not exist

alter table t inherit nope
--> error: relation "nope" does not exist

alter table t disable trigger all
--> ok

alter table t enable trigger nope
--> error: trigger "nope" for table "t" does not exist

-- script: policies
create table t (a int)
--> ok

create view v as select 1 as a
--> ok

create role r
--> ok

create policy p on t using (a > 0)
--> ok

create policy p on t using (a > 0)
--> error: policy "p" for table "t" already exists

create policy p on nope using (true)
--> error: relation "nope" does not exist

create policy p on v using (true)
--> error: "v" is not a table

create policy p2 on t for select to r using (a > 0)
--> ok

create policy p3 on t to nope_role using (true)
--> error: role "nope_role" does not exist

alter policy p on t using (a > 1)
--> ok

alter policy nope on t using (true)
--> error: policy "nope" for table "t" does not exist

alter policy p on t rename to q
--> ok

drop policy p on t
--> error: policy "p" for table "t" does not exist

drop policy q on t
--> ok

drop policy if exists q on t
--> ok

drop policy q on nope
--> error: relation "nope" does not exist

drop policy if exists q on nope
--> ok

-- script: triggers and rules
create table t (a int)
--> ok

create function tf() returns trigger language plpgsql as 'begin return new; end'
--> ok

create trigger g before insert on t for each row execute function tf()
--> ok

create trigger g before insert on t for each row execute function tf()
--> error: trigger "g" for relation "t" already exists

create or replace trigger g before insert on t for each row execute function tf()
--> ok

create trigger h before insert on nope for each row execute function tf()
--> error: relation "nope" does not exist

create trigger h before insert on t for each row execute function nope()
--> error: function nope() does not exist

drop trigger g on t
--> ok

drop trigger g on t
--> error: trigger "g" for table "t" does not exist

drop trigger if exists g on t
--> ok

drop trigger if exists g on nope
--> ok

drop trigger g on nope
--> error: relation "nope" does not exist

create rule ru as on insert to t do nothing
--> ok

create rule ru as on insert to t do nothing
--> error: rule "ru" for relation "t" already exists

create or replace rule ru as on insert to t do nothing
--> ok

drop rule ru on t
--> ok

drop rule ru on t
--> error: rule "ru" for relation "t" does not exist

drop rule if exists ru on t
--> ok

drop function tf()
--> ok

drop function tf()
--> error: function tf() does not exist

drop function if exists tf()
--> ok

-- script: analyze and vacuum
create table t (a int, b text)
--> ok

create view v as select 1 as a
--> ok

analyze t
--> ok

analyze nope
--> error: relation "nope" does not exist

analyze t (a)
--> ok

analyze t (nope)
--> error: column "nope" of relation "t" does not exist

analyze v
--> ok

analyze
--> ok

analyze verbose t
--> ok

analyze t, nope
--> error: relation "nope" does not exist

vacuum t
--> ok

vacuum nope
--> error: relation "nope" does not exist

vacuum analyze t
--> ok

vacuum (analyze, verbose) t
--> ok

vacuum full t
--> ok

vacuum v
--> ok

begin
--> ok

analyze t
--> ok

vacuum t
--> error: VACUUM cannot run inside a transaction block

rollback
--> ok

vacuum t; select 1
--> error: VACUUM cannot run inside a transaction block

select 1; vacuum t
--> error: VACUUM cannot run inside a transaction block

vacuum (analyze) t (a)
--> ok

vacuum analyze t (nope)
--> error: column "nope" of relation "t" does not exist

-- script: reindex and cluster
create table t (a int)
--> ok

create view v as select 1 as a
--> ok

create index i on t (a)
--> ok

reindex table t
--> ok

reindex index i
--> ok

reindex table nope
--> error: relation "nope" does not exist

reindex index nope
--> error: relation "nope" does not exist

reindex index t
--> error: "t" is not an index

reindex table i
--> error: "i" is not a table or materialized view

reindex table v
--> error: "v" is not a table or materialized view

reindex schema analytics
--> ok

reindex schema nope
--> error: schema "nope" does not exist

reindex table concurrently t
--> ok

cluster t using i
--> ok

cluster t
--> ok

cluster t using nope
--> error: index "nope" for table "t" does not exist

cluster nope using i
--> error: relation "nope" does not exist

cluster nope
--> error: relation "nope" does not exist

begin
--> ok

reindex table t
--> ok

reindex table concurrently t
--> error: REINDEX CONCURRENTLY cannot run inside a transaction block

rollback
--> ok

begin
--> ok

reindex schema analytics
--> error: REINDEX SCHEMA cannot run inside a transaction block

rollback
--> ok

-- script: refreshes
create table t (a int)
--> ok

create view v as select 1 as a
--> ok

create materialized view m as select 1 as a
--> ok

refresh materialized view m
--> ok

refresh materialized view nope
--> error: relation "nope" does not exist

refresh materialized view t
--> error: "t" is not a materialized view

refresh materialized view v
--> error: "v" is not a table or materialized view

refresh materialized view m with no data
--> ok

refresh materialized view concurrently m
--> error: CONCURRENTLY cannot be used when the materialized view is not populated

-- script: indexes
create table t (a int, b text)
--> ok

create view v as select 1 as a
--> ok

create index i on t (a)
--> ok

create index i on t (b)
--> error: relation "i" already exists

create index if not exists i on t (b)
--> ok

create index on t (b)
--> ok

create index j on t (nope)
--> error: column "nope" does not exist

create index j on nope (a)
--> error: relation "nope" does not exist

create index j on v (a)
--> error: cannot create index on relation "v"

create index t on t (a)
--> error: relation "t" already exists

create index concurrently k on t (a)
--> ok

begin
--> ok

create index concurrently l on t (a)
--> error: CREATE INDEX CONCURRENTLY cannot run inside a transaction block

rollback
--> ok

create unique index u on t (a)
--> ok

drop index i
--> ok

drop index i
--> error: index "i" does not exist

drop index if exists i
--> ok

drop index t
--> error: "t" is not an index

drop index concurrently k
--> ok

alter index u rename to u2
--> ok

alter index u rename to u3
--> error: relation "u" does not exist

drop table t
--> ok

drop index u2
--> error: index "u2" does not exist

-- script: indexes end with their table
create table t (a int)
--> ok

create index i on t (a)
--> ok

drop table t
--> ok

create table t (a int)
--> ok

create index i on t (a)
--> ok

alter table t rename to old_t
--> ok

create table t (a int)
--> ok

create index i on t (a)
--> error: relation "i" already exists

-- script: names of relations are shared
create table t (a int)
--> ok

create sequence s
--> ok

create view v as select 1 as a
--> ok

create sequence t
--> error: relation "t" already exists

create sequence s
--> error: relation "s" already exists

create sequence if not exists s
--> ok

create index s on t (a)
--> error: relation "s" already exists

create table s (a int)
--> error: relation "s" already exists

create view s as select 1 as a
--> error: relation "s" already exists

create sequence v
--> error: relation "v" already exists

drop sequence t
--> error: "t" is not a sequence

drop table s
--> error: "s" is not a table

drop view s
--> error: "s" is not a view

drop sequence s
--> ok

drop sequence s
--> error: sequence "s" does not exist

drop sequence if exists s
--> ok

drop sequence if exists t
--> error: "t" is not a sequence

drop index v
--> error: "v" is not an index

-- script: schemas
create schema s
--> ok

create schema s
--> error: schema "s" already exists

create schema if not exists s
--> ok

create table s.t (a int)
--> ok

create table nope.t (a int)
--> error: schema "nope" does not exist

create view nope.v as select 1 as a
--> error: schema "nope" does not exist

drop schema s
--> error: cannot drop schema s because other objects depend on it

drop schema s cascade
--> ok

drop schema s
--> error: schema "s" does not exist

drop schema if exists s
--> ok

create schema s
--> ok

alter schema s rename to z
--> ok

create table s.t (a int)
--> error: schema "s" does not exist

create table z.t (a int)
--> ok

alter schema s rename to y
--> error: schema "s" does not exist

create schema authorization current_user
--> ok

-- script: schemas of roles
create role r
--> ok

create schema s authorization r
--> ok

create schema t authorization nope_role
--> error: role "nope_role" does not exist

-- script: functions and procedures
create function f(x int) returns int language sql as 'select x'
--> ok

create function f(x int) returns int language sql as 'select x'
--> error: function "f" already exists with same argument types

create or replace function f(x int) returns int language sql as 'select x + 1'
--> ok

create function f(x text) returns text language sql as 'select x'
--> ok

drop function f
--> error: function name "f" is not unique

drop function f(int)
--> ok

drop function f(int)
--> error: function f(integer) does not exist

drop function if exists f(int)
--> ok

drop function f
--> ok

drop function f
--> error: could not find a function named "f"

drop function if exists nope(int)
--> ok

create procedure p(x int) language sql as 'select x'
--> ok

call p(1)
--> ok

call nope(1)
--> error: procedure nope(integer) does not exist

create procedure p(x int) language sql as 'select x'
--> error: function "p" already exists with same argument types

drop function p(int)
--> error: p(integer) is not a function

drop procedure p(int)
--> ok

drop procedure p(int)
--> error: procedure p(integer) does not exist

drop procedure if exists p(int)
--> ok

call p(1)
--> error: procedure p(integer) does not exist

drop routine nope(int)
--> error: function nope(integer) does not exist

-- script: types, domains and extensions
create type mood as enum ('sad', 'ok')
--> ok

create type mood as enum ('sad', 'ok')
--> error: type "mood" already exists

alter type mood add value 'happy'
--> ok

alter type mood add value 'happy'
--> error: enum label "happy" already exists

alter type mood add value if not exists 'happy'
--> ok

alter type nope add value 'x'
--> error: type "nope" does not exist

drop type mood
--> ok

drop type mood
--> error: type "mood" does not exist

drop type if exists mood
--> ok

create domain positive as int check (value > 0)
--> ok

create domain positive as int
--> error: type "positive" already exists

drop domain positive
--> ok

drop domain positive
--> error: type "positive" does not exist

drop domain if exists positive
--> ok

create extension plpgsql
--> error: extension "plpgsql" already exists

create extension if not exists plpgsql
--> ok

create extension nonsense_extension
--> error: extension "nonsense_extension" is not available

drop extension nonsense_extension
--> error: extension "nonsense_extension" does not exist

drop extension if exists nonsense_extension
--> ok

-- script: sequences
create sequence q start 5
--> ok

alter sequence q restart with 10
--> ok

alter sequence nope restart with 10
--> error: relation "nope" does not exist

alter sequence if exists nope restart with 10
--> ok

alter sequence q owner to current_user
--> ok

alter sequence q rename to q2
--> ok

select nextval('q2')
--> ok

drop sequence q
--> error: sequence "q" does not exist

drop sequence q2
--> ok

-- script: transactions
commit
--> ok

rollback
--> ok

begin
--> ok

begin
--> ok

commit
--> ok

savepoint s
--> error: SAVEPOINT can only be used in transaction blocks

release savepoint s
--> error: RELEASE SAVEPOINT can only be used in transaction blocks

rollback to savepoint s
--> error: ROLLBACK TO SAVEPOINT can only be used in transaction blocks

begin
--> ok

savepoint s
--> ok

rollback to savepoint nope
--> error: savepoint "nope" does not exist

rollback
--> ok

begin
--> ok

release savepoint nope
--> error: savepoint "nope" does not exist

rollback
--> ok

start transaction
--> ok

savepoint a
--> ok

savepoint b
--> ok

rollback to a
--> ok

rollback to b
--> error: savepoint "b" does not exist

abort
--> ok

end
--> ok

begin transaction isolation level serializable
--> ok

end transaction
--> ok

begin; savepoint z; commit
--> ok

savepoint z; select 1
--> error: SAVEPOINT can only be used in transaction blocks

-- script: what no transaction takes
begin
--> ok

create database other
--> error: CREATE DATABASE cannot run inside a transaction block

rollback
--> ok

begin
--> ok

drop database rehearsal_nope
--> error: DROP DATABASE cannot run inside a transaction block

rollback
--> ok

begin
--> ok

alter system set work_mem = '4MB'
--> error: ALTER SYSTEM cannot run inside a transaction block

rollback
--> ok

begin
--> ok

vacuum
--> error: VACUUM cannot run inside a transaction block

rollback
--> ok

begin
--> ok

create tablespace ts location '/tmp/nope'
--> error: CREATE TABLESPACE cannot run inside a transaction block

rollback
--> ok

begin
--> ok

drop tablespace ts
--> error: DROP TABLESPACE cannot run inside a transaction block

rollback
--> ok

create database other2; select 1
--> error: CREATE DATABASE cannot run inside a transaction block

-- script: locks and notices
create table t (a int)
--> ok

lock table t
--> error: LOCK TABLE can only be used in transaction blocks

lock table nope
--> error: LOCK TABLE can only be used in transaction blocks

begin
--> ok

lock table t in exclusive mode
--> ok

lock table nope
--> error: relation "nope" does not exist

rollback
--> ok

begin
--> ok

lock t in access share mode nowait
--> ok

commit
--> ok

lock table t; select 1
--> ok

listen channel
--> ok

notify channel
--> ok

notify channel, 'payload'
--> ok

unlisten channel
--> ok

unlisten *
--> ok

-- script: settings
set work_mem = '64MB'
--> ok

set local work_mem = '64MB'
--> ok

set nonsense_setting = 'x'
--> error: unrecognized configuration parameter "nonsense_setting"

set my.custom = 'x'
--> ok

show work_mem
--> ok

show nonsense_setting
--> error: unrecognized configuration parameter "nonsense_setting"

reset work_mem
--> ok

reset all
--> ok

reset nonsense_setting
--> error: unrecognized configuration parameter "nonsense_setting"

set search_path to analytics, public
--> ok

set search_path = nope
--> ok

show search_path
--> ok

set timezone = 'UTC'
--> ok

set time zone 'UTC'
--> ok

set timezone = 'Nowhere/Land'
--> error: invalid value for parameter "TimeZone": "Nowhere/Land"

set role nope_role
--> error: role "nope_role" does not exist

set role none
--> ok

reset role
--> ok

set session authorization default
--> ok

discard all
--> ok

set statement_timeout = '5min'
--> ok

set statement_timeout = 'nonsense'
--> error: invalid value for parameter "statement_timeout": "nonsense"

set lock_timeout to 1000
--> ok

set enable_seqscan = off
--> ok

set session characteristics as transaction isolation level serializable
--> ok

-- script: statements of blocks
do $$ begin perform 1; end $$
--> ok

do $$ begin raise exception 'no'; end $$
--> error: no

prepare q as select 1
--> ok

execute q
--> ok

execute nope
--> error: prepared statement "nope" does not exist

deallocate q
--> ok

deallocate nope
--> error: prepared statement "nope" does not exist

declare c cursor for select 1
--> error: DECLARE CURSOR can only be used in transaction blocks

-- script: copies
create table t (a int, b text)
--> ok

copy nope from stdin
--> error: relation "nope" does not exist

copy nope to stdout
--> error: relation "nope" does not exist

copy t (nope) to stdout
--> error: column "nope" of relation "t" does not exist

copy t from '/nonexistent/file.csv'
--> error: could not open file "/nonexistent/file.csv" for reading: No such file or directory

copy t (nope) from '/nonexistent/file.csv'
--> error: column "nope" of relation "t" does not exist

copy nope from '/nonexistent/file.csv'
--> error: relation "nope" does not exist

-- script: truncate and drop of kinds
create table t (a int)
--> ok

create view v as select 1 as a
--> ok

create materialized view m as select 1 as a
--> ok

drop view t
--> error: "t" is not a view

drop table v
--> error: "v" is not a table

drop materialized view t
--> error: "t" is not a materialized view

drop materialized view v
--> error: "v" is not a materialized view

drop table m
--> error: "m" is not a table

drop view m
--> error: "m" is not a view

drop table nope
--> error: table "nope" does not exist

drop view nope
--> error: view "nope" does not exist

drop materialized view nope
--> error: materialized view "nope" does not exist

drop table if exists nope
--> ok

drop table if exists v
--> error: "v" is not a table

drop view if exists t
--> error: "t" is not a view

drop table nowhere.t
--> error: schema "nowhere" does not exist

drop table if exists nowhere.t
--> ok

drop role nope_role
--> error: role "nope_role" does not exist

drop role if exists nope_role
--> ok

drop database nope_database
--> error: database "nope_database" does not exist

drop database if exists nope_database
--> ok

drop owned by nope_role
--> error: role "nope_role" does not exist

-- script: reassigning
create role r
--> ok

create role q
--> ok

create table t (a int)
--> ok

alter table t owner to r
--> ok

grant select on t to q
--> ok

reassign owned by r to q
--> ok

drop owned by q
--> ok

reassign owned by nope_role to q
--> error: role "nope_role" does not exist

-- script: statistics objects
create table t (a int, b int)
--> ok

create statistics st on a, b from t
--> ok

create statistics st on a, b from t
--> error: statistics object "st" already exists

create statistics st2 on a, nope from t
--> error: column "nope" does not exist

create statistics st2 on a, b from nope
--> error: relation "nope" does not exist

drop statistics st
--> ok

drop statistics st
--> error: statistics object "st" does not exist

drop statistics if exists st
--> ok

-- script: security labels and the like
create table t (a int)
--> ok

create publication p for table t
--> ok

create publication p2 for table nope
--> error: relation "nope" does not exist

drop publication p
--> ok

create collation c from "C"
--> ok

drop collation c
--> ok

create table part (a int) partition by list (a)
--> ok

create table part_1 partition of part for values in (1)
--> ok

alter table part detach partition part_1
--> ok

alter table part attach partition part_1 for values in (1)
--> ok

alter table part attach partition nope for values in (2)
--> error: relation "nope" does not exist

grant select on part to public
--> ok

--> access: select on table analytics.part to public

-- script: foreign things
create server nope_server foreign data wrapper nope_wrapper
--> error: foreign-data wrapper "nope_wrapper" does not exist

create foreign data wrapper w
--> ok

create server s foreign data wrapper w
--> ok

create foreign table ft (a int) server s
--> ok

create foreign table ft2 (a int) server nope_server
--> error: server "nope_server" does not exist

create user mapping for current_user server s
--> ok

grant usage on foreign server s to public
--> ok

grant select on ft to public
--> ok

drop server s cascade
--> ok

drop server s
--> error: server "s" does not exist

-- script: privileges are kept in order
create table t (a int)
--> ok

create role one
--> ok

create role two
--> ok

grant all on t to one
--> ok

revoke all on t from one
--> ok

grant select on t to one with grant option
--> ok

grant select on t to one
--> ok

revoke select on t from two
--> ok

revoke all on all tables in schema analytics from one
--> ok

grant select on t to one granted by current_user
--> ok

--> access: select on table analytics.t to one

-- script: names in quotes
create table "Mixed" (a int, "B" int)
--> ok

create role "Reporter"
--> ok

grant select on Mixed to "Reporter"
--> error: relation "mixed" does not exist

grant select on "Mixed" to "Reporter"
--> ok

grant select on "Mixed" to "Reporter"
--> ok

grant select ("B") on "Mixed" to "Reporter"
--> ok

grant select (B) on "Mixed" to "Reporter"
--> error: column "b" of relation "Mixed" does not exist

comment on column "Mixed"."B" is 'x'
--> ok

comment on column "Mixed".b is 'x'
--> error: column "b" of relation "Mixed" does not exist

comment on table MIXED is 'x'
--> error: relation "mixed" does not exist

create role REPORTER2
--> ok

grant select on "Mixed" to Reporter2
--> ok

--> access: select on column analytics.Mixed.B to Reporter
--> access: select on table analytics.Mixed to Reporter
--> access: select on table analytics.Mixed to reporter2

-- script: a schema that holds something gets another name
create schema s
--> ok

create table s.t (a int)
--> ok

create view s.v as select a from s.t
--> ok

create sequence s.q
--> ok

create role r
--> ok

grant usage on schema s to r
--> ok

grant select on s.t to r
--> ok

grant usage on sequence s.q to r
--> ok

create schema z
--> ok

alter schema s rename to z
--> error: schema "z" already exists

drop schema z
--> ok

alter schema s rename to z
--> ok

insert into z.t values (1)
--> ok

select a from z.v
--> ok

grant insert on z.t to r
--> ok

grant insert on s.t to r
--> error: schema "s" does not exist

comment on sequence z.q is 'x'
--> ok

create table t (a int)
--> ok

alter table t set schema z
--> error: relation "t" already exists in schema "z"

alter table t set schema nope
--> error: schema "nope" does not exist

alter view z.v set schema analytics
--> ok

select a from v
--> ok

--> access: usage on schema z to r
--> access: usage on sequence z.q to r
--> access: insert on table z.t to r
--> access: select on table z.t to r

-- script: temporary tables
create temp table t (a int)
--> ok

comment on table t is 'x'
--> ok

comment on column t.a is 'x'
--> ok

comment on column t.nope is 'x'
--> error: column "nope" of relation "t" does not exist

analyze t
--> ok

create role r
--> ok

grant select on t to r
--> ok
