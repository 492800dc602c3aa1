{{ config(tags=["nightly","x"], materialized="incremental", on_schema_change="fail") }} select * from {{ ref("stg_orders") }} join {{ ref("stg_customers") }} using (id)
