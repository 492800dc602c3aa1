{{ config(materialized='table', table_type='iceberg',
  post_hook=["optimize {{ this.render_pure() }} rewrite data using bin_pack where id > 1;",
             "vacuum {{ this.render_pure() }}",
             "  create table x as\n\n    select 1 as a,\n\n        2 as b\n\n    from y",
             "select 1,\n\n    2;",
             "optimize {{ this }} rewrite data using bin_pack",
             "VACUUM {{ this }};",
             "msck repair table {{ this }}",
             "alter table {{ this.render_hive() }} set tblproperties ('a' = 'b');",
             "-- said before\nselect 1\n\n    as a"]) }}
select 1 as id
