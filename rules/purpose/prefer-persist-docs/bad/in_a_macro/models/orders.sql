{{ config(post_hook="{{ describe() }}") }}
select 1 as id
