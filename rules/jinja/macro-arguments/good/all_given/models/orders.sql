{{ config(
    materialized='table',
    post_hook=["{{ grant_select(this, 'reporter') }}", "{{ grant_select(role='reporter', relation=this) }}", "{{ grant_select(*[this, 'auditor']) }}"]
) }}

select 1 as order_id
