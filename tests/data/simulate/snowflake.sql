-- script: grants on a table
create table t (a int, b text)
--> ok

grant select on table t to role reporter
--> assumed

create role analyst
--> simulated

grant select, insert on table t to role analyst with grant option
--> simulated

grant select on nope to role analyst
--> error: SQL compilation error: Object 'DB.S.NOPE' does not exist or not authorized.

grant all privileges on table t to role admin
--> assumed

revoke insert on table t from role analyst
--> simulated

revoke select on table t from role admin cascade
--> assumed

--> access: all privileges except select on relation S.T to ADMIN
--> access: select on relation S.T to ANALYST with grant option
--> access: select on relation S.T to REPORTER

-- script: create or replace loses grants
create table t (a int)
--> ok

create role r
--> simulated

grant select on table t to role r
--> simulated

create or replace table t (a int)
--> ok

-- script: future grants
create role r
--> simulated

grant select on future tables in schema db.s to role r
--> simulated

grant insert on future tables in database db to role r
--> simulated

grant usage on future schemas in database db to role r
--> simulated

create or replace table t (a int)
--> ok

create view v as select 1 as a
--> ok

create schema other
--> simulated

create table other.t (a int)
--> ok

revoke select on future tables in schema db.s from role r
--> simulated

create table u (a int)
--> ok

--> access: insert on relation OTHER.T to R
--> access: insert on relation S.U to R
--> access: select on relation S.T to R
--> access: usage on schema OTHER to R

-- script: ownership
create table t (a int)
--> ok

create role one
--> simulated

create role two
--> simulated

grant select on table t to role one
--> simulated

grant ownership on table t to role one copy current grants
--> simulated

grant ownership on table t to role two revoke current grants
--> simulated

--> access: ownership on relation S.T to TWO

-- script: roles and users
create role analyst
--> simulated

create role analyst
--> error: SQL compilation error: Object 'ANALYST' already exists.

create role if not exists analyst
--> simulated

grant role analyst to user jane
--> assumed

grant role analyst to role sysadmin
--> simulated

grant database role db.dr to role analyst
--> assumed

drop role analyst
--> simulated

grant role analyst to user jane
--> error: SQL compilation error: Role 'ANALYST' does not exist or not authorized.

use role accountadmin
--> simulated

use role loader
--> assumed

-- script: other privileges
grant usage on warehouse wh to role r
--> assumed

grant usage on database db to role r
--> assumed

grant usage on schema db.s to role r
--> assumed

grant create table on schema db.s to role r
--> assumed

grant apply masking policy on account to role r
--> assumed

grant execute task on account to role r
--> assumed

grant usage on function db.s.f(number) to role r
--> assumed

grant usage on all functions in schema db.s to role r
--> assumed

grant select on all tables in schema db.s to role r
--> assumed

grant imported privileges on database shared_db to role r
--> assumed

grant operate on task db.s.t1 to role r
--> assumed

grant usage on integration i to role r
--> assumed

grant select on view db.s.v to share sh
--> assumed

--> access: apply masking policy on account to R
--> access: create table on schema S to R
--> access: execute task on account to R
--> access: imported privileges on database SHARED_DB to R
--> access: operate on task S.T1 to R
--> access: select on relation S.V to SH
--> access: usage on database DB to R
--> access: usage on function S.F to R
--> access: usage on integration I to R
--> access: usage on schema S to R
--> access: usage on warehouse WH to R

-- script: comments
create table t (a int)
--> ok

comment on table t is 'x'
--> simulated

comment if exists on table t is 'x'
--> simulated

comment on column t.a is 'x'
--> simulated

comment on column t.nope is 'x'
--> error: SQL compilation error: invalid identifier 'NOPE'

comment on table nope is 'x'
--> error: SQL compilation error: Object 'DB.S.NOPE' does not exist or not authorized.

comment if exists on table nope is 'x'
--> simulated

comment on schema db.s is 'x'
--> simulated

-- script: tags and policies
create table t (email text, region text)
--> ok

create tag cost_center
--> simulated

alter table t set tag cost_center = 'x'
--> simulated

alter table t set tag other.tag = 'x', cost_center = 'y'
--> assumed

alter table t unset tag cost_center
--> simulated

alter table t modify column email set tag cost_center = 'x'
--> simulated

create masking policy mask_email as (val string) returns string -> '***'
--> simulated

alter table t modify column email set masking policy mask_email
--> simulated

alter table t modify column nope set masking policy mask_email
--> error: SQL compilation error: invalid identifier 'NOPE'

alter table t modify column email set masking policy mask_other force
--> assumed

alter table t modify column email unset masking policy
--> simulated

create row access policy rap as (region text) returns boolean -> true
--> simulated

alter table t add row access policy rap on (region)
--> simulated

alter table t add row access policy rap on (region)
--> error: SQL compilation error: Object 'DB.S.T' already has a ROW_ACCESS_POLICY. Only one ROW_ACCESS_POLICY is allowed at a time.

alter table t drop row access policy rap
--> simulated

alter table t add row access policy rap on (nope)
--> error: SQL compilation error: invalid identifier 'NOPE'

alter table t drop all row access policies
--> simulated

drop masking policy mask_email
--> simulated

alter table t modify column email set masking policy mask_email
--> error: SQL compilation error: Masking policy 'DB.S.MASK_EMAIL' does not exist or not authorized.

-- script: options
create table t (a int, b int)
--> ok

alter table t cluster by (a, b)
--> simulated

alter table t cluster by (nope)
--> error: SQL compilation error: invalid identifier 'NOPE'

alter table t cluster by (to_date(a), b)
--> simulated

alter table t drop clustering key
--> simulated

alter table t suspend recluster
--> simulated

alter table t add search optimization
--> simulated

alter table t set data_retention_time_in_days = 1
--> simulated

alter table t set comment = 'x'
--> simulated

alter table t set change_tracking = true, data_retention_time_in_days = 7
--> simulated

alter table nope set change_tracking = true
--> error: SQL compilation error: Object 'DB.S.NOPE' does not exist or not authorized.

alter table if exists nope set change_tracking = true
--> simulated

-- script: sessions and warehouses
alter session set query_tag = 'dbt'
--> simulated

alter session unset query_tag
--> simulated

alter warehouse wh set warehouse_size = 'LARGE'
--> assumed

alter warehouse wh resume if suspended
--> assumed

use warehouse wh
--> assumed

create warehouse other_wh
--> simulated

use warehouse other_wh
--> simulated

drop warehouse other_wh
--> simulated

use warehouse other_wh
--> error: SQL compilation error: Warehouse 'OTHER_WH' does not exist or not authorized.

use schema db.s
--> simulated

use database other_db
--> assumed

set my_var = 1
--> simulated

show grants on table t
--> simulated

begin
--> simulated

commit
--> simulated

-- script: objects
create stage st
--> simulated

create or replace stage st
--> simulated

create stage st
--> error: SQL compilation error: Object 'DB.S.ST' already exists.

create file format ff type = csv
--> simulated

create sequence q
--> simulated

create table t (a int)
--> ok

create stream str on table t
--> simulated

create stream str2 on table nope
--> error: SQL compilation error: Object 'DB.S.NOPE' does not exist or not authorized.

create task tk warehouse = wh schedule = '1 minute' as select 1
--> simulated

alter task tk resume
--> simulated

alter task missing_task resume
--> assumed

execute task tk
--> assumed

create procedure p() returns string language sql as $$ begin return 'x'; end $$
--> simulated

call p()
--> assumed

call other_schema.refresh_everything(1)
--> assumed

copy into t from @st
--> assumed

copy into nope from @st
--> error: SQL compilation error: Object 'DB.S.NOPE' does not exist or not authorized.

copy into @st from t
--> assumed

put file:///tmp/x.csv @st
--> assumed

drop stage st
--> simulated

drop stage st
--> error: SQL compilation error: Stage 'DB.S.ST' does not exist or not authorized.

drop stage if exists st
--> simulated

drop stage missing_stage
--> assumed

-- script: what is dropped and what a procedure may make again
create role r
--> simulated

drop role r
--> simulated

call rebuild_roles()
--> assumed

use role r
--> assumed

-- script: what is not known
grant select on table __unknown_1 to role r
--> not proved

grant select on table db.s.t to role __unknown_1
--> not proved

execute immediate $$ begin return 1; end $$
--> not proved

begin
  let x := 1;
  return x;
end
--> not proved

-- script: schemas
create schema other
--> simulated

create schema other
--> error: SQL compilation error: Object 'DB.OTHER' already exists.

create table other.t (a int)
--> ok

drop schema other
--> simulated

create table other.t (a int)
--> error: SQL compilation error: Schema 'DB.OTHER' does not exist or not authorized.

grant usage on schema other to role r
--> error: SQL compilation error: Schema 'DB.OTHER' does not exist or not authorized.
