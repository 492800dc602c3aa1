{{ config(
    materialized='table',
    post_hook="{% if execute %}insert into audit.counts (rows) values ({{ «run_query('select count(*) from ' ~ this).columns[1]».values()[0] }}){% endif %}"
) }}

select 1 as order_id
