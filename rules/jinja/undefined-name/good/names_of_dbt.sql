{{ config(
    materialized='table',
    post_hook="insert into audit_model (run_id, model, target) values ('{{ invocation_id }}', '{{ this.name }}', '{{ target.name }}')"
) }}

select 1 as order_id
