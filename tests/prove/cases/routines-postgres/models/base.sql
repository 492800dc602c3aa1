{{ config(materialized='table', post_hook="create view {{ this.schema }}.base_open as select * from {{ this }} where status = 'open'") }}
select * from {{ ref('orders') }}
