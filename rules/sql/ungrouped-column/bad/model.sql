{{ config(post_hook="insert into audit.notes (note) select coalesce(«state», '') || count(*) from {{ this }}") }}
select 1 as id, 'new' as state
