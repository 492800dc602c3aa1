alter table db.s.t set tag governance.tags.pii = 'email', governance.tags.owner = 'data'
---
alter table db.s.t modify column email set tag pii = 'yes'
---
alter table db.s.t alter column email set masking policy db.s.mask using (email, region) force
---
alter view db.s.v set row access policy db.s.rap on (region)
---
alter table db.s.t drop row access policy rap, add row access policy rap2 on (a, b)
---
create or replace masking policy p.s.mask_email as (val string) returns string -> case when is_role_in_session('PII') then val when current_role() in ('A', 'B') then sha2(val) else '***' end comment = 'x'
---
create or replace task db.s.load warehouse = wh schedule = '60 minute' when system$stream_has_data('db.s.str') as insert into t select * from db.s.str
---
create or replace task t2 after db.s.load, db.s.other as call db.s.refresh('a')
---
create or replace stream db.s.str on table db.s.t before (timestamp => '2024-01-01'::timestamp_ltz) show_initial_rows = true
---
alter session set timezone = 'UTC', week_start = 1, query_tag = 'dbt_hook'
---
alter session set use_cached_result = false
---
call db.s.grant_all('db', array_construct('a', 'b'), object_construct('k', 1))
---
call system$set_return_value('x')
---
copy into db.s.t (a, b) from (select $1:a::string, t.$2 from @db.s.st/path/ (file_format => 'ff', pattern => '.*[.]csv') t) on_error = 'skip_file_5%' force = true
---
copy into db.s.t from @~/staged/x.csv.gz file_format = (type = csv field_optionally_enclosed_by = '"' null_if = ('', 'NULL')) purge = true
---
copy into @%t/out from (select object_construct(*) from t) file_format = (type = json) partition by ('dt=' || to_varchar(dt)) max_file_size = 32000000
---
execute immediate $$
begin
  for r in (select table_name from information_schema.tables) do
    execute immediate 'drop table ' || r.table_name;
  end for;
exception when other then
  return sqlerrm;
end;
$$
---
execute immediate 'grant select on all tables in schema ' || $sch || ' to role r'
---
alter warehouse if exists wh set warehouse_size = xlarge auto_suspend = 60 wait_for_completion = true
---
alter warehouse wh suspend
---
alter dynamic table db.s.dt set target_lag = downstream
---
alter external table db.s.et add partition (dt = '2024-01-01') location '2024/01/01'
---
alter table db.s.t add search optimization on equality(a, b), substring(c), geo(g)
---
alter table db.s.t cluster by (to_date(ts), linear)
---
alter table db.s.t recluster
---
alter table db.s.t resume recluster
---
alter table db.s.t set change_tracking = true
---
alter table db.s.t swap with db.s.u
---
alter materialized view db.s.mv suspend recluster
---
alter tag cost_center set masking policy p
---
alter user jane set default_warehouse = wh, must_change_password = false
---
alter account set statement_timeout_in_seconds = 3600
---
alter procedure db.s.p(varchar, number) set comment = 'x'
---
alter function db.s.f(number) rename to db.s.g
---
alter share sh add accounts = org.acct1, org.acct2
---
alter stage db.s.st refresh
---
alter stage db.s.st set directory = (enable = true)
---
alter file format db.s.ff set type = json
---
alter sequence db.s.seq set increment = 2
---
alter role r rename to r2
---
alter alert a resume
---
create or replace alert a warehouse = wh schedule = '1 minute' if (exists (select 1 from t where x > 1)) then call system$send_email('i', 'a@b.c', 's', 'b')
---
grant ownership on future tables in schema db.s to role r
---
grant ownership on view db.s.v to role r revoke current grants
---
grant usage, monitor on all schemas in database db to role r
---
grant all on all views in schema db.s to database role db.dr
---
grant create masking policy, create tag on schema db.s to role r
---
grant apply tag on account to role r
---
grant execute task, execute managed task on account to role r
---
grant select on all dynamic tables in schema db.s to role r
---
grant read on git repository db.s.g to role r
---
grant caller select on table t to role r
---
grant application role app.r to role s
---
grant imported privileges on database snowflake to role r
---
revoke all on all tables in schema db.s from role r restrict
---
revoke database role db.dr from role r
---
revoke grant option for select on table t from role r
---
undrop schema db.s
---
use role identifier($r)
---
set (a, b) = (select 1, 2)
---
set last_run = (select max(ts) from db.s.runs)
---
unset (a, b)
---
show grants to role r
---
show parameters like 'query_tag' in session
---
describe view db.s.v
---
truncate if exists db.s.t
---
insert overwrite into t select * from u
---
insert all into a values (x) into b values (y) select 1 as x, 2 as y
---
insert first when x > 1 then into a else into b select x from t
---
insert into t (id, v) select column1, parse_json(column2) from values (1, '{"a": 1}'), (2, null)
---
insert into audit (model, at) select 'x', current_timestamp()::timestamp_ntz
---
insert into t select v:a.b[0]::string, f.value:c::int from s, lateral flatten(input => v:items, outer => true) f
---
insert into t select * from u sample (10) qualify row_number() over (partition by a order by b desc nulls last) = 1
---
merge into db.s.t as t using (select *, row_number() over (partition by id order by ts desc) rn from u qualify rn = 1) s on t.id = s.id and t.dt >= dateadd(day, -7, current_date) when matched and s.deleted then delete when matched then update set t.a = s.a, t.b = s.b when not matched then insert (id, a) values (s.id, s.a)
---
delete from db.s.t where dt < dateadd('day', -30, current_date())
---
delete from t using (select id from u group by id having count(*) > 1) d where t.id = d.id
---
update t set v = object_insert(v, 'k', 1, true) where v:k is null
---
update db.s.t set valid_to = s.ts from s where t.id = s.id and t.valid_to is null
---
select system$clustering_information('db.s.t', '(a, b)')
---
select * from t at (offset => -60*5)
---
select * from t changes (information => default) at (timestamp => '2024-01-01'::timestamp)
---
select * from t pivot (sum(a) for m in ('JAN', 'FEB')) as p (id, jan, feb)
---
select * exclude (a) rename (b as c) from t
---
select a, count(*), from t group by all
---
select * from t match_recognize (partition by a order by b measures first(b) as s pattern (x y+) define y as b > prev(b))
---
select seq4() from table(generator(rowcount => 10))
---
select * from table(result_scan(last_query_id()))
---
select iff(a, b, c), a::variant:x, $1 from @st (pattern => '.*')
---
select $$it's a text$$
---
with recursive r as (select 1 as n union all select n + 1 from r where n < 10) select * from r
---
with p as procedure () returns string language sql as $$ begin return 'x'; end $$ call p()
---
create or replace secure function db.s.f(a varchar) returns table (x int) language sql as 'select 1'
---
create or replace function f(a int) returns int language java handler = 'A.b' target_path = '@st/x.jar' as $$ class A { static int b(int a) { return a; } } $$
---
create or replace procedure p(t string) returns string language python runtime_version = '3.11' packages = ('snowflake-snowpark-python') handler = 'run' execute as caller as $$
def run(session, t):
    return f"it's {t};"
$$
---
create or replace procedure db.s.p(x int) returns int language sql execute as owner as
declare
  n int default 0;
  c cursor for select a from t;
begin
  for r in c do
    n := n + r.a;
  end for;
  if (n > x) then
    return n;
  elseif (n = 0) then
    return -1;
  else
    case when n = 1 then n := 2; else n := 3; end case;
  end if;
  repeat n := n - 1; until (n < 0) end repeat;
  return n;
exception
  when statement_error then return -2;
end
---
create or replace network rule nr mode = egress type = host_port value_list = ('a.com:443')
---
create or replace external access integration i allowed_network_rules = (nr) enabled = true
---
create or replace notification integration n type = email enabled = true
---
create or replace iceberg table db.s.t (a int) catalog = 'SNOWFLAKE' external_volume = 'v' base_location = 'x'
---
create or replace hybrid table t (id int primary key, index i (id))
---
create or replace temporary table db.s.t like db.s.u
---
create table t as select * from u where 1 = 0
---
create or replace view db.s.v (a comment 'x', b with masking policy p) comment = 'y' as select 1, 2
---
create or replace aggregation policy ap as () returns aggregation_constraint -> aggregation_constraint(min_group_size => 5)
---
create database if not exists db data_retention_time_in_days = 1
---
create or replace schema db.s clone db.prod at (offset => -3600)
---
create warehouse if not exists wh with warehouse_size = 'XSMALL' initially_suspended = true
---
create user if not exists u password = 'x' default_role = r
---
create share if not exists sh
---
create or replace resource monitor rm with credit_quota = 10 triggers on 80 percent do notify on 100 percent do suspend
---
comment if exists on function db.s.f(number) is 'x'
---
comment on schema db.s is $$it's$$
---
drop row access policy if exists rap
---
drop table if exists identifier('db.s.t')
---
drop procedure if exists db.s.p(varchar)
---
drop dynamic table if exists db.s.dt
---
drop external table if exists et cascade
---
drop tag if exists db.s.pii
---
list @db.s.st pattern = '.*[.]csv'
---
ls @~
---
remove @%t/path pattern = '.*'
---
put file:///tmp/x.csv @~/staged auto_compress = true
---
get @st/x file:///tmp/
---
explain using text select 1
---
begin name t1
---
start transaction name x
---
rollback work
---
begin
  let n int := (select count(*) from t);
  if (n = 0) then
    raise my_exception;
  end if;
  return n;
end
---
declare
  e exception (-20001, 'no rows');
begin
  return 1;
end
---
select 'it\'s' as a, "Quoted ""Name""" from t // trailing
---
execute immediate from @st/script.sql using (env => 'dev')
---
select $$a$$ || 'b', t.$1:from.to, x:where::string as "from", y as group_by from @st t
---
update t set a = 1 where b not in ('x', 'y') and c between 1 and 2 or d like 'a%' escape '^'
---
select a.id from a directed join b on a.id = b.id
---
select a.id from a left outer directed join b on a.id = b.id
---
select cast(x as object(a varchar, b number(10, 2))) from t
