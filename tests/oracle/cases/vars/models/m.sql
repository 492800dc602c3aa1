{{ config(pre_hook="{{ var('jin2') }} deferred " ~ var('jin2') ~ " frozen", post_hook="meta {{ model.config.meta }}") }}
select 1 as id
