{{ config({
    'materialized': 'table',
    'pre-hook': "delete from audit_model where model = '{{ this.name }}'",
    'post_hook': ["grant select on {{ this }} to reporter"]
}) }}

select 1 as order_id
