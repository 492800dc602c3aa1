{{ config(materialized='table', post_hook="{% raw %}«{% if true %}»analyze{% endif %}{% endraw %}") }}

select 1 as order_id
