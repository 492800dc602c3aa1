{{ config(post_hook=["drop table {{ target.schema }}.parents cascade", "drop table {{ target.schema }}.children"]) }}
select '{{ ref('dropped_child') }}' as of_whom
