{{ config(post_hook=["alter table {{ this }} alter column amount set not null"]) }}
select id, amount from {{ target.schema }}.arrivals {% if not is_incremental() %}where amount = 10{% endif %}
