{{ config(
    materialized='table',
    post_hook='insert into audit_model (run_id, model) '
        ~ "values ('{{ invocation_id }}', '{{ this.name }}')"
) }}

select 1 as order_id
