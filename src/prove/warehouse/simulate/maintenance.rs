//! Statements that keep house, and change no rows: ANALYZE, VACUUM, OPTIMIZE, REINDEX, CLUSTER, REFRESH, LOCK.

use super::super::Warehouse;
use super::super::catalog::object::Class;
use super::super::catalog::{Certainty, Kind};
use super::super::stop::{Done, Stop};
use super::reader::{Reader, Written};
use super::words;
use crate::sql::{Dialect, Verb};

/// Procedures of SQL Server that are called without their schema; in order.
const SYSTEM_PROCEDURES: [&str; 49] = [
    "sp_addextendedproperty",
    "sp_addlinkedserver",
    "sp_addmessage",
    "sp_addrole",
    "sp_addrolemember",
    "sp_addsrvrolemember",
    "sp_addtype",
    "sp_adduser",
    "sp_autostats",
    "sp_changeobjectowner",
    "sp_columns",
    "sp_configure",
    "sp_createstats",
    "sp_databases",
    "sp_dboption",
    "sp_depends",
    "sp_describe_first_result_set",
    "sp_dropextendedproperty",
    "sp_droprole",
    "sp_droprolemember",
    "sp_dropuser",
    "sp_execute_external_script",
    "sp_executesql",
    "sp_fkeys",
    "sp_getapplock",
    "sp_grantdbaccess",
    "sp_help",
    "sp_helpdb",
    "sp_helpindex",
    "sp_helprole",
    "sp_helprolemember",
    "sp_helptext",
    "sp_helpuser",
    "sp_indexoption",
    "sp_lock",
    "sp_pkeys",
    "sp_recompile",
    "sp_refreshsqlmodule",
    "sp_refreshview",
    "sp_releaseapplock",
    "sp_rename",
    "sp_set_session_context",
    "sp_spaceused",
    "sp_tableoption",
    "sp_tables",
    "sp_updateextendedproperty",
    "sp_updatestats",
    "sp_who",
    "xp_cmdshell",
];

impl Warehouse {
    /// A statement of that kind, after its verb.
    pub(super) fn maintain(&mut self, verb: &Verb, reader: &mut Reader<'_>, together: bool) -> Done<()> {
        match verb {
            Verb::Analyze | Verb::Vacuum => self.analyze(reader),
            Verb::Reindex => self.reindex(reader),
            Verb::Cluster => self.cluster(reader),
            Verb::Refresh => self.refresh(reader),
            Verb::Lock => self.lock(reader, together),
            _ => self.table_after_kind(reader),
        }
    }

    /// `optimize t`, `optimize table t`, `msck repair table t`, `cache table t`.
    fn table_after_kind(&mut self, reader: &mut Reader<'_>) -> Done<()> {
        reader.eat_any(&["lazy", "repair"]);
        if reader.eat_any(&["database", "schema", "all", "function", "functions"]) {
            return Ok(());
        }
        reader.eat("table");
        reader.eat("if exists");
        match reader.name() {
            Some(name) => self.need_relation(&name).map(|_| ()),
            None => Ok(()),
        }
    }

    fn analyze(&mut self, reader: &mut Reader<'_>) -> Done<()> {
        reader.parenthesis();
        while reader.eat_any(&[
            "full",
            "freeze",
            "verbose",
            "analyze",
            "analyse",
            "skip_locked",
            "sort only",
            "delete only",
            "reindex",
            "recluster",
            "compression",
            "lite",
        ]) {}
        if reader.eat_any(&["tables", "predicate columns", "all columns"]) || reader.is_done() {
            return Ok(());
        }
        reader.eat("table");
        reader.eat("only");
        while let Some(name) = reader.name() {
            let relation = self.need_relation(&name)?;
            if reader.peek().is_some_and(|token| token.is_symbol("(")) {
                let columns = reader.columns();
                self.need_columns(&relation, &columns)?;
            } else if reader.eat("compute statistics for columns") {
                let columns: Vec<(String, bool)> = reader.names().iter().map(|column| column.last().clone()).collect();
                self.need_columns(&relation, &columns)?;
            }
            if !reader.eat_symbol(",") {
                break;
            }
        }
        Ok(())
    }

    fn reindex(&mut self, reader: &mut Reader<'_>) -> Done<()> {
        reader.parenthesis();
        if reader.eat("schema") {
            reader.eat("concurrently");
            let Some(name) = reader.name() else { return Ok(()) };
            let schema = self.meant_schema(&name)?;
            return self.need(&schema);
        }
        if reader.eat_any(&["database", "system"]) {
            return Ok(());
        }
        let index = reader.eat("index");
        reader.eat("table");
        reader.eat("concurrently");
        let Some(name) = reader.name() else { return Ok(()) };
        if index {
            return self.need_index(&name).map(|_| ());
        }
        let stored = "table or materialized view";
        if self.is_postgres() {
            if let Some(cause) = self.is_other(&name, stored)? {
                return Err(Stop::refuted(cause));
            }
        }
        let relation = self.need_relation(&name)?;
        if self.is_postgres() && relation.kind == Kind::View && relation.certainty == Certainty::Known {
            return Err(Stop::refuted(words::not_a(&relation.name.identifier, stored)));
        }
        Ok(())
    }

    fn cluster(&mut self, reader: &mut Reader<'_>) -> Done<()> {
        reader.parenthesis();
        reader.eat("verbose");
        let Some(first) = reader.name() else { return Ok(()) };
        // The old form names the index first.
        let (name, index) = if reader.eat("on") {
            (reader.name().unwrap_or_else(|| first.clone()), Some(first))
        } else {
            let index = if reader.eat("using") { reader.name() } else { None };
            (first, index)
        };
        let relation = self.need_relation(&name)?;
        match index {
            Some(index) => self.need_index_of(&relation, &index),
            None => Ok(()),
        }
    }

    fn refresh(&mut self, reader: &mut Reader<'_>) -> Done<()> {
        let kind = if reader.eat("materialized view") {
            Kind::MaterializedView
        } else if reader.eat("dynamic table") {
            Kind::DynamicTable
        } else if reader.eat_any(&["function", "schema", "database", "catalog"]) {
            return Ok(());
        } else {
            reader.eat_any(&["external table", "streaming table", "foreign table", "table", "live"]);
            Kind::Table
        };
        reader.eat("concurrently");
        let Some(name) = reader.name() else { return Ok(()) };
        if kind == Kind::MaterializedView && self.is_postgres() {
            if let Some(cause) = self.is_other(&name, "table or materialized view")? {
                return Err(Stop::refuted(cause));
            }
        }
        let relation = self.need_relation(&name)?;
        if self.is_postgres() && relation.certainty == Certainty::Known {
            let own = &relation.name.identifier;
            match relation.kind {
                Kind::View => return Err(Stop::refuted(words::not_a(own, "table or materialized view"))),
                Kind::Table => return Err(Stop::refuted(words::not_a(own, "materialized view"))),
                _ => {}
            }
        }
        if relation.kind == Kind::MaterializedView {
            // Its rows are those of the day it was made, and stay so in the rehearsal.
            self.touched.assumed |= !relation.reads.is_empty();
        }
        Ok(())
    }

    fn lock(&mut self, reader: &mut Reader<'_>, together: bool) -> Done<()> {
        if self.is_postgres() && !self.in_transaction() && !together {
            return Err(Stop::refuted("LOCK TABLE can only be used in transaction blocks"));
        }
        reader.eat_any(&["tables", "table"]);
        reader.eat("only");
        for name in reader.names() {
            self.need_relation(&name)?;
        }
        Ok(())
    }

    /// COPY, UNLOAD, LOAD, PUT, EXPORT and the like: their tables are checked, their files and rows are not known.
    pub(super) fn copy(&mut self, verb: &Verb, reader: &mut Reader<'_>) -> Done<()> {
        match verb {
            Verb::Copy => {
                let into = reader.eat("into");
                let stage = reader.peek().is_none_or(|token| !token.is_name());
                if !stage {
                    if let Some(name) = reader.name() {
                        self.copied(&name, reader)?;
                    }
                } else if into && reader.seek(&["from"]) && reader.eat("from") {
                    if let Some(name) = reader.name() {
                        self.need_relation(&name)?;
                    }
                }
            }
            Verb::Load if reader.seek(&["into"]) && reader.eat("into") => {
                reader.eat("table");
                if let Some(name) = reader.name() {
                    self.need_relation(&name)?;
                }
            }
            _ => {}
        }
        // Files and stages, and the rows that they hold, are outside of the rehearsal.
        self.touched.assumed = true;
        Ok(())
    }

    fn copied(&mut self, name: &Written, reader: &mut Reader<'_>) -> Done<()> {
        let relation = self.need_relation(name)?;
        if reader.peek().is_some_and(|token| token.is_symbol("(")) {
            let columns = reader.columns();
            self.need_columns(&relation, &columns)?;
        }
        Ok(())
    }

    /// CALL and EXECUTE: what a procedure does is not known.
    pub(super) fn call(&mut self, verb: &Verb, reader: &mut Reader<'_>) -> Done<()> {
        if *verb == Verb::Execute && self.is_postgres() {
            let Some(name) = reader.name() else { return Ok(()) };
            let prepared = self.object(Class::Prepared, &name)?;
            self.need(&prepared)?;
            return Err(Stop::not_proved("a prepared statement is not executed in the rehearsal"));
        }
        if reader.eat("immediate") {
            return Err(Stop::not_proved("a text that is put together while it runs is not executed"));
        }
        if reader.eat("task") {
            if let Some(name) = reader.name() {
                let task = self.object(Class::Task, &name)?;
                self.need(&task)?;
            }
            self.touched.assumed = true;
            return Ok(());
        }
        if let Some(name) = reader.name() {
            let named = self.object(Class::Procedure, &name)?;
            let there = !self.routines(&named, None).is_empty();
            if !there && self.has_dropped(&named, None) {
                return Err(Stop::refuted(self.no_procedure(&named)));
            }
            let is_built_in = self.dialect() == Dialect::SqlServer && is_system_procedure(&name);
            if !there && !is_built_in {
                self.need_routine(Class::Procedure, &name, None)?;
            }
        }
        // What it does is not known.
        self.touched.assumed = true;
        Ok(())
    }

    fn no_procedure(&self, named: &super::super::catalog::object::Object) -> String {
        match self.dialect() {
            Dialect::Postgres => format!("procedure {} does not exist", named.path[2]),
            dialect => words::missing(dialect, named),
        }
    }
}

/// Whether a procedure comes with SQL Server.
fn is_system_procedure(name: &Written) -> bool {
    let mut parts = name.parts.iter().rev().map(|(part, _)| part.to_ascii_lowercase());
    let Some(last) = parts.next() else { return false };
    parts.next().is_some_and(|schema| schema == "sys") || SYSTEM_PROCEDURES.contains(&last.as_str())
}
