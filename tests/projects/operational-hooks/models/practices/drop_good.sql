-- drop_good.sql
{{ config(
    post_hook="""
-- Good: DROP IF EXISTS
DROP TABLE IF EXISTS temp_table;
"""
) }}

SELECT 1 AS id
