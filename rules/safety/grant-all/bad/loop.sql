{{ config(post_hook="{% for role in ['reporter', 'analyst'] %}«grant all on {{ this }} to »{{ role }};{% endfor %}") }}
select 1 as id
