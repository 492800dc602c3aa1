{{ config(materialized='table', post_hook="select '{{ this }} twice'") }} select 1 as id
