-- script: grants
create table t (a int)
--> ok

grant select on table t to `group name`
--> assumed

grant select on table c.s.t to analysts
--> assumed

grant use schema on schema c.s to analysts
--> assumed

grant use catalog on catalog c to `a@b.com`
--> assumed

grant all privileges on table t to analysts
--> assumed

grant modify, select on table nope to analysts
--> error: [TABLE_OR_VIEW_NOT_FOUND] The table or view `nope` cannot be found.

revoke select on table t from `group name`
--> assumed

grant select on schema s to `account users`
--> simulated

grant execute on function c.s.f to analysts
--> assumed

grant read volume on volume c.s.v to analysts
--> assumed

grant create table on schema s to analysts
--> assumed

--> access: all privileges on relation s.t to analysts
--> access: create table on schema s to analysts
--> access: execute on function s.f to analysts
--> access: read volume on object s.v to analysts
--> access: select on relation s.t to analysts
--> access: select on schema s to account users
--> access: use catalog on database c to a@b.com
--> access: use schema on schema s to analysts

-- script: tables
create table t (a int, b string)
--> ok

optimize t zorder by (a)
--> simulated

optimize nope
--> error: [TABLE_OR_VIEW_NOT_FOUND] The table or view `nope` cannot be found.

vacuum t retain 168 hours
--> simulated

analyze table t compute statistics for all columns
--> simulated

analyze table t compute statistics for columns a, b
--> simulated

analyze table t compute statistics for columns a, nope
--> error: c.s.t has no column nope

analyze table nope compute statistics
--> error: [TABLE_OR_VIEW_NOT_FOUND] The table or view `nope` cannot be found.

alter table t set tblproperties ('delta.autoOptimize.optimizeWrite' = 'true')
--> simulated

alter table t set tags ('a' = 'b')
--> simulated

alter table t alter column a comment 'x'
--> simulated

alter table t alter column nope comment 'x'
--> error: c.s.t has no column nope

alter table t owner to analysts
--> assumed

alter table t set owner to analysts
--> assumed

alter table t cluster by (a)
--> simulated

comment on table t is 'x'
--> simulated

comment on column t.a is 'x'
--> simulated

refresh table t
--> simulated

msck repair table t
--> simulated

alter table t recover partitions
--> simulated

cache table t
--> simulated

use schema s
--> simulated

use catalog c
--> simulated

set spark.sql.ansi.enabled = true
--> simulated

reset
--> simulated

copy into t from '/mnt/x' fileformat = csv
--> assumed

describe history t
--> simulated

show tables in s
--> simulated
