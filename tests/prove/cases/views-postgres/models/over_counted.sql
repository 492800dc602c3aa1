{{ config(materialized='view', post_hook=["insert into {{ this }} (n) values (100)"]) }}
select n from {{ ref('counted_rows') }}
