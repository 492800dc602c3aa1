{% snapshot until %}
{{ config(strategy='timestamp', updated_at='seen_at', dbt_valid_to_current="cast('9999-12-31' as timestamp)", post_hook=["insert into {{ target.schema }}.seen select 'until', 1 from {{ this }} where dbt_valid_to = cast('9999-12-31' as timestamp)"]) }}
select id, name, age, seen_at from {{ target.schema }}.people
{% endsnapshot %}
