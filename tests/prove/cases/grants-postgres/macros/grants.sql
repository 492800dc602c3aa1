{% macro grant_each(results) %}
  {% for result in results if result.node.resource_type == 'model' and result.status == 'success' %}
  grant select on {{ result.node.relation_name }} to auditor;
  {% endfor %}
{% endmacro %}
