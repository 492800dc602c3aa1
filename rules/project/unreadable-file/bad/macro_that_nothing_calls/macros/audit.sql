{% macro audit(event, level=2, «*») %}
    insert into audit values ('{{ event }}', {{ level }})
{% endmacro %}

{% macro finished() %}
    update audit set done = {{ 1 + «}}»
{% endmacro %}
