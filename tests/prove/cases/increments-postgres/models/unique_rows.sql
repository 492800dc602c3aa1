{{ config(post_hook=["{% if not is_incremental() %}create unique index once on {{ this }} (id){% endif %}"]) }}
select 1 as id
