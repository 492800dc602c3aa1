{{ config(
    materialized='table',
    post_hook="{{ 'analyze ' + target.schema + '.' + this.name }}"
) }}

select 1 as order_id
