{{ config(
    materialized='table',
    post_hook="""
        {% if target.name == 'prod' %}
            insert into {{ target.schema }}.email_log (
                email,
                message
            ) values (
                '{{ var('alert_email') }}',
                '{{ this.name }} has ' || (select count(*) from {{ this }}) || ' days'
            )
        {% endif %}
    """
) }}

select
    ordered_at,
    sum(order_total) as revenue
from {{ ref('fct_orders') }}
group by ordered_at
