{{ config(materialized='table', post_hook="{# the auditor reads it #}{% set query = 'grant select on ' ~ this ~ ' to auditor' %}{{ query }}") }}

select 1 as order_id
