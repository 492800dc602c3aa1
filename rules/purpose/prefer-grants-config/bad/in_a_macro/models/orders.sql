{{ config(post_hook="{{ share('reporter') }}") }}
select 1 as id
