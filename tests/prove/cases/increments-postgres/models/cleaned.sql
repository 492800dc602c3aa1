{{ config(unique_key='id', pre_hook="delete from {{ this }} where id = 1") }}
select id, amount from {{ target.schema }}.arrivals
