{{ config(materialized='table', post_hook="{{ mask(this, ['name']) }}") }}
select * from {{ ref('customers') }}
