{{ config(materialized='table', pre_hook="{% if load_relation(this) %}truncate table {{ this }}{% endif %}") }}

select 1 as id
