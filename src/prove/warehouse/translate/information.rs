//! The warehouse's own tables about itself, made from the catalog where a query reads them.

use sqlparser::ast::{ObjectName, ObjectNamePart};

use crate::prove::warehouse::catalog::{Kind, Relation};
use crate::prove::warehouse::sqlite::{quoted, text};
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::types::Type;
use crate::sql::Dialect;

use super::{Given, Translated, Translator};

impl Translator<'_> {
    /// A table of the information schema; none where the name means no such table.
    pub(super) fn information(&mut self, name: &ObjectName) -> Done<Option<Translated>> {
        let parts: Vec<String> = name
            .0
            .iter()
            .map(|part| match part {
                ObjectNamePart::Identifier(ident) => ident.value.to_lowercase(),
                ObjectNamePart::Function(_) => String::new(),
            })
            .collect();
        let Some(table) = parts.last() else { return Ok(None) };
        let schema = parts.len().checked_sub(2).and_then(|at| parts.get(at)).map(String::as_str);
        let database = parts.len().checked_sub(3).and_then(|at| parts.get(at)).map(String::as_str);
        match schema {
            Some("information_schema") => {}
            Some("pg_catalog") => return self.postgres_catalog(table).map(Some),
            _ if matches!(table.as_str(), "pg_tables" | "pg_views") && schema.is_none() => {
                return self.postgres_catalog(table).map(Some);
            }
            _ => return Ok(None),
        }
        let relations: Vec<_> = self.warehouse.catalog.relations().cloned().collect();
        let dataset = self.dialect() == Dialect::BigQuery;
        let own = |relation: &&std::sync::Arc<Relation>| {
            let name = &relation.name;
            let of = if dataset { Some(&name.schema) } else { name.database.as_ref() };
            database.is_none_or(|database| of.is_none_or(|of| of.eq_ignore_ascii_case(database)))
        };
        let relations = relations.iter().filter(own);
        self.warehouse.touched_assumed = self.warehouse.touched_assumed || self.warehouse.has_assumed_relations();
        let none = || "NULL".to_owned();
        Ok(Some(match table.as_str() {
            "tables" | "views" => {
                let views_only = table == "views";
                let rows = relations.filter(|relation| !views_only || relation.is_view()).map(|relation| {
                    vec![
                        relation.name.database.as_deref().map_or_else(none, text),
                        text(&relation.name.schema),
                        text(&relation.name.identifier),
                        text(self.table_type(relation)),
                    ]
                });
                let rows: Vec<_> = rows.collect();
                self.listing(
                    &[
                        ("table_catalog", Type::Text),
                        ("table_schema", Type::Text),
                        ("table_name", Type::Text),
                        ("table_type", Type::Text),
                    ],
                    &rows,
                )
            }
            "columns" => {
                let rows = relations.flat_map(|relation| {
                    relation.columns.iter().enumerate().map(move |(at, column)| {
                        vec![
                            relation.name.database.as_deref().map_or_else(none, text),
                            text(&relation.name.schema),
                            text(&relation.name.identifier),
                            text(&column.name),
                            (at + 1).to_string(),
                            text(if column.not_null { "NO" } else { "YES" }),
                            text(&column.declared.clone().unwrap_or_else(|| column.of.name().to_owned())),
                            column
                                .length
                                .filter(|_| column.of == Type::Text)
                                .map_or_else(none, |length| length.to_string()),
                        ]
                    })
                });
                let rows: Vec<_> = rows.collect();
                self.listing(
                    &[
                        ("table_catalog", Type::Text),
                        ("table_schema", Type::Text),
                        ("table_name", Type::Text),
                        ("column_name", Type::Text),
                        ("ordinal_position", Type::Integer),
                        ("is_nullable", Type::Text),
                        ("data_type", Type::Text),
                        ("character_maximum_length", Type::Integer),
                    ],
                    &rows,
                )
            }
            "schemata" => {
                let mut schemas: Vec<_> =
                    relations.map(|relation| (relation.name.database.clone(), relation.name.schema.clone())).collect();
                schemas.push((self.warehouse.session.database.clone(), self.warehouse.session.schema.clone()));
                schemas.sort();
                schemas.dedup();
                let rows = schemas
                    .into_iter()
                    .map(|(database, schema)| vec![database.as_deref().map_or_else(none, text), text(&schema)]);
                let rows: Vec<_> = rows.collect();
                self.listing(&[("catalog_name", Type::Text), ("schema_name", Type::Text)], &rows)
            }
            other => return Err(Stop::not_proved(format!("information_schema.{other} is not kept by the rehearsal"))),
        }))
    }

    fn postgres_catalog(&mut self, table: &str) -> Done<Translated> {
        let wanted = match table {
            "pg_tables" => false,
            "pg_views" => true,
            other => return Err(Stop::not_proved(format!("{other} is not kept by the rehearsal"))),
        };
        let relations = self.warehouse.catalog.relations();
        let rows = relations.filter(|relation| relation.is_view() == wanted);
        let rows =
            rows.map(|relation| vec![text(&relation.name.schema), text(&relation.name.identifier)]).collect::<Vec<_>>();
        let name = if wanted { "viewname" } else { "tablename" };
        Ok(self.listing(&[("schemaname", Type::Text), (name, Type::Text)], &rows))
    }

    fn table_type(&self, relation: &Relation) -> &'static str {
        match relation.kind {
            Kind::View => "VIEW",
            Kind::MaterializedView => "MATERIALIZED VIEW",
            _ if relation.temporary => "LOCAL TEMPORARY",
            _ => "BASE TABLE",
        }
    }

    /// Rows that are written out.
    fn listing(&self, columns: &[(&str, Type)], rows: &[Vec<String>]) -> Translated {
        let upper = self.dialect() == Dialect::Snowflake;
        let given: Vec<Given> = columns
            .iter()
            .map(|(name, of)| {
                let name = if upper { name.to_uppercase() } else { (*name).to_owned() };
                Given { shown: name.clone(), name, of: *of, certain: true }
            })
            .collect();
        let named: Vec<String> = given
            .iter()
            .enumerate()
            .map(|(at, column)| format!("column{} AS {}", at + 1, quoted(&column.name)))
            .collect();
        let sql = if rows.is_empty() {
            let nulls: Vec<String> = given.iter().map(|column| format!("NULL AS {}", quoted(&column.name))).collect();
            format!("SELECT {} WHERE 0", nulls.join(", "))
        } else {
            let rows: Vec<String> = rows.iter().map(|row| format!("({})", row.join(", "))).collect();
            format!("SELECT {} FROM (VALUES {})", named.join(", "), rows.join(", "))
        };
        Translated { sql, columns: given, open: Vec::new() }
    }
}
