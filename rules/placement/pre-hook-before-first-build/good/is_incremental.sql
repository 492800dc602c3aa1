{{ config(materialized='incremental', pre_hook="{% if is_incremental() %}delete from {{ this }} where id = 1{% endif %}") }}

select 1 as id
