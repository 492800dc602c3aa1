{{ config(post_hook=no_such_name) }}
select 1 as id
