{% if is_incremental() %}
    {{ «config(post_hook="analyze {{ this }}")» }}
{% endif %}

select 1 as order_id
