{{ config(post_hook="{{ tell() }}") }}
select 1 as id
