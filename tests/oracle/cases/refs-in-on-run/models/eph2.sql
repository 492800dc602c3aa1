{{ config(materialized='ephemeral') }} select id from {{ ref('eph') }} join {{ ref('m') }} using (id)
