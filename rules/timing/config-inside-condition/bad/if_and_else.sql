{% if is_incremental() %}
    {{ «config(pre_hook="delete from {{ this }} where order_date = current_date")» }}
{% else %}
    {{ «config(pre_hook="select 'first build'")» }}
{% endif %}

select 1 as order_id, current_date as order_date
