{% set h %}
  block {{ this }} {{ execute }} {{ "{{ execute }}" }}
{% endset %}
{{ config(pre_hook=h, post_hook=hooks()) }}
select 1 as id
