{{ config(post_hook=["truncate table {{ target.schema }}.children"]) }}
select 1 as id
