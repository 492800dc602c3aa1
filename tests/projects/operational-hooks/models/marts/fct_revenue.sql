-- fct_revenue.sql
{{ config(
    materialized='table',
    post_hook="""
        {% if target.name == 'prod' %}
            insert into alerts.model_completions (
                model_name,
                completed_at,
                row_count
            ) values (
                '{{ this.name }}',
                current_timestamp(),
                (select count(*) from {{ this }})
            )
        {% endif %}
    """
) }}

SELECT
    customer_id,
    SUM(order_total) AS revenue
FROM {{ ref('stg_orders') }}
GROUP BY 1
