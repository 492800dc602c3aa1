{{ config(materialized='table', pre_hook="{{ trace(this, 'pre in') }}", post_hook=["{{ trace(this, 'post in') }}", "select 1 / 0"]) }}
select 1 as id
