{% macro purge() %}
{% if is_incremental() %}delete from {{ this }} where is_deleted{% endif %}
{% endmacro %}
