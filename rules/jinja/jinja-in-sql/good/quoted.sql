{{ config(materialized='table', post_hook="comment on table {{ this }} is '{% raw %}made by {{ this }}{% endraw %}'") }}

select 1 as order_id
