-- script: grants
create table t (a int, b int)
--> ok

create group analysts
--> simulated

grant select on t to group analysts, public
--> simulated

grant select on all tables in schema s to group analysts
--> simulated

grant usage on schema s to group analysts
--> simulated

grant select(a, b) on t to group analysts
--> simulated

grant select(nope) on t to group analysts
--> error: column "nope" of relation "t" does not exist

grant select on nope to group analysts
--> error: relation "nope" does not exist

grant select on t to role reporter
--> assumed

grant select on t to alice
--> assumed

alter group analysts add user alice
--> assumed

alter default privileges in schema s grant select on tables to group analysts
--> simulated

create table u (a int)
--> ok

grant usage on datashare ds to account '123456789012'
--> assumed

grant assumerole on 'arn:aws:iam::1:role/x' to user1 for copy
--> assumed

revoke all on schema s from public
--> simulated

drop group analysts
--> error: group "analysts" cannot be dropped because the group has a privilege on some object

create group nobody
--> simulated

drop group nobody
--> simulated

grant select on t to group nobody
--> error: group "nobody" does not exist

--> access: assumerole on object arn:aws:iam::1:role/x to user1
--> access: membership on group analysts to alice
--> access: select on column s.t.a to analysts
--> access: select on column s.t.b to analysts
--> access: select on relation s.t to alice
--> access: select on relation s.t to analysts
--> access: select on relation s.t to public
--> access: select on relation s.t to reporter
--> access: select on relation s.u to analysts
--> access: usage on datashare ds to 123456789012
--> access: usage on schema s to analysts

-- script: maintenance
create table t (a int)
--> ok

vacuum t
--> simulated

vacuum full t to 95 percent
--> simulated

vacuum nope
--> error: relation "nope" does not exist

analyze t
--> simulated

analyze compression t
--> simulated

analyze t predicate columns
--> simulated

alter table t alter diststyle all
--> simulated

alter table t alter sortkey (a)
--> simulated

alter table t owner to bob
--> assumed

begin
--> simulated

vacuum t
--> error: VACUUM cannot run inside a transaction block

rollback
--> simulated

unload ('select * from t') to 's3://b/x' iam_role default
--> assumed

copy t from 's3://b/x' iam_role default
--> assumed

copy nope from 's3://b/x' iam_role default
--> error: relation "nope" does not exist

call p()
--> assumed

refresh materialized view m
--> assumed

comment on table t is 'x'
--> simulated

comment on column t.a is 'x'
--> simulated
