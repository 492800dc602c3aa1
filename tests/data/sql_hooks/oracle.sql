begin dbms_stats.gather_table_stats(ownname => 'S', tabname => 'T', cascade => true); end;
---
begin execute immediate 'drop table t'; exception when others then if sqlcode != -942 then raise; end if; end;
---
declare n number := 0; begin select count(*) into n from t; if n > 0 then delete from t; end if; end;
---
create or replace procedure p (a in number default 1, b out varchar2) is n number; begin n := a; b := 'x'; end;
---
create or replace package body pk as procedure p is begin null; end; end pk;
---
create or replace trigger tr before insert on t for each row begin :new.id := seq.nextval; end;
---
create index i on t (a, upper(b)) tablespace ts parallel 4 nologging online
---
create bitmap index i on t (a) local
---
create or replace force editionable view v as select * from t with read only
---
create global temporary table t (a number) on commit preserve rows
---
create table t parallel 4 compress as select /*+ parallel(4) */ * from u
---
create materialized view mv build immediate refresh fast on commit as select 1 as a from dual
---
create or replace synonym s for x.t
---
create public database link l connect to u identified by p using 'x'
---
create sequence seq start with 1 cache 20 nocycle
---
alter session set nls_date_format = 'YYYY-MM-DD'
---
alter session enable parallel dml
---
alter session force parallel query parallel 4
---
alter table t add (a number default 0 not null, b varchar2(10 char))
---
alter table t modify (a number(10, 2), b null)
---
alter table t add constraint pk primary key (a) using index tablespace ts enable novalidate
---
alter table t exchange partition p with table u including indexes
---
alter table t truncate partition p update global indexes
---
alter table t move compress for query high
---
alter table t drop column a cascade constraints
---
alter index i rebuild online parallel 4
---
alter materialized view mv compile
---
alter system flush shared_pool
---
alter user u default tablespace ts quota unlimited on ts
---
grant select on s.t to r with grant option
---
grant create session, create any table to r
---
grant r to u with admin option
---
grant execute on pk to public
---
revoke all on t from r
---
comment on table s.t is 'it''s'
---
comment on materialized view mv is 'x'
---
truncate table s.t drop storage
---
drop table s.t cascade constraints purge
---
drop table if exists t
---
purge recyclebin
---
flashback table t to before drop
---
insert /*+ append */ into s.t select * from u
---
insert all into a (x) values (x) into b (x) values (x) select x from c
---
insert into t (a, b) values (seq.nextval, to_date('2024-01-01', 'YYYY-MM-DD'))
---
merge into t using (select a from dual) u on (t.a = u.a) when matched then update set b = 1 where c = 2 delete where d = 3 when not matched then insert (a) values (u.a)
---
delete from t where rowid in (select max(rowid) from t group by a having count(*) > 1)
---
delete t where dt < sysdate - 30
---
update t set (a, b) = (select x, y from u where u.id = t.id) where exists (select 1 from u)
---
update (select a, b from t join u on t.id = u.id) set a = b
---
select a, level, sys_connect_by_path(a, '/') from t start with p is null connect by nocycle prior id = p order siblings by a
---
select listagg(a, ',') within group (order by a), nvl(b, 0), a(+) from t, u where t.a = u.a(+) and rownum <= 10
---
select q'[it's]', nq'{x}', date '2024-01-01', interval '1' day, t.*, x.a.b from dual t
---
select * from t fetch first 10 rows only
---
select * from t as of timestamp systimestamp - interval '1' hour
---
select * from table(pk.f(1)) model dimension by (a) measures (b) rules (b[1] = 2)
---
call dbms_mview.refresh('MV', 'C')
---
lock table t in exclusive mode nowait
---
set transaction read only
---
set role r
---
savepoint a
---
commit write batch
---
rollback to a
---
analyze table t compute statistics
---
explain plan for select 1 from dual
---
rename t to u
---
grant inherit privileges on user a to b
---
select max(a) keep (dense_rank first order by b) from t
---
select json_object(key 'a' value b) from t
