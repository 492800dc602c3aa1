{{ config(post_hook=none) }}
select 1 as id
