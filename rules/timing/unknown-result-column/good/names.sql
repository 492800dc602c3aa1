{{ config(
    materialized='table',
    post_hook="{% if execute %}{% for row in run_query('select t.tablename, schemaname as home, count(*) over () as n from pg_tables as t').rows %}analyze {{ row['home'] }}.{{ row.tablename }}; -- {{ row[2] }} {{ row['n'] }}
    {% endfor %}{% endif %}"
) }}

select 1 as order_id
