{{ config(materialized='view', post_hook=["merge into {{ this }} as t using (select 1 as id) as s on t.id = s.id when not matched then insert (id) values (s.id)"]) }}
select id from {{ target.schema }}.base
