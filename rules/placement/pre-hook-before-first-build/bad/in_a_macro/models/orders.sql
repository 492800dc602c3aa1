{{ config(materialized='incremental', pre_hook="{{ purge(3) }}") }}
select 1 as id
