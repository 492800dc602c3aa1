{{ config(materialized=var('large_tables', 'table'), post_hook="{{ purge() }}") }}
select 1 as id, false as is_deleted
