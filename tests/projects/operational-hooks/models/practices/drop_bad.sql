-- drop_bad.sql
{{ config(
    post_hook="""
-- Bad: Will fail on second run
DROP TABLE temp_table;
"""
) }}

SELECT 1 AS id
