{{ config(post_hook=['a', {'sql': 'b ' ~ model.name, 'transaction': execute}, "c " ~ var('x', 'd') ~ ' ' ~ env_var('NOT_SET_HERE', 'e')] + ["d"] * 2) }}
select 1 as id
