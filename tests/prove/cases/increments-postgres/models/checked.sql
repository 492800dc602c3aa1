{{ config(post_hook=["alter table {{ this }} add constraint positive check (amount < 20)"]) }}
select id, amount from {{ target.schema }}.arrivals {% if not is_incremental() %}where amount = 10{% endif %}
