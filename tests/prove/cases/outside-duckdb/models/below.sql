{{ config(pre_hook="{{ trace(this, 'pre in') }}") }}
select * from {{ ref('post_outside') }}
