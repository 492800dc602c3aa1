{{ config(post_hook=["drop table {{ target.schema }}.parents"]) }}
select 1 as id
