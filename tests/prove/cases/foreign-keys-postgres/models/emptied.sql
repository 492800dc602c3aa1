{{ config(post_hook=["truncate table {{ target.schema }}.parents"]) }}
select 1 as id
