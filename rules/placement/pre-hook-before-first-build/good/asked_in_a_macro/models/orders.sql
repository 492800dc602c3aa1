{{ config(materialized='incremental', pre_hook="{{ purge() }}") }}
select 1 as id
