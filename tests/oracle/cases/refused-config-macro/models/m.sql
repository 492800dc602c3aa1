{{ config(post_hook=hook) }}
select 1 as id
