{{ config(
    materialized='incremental',
    post_hook=[
        "alter table {{ this }} set (autovacuum_enabled = true)",
        "alter table {{ this }} alter column order_id set not null",
        "alter table {{ this }} owner to reporter"
    ]
) }}

select 1 as order_id
