SELECT
    SUM(revenue) AS revenue
FROM {{ ref('fct_revenue') }}
