{{ config(materialized='table', event_time='at') }} select 1 as id, now() as at
