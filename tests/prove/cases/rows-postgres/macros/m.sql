{% macro look() %}{% if execute %}
  {% set t = run_query("select 1 as id, 'x' as name, null as nothing union all select 2, 'y', null order by 1") %}
  {% set row = t.rows[0] %}
  {% set bits = [] %}
  {% do bits.append(row.get('id', 0)) %}
  {% do bits.append(row.get('nope', 'dflt')) %}
  {% do bits.append(row.get('nope')) %}
  {% do bits.append(row.nope is defined) %}
  {% do bits.append(row.id is defined) %}
  {% do bits.append(row['id'] is defined) %}
  {% do bits.append(row['nope'] is defined) %}
  {% do bits.append(row.keys()) %}
  {% do bits.append(row.values()) %}
  {% do bits.append(row.dict()) %}
  {% for k, v in row.items() %}{% do bits.append(k ~ '=' ~ v) %}{% endfor %}
  {% do bits.append('id' in row) %}{% do bits.append('x' in row) %}{% do bits.append(1 in row) %}
  {% do bits.append(row | length) %}{% do bits.append(row | list) %}
  {% do bits.append(row[0]) %}{% do bits.append(row[-1]) %}{% do bits.append(row[0:2]) %}
  {% do bits.append(row == row) %}{% do bits.append(row == (1, 'x', none)) %}{% do bits.append(row.values() == (1, 'x', none)) %}
  {% do bits.append(t.columns | map(attribute='name') | list) %}
  {% do bits.append(t.column_names) %}
  {% do bits.append(t.columns.get('id').values()) %}{% do bits.append(t.columns.get('zz', 'no')) %}
  {% do bits.append(t.columns['name'].values() | list) %}
  {% do bits.append(t.columns[0].values_distinct()) %}
  {% do bits.append(t.columns[2].values_without_nulls()) %}
  {% do bits.append(t.columns[0].values_sorted()) %}
  {% do bits.append(t.rows | map(attribute='name') | list) %}
  {% do bits.append(t.rows | map(attribute=0) | list) %}
  {% do bits.append(t.rows | selectattr('id', 'gt', 1) | list | length) %}
  {% do bits.append(t.rows | sum(attribute='id')) %}
  {% do bits.append(t.rows.values() | list | length) %}
  {% do bits.append(t.rows[0].name) %}
  {% do bits.append(t.select(['id']).column_names) %}
  {% do bits.append(t.exclude(['id']).column_names) %}
  {% do bits.append(t.limit(1).rows | length) %}
  {% do bits.append(t.rename({'id': 'i'}).column_names) %}
  {% do bits.append(t.rename(['a', 'b', 'c']).column_names) %}
  {% do bits.append(t.order_by('id', reverse=true).rows[0].id) %}
  {% do bits.append(t.distinct('id').rows | length) %}
  {% do bits.append(t.columns | length) %}
  {% do bits.append(row.nope | default('none')) %}
  {% do bits.append(row is mapping) %}{% do bits.append(row is sequence) %}{% do bits.append(row is iterable) %}
  {% for r in t %}{% do bits.append(r) %}{% endfor %}
  {% for a, b, c in t.rows %}{% do bits.append(a ~ b) %}{% endfor %}
  {% do bits.append(t | length) %}
  {% do bits.append(t.rows | groupby('name') | list | length) %}
  {% do bits.append(t.rows | first | first) %}
  {% set d = dict(t.rows[0].items()) %}{% do bits.append(d['id']) %}
  {% do bits.append(dict(t.rows) if false else 'z') %}
  select '{{ bits | string | replace("'", '"') }}' as bits
{% endif %}{% endmacro %}
{% macro each(expr) %}{% endmacro %}
