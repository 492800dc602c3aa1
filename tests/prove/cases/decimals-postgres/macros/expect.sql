{% macro expect(query, wanted) %}
  {% if execute %}
    {% set found = run_query(query).rows[0][0] %}
    {% if found | string != wanted %}{{ exceptions.raise_compiler_error(query ~ ' gives ' ~ found ~ ', not ' ~ wanted) }}{% endif %}
  {% endif %}
{% endmacro %}
