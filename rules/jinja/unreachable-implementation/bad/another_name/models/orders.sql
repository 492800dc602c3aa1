{{ config(materialized='table', post_hook="insert into audit.runs (id, at) values ('{{ invocation_id }}', {{ now() }})") }}

select 1 as order_id
