{% macro close_changed(dim, new) %}
update {{ dim }} set valid_to = current_timestamp
from {{ new }} as n
where {{ dim }}.customer_id = n.customer_id and {{ dim }}.valid_to is null and {{ dim }}.country <> n.country
{% endmacro %}
{% macro open_new(dim, new) %}
with fresh as (
  select n.* from {{ new }} n left join {{ dim }} d on d.customer_id = n.customer_id and d.valid_to is null
  where d.customer_id is null
)
insert into {{ dim }} select customer_id, name, country, current_timestamp, null from fresh
{% endmacro %}
