-- dim_customers.sql
{{ config(
    materialized='table',
    post_hook="""
        grant select on {{ this }} to role reporter
    """
) }}

SELECT *
FROM {{ ref('stg_customers') }}
