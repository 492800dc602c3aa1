{{ config(materialized='table', post_hook={'sql': 'create index concurrently if not exists concurrently_outside_id on {{ this }} (id)', 'transaction': false}) }}
select 1 as id
