{{ config(materialized='view', post_hook=["insert into {{ this }} (id) values (100)"]) }}
select id from {{ ref('plain') }}
