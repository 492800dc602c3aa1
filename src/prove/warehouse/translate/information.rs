//! The warehouse's own tables about itself, made from the catalog where a query reads them.

use sqlparser::ast::{ObjectName, ObjectNamePart};

use crate::prove::warehouse::mirror;
use crate::prove::warehouse::sqlite::{quoted, text};
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::types::Type;
use crate::sql::{Dialect, bind};

use super::{Given, Translated, Translator};

/// The columns of `tables` and `views`, each with what it is called where it is kept.
const TABLES: [(&str, Type, &str); 4] = [
    ("table_catalog", Type::Text, "database"),
    ("table_schema", Type::Text, "schema"),
    ("table_name", Type::Text, "identifier"),
    ("table_type", Type::Text, "kind"),
];

/// The same of `columns`.
const COLUMNS: [(&str, Type, &str); 8] = [
    ("table_catalog", Type::Text, "database"),
    ("table_schema", Type::Text, "schema"),
    ("table_name", Type::Text, "identifier"),
    ("column_name", Type::Text, "name"),
    ("ordinal_position", Type::Integer, "place"),
    ("is_nullable", Type::Text, "nullable"),
    ("data_type", Type::Text, "type"),
    ("character_maximum_length", Type::Integer, "length"),
];

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
            // The system's own schema is looked into first.
            None if bind::is_own(&parts, self.dialect())
                || (table.starts_with("pg_") && self.speaks(&[Dialect::Redshift, Dialect::DuckDb])) =>
            {
                return self.postgres_catalog(table).map(Some);
            }
            _ => return Ok(None),
        }
        self.warehouse.touched.assumed = self.warehouse.touched.assumed || self.warehouse.has_assumed_relations();
        self.of_what_may_be_there();
        Ok(Some(match table.as_str() {
            "tables" | "views" => {
                let views = if table == "views" { vec!["\"is_view\"".to_owned()] } else { Vec::new() };
                let conditions: Vec<String> = self.of_database(database).into_iter().chain(views).collect();
                self.mirrored(mirror::RELATIONS, &TABLES, &conditions)?
            }
            "columns" => {
                let conditions: Vec<String> = self.of_database(database).into_iter().collect();
                self.mirrored(mirror::COLUMNS, &COLUMNS, &conditions)?
            }
            "schemata" => self.schemata(database),
            other => return Err(Stop::not_proved(format!("information_schema.{other} is not kept by the rehearsal"))),
        }))
    }

    /// The condition that a relation is in the database, or the dataset, that a name gives.
    fn of_database(&self, database: Option<&str>) -> Option<String> {
        let database = text(database?);
        Some(if self.dialect() == Dialect::BigQuery {
            format!("\"schema\" = {database} COLLATE NOCASE")
        } else {
            format!("\"database\" COLLATE NOCASE IN ('', {database})")
        })
    }

    fn schemata(&self, database: Option<&str>) -> Translated {
        let own = &self.warehouse.session;
        let dataset = self.dialect() == Dialect::BigQuery;
        let is_meant = |of: Option<&str>, schema: &str| {
            let of = if dataset { Some(schema) } else { of };
            database.is_none_or(|database| of.is_none_or(|of| of.eq_ignore_ascii_case(database)))
        };
        let mut schemas = self.warehouse.catalog.schemas();
        schemas.retain(|(of, schema)| is_meant(*of, schema));
        schemas.push((own.database.as_deref(), &own.schema));
        schemas.sort_unstable();
        schemas.dedup();
        let row = |(database, schema): (Option<&str>, &str)| {
            vec![database.map_or_else(|| "NULL".to_owned(), text), text(schema)]
        };
        let rows: Vec<_> = schemas.into_iter().map(row).collect();
        self.listing(&[("catalog_name", Type::Text), ("schema_name", Type::Text)], &rows)
    }

    fn postgres_catalog(&mut self, table: &str) -> Done<Translated> {
        let wanted = match table {
            "pg_tables" => false,
            "pg_views" => true,
            other => return Err(Stop::not_proved(format!("{other} is not kept by the rehearsal"))),
        };
        self.of_what_may_be_there();
        let columns: [(&str, Type, &str); 2] = [
            ("schemaname", Type::Text, "schema"),
            (if wanted { "viewname" } else { "tablename" }, Type::Text, "identifier"),
        ];
        let condition = if wanted { "\"is_view\"" } else { "NOT \"is_view\"" };
        self.mirrored(mirror::RELATIONS, &columns, &[condition.to_owned()])
    }

    /// Notes that there may be relations that the rehearsal does not know of: some are assumed, or something ran whose
    /// inside is not executed.
    fn of_what_may_be_there(&mut self) {
        if self.warehouse.has_assumed_relations() || self.warehouse.is_out_of_sight {
            (self.warehouse.touched.guessed, self.warehouse.touched.read_guessed) = (true, true);
        }
    }

    /// Some of the rows that the rehearsal keeps of its relations.
    fn mirrored(&mut self, table: &str, columns: &[(&str, Type, &str)], conditions: &[String]) -> Done<Translated> {
        self.warehouse.mirrored()?;
        self.mirrors = true;
        let given = self.its_columns(columns.iter().map(|(name, of, _)| (*name, *of)));
        let list = columns.iter().zip(&given).map(|((.., column), given)| {
            let value = quoted(column);
            // A key has no NULL.
            let value = if *column == "database" { format!("nullif({value}, '')") } else { value };
            format!("{value} AS {}", quoted(&given.name))
        });
        let list = list.collect::<Vec<_>>().join(", ");
        let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
        let sql = format!("SELECT {list} FROM {}{filter}", quoted(table));
        Ok(Translated { sql, columns: given, open: Vec::new() })
    }

    /// Columns as the warehouse names them.
    fn its_columns<'c>(&self, columns: impl Iterator<Item = (&'c str, Type)>) -> Vec<Given> {
        let upper = self.dialect() == Dialect::Snowflake;
        let given = columns.map(|(name, of)| {
            let name = if upper { name.to_uppercase() } else { name.to_owned() };
            Given { shown: name.clone(), name, of, certain: true, digits: None }
        });
        given.collect()
    }

    /// Rows that are written out.
    fn listing(&self, columns: &[(&str, Type)], rows: &[Vec<String>]) -> Translated {
        let given = self.its_columns(columns.iter().copied());
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
