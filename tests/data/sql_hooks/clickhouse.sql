alter table db.t update a = 1, b = concat(b, 'x') where c = 2 settings mutations_sync = 2
---
alter table db.t on cluster '{cluster}' delete where dt < today() - 30
---
alter table db.t drop partition '202401'
---
alter table db.t detach partition id 'all'
---
alter table db.t replace partition tuple('a', 1) from db.u
---
alter table db.t move partition '2024' to table db.u
---
alter table db.t freeze partition '2024' with name 'b'
---
alter table db.t modify ttl dt + interval 30 day delete where a = 1
---
alter table db.t modify setting index_granularity = 1024
---
alter table db.t add column if not exists c Nullable(String) default 'x' codec(ZSTD(3)) after b
---
alter table db.t modify column a LowCardinality(String) ttl dt + toIntervalDay(1)
---
alter table db.t comment column a 'it\'s'
---
alter table db.t add index i a type bloom_filter(0.01) granularity 4
---
alter table db.t materialize index i
---
alter table db.t add projection p (select a, count() group by a)
---
alter table db.t clear column a in partition '2024'
---
alter table db.t modify order by (a, b)
---
alter table db.t modify comment 'x'
---
alter table db.t add constraint c check a > 0
---
alter table db.mv modify query select 1
---
alter user u settings max_threads = 1
---
optimize table db.t
---
optimize table db.t on cluster c partition '2024' final deduplicate by a, b
---
system reload dictionaries
---
system reload dictionary on cluster c db.d
---
system flush logs
---
system stop merges db.t
---
system sync replica db.t
---
system drop mark cache
---
exchange tables db.a and db.b on cluster c
---
exchange dictionaries a and b
---
rename table db.a to db.b, db.c to db.d on cluster c
---
truncate table if exists db.t on cluster c sync
---
truncate all tables from db
---
drop table if exists db.t on cluster c sync
---
drop dictionary if exists db.d
---
drop row policy if exists p on db.t
---
drop view db.v no delay
---
detach table db.t permanently
---
attach table db.t
---
undrop table db.t
---
insert into db.t (* except(a)) select * except a from db.u
---
insert into db.t (a, b) values (1, 'it\'s'), (2, NULL)
---
insert into db.t format JSONEachRow {"a": 1}
---
insert into function s3('https://b/x.csv', 'CSV') select * from db.t settings s3_truncate_on_insert = 1
---
insert into db.t settings async_insert = 1 values (1)
---
insert into db.t select * from db.u final prewhere a = 1 where b in (1, 2,) array join c as d limit 1 by a limit 10 settings max_threads = 1 format Null
---
delete from db.t where a = 1
---
delete from db.t on cluster c where a in (select a from db.u)
---
update db.t set a = 1 where b = 2
---
select a, countIf(b = 1), quantile(0.9)(c), arrayMap(x -> x + 1, d), (1,), {p:UInt8}, e.1, [1, 2][1], d ? 1 : 2 from db.t sample 0.1 any left join db.u using (a) global in (select 1)
---
select * from db.t where dt >= '2024-01-01' group by all with totals order by a with fill step 1
---
select sumMerge(a), argMax(b, c), uniqExact(d), toStartOfMonth(e) from db.t asof join u on t.a = u.a and t.ts >= u.ts
---
select * from numbers(10) union distinct select 1 intersect select 2
---
with 1 as x, (select max(a) from t) as y select x + y
---
with t as (select 1) select * from t
---
set max_threads = 4, join_use_nulls = 1
---
set role all
---
grant on cluster c select(a, b), insert on db.* to r, u with grant option
---
grant current grants on *.* to u
---
grant dictget on db.d to u
---
grant r to u with admin option
---
grant alter update, alter delete on db.t to r
---
grant create table, drop table on db.* to r
---
revoke on cluster c all on *.* from u
---
revoke select on db.t from r
---
create table if not exists db.t on cluster c (a UInt64, b Array(Tuple(x String, y Nullable(Int8))), c DateTime64(3, 'UTC') default now64(), d Enum8('a' = 1, 'b' = 2), index i b type minmax, ) engine = ReplicatedReplacingMergeTree('/x/{shard}', '{replica}', c) partition by toYYYYMM(c) primary key a order by (a, c) ttl c + interval 1 month settings index_granularity = 8192
---
create or replace table db.t engine = MergeTree order by tuple() as select * from db.u
---
create table db.t as db.u engine = Memory
---
create view db.v as select * from db.t where a = {x:UInt64}
---
create materialized view if not exists db.mv refresh every 1 hour to db.t as select a, count() as c from db.u group by a
---
create live view v as select 1
---
create database if not exists d on cluster c engine = Atomic comment 'x'
---
create row policy if not exists p on db.t for select using a = currentUser() to r
---
create quota q for interval 1 hour max queries = 100 to u
---
create settings profile if not exists p settings max_threads = 1 readonly to u
---
create user if not exists u identified with sha256_password by 'x' host ip '::/0' default role r
---
create role if not exists r
---
create function f as (x, y) -> x + y
---
create named collection c as key = 'a'
---
show create table db.t
---
check table db.t
---
kill mutation where table = 't'
---
explain pipeline select 1
---
describe table db.t
---
use db
---
backup table db.t to Disk('b', 'x.zip')
---
restore table db.t from Disk('b', 'x.zip')
---
with (select 1) as n select n
---
select * from a inner all join b on a.x = b.x
---
select * from a left join b using x, y
---
select a from t limit 2 union all select b from u
---
select * from a paste join b
---
select tuple(1, 2) as t, t.1 as a
