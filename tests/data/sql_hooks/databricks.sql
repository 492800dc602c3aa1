optimize c.s.t
---
optimize c.s.t full
---
optimize c.s.t where dt >= current_date() - interval 7 days zorder by (a, b)
---
optimize delta.`s3://b/p`
---
vacuum c.s.t
---
vacuum c.s.t retain 0 hours dry run
---
vacuum delta.`/mnt/x` lite
---
analyze table c.s.t compute statistics
---
analyze table c.s.t compute delta statistics
---
analyze table c.s.t partition (dt = '2024') compute statistics noscan
---
alter table c.s.t set tblproperties (delta.enableChangeDataFeed = true, 'delta.logRetentionDuration' = 'interval 7 days')
---
alter table c.s.t unset tblproperties if exists ('a', 'b')
---
alter table c.s.t set tags ('a', 'b' = 'c')
---
alter table c.s.t unset tags ('a')
---
alter table c.s.t alter column a set not null
---
alter table c.s.t alter column a drop mask
---
alter table c.s.t alter column a set mask c.s.mask using columns (b, 'x')
---
alter table c.s.t alter column a type bigint
---
alter table c.s.t change column a comment 'x'
---
alter table c.s.t drop row filter
---
alter table c.s.t set owner to `a@b.com`
---
alter table c.s.t add constraint ck check (a > 0 and b in ('x', 'y'))
---
alter table c.s.t drop constraint if exists ck cascade
---
alter table c.s.t drop column if exists (a, b)
---
alter table c.s.t add columns (a int after b, c struct<d: string, e: array<int>>)
---
alter table c.s.t rename column a to b
---
alter table c.s.t cluster by none
---
alter table c.s.t cluster by auto
---
alter table c.s.t drop feature deletionVectors truncate history
---
alter table c.s.t add if not exists partition (dt = '2024') location 's3://b'
---
alter table c.s.t recover partitions
---
alter table c.s.t enable predictive optimization
---
alter view c.s.v set tblproperties ('a' = 'b')
---
alter schema c.s owner to `g`
---
alter schema c.s set dbproperties ('a' = 'b')
---
alter catalog c set tags ('a' = 'b')
---
alter materialized view c.s.mv alter schedule every 1 hour
---
alter streaming table c.s.st add schedule cron '0 0 * * * ?' at time zone 'UTC'
---
comment on table c.s.t is 'it\'s'
---
comment on column c.s.t.a is "x"
---
comment on catalog c is null
---
create table if not exists c.s.t (a bigint generated always as identity, b string default 'x' not null comment 'y', constraint pk primary key (a)) using delta cluster by (a) tblproperties ('delta.feature.allowColumnDefaults' = 'supported')
---
create or replace table c.s.t using delta partitioned by (dt) location 's3://b/p' as select * from x
---
create table c.s.t shallow clone c.s.u version as of 3
---
create or replace view c.s.v (a comment 'x') comment 'y' tblproperties ('a' = 'b') as select 1
---
create or refresh streaming table c.s.st as select * from stream read_files('s3://b')
---
create materialized view c.s.mv schedule every 1 day as select 1
---
create or replace function c.s.f(a string) returns string language python as $$
  return a.replace("'", '"') if a else None
$$
---
create function if not exists c.s.f(a int default 1) returns table (b int) return select a
---
create or replace temporary view v using csv options (path 's3://b/x.csv', header 'true')
---
create external location if not exists l url 's3://b' with (storage credential sc)
---
create connection c type postgresql options (host 'h', port '5432')
---
create bloomfilter index on table t for columns (a options (fpp = 0.1))
---
create widget text x default 'y'
---
grant select, modify on schema c.s to `group one`
---
grant execute on function c.s.f to `a@b.com`
---
grant use schema, select on schema c.s to `account users`
---
grant create table on schema c.s to g
---
grant read volume on volume c.s.v to g
---
grant all privileges on catalog c to g
---
revoke all privileges on table c.s.t from `g`
---
show grants `g` on schema c.s
---
copy into c.s.t from (select _c0::int a, _metadata.file_name from 's3://b/p') fileformat = csv format_options ('header' = 'true') copy_options ('mergeSchema' = 'true')
---
merge with schema evolution into c.s.t t using s on t.id = s.id when matched then update set * when not matched by target then insert * when not matched by source then delete
---
merge into c.s.t using (select * from u) s on t.id <=> s.id when matched and s.op = 'D' then delete when not matched then insert (a, b) values (s.a, s.b)
---
insert overwrite c.s.t select * from u
---
insert into c.s.t replace where dt = '2024-01-01' select * from u
---
insert into c.s.t partition (dt) select a, dt from u
---
insert overwrite directory 's3://b' using parquet select * from t
---
delete from c.s.t where dt < date_sub(current_date(), 30)
---
update c.s.t set a = 'it\'s', s.b = 1 where id = 1
---
truncate table c.s.t partition (dt = '2024')
---
refresh materialized view c.s.mv sync
---
refresh streaming table c.s.st full
---
refresh function c.s.f
---
restore table c.s.t to timestamp as of '2024-01-01'
---
fsck repair table c.s.t
---
reorg table c.s.t apply (purge)
---
describe detail c.s.t
---
describe extended c.s.t a
---
convert to delta parquet.`s3://b/p` partitioned by (dt date)
---
generate symlink_format_manifest for table c.s.t
---
set spark.sql.legacy.timeParserPolicy=LEGACY
---
set spark.x.y = a(b
---
set var x = 1
---
reset spark.sql.shuffle.partitions
---
set timezone = 'UTC'
---
use schema s
---
use catalog `c`
---
cache select * from t
---
uncache table if exists t
---
clear cache
---
declare or replace variable x int default 1
---
execute immediate 'select * from t where a = ?' using 1
---
call c.s.p(1, 'x')
---
undrop table c.s.t
---
drop table if exists c.s.t purge
---
drop variable if exists x
---
sync schema c.s from hive_metastore.s
---
add jar /dbfs/x.jar
---
list '/mnt/x'
---
select a:b.c[0]::string, transform(x, y -> y + 1), s.* except (a) from c.s.t lateral view explode(x) e as y
---
select * from c.s.t version as of 3
---
select * from table_changes('c.s.t', 2)
---
select * from t tablesample (10 percent) distribute by a sort by b
---
select * from read_files('s3://b', format => 'csv')
---
select r'\d+', "it's", `a b`, cast(x as array<struct<a: int>>) from t
---
select any_value(a) filter (where b), try_cast(c as int), interval 1 day from t qualify row_number() over (order by a) = 1
---
begin declare x int default 1; if x = 1 then select 1; else select 2; end if; end
---
alter table c.s.t add column m map<string, array<int>>
---
select from_json(a, 'x') :: map<string, int>, cast(a as array<int>) from c.s.t sort by a
