alter table c.s.t execute optimize(file_size_threshold => '128MB')
---
alter table c.s.t execute optimize where dt = date '2024-01-01'
---
alter table c.s.t execute expire_snapshots(retention_threshold => '7d')
---
alter table c.s.t execute remove_orphan_files(retention_threshold => '7d')
---
alter table c.s.t execute drop_extended_stats
---
alter table c.s.t set properties partitioning = array['month(dt)'], format_version = 2
---
alter table c.s.t set authorization role r
---
alter table if exists c.s.t add column if not exists a varchar comment 'x'
---
alter table c.s.t alter column a set data type bigint
---
alter table c.s.t rename to c.s.u
---
alter materialized view c.s.mv set properties x = default
---
alter view c.s.v set authorization alice
---
call system.sync_partition_metadata('s', 't', 'FULL')
---
call c.system.flush_metadata_cache()
---
call c.system.register_table(schema_name => 's', table_name => 't', table_location => 's3://b')
---
analyze c.s.t with (columns = array['a', 'b'])
---
analyze c.s.t with (partitions = array[array['2024']])
---
comment on column c.s.t.a is 'it''s'
---
comment on view c.s.v is null
---
refresh materialized view c.s.mv
---
create table if not exists c.s.t (a bigint not null with (x = 'y'), b array(row(c varchar, d map(varchar, bigint))), e timestamp(6) with time zone) comment 'x' with (format = 'PARQUET', partitioning = array['day(e)'])
---
create table c.s.t with (format = 'ORC') as select 1 as a with no data
---
create or replace table c.s.t as select * from c.s.u
---
create or replace materialized view c.s.mv grace period interval '1' hour with (x = 1) as select 1 as a
---
create or replace view c.s.v security invoker as select 1 as a
---
create schema if not exists c.s authorization role r with (location = 's3://b')
---
create role r with admin user u
---
create function c.s.f(x bigint) returns bigint return x + 1
---
create function c.s.f(x bigint) returns bigint begin declare y bigint default 1; while y < 3 do set y = y + 1; end while; return x + y; end
---
drop table if exists c.s.t
---
drop schema if exists c.s cascade
---
drop function if exists c.s.f(bigint)
---
grant select, insert on c.s.t to user alice with grant option
---
grant r to user alice with admin option in c
---
grant all privileges on schema c.s to role r
---
revoke grant option for select on c.s.t from role r
---
revoke admin option for r from user u in c
---
deny select on c.s.t to role r
---
set session hive.insert_existing_partitions_behavior = 'OVERWRITE'
---
reset session c.x
---
set role r in c
---
set time zone 'UTC'
---
set path c.s
---
use c.s
---
show stats for c.s.t
---
show create table c.s.t
---
insert into c.s.t select * from c.s.u
---
insert into c.s.t (a) values 1, 2, 3
---
delete from c.s.t where dt < current_date - interval '30' day
---
update c.s.t set a = 1 where b is null
---
merge into c.s.t t using c.s.u u on t.id = u.id when matched and u.d then delete when matched then update set a = u.a when not matched then insert (id, a) values (u.id, u.a)
---
truncate table c.s.t
---
select a, approx_percentile(b, 0.9), cast(row(1, 2) as row(x int, y int)), try_cast(c as bigint), x[1], element_at(m, 'k'), transform(a, x -> x + 1), at_timezone(ts, 'UTC'), ts at time zone 'UTC', if(a, b, c), u&'\0041' from "c"."s"."t$partitions" cross join unnest(a, b) with ordinality as t(x, y, n)
---
select * from c.s.t for version as of 123
---
select * from c.s.t for timestamp as of timestamp '2024-01-01 00:00:00 UTC'
---
select * from c.s.t tablesample bernoulli (10)
---
select * from table(c.system.query(query => 'select 1'))
---
select * from c.s.t match_recognize (partition by a order by b measures first(x.b) as f pattern (x+) define x as b > 1)
---
with recursive t(n) as (values (1) union all select n + 1 from t where n < 4) select sum(n) from t
---
values (1, 'a'), (2, 'b')
---
table c.s.t
---
explain analyze select 1
---
execute immediate 'select ?' using 1
---
prepare p from select * from t
---
deallocate prepare p
---
start transaction read only
---
commit work
---
kill query 'x'
---
insert into s select cast(row('b', 3) as row(n varchar(10), a integer))
---
select trim(leading from '  a')
---
select json_object(key 'a' value 1)
