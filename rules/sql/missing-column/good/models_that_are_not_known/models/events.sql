{{ config(post_hook="comment on column {{ this }}.stamp is 'when'") }}
select id, {{ dbt_utils.generate_surrogate_key(['id']) }} from raw.events
