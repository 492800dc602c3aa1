{% if target.name == 'dev' %}{{ config(post_hook="dev only {{ target.name }}") }}{% else %}{{ config(post_hook="others") }}{% endif %}
{% for i in range(2) %}{{ config(post_hook="loop " ~ i ~ " {{ this.name }}") }}{% endfor %}
select 1 as id
