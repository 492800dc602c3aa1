{{ config(post_hook='[1]') }}
select 1 as id
