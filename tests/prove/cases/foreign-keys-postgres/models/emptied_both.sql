{{ config(post_hook=["truncate table {{ target.schema }}.parents, {{ target.schema }}.children"]) }}
select 1 as id
