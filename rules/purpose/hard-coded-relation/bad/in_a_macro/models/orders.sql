{{ config(post_hook="{{ share() }}") }}
select 1 as id
