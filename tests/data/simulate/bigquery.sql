-- script: grants
create table t (a int64)
--> ok

grant `roles/bigquery.dataViewer` on table `p`.d.t to "user:a@b.com"
--> assumed

grant `roles/bigquery.dataViewer` on table `p.d.t` to "group:x@y.com", "user:a@b.com"
--> assumed

grant `roles/bigquery.dataViewer` on schema `p`.d to "group:x@y.com"
--> assumed

grant `roles/bigquery.dataViewer` on table nope to "group:x@y.com"
--> error: Not found: Table p.d.nope was not found

revoke `roles/bigquery.dataViewer` on table `p.d.t` from "user:a@b.com"
--> assumed

grant `roles/bigquery.dataViewer` on view other.v to 'user:a@b.com'
--> assumed

--> access: roles/bigquery.dataViewer on relation d.t to group:x@y.com
--> access: roles/bigquery.dataViewer on relation other.v to user:a@b.com
--> access: roles/bigquery.dataViewer on schema d to group:x@y.com

-- script: row access policies
create table t (a int64, region string)
--> ok

create row access policy us on t grant to ("group:us@b.com") filter using (region = 'US')
--> simulated

create row access policy us on t grant to ("group:us@b.com") filter using (region = 'US')
--> error: policy p.d.t.us already exists

create or replace row access policy us on t grant to ("group:us@b.com") filter using (region = 'US')
--> simulated

create row access policy if not exists us on t grant to ("group:us@b.com") filter using (region = 'US')
--> simulated

create row access policy us on nope grant to ("group:us@b.com") filter using (true)
--> error: Not found: Table p.d.nope was not found

drop row access policy us on t
--> simulated

drop row access policy if exists us on t
--> simulated

drop row access policy us on t
--> error: policy p.d.t.us does not exist

drop all row access policies on t
--> simulated

-- script: options
create table t (a int64)
--> ok

alter table t set options (description = 'x', labels = [('a', 'b')])
--> simulated

alter table nope set options (description = 'x')
--> error: Not found: Table p.d.nope was not found

alter table if exists nope set options (description = 'x')
--> simulated

alter schema d set options (description = 'x')
--> simulated

create schema if not exists other options (location = 'us')
--> simulated

drop schema other
--> simulated

drop schema other
--> error: schema p.other does not exist

-- script: the rest
create function other.f(x int64) as (x + 1)
--> simulated

call other.p(1)
--> assumed

begin
  select 1;
  select 2;
end
--> not proved

declare x int64 default 1
--> not proved

set x = 2
--> simulated

export data options (uri = 'gs://b/*.csv', format = 'csv') as select 1
--> assumed

load data into d.t from files (format = 'csv', uris = ['gs://b/x'])
--> assumed

assert (select count(*) from t) > 0 as 'empty'
--> ok
