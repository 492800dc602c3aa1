{% materialization once, default %}
  {{ run_hooks(pre_hooks) }}
  {% call statement('main') %}create {{ this }} as {{ sql }}{% endcall %}
  {{ run_hooks(post_hooks) }}
  {{ return({'relations': [this]}) }}
{% endmaterialization %}
{% materialization never, default %}
  {% call statement('main') %}create {{ this }} as {{ sql }}{% endcall %}
  {{ return({'relations': [this]}) }}
{% endmaterialization %}
