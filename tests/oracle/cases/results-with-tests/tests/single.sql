{{ config(post_hook="never") }}
select 1 where false
