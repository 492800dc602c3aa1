{% test at_least(model, n) %}select 1 from {{ model }} having count(*) < {{ n }}{% endtest %}
