{{ config(post_hook=["truncate table {{ target.schema }}.parents cascade"]) }}
select 1 as id
