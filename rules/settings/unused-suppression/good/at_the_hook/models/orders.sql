{# hookproof: ignore[drop-without-if-exists] the loader makes it #}
{{ config(
    post_hook="{{ clean_up() }}"
) }}
select 1 as id
