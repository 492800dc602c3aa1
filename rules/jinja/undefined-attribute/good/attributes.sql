{{ config(
    materialized='table',
    post_hook="comment on {{ model.config.materialized }} {{ this.schema }}.{{ this.identifier }} is '{{ target.name }} {{ flags.FULL_REFRESH }}'"
) }}

select 1 as order_id
