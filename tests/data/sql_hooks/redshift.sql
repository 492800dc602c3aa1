vacuum
---
vacuum sort only s.t to 99 percent boost
---
vacuum reindex s.t
---
vacuum recluster s.t
---
analyze
---
analyze verbose s.t
---
analyze s.t (a, b)
---
analyze compression s.t comprows 100000
---
unload ('select * from s.t where a = ''x''') to 's3://b/p_' iam_role default format as parquet partition by (dt) include allowoverwrite maxfilesize 100 mb
---
unload ($$ select * from s.t where a = 'x' $$) to 's3://b/p' credentials 'aws_iam_role=arn:x' delimiter '|' addquotes escape gzip parallel off header
---
copy s.t (a, b) from 's3://b/p' iam_role 'arn:aws:iam::1:role/r' json 'auto ignorecase' gzip timeformat 'auto' region 'us-east-1' maxerror 10 compupdate off statupdate on truncatecolumns
---
copy s.t from 's3://b/m' iam_role default manifest csv quote as '"' delimiter ',' ignoreheader as 1 dateformat 'auto' nullas '\N' emptyasnull blanksasnull acceptinvchars
---
copy s.t from 's3://b' iam_role 'x' format as parquet serializetojson
---
alter table s.t append from s.u ignoreextra
---
alter table s.t alter distkey a, alter compound sortkey (b, c)
---
alter table s.t alter diststyle even
---
alter table s.t alter diststyle auto
---
alter table s.t alter sortkey none
---
alter table s.t alter column a type varchar(300)
---
alter table s.t alter column a encode zstd
---
alter table s.t add column c varchar(10) encode lzo default 'x' not null
---
alter table s.t drop column c cascade
---
alter table s.t rename column a to b
---
alter table sp.t add if not exists partition (dt = '2024-01-01') location 's3://b/2024'
---
alter table sp.t set table properties ('numRows' = '100')
---
alter table s.t row level security on
---
alter materialized view s.mv auto refresh yes
---
alter schema s quota 50 gb
---
alter user u set search_path to s, public
---
alter user u password disable
---
alter default privileges for user u in schema s grant select on tables to group g, role r
---
alter default privileges in schema s revoke insert on tables from public
---
alter group g add user a, b
---
alter datashare d add schema s
---
alter datashare d set publicaccessible true
---
alter external schema sp refresh
---
alter system set x = 1
---
attach rls policy p on s.t to role r
---
attach masking policy m on s.t (a) to role r priority 10
---
detach masking policy m on s.t (a) from role r
---
create masking policy m with (a varchar(10)) using ('***'::text)
---
create rls policy p with (a varchar(10)) using (a = current_user)
---
create table if not exists s.t (a bigint identity(0, 1) encode az64, b varchar(256) encode zstd not null, primary key (a)) diststyle key distkey (a) compound sortkey (a, b)
---
create table s.t distkey (a) sortkey (b) as select * from s.u
---
create temp table #x (like s.t including defaults)
---
create table s.t backup no as select 1 as a
---
create or replace view s.v as select * from sp.t with no schema binding
---
create external table sp.t (a int) partitioned by (dt date) row format serde 'org.x' with serdeproperties ('a' = 'b') stored as inputformat 'x' outputformat 'y' location 's3://b'
---
create external schema if not exists sp from redshift database 'd' schema 's' iam_role default create external database if not exists
---
create materialized view s.mv backup no diststyle all sortkey (a) auto refresh no as select 1 as a
---
create or replace procedure s.p(a int, b inout varchar) as $$
declare x int;
begin
  select count(*) into x from s.t;
  if x > 0 then raise info 'it''s %', x; end if;
end;
$$ language plpgsql security definer
---
create or replace function s.f(a varchar) returns varchar immutable as $$ select upper($1) $$ language sql
---
create external function s.f(varchar) returns varchar stable lambda 'x' iam_role 'arn:x'
---
create library l language plpythonu from 's3://b/l.zip' iam_role default
---
create model m from s.t target y function f iam_role default settings (s3_bucket 'b')
---
create user u password disable in group g
---
create group g with user a
---
create role r
---
grant usage on schema s to group g
---
grant select on all tables in schema s to group g, role r, u
---
grant execute on all functions in schema s to public
---
grant role r to u
---
grant select on external table sp.t to iam_role 'arn:x'
---
grant usage on language plpythonu to u
---
grant alter, drop on table s.t to role r
---
grant explain rls to role r
---
grant usage on database d to role r
---
grant select for tables in schema s to role r
---
revoke all on all tables in schema s from group g cascade
---
revoke role r from u
---
refresh materialized view s.mv cascade
---
set query_group to 'dbt'
---
set wlm_query_slot_count to 3
---
set search_path to '$user', s, public
---
reset all
---
show table s.t
---
comment on table s.t is 'it''s'
---
comment on column s.t.a is null
---
call s.p(1, 'x')
---
cancel 123 'x'
---
lock s.t
---
lock table s.t, s.u
---
truncate s.t
---
drop table if exists s.t cascade
---
drop datashare d
---
delete from s.t using (select id from s.u) u where s.t.id = u.id
---
delete from s.t where dt < dateadd(day, -30, getdate())
---
insert into s.t (select * from s.u)
---
insert into s.t values (1, default), (2, 'x')
---
insert into s.log select 'm', getdate(), sysdate, current_user
---
merge into s.t using s.u on s.t.id = s.u.id when matched then update set a = u.a when not matched then insert values (u.id, u.a)
---
merge into s.t using s.u on s.t.id = s.u.id remove duplicates
---
update s.t set a = u.a from s.u u where s.t.id = u.id
---
update s.t set s = json_parse('{"a": 1}') where s.a is null
---
select listagg(distinct a, ',') within group (order by a) from s.t
---
select a.b[0].c::int from s.t a, a.items i at idx
---
select top 10 * from svv_table_info
---
select * from s.t qualify row_number() over (partition by a order by b) = 1
---
select approximate count(distinct a), nvl(b, c), a || 'x', 'a\'b' from s.t
---
select * exclude (a) from s.t
---
begin read write
---
abort
---
prepare p (int) as select $1
---
declare c cursor for select * from s.t
---
select approximate count(distinct x) from t
