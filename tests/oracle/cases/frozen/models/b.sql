{{ config(post_hook=when()) }}
{{ config(post_hook="{{ when() }}") }}
{{ config(post_hook=["{{ when() }} " ~ when(), when() | upper]) }}
select 1 as id
