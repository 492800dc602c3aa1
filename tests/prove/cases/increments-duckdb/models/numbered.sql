{{ config(post_hook=["{% if not is_incremental() %}alter table {{ this }} add column seq int default 7{% endif %}"]) }}
select id from {{ target.schema }}.arrivals
