-- dim_segments.sql: dynamic hook generation
{{ config(
    post_hook="{{ grant_to_roles(['analyst', 'reporter', 'executive']) }}"
) }}

SELECT
    customer_id,
    COUNT(*) AS orders
FROM {{ ref('stg_orders') }}
GROUP BY 1
