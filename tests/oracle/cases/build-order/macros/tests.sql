{% test is_positive(model, column, at_least) %}
select * from {{ model }} where {{ column }} < {{ at_least }}
{% endtest %}
