{{ config(materialized='table') }}
select id, case when amount > 2 then amount - 0.1 else amount end as total from {{ ref('prices') }}
union all
select 4, 0.10
