{{ config(materialized='incremental') }}
select b.id from {{ ref('stg_b') }} b join {{ ref('stg_a') }} a on a.id = b.id
