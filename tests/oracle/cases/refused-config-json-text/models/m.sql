{{ config(post_hook='"x"') }}
select 1 as id
