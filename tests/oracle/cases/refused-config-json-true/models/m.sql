{{ config(post_hook='true') }}
select 1 as id
