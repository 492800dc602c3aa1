{{ config(
    materialized='table',
    post_hook="insert into audit_model (model, failed) values ('{{ this.name }}', {{ «results» | selectattr('status', 'equalto', 'error') | list | length }})"
) }}

select 1 as order_id
