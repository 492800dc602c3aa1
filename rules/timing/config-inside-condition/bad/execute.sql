{% if execute %}
    {{ «config(post_hook="grant select on {{ this }} to reporter")» }}
{% endif %}

select 1 as order_id
