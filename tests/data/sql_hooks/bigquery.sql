alter table `p.d.t` set options (description = 'it\'s', labels = [('team', 'x'), ('env', 'prod')], require_partition_filter = true)
---
alter table p.d.t add column c struct<a int64, b array<string>> options (description = 'x')
---
alter table p.d.t drop column if exists c
---
alter table p.d.t rename to t2
---
alter table p.d.t alter column c drop not null
---
alter table p.d.t alter column c set data type numeric
---
alter table p.d.t add constraint fk foreign key (a) references p.d.u (id) not enforced
---
alter view p.d.v set options (expiration_timestamp = timestamp_add(current_timestamp(), interval 48 hour))
---
alter materialized view p.d.mv set options (enable_refresh = true)
---
alter schema if exists p.d set options (default_table_expiration_days = 3.5)
---
alter schema d add replica `eu` options (location = 'eu')
---
alter project `p` set options (`region-us.default_time_zone` = 'UTC')
---
alter bi_capacity `p.region-us.default` set options (size_gb = 2)
---
create or replace row access policy if_region on `p.d.t` grant to ('group:a@b.com', 'allAuthenticatedUsers') filter using (region = session_user())
---
create row access policy if not exists rp on d.t grant to ('domain:x.com') filter using (true)
---
drop row access policy if exists rp on p.d.t
---
drop all row access policies on `p.d.t`
---
export data options (uri = 'gs://b/x_*.parquet', format = 'PARQUET', overwrite = true, compression = 'SNAPPY') as select * from `p.d.t` where dt = current_date()
---
export data with connection `p.us.c` options (uri = 's3://b/*', format = 'JSON') as (select 1)
---
load data overwrite p.d.t (a int64) partition by dt from files (format = 'PARQUET', uris = ['gs://b/*']) with partition columns (dt date)
---
assert (select count(*) from `p.d.t`) > 0 as 'no rows'
---
assert exists (select 1 from d.t)
---
declare a, b int64 default (select max(x) from d.t)
---
declare dates array<date> default generate_date_array('2024-01-01', current_date(), interval 1 day)
---
set (a, b) = (1, 2)
---
set x = (select as struct 1 as a, 2 as b)
---
set @@query_label = 'team:x'
---
set @@dataset_project_id = 'p'
---
begin
  declare x int64 default 0;
  begin transaction;
  delete from d.t where true;
  insert d.t (a) values (1);
  commit transaction;
exception when error then
  rollback transaction;
  raise using message = @@error.message;
end
---
if (select count(*) from d.t) = 0 then
  select error('x');
elseif x > 1 then
  set x = 1;
else
  begin select 1; end;
end if
---
while x < 10 do
  set x = x + 1;
  if x = 5 then continue; end if;
end while
---
for r in (select table_name from d.INFORMATION_SCHEMA.TABLES) do
  execute immediate format("drop table `p.d.%s`", r.table_name);
end for
---
case when x = 1 then select 1; else select 2; end case
---
repeat set x = x - 1; until x < 0 end repeat
---
execute immediate """select * from `p.d.t` where a = ? and b = @b""" into x using 1, 2 as b
---
execute immediate concat('create or replace view d.v as ', r'select "\d"')
---
call bq.refresh_materialized_view('p.d.mv')
---
call `p.d`.proc(@x, [1, 2], struct(1 as a))
---
create or replace table d.t cluster by a as select * except (b) replace (c + 1 as c) from d.u
---
create table if not exists d.t (a int64 not null options (description = 'x'), b struct<c string, d array<float64>>, primary key (a) not enforced) partition by timestamp_trunc(ts, hour) options (labels = [('a', 'b')])
---
create table d.t like d.u
---
create table d.t copy d.u
---
create or replace temp table x as select 1 as a
---
create materialized view if not exists d.mv options (enable_refresh = false) as select a, count(*) c from d.t group by a
---
create or replace view d.v options (description = """it's""") as select a, b, from d.t
---
create or replace table function d.f(x int64) as select * from d.t where a = x
---
create or replace function d.f(s string) returns string language js options (library = ['gs://b/l.js']) as r"""
  return s.replace(/'/g, "\"");
"""
---
create or replace aggregate function d.f(x float64) returns float64 as (sum(x))
---
create or replace procedure d.p(in a string, out b int64) options (strict_mode = false) begin declare c int64; set b = 1; end
---
create or replace model d.m options (model_type = 'linear_reg', input_label_cols = ['y']) as select * from d.t
---
create vector index if not exists i on d.t (e) options (index_type = 'IVF', distance_type = 'COSINE')
---
create capacity `p.region-us.c` options (slot_count = 100)
---
create reservation `p.region-us.r` options (slot_capacity = 100)
---
create snapshot table if not exists d.s clone d.t for system_time as of timestamp_sub(current_timestamp(), interval 1 hour)
---
grant `roles/bigquery.dataViewer`, `roles/bigquery.dataEditor` on schema `p`.d to 'user:a@b.com', "serviceAccount:x@p.iam.gserviceaccount.com"
---
revoke `roles/bigquery.dataViewer` on schema d from 'group:a@b.com'
---
truncate table `p-1.d.t`
---
delete from `p.d.t` where _partitiontime < timestamp_sub(current_timestamp(), interval 30 day)
---
delete d.t where a in unnest([1, 2])
---
delete my-project.d.t where true
---
update d.t set s.a = 1, arr = array(select x from unnest(arr) x) where id in (select id from d.u)
---
update d.t t set a = u.a from d.u u where t.id = u.id
---
insert into d.t (a, b) select a, struct(b, c) from d.u cross join unnest(items) as i with offset as o
---
insert d.t values (1, [1, 2], (1, 'x'), date '2024-01-01', b'\x00', null)
---
merge d.t t using (select * from d.s) s on t.id = s.id when matched and t.a != s.a then update set a = s.a when not matched by target then insert row when not matched by source and t.dt < current_date() then delete
---
merge into d.t using d.s on false when not matched then insert (a) values (a) when not matched by source then delete
---
select * from d.t for system_time as of timestamp '2024-01-01'
---
select * from ml.predict(model d.m, (select * from d.t))
---
select * from d.t qualify row_number() over w = 1 window w as (partition by a order by b)
---
select * from d.t pivot (sum(x) for q in ('Q1', 'Q2'))
---
select safe_cast(a as int64), safe.substr(b, 1), if(a, b, c), s.f[safe_offset(0)], @@project_id from d.t
---
from d.t |> where a > 1 |> aggregate count(*) as n group by b |> order by n desc
---
select as value struct(1 as a)
---
select `p.d.f`(1), d.t.a, r'\d+', 'a"b', "it's" # trailing
---
drop table if exists `p.d.t`
---
drop view if exists d.v
---
drop function if exists d.f
---
drop materialized view d.mv
---
drop snapshot table if exists d.s
---
undrop schema d
---
create external table if not exists d.e with partition columns (dt date) options (format = 'PARQUET', uris = ['gs://b/*'], hive_partition_uri_prefix = 'gs://b')
---
select cast(x as array<string>), cast([] as array<struct<a int64, b string>>) from d.t |> limit 5
---
alter table d.t add column c array<struct<a int64, b array<string>>>
---
undrop schema if not exists p.d
---
select (x).substr(1, 3) as y, safe.substr(a, 0, -2) as z from t
