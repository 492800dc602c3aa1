{{ config(pre_hook="{% if is_incremental() %}delete from {{ this }} where id = 1{% endif %}") }}
select id, amount from {{ target.schema }}.arrivals {% if is_incremental() %}where id > (select max(id) from {{ this }}){% endif %}
