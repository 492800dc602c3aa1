exec sp_rename 's.t.a', 'b', 'COLUMN'
---
exec sp_executesql N'select @a', N'@a int', @a = 1
---
execute s.p @a = 1, @b = N'x', @c = @d output
---
exec ('drop table ' + @x)
---
exec @r = s.p 1
---
exec sys.sp_addextendedproperty @name = N'MS_Description', @value = N'it''s', @level0type = N'SCHEMA', @level0name = 's'
---
if object_id('s.t', 'U') is not null drop table s.t
---
if object_id('tempdb..#x') is not null begin drop table #x; end
---
if not exists (select * from sys.indexes where name = 'i' and object_id = object_id('s.t')) create nonclustered index i on s.t (a) include (b, c) with (online = on)
---
if exists (select 1 from s.t) begin delete from s.t; insert into s.u select 1; end else begin print 'none' end
---
if schema_id('s') is null exec('create schema s')
---
if col_length('s.t', 'c') is null alter table s.t add c int null
---
create clustered columnstore index cci on s.t with (drop_existing = on)
---
create columnstore index i on s.t order (a)
---
create unique clustered index i on [s].[t] ([a] asc, [b] desc) where [c] is not null on [PRIMARY]
---
alter table s.t add constraint pk primary key clustered (a) with (fillfactor = 80) on [PRIMARY]
---
alter table s.t add constraint df default (getdate()) for c
---
alter table s.t with nocheck add constraint fk foreign key (a) references s.u (id)
---
alter table s.t alter column a nvarchar(max) not null
---
alter table s.t drop constraint if exists pk, column c
---
alter table s.t switch partition 1 to s.u partition 1
---
alter table s.t rebuild partition = all with (data_compression = page)
---
alter table s.t set (lock_escalation = auto)
---
alter index all on s.t rebuild with (online = on, maxdop = 2)
---
alter index i on s.t reorganize
---
alter schema s transfer dbo.t
---
alter role db_datareader add member [a@b.com]
---
alter database current set read_committed_snapshot on
---
alter authorization on schema::s to dbo
---
create statistics st on s.t (a) with fullscan
---
update statistics s.t with fullscan
---
drop index if exists i on s.t
---
drop table if exists s.t, #x
---
truncate table s.t with (partitions (1, 2 to 4))
---
insert into s.t with (tablock) (a, b) select a, b from s.u with (nolock) option (maxdop 1)
---
insert top (10) into s.t output inserted.id into @x select * from s.u
---
insert s.t (a) values (N'it''s'), (default)
---
insert into s.t exec s.p 1
---
delete top (100) from s.t where dt < dateadd(day, -30, getdate())
---
delete t from s.t as t inner join s.u as u on t.id = u.id
---
delete from t output deleted.* from s.t t where t.a = 1
---
update top (10) t set t.a += 1 from s.t t cross apply (select top 1 * from s.u u where u.id = t.id order by x) z
---
merge s.t with (holdlock) as t using s.u as u on t.id = u.id when matched and t.a <> u.a then update set t.a = u.a when not matched by target then insert (id) values (u.id) when not matched by source then delete output $action, inserted.id;
---
select top (10) percent with ties * into #x from s.t order by a
---
select * from s.t for json path, include_null_properties
---
select a, iif(b = 1, N'x', 'y'), try_convert(int, c), format(d, 'yyyy'), isnull(e, 0), @@rowcount from [s].[t] t with (nolock) where t.[a b] like '%[0-9]%'
---
select string_agg(a, ',') within group (order by a) from s.t
---
select * from openjson(@j) with (a int '$.a', b nvarchar(max) '$.b' as json)
---
select * from s.t pivot (sum(a) for b in ([x], [y])) p
---
select * from s.t for system_time as of '2024-01-01'
---
;with x as (select 1 as a) insert into s.t select * from x
---
declare @a int = 1, @b nvarchar(max) = N'x'
---
declare @t table (a int, b varchar(10))
---
declare @sql nvarchar(max) = N'' select @sql += N'drop table ' + quotename(name) + ';' from sys.tables exec sp_executesql @sql
---
set @a = (select count(*) from s.t)
---
set identity_insert [s].[t] off
---
set ansi_nulls on
---
set transaction isolation level snapshot
---
begin tran
---
begin transaction x with mark
---
commit tran
---
rollback transaction
---
begin try
  begin tran;
  delete from s.t;
  commit;
end try
begin catch
  if @@trancount > 0 rollback;
  throw;
end catch
---
while @a < 10 begin set @a += 1; if @a = 5 break; end
---
print 'it''s'
---
raiserror('x %s', 16, 1, @a) with nowait
---
throw 50000, 'x', 1
---
waitfor delay '00:00:05'
---
grant select, insert on schema::[s] to [a b] with grant option
---
grant execute to r
---
grant view definition to r
---
grant control on database::d to r as dbo
---
revoke select on s.t to r
---
revoke grant option for select on s.t from r cascade
---
deny insert, update on s.t to [r], [q]
---
create or alter view s.v with schemabinding as select a, count_big(*) as c from s.t group by a
---
create or alter function s.f(@a int) returns table as return (select @a as a)
---
create procedure s.p @a int = null, @b nvarchar(10) output as set nocount on; select 1; if @a = 1 begin select 2; end; return 0;
---
create table s.t with (distribution = hash(a), clustered columnstore index) as select * from s.u
---
create external table s.e with (location = '/x', data_source = ds, file_format = ff) as select 1 as a
---
create table #x (a int identity(1, 1) primary key, b nvarchar(max) collate Latin1_General_CI_AS, c as (a * 2) persisted, index i (b))
---
create user [a@b.com] from external provider
---
create type s.tt as table (a int)
---
create synonym s.x for other.dbo.t
---
create security policy s.p add filter predicate s.f(a) on s.t with (state = on)
---
copy into s.t (a 1, b 2) from 'https://x.blob.core.windows.net/c/*.parquet' with (file_type = 'PARQUET', credential = (identity = 'Managed Identity'))
---
bulk insert s.t from 'x.csv' with (format = 'CSV', firstrow = 2)
---
dbcc checkident ('s.t', reseed, 0)
---
rename object s.t to t2
---
use [my db]
---
kill 53
---
select 1 as a set nocount on
---
insert into s.t with (tablock holdlock) select 1
---
select a.* from openrowset('p', 'C:\x.mdb';'u';'w', t) as a
---
select a.x from a inner hash join b on a.x = b.x
---
select a.x from a left loop join b on a.x = b.x
