{# hookproof: ignore[drop-without-if-exists, «create-without-if-not-exists»] made by the loader #}
{{ config(
    post_hook="drop table staging.orders_today"
) }}
select 1 as id
