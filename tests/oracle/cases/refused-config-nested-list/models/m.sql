{{ config(post_hook=[['a']]) }}
select 1 as id
