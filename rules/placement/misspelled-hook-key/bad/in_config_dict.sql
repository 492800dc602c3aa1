{{ config({
    'materialized': 'table',
    «'pre-hooks'»: "delete from audit_model where model = '{{ this.name }}'"
}) }}

select 1 as order_id
