copy (select * from t) to 's3://b/p' (format parquet, partition_by (dt, a), overwrite_or_ignore true)
---
copy t from 'x.csv' (auto_detect true, nullstr '')
---
create or replace table t as from read_csv('x.csv', header = true, columns = {'a': 'INT', 'b': 'VARCHAR'})
---
create or replace table t (a int primary key, b varchar[], c struct(x int, y varchar), d map(varchar, int), e int generated always as (a * 2), )
---
create or replace macro f(a, b := 5) as table select a + b
---
create or replace temp view v as select * exclude (a) replace (b + 1 as b) from t
---
create secret s (type s3, provider credential_chain)
---
create index if not exists i on t (a)
---
create schema if not exists s
---
create sequence seq start 1
---
create type mood as enum ('a', 'b')
---
create or replace persistent secret if not exists x (type gcs)
---
install spatial from community
---
force install httpfs
---
load spatial
---
attach 'host=h dbname=d' as pg (type postgres, read_only)
---
attach ':memory:' as m
---
attach or replace 'x.db' as y
---
detach database if exists aux
---
use aux.main
---
set threads = 4
---
set variable x = 1
---
set s3_region = 'us-east-1'
---
reset threads
---
pragma memory_limit = '1GB'
---
pragma database_list
---
pragma table_info('t')
---
call pragma_version()
---
call dbgen(sf = 1)
---
checkpoint aux
---
force checkpoint
---
vacuum analyze
---
analyze t
---
export database 'x' (format csv, delimiter '|')
---
import database 'x'
---
summarize select * from t
---
describe t
---
from t
---
from t select a, b, where a > 1
---
select a, b, from t
---
select columns('a.*'), columns(* exclude (b)), * like 'x%' from t
---
select [1, 2, 3][1:2], {'a': 1}, map {'k': 1}, list_transform(l, x -> x + 1), [x * 2 for x in l if x > 1], a // 2, a ** 2, s.x, 'a'::int, $$it's$$, e'\n' from t
---
select * from t asof join u using (a, ts)
---
select * from t positional join u
---
select * from 'x.parquet' union all by name select * from 's3://b/*.parquet'
---
select * from t group by all having count(*) > 1 order by all limit 10%
---
select * from t qualify row_number() over (partition by a order by b) = 1
---
select * from t using sample 10%
---
select * from (pivot t on a using sum(b) group by c)
---
pivot t on a in ('x', 'y') using sum(b)
---
unpivot t on a, b into name n value v
---
insert or replace into t values (1, 2)
---
insert into t by name select 1 as a
---
insert into t (a) values (1) on conflict (a) do update set b = excluded.b returning *
---
insert into t from u
---
delete from t using u where t.a = u.a
---
update t set a = 1 from u where t.a = u.a
---
merge into t using u on t.a = u.a when matched then update when not matched then insert
---
truncate t
---
drop table if exists t cascade
---
drop macro table if exists f
---
drop secret if exists s
---
alter table t add column if not exists c int default 1
---
alter table t alter a set data type varchar using a || 'x'
---
alter table t rename a to b
---
alter table s.x add field y int
---
alter view v rename to w
---
comment on table t is 'x'
---
comment on column t.a is null
---
begin transaction
---
commit
---
rollback
---
prepare p as select ?
---
execute p(1)
---
explain analyze select 1
---
show all tables
---
values (1, 2), (3, 4)
---
with t as materialized (select 1) select * from t
---
with recursive r(a) using key (a) as (select 1 union select 2) from r
---
select sum(x) filter (x > 0) from t
---
select 2 ** 3
---
select * like 'a%' from t
---
select rank(order by a) over (order by b) from t
