-- documented.sql
{{ config(
    post_hook="""
/*
Post-hook: Grants SELECT to reporter role
Purpose: Enable BI tool access
*/
grant select on {{ this }} to role reporter
"""
) }}

SELECT 1 AS id
