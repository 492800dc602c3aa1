//! JSON, objects and arrays: paths into them.

use sqlparser::ast::{AccessExpr, DictionaryField, Expr, JsonPath, JsonPathElem, Subscript};

use crate::prove::warehouse::sqlite;
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::types::Type;
use crate::prove::warehouse::value::SqlValue;
use crate::sql::Dialect;

use super::cast::path_text;
use super::expression::json_argument;
use super::{Translator, Typed};

impl Translator<'_> {
    /// `value:path.to[0]`.
    pub(super) fn json_access(&mut self, value: &Expr, path: &JsonPath) -> Done<Typed> {
        let value = self.expression(value)?;
        let mut text = "$".to_owned();
        let mut label = None;
        for element in &path.path {
            match element {
                JsonPathElem::Dot { key, .. } => {
                    text += &format!(".{}", path_key(key));
                    label = Some(key.clone());
                }
                JsonPathElem::Bracket { key } | JsonPathElem::ColonBracket { key } => {
                    text += &self.bracket(key)?;
                }
            }
        }
        let typed = Typed::new(format!("json_field({}, {})", value.sql, path_text(&text)), Type::Unknown);
        Ok(match label {
            Some(label) => typed.labelled(label),
            None => typed,
        })
    }

    fn bracket(&mut self, key: &Expr) -> Done<String> {
        let key = self.expression(key)?;
        match &key.constant {
            Some(SqlValue::Integer(at)) => Ok(format!("[{at}]")),
            Some(SqlValue::Text(key)) => Ok(format!(".{}", path_key(key))),
            _ => Err(Stop::not_proved("a computed subscript is not rewritten")),
        }
    }

    /// `root.field[1]`.
    pub(super) fn field_access(&mut self, root: &Expr, chain: &[AccessExpr]) -> Done<Typed> {
        let root = self.expression(root)?;
        let mut text = "$".to_owned();
        let from_one = self.speaks(&[Dialect::Postgres, Dialect::DuckDb, Dialect::Trino, Dialect::Athena]);
        for access in chain {
            match access {
                AccessExpr::Dot(Expr::Identifier(ident)) => text += &format!(".{}", path_key(&ident.value)),
                AccessExpr::Subscript(Subscript::Index { index }) => {
                    let index = match index {
                        Expr::Function(function) if function.name.to_string().eq_ignore_ascii_case("offset") => {
                            let text = function.args.to_string();
                            let digits = text.trim_matches(['(', ')']).parse::<i64>();
                            digits
                                .map(Typed::integer)
                                .map_err(|_| Stop::not_proved("a computed subscript is not rewritten"))?
                        }
                        other => self.expression(other)?,
                    };
                    match &index.constant {
                        Some(SqlValue::Integer(at)) => {
                            text += &format!("[{}]", at - i64::from(from_one && root.of != Type::Json));
                        }
                        Some(SqlValue::Text(key)) => text += &format!(".{}", path_key(key)),
                        _ => return Err(Stop::not_proved("a computed subscript is not rewritten")),
                    }
                }
                _ => return Err(Stop::not_proved("this subscript is not rewritten")),
            }
        }
        Ok(Typed::new(format!("json_field({}, {})", root.sql, path_text(&text)), Type::Unknown))
    }

    /// `{'key': value}`.
    pub(super) fn dictionary(&mut self, fields: &[DictionaryField]) -> Done<Typed> {
        let mut texts = Vec::new();
        for field in fields {
            let value = self.expression(&field.value)?;
            texts.push(format!("{}, {}", sqlite::text(&field.key.value), json_argument(&value)));
        }
        Ok(Typed::new(format!("json_object({})", texts.join(", ")), Type::Json))
    }
}

/// A key in a path of `SQLite`.
fn path_key(key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
    if plain { key.to_owned() } else { format!("\"{}\"", key.replace('"', "")) }
}
