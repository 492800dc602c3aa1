{{ config(
    materialized='table',
    post_hook="{% if execute %}insert into audit.counts (message) values ('«{{ run_query('select count(*) from ' ~ this).rows[0] }}» rows'){% endif %}"
) }}

select 1 as order_id
