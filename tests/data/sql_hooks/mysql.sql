insert into t (a, b) values (1, 'it\'s'), (2, "x\"y") on duplicate key update a = values(a), b = b + 1
---
insert into t set a = 1, b = default
---
insert ignore into t select * from u
---
insert low_priority into t values row(1, 2)
---
insert into t () values ()
---
replace into t set a = 1
---
replace into t (a) select a from u
---
update t join u on t.id = u.id set t.a = u.a where u.b = 1
---
update ignore t set a = 1 order by b limit 10
---
delete t from t inner join u on t.id = u.id where u.b is null
---
delete from t using t join u where t.id = u.id
---
delete from t where a = 1 order by b limit 10
---
delete quick from t
---
truncate t
---
alter table t add index i (a(10), b desc), add unique key u (c), algorithm = inplace, lock = none
---
alter table t add column a int unsigned not null auto_increment first, modify b varchar(10) character set utf8mb4 collate utf8mb4_bin after c
---
alter table t add fulltext index f (a) with parser ngram
---
alter table t drop primary key, drop foreign key fk
---
alter table t engine = InnoDB row_format = compressed
---
alter table t convert to character set utf8mb4
---
alter table t partition by range (year(dt)) (partition p0 values less than (2020), partition p1 values less than maxvalue)
---
alter table t exchange partition p with table u without validation
---
alter table t rename index a to b
---
alter table t disable keys
---
alter database d character set = utf8mb4
---
alter user 'u'@'%' identified by 'x'
---
create table if not exists `d`.`t` (`id` bigint not null auto_increment, `a` enum('x', 'y') default 'x' comment 'it''s', `b` timestamp default current_timestamp on update current_timestamp, primary key (`id`), key `k` (`a`)) engine=InnoDB default charset=utf8mb4
---
create table t like u
---
create table t select * from u
---
create temporary table t as select 1 as a
---
create or replace algorithm = merge definer = `u`@`%` sql security invoker view v as select 1
---
create index i on t (a desc, (lower(b))) using btree comment 'x'
---
create fulltext index f on t (a)
---
create procedure p(in a int, out b int) begin declare x int default 0; declare continue handler for not found set x = 1; while x < a do set x = x + 1; end while; if x > 1 then set b = x; else set b = 0; end if; end
---
create function f(a int) returns int deterministic return a + 1
---
create trigger tr before insert on t for each row begin set new.a = 1; end
---
create event e on schedule every 1 day do begin delete from t where dt < now() - interval 30 day; end
---
create user if not exists 'u'@'localhost' identified with mysql_native_password by 'x'
---
drop index i on t
---
drop table if exists t, u
---
drop procedure if exists p
---
drop user if exists 'u'@'%'
---
grant select, insert (a, b), update on `d`.* to 'u'@'%', 'v'@'localhost' with grant option
---
grant execute on procedure d.p to 'u'@'%'
---
grant 'r'@'%' to 'u'@'%'
---
grant proxy on 'a'@'%' to 'b'@'%'
---
revoke all privileges, grant option from 'u'@'%'
---
revoke select on d.t from 'u'@'%'
---
flush privileges
---
flush tables with read lock
---
lock tables t write, u read
---
unlock tables
---
rename table a to b, c to d
---
optimize table t
---
optimize no_write_to_binlog table t, u
---
analyze table t update histogram on a with 10 buckets
---
repair table t quick
---
check table t
---
checksum table t
---
set @a = 1, @@session.sql_mode = 'x'
---
set @a := (select max(id) from t)
---
set global max_connections = 100
---
set names utf8mb4
---
set session transaction isolation level read committed
---
set foreign_key_checks = 0
---
show full columns from t
---
call p(@a, 1)
---
do sleep(5)
---
prepare s from 'select ?'
---
execute s using @a
---
deallocate prepare s
---
load data local infile 'x' replace into table t fields terminated by ',' enclosed by '"' lines terminated by '\n' ignore 1 lines (a, @b) set c = upper(@b)
---
select sql_calc_found_rows a, group_concat(distinct b order by c desc separator ','), `t`.`a`, @x := @x + 1, if(a, b, c), a <=> b, d -> '$.x', e ->> '$.y', a div 2, a mod 2, !a, a && b, a || b from t force index (i) straight_join u where match(a) against ('x' in boolean mode) and b regexp '^x' limit 10, 5 # trailing
---
select * from t for update skip locked
---
select * into outfile 'x' from t
---
with recursive r as (select 1 as n union all select n + 1 from r where n < 5) select * from r
---
start transaction with consistent snapshot
---
begin
---
xa start 'x'
---
kill query 5
---
explain format = json select 1
---
update a, b set a.x = b.x where a.id = b.id
---
delete t1.*, t2.* from t1 inner join t2 on t1.a = t2.a
---
select a sounds like b from t
---
select a from t group by a desc
---
select a from t qualify rank() over (order by a) < 3
---
select cast(a as char character set utf8mb4), char(65 using ascii) from t
