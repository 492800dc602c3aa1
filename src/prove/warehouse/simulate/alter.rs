//! ALTER of tables and views where rows and columns stay as they are: owners, options, tags, policies, clustering.

use std::sync::Arc;

use super::super::Warehouse;
use super::super::catalog::object::{Class, Object};
use super::super::catalog::{Certainty, Kind, Relation};
use super::super::stop::{Done, Stop};
use super::Said;
use super::reader::Reader;
use super::words;
use crate::sql::Dialect;

/// How an action begins that leaves rows and columns alone.
const ACTIONS: &[&str] = &[
    "owner to",
    "set owner to",
    "owner",
    "set owner",
    "set schema",
    "set tag",
    "unset tag",
    "set tags",
    "unset tags",
    "set comment",
    "unset comment",
    "set tblproperties",
    "unset tblproperties",
    "set properties",
    "set options",
    "set masking policy",
    "cluster by",
    "cluster on",
    "set without cluster",
    "drop clustering key",
    "suspend",
    "resume",
    "refresh",
    "add row access policy",
    "drop row access policy",
    "drop all row access policies",
    "set aggregation policy",
    "unset aggregation policy",
    "add search optimization",
    "drop search optimization",
    "enable",
    "disable",
    "force row level security",
    "no force row level security",
    "replica identity",
    "set tablespace",
    "set logged",
    "set unlogged",
    "set statistics",
    "set data_retention_time_in_days",
    "set max_data_extension_time_in_days",
    "set change_tracking",
    "set enable_schema_evolution",
    "set default_ddl_collation",
    "set target_lag",
    "set warehouse",
    "set secure",
    "unset secure",
    "set row filter",
    "drop row filter",
    "set serdeproperties",
    "set serde",
    "set location",
    "inherit",
    "no inherit",
    "of",
    "not of",
    "attach partition",
    "detach partition",
    "add partition",
    "add if not exists partition",
    "recover partitions",
    "alter diststyle",
    "alter distkey",
    "alter sortkey",
    "alter compound sortkey",
    "alter encode",
    "validate constraint",
    "dynamic",
    "compact",
    "touch",
    "archive partition",
];

/// How an action on a column begins, after its name, that leaves its values alone.
const COLUMN_ACTIONS: &[&str] = &[
    "set masking policy",
    "unset masking policy",
    "set projection policy",
    "unset projection policy",
    "set tag",
    "unset tag",
    "set tags",
    "unset tags",
    "set statistics",
    "set storage",
    "set compression",
    "set options",
    "set (",
    "reset",
    "comment",
    "set mask",
    "drop mask",
    "unset comment",
];

impl Warehouse {
    /// ALTER of a relation; none where rows or columns change, which is not simulated.
    pub(super) fn alter_relation(&mut self, said: &Said<'_>, kind: Kind) -> Option<Done<()>> {
        let mut reader = said.at_name()?;
        let name = reader.name()?;
        let ours = is_ours(&reader);
        if !ours {
            return None;
        }
        if said.outline.if_exists {
            match self.meant(&name) {
                Err(stop) => return Some(Err(stop)),
                Ok(meant) if self.catalog().relation(&meant).is_none() => return Some(Ok(())),
                Ok(_) => {}
            }
        }
        let relation = match self.altered_relation(&name, kind) {
            Err(stop) => return Some(Err(stop)),
            Ok(relation) => relation,
        };
        Some(self.alter_actions(&relation, &mut reader))
    }

    fn altered_relation(&mut self, name: &super::reader::Written, kind: Kind) -> Done<Arc<Relation>> {
        if self.is_postgres() && kind != Kind::Table {
            self.relation_of_kind(name, kind)?;
        }
        self.need_relation(name)
    }

    /// Actions with commas between them; those in parentheses after ALTER COLUMN too.
    fn alter_actions(&mut self, relation: &Arc<Relation>, reader: &mut Reader<'_>) -> Done<()> {
        for item in super::reader::items(reader.rest()) {
            let mut action = reader.of(item);
            self.alter_action(relation, &mut action)?;
        }
        Ok(())
    }

    fn alter_action(&mut self, relation: &Arc<Relation>, reader: &mut Reader<'_>) -> Done<()> {
        let object = Object::relation(&relation.name);
        if reader.eat("owner to") || reader.eat("set owner to") {
            let Some(name) = reader.name() else { return Ok(()) };
            return self.owned(&object, &name);
        }
        if reader.eat("set schema") {
            let Some(name) = reader.name() else { return Ok(()) };
            return self.move_to_schema(relation, &name);
        }
        if column_action(reader) {
            return self.alter_column(relation, reader);
        }
        if reader.eat("add row access policy") {
            return self.add_row_access_policy(relation, reader);
        }
        if reader.eat("drop row access policy") {
            let Some(name) = reader.name() else { return Ok(()) };
            let policy = self.object(Class::RowAccessPolicy, &name)?;
            self.need(&policy)?;
            self.ledger().unnote(&object, &format!("row access policy {policy}"));
            return Ok(());
        }
        if reader.eat("drop all row access policies") {
            let ledger = self.catalog().ledger();
            let all: Vec<String> = ledger
                .notes()
                .filter(|(on, what, _)| **on == object && what.starts_with("row access policy"))
                .map(|(_, what, _)| what.to_owned())
                .collect();
            for what in &all {
                self.ledger().unnote(&object, what);
            }
            return Ok(());
        }
        if reader.eat("attach partition") || reader.eat("detach partition") || reader.eat("inherit") {
            let Some(name) = reader.name() else { return Ok(()) };
            return self.need_relation(&name).map(|_| ());
        }
        if reader.eat("cluster on") {
            let Some(name) = reader.name() else { return Ok(()) };
            return self.need_index_of(relation, &name);
        }
        if self.is_postgres() {
            self.postgres_action(relation, reader)?;
        }
        if let Some(columns) = clustered(reader) {
            self.need_columns(relation, &columns)?;
        }
        self.options(&object, reader)
    }

    /// SET SCHEMA.
    fn move_to_schema(&mut self, relation: &Arc<Relation>, schema: &super::reader::Written) -> Done<()> {
        let object = self.meant_schema(schema)?;
        self.need(&object)?;
        let mut name = relation.name.clone();
        name.schema = object.path.last().cloned().unwrap_or_default();
        if self.catalog().relation(&name).is_some_and(|other| other.certainty == Certainty::Known) {
            let cause = format!("relation \"{}\" already exists in schema \"{}\"", name.identifier, name.schema);
            return Err(if self.is_postgres() { Stop::refuted(cause) } else { Stop::not_proved(cause) });
        }
        self.atomically(|this| this.rename_to(relation, &name))
    }

    /// What `PostgreSQL` refuses of the other actions.
    fn postgres_action(&mut self, relation: &Arc<Relation>, reader: &Reader<'_>) -> Done<()> {
        let mut rest = *reader;
        let view = matches!(relation.kind, Kind::View | Kind::MaterializedView);
        let known = relation.certainty == Certainty::Known;
        if rest.eat("enable row level security") || rest.eat("disable row level security") {
            if view && known {
                let action = if reader.next_is("enable") { "ENABLE" } else { "DISABLE" };
                let own = &relation.name.identifier;
                let cause = format!("ALTER action {action} ROW SECURITY cannot be performed on relation \"{own}\"");
                return Err(Stop::refuted(cause));
            }
            return Ok(());
        }
        if rest.eat_any(&["enable", "disable"]) {
            rest.eat_any(&["always", "replica"]);
            if rest.eat("trigger") && !rest.eat_any(&["all", "user"]) {
                if let Some(name) = rest.name() {
                    let object = Object::on(Class::Trigger, &relation.name, self.fold(name.last()));
                    let unknown = self.catalog().ledger().state(&object).is_none();
                    if unknown && known && !self.catalog().ledger().is_vague() {
                        return Err(Stop::refuted(words::missing(self.dialect(), &object)));
                    }
                    self.need(&object)?;
                }
            }
            return Ok(());
        }
        Ok(())
    }

    fn alter_column(&mut self, relation: &Arc<Relation>, reader: &mut Reader<'_>) -> Done<()> {
        reader.eat_any(&["alter", "modify", "change"]);
        reader.eat("column");
        let Some(name) = reader.name() else { return Ok(()) };
        let columns = self.need_columns(relation, &[name.last().clone()])?;
        let column = columns.into_iter().next().unwrap_or_default();
        let object = Object::on(Class::Column, &relation.name, column);
        if reader.eat("set masking policy") {
            let Some(policy) = reader.name() else { return Ok(()) };
            let policy = self.object(Class::MaskingPolicy, &policy)?;
            self.need(&policy)?;
            if reader.eat("using") {
                let using = reader.columns();
                self.need_columns(relation, &using)?;
            }
            let forced = reader.has("force");
            if self.catalog().ledger().noted(&object, "masking policy").is_some()
                && !forced
                && self.dialect() == Dialect::Snowflake
            {
                // Snowflake refuses a second policy on a column without FORCE.
                let cause = "SQL compilation error: Specified column already attached to another masking policy. A \
                             column cannot be attached to multiple masking policies.";
                return Err(Stop::refuted(cause));
            }
            self.ledger().note(object, "masking policy", policy.to_string());
            return Ok(());
        }
        if reader.eat("unset masking policy") {
            self.ledger().unnote(&object, "masking policy");
            return Ok(());
        }
        if reader.eat("comment") {
            if let Some(text) = reader.text() {
                self.ledger().note(object, "comment", text);
            }
            return Ok(());
        }
        self.options(&object, reader)
    }

    fn add_row_access_policy(&mut self, relation: &Arc<Relation>, reader: &mut Reader<'_>) -> Done<()> {
        let Some(name) = reader.name() else { return Ok(()) };
        let policy = self.object(Class::RowAccessPolicy, &name)?;
        self.need(&policy)?;
        if reader.eat("on") {
            let columns = reader.columns();
            self.need_columns(relation, &columns)?;
        }
        let object = Object::relation(&relation.name);
        let another = self.catalog().ledger().notes_on(&object).any(|(what, _)| what.starts_with("row access policy"));
        if another && self.dialect() == Dialect::Snowflake {
            let cause = format!(
                "SQL compilation error: Object '{}' already has a ROW_ACCESS_POLICY. Only one ROW_ACCESS_POLICY is \
                 allowed at a time.",
                relation.name
            );
            return Err(Stop::refuted(cause));
        }
        self.ledger().note(object, format!("row access policy {policy}"), "");
        Ok(())
    }

    /// An index of a table.
    pub(super) fn need_index_of(&mut self, relation: &Arc<Relation>, name: &super::reader::Written) -> Done<()> {
        let own = self.fold(name.last());
        if relation.indexes.iter().any(|index| index.name == own)
            || relation.constraints.iter().any(|constraint| constraint.name == own)
        {
            return Ok(());
        }
        let named = relation.constraints.is_empty() && relation.indexes.iter().all(|index| !index.name.is_empty());
        if self.is_postgres() && named && relation.certainty == Certainty::Known && !self.catalog().ledger().is_vague()
        {
            let cause = format!("index \"{own}\" for table \"{}\" does not exist", relation.name.identifier);
            return Err(Stop::refuted(cause));
        }
        Ok(())
    }
}

/// Whether ALTER of a relation leaves its rows and columns alone.
pub(super) fn leaves_rows(said: &Said<'_>) -> bool {
    let Some(mut reader) = said.at_name() else { return false };
    reader.name().is_some() && is_ours(&reader)
}

/// Whether every action of a list leaves rows and columns alone.
fn is_ours(reader: &Reader<'_>) -> bool {
    let actions = super::reader::items(reader.rest());
    let mut before = false;
    !actions.is_empty()
        && actions.into_iter().all(|item| {
            let action = reader.of(item);
            let options = {
                let mut copy = action;
                (copy.eat("set") || copy.eat("reset")) && copy.peek().is_some_and(|token| token.is_symbol("("))
            };
            // The further values of one SET: `set a = 1, b = 2`.
            let further =
                before && action.rest().get(1).is_some_and(|token| token.is_symbol("=") || token.is_symbol("."));
            let mut copy = action;
            let ours = options || further || copy.eat_any(ACTIONS) || column_action(&action);
            before = ours;
            ours
        })
}

/// Whether an action is one on a column that leaves its values alone.
fn column_action(reader: &Reader<'_>) -> bool {
    let mut copy = *reader;
    if !copy.eat_any(&["alter", "modify", "change"]) {
        return false;
    }
    copy.eat("column");
    if copy.name().is_none() {
        return false;
    }
    let options = {
        let mut set = copy;
        set.eat("set") && set.peek().is_some_and(|token| token.is_symbol("("))
    };
    options || copy.eat_any(COLUMN_ACTIONS)
}

/// The plain columns of `cluster by (a, b)`; none where it is no such action, or has expressions.
fn clustered(reader: &Reader<'_>) -> Option<Vec<(String, bool)>> {
    let mut copy = *reader;
    if !copy.eat("cluster by") {
        return None;
    }
    let inside = copy.parenthesis()?;
    let items = super::reader::items(inside);
    let plain = items.iter().all(|item| item.len() == 1 && item[0].is_name());
    plain.then(|| items.into_iter().filter_map(|item| reader.of(item).name()).map(|name| name.last().clone()).collect())
}
