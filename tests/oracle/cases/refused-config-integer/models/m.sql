{{ config(post_hook=5) }}
select 1 as id
