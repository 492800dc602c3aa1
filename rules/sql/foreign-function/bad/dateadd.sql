{{ config(post_hook="delete from {{ this }} where loaded_at < «dateadd»('day', -30, now())") }}
select 1 as id
