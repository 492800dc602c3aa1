{% macro load() %}
  create stage if not exists ops.landing url = 's3://bucket' credentials = (aws_key_id = 'id' «aws_secret_key = 'Kq93jsdfl8sdf'»)
{% endmacro %}
