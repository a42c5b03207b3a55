//! What the file may hold, for editors: a JSON Schema of [`super::file`]. Here stands what can't be
//! derived from the types.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::file::{PasswordSources, WrittenConfig, WrittenFolders, WrittenPassword};

/// JSON Schema, draft 2020-12.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(WrittenConfig).to_value()
}

/// A password in plain sight is read only to be refused.
impl JsonSchema for WrittenPassword {
    fn schema_name() -> Cow<'static, str> {
        PasswordSources::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        PasswordSources::json_schema(generator)
    }
}

impl JsonSchema for WrittenFolders {
    fn schema_name() -> Cow<'static, str> {
        "Folders".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [{ "const": "auto" }, { "type": "array", "items": { "type": "string" } }]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::EXAMPLE;

    /// The keys that are reachable from a schema, like `account.password.command`.
    fn keys(
        of: &serde_json::Value,
        whole: &serde_json::Value,
        before: &str,
        into: &mut Vec<String>,
    ) {
        let parts = [&of["anyOf"], &of["items"]];
        let parts = parts.into_iter().flat_map(|part| match part {
            serde_json::Value::Array(all) => all.iter().collect(),
            serde_json::Value::Object(_) => vec![part],
            _ => Vec::new(),
        });
        parts.for_each(|part| keys(part, whole, before, into));
        if let Some(name) = of["$ref"].as_str() {
            keys(&whole["$defs"][name.rsplit('/').next().unwrap()], whole, before, into);
        }
        for (key, value) in of["properties"].as_object().into_iter().flatten() {
            into.push(format!("{before}{key}"));
            keys(value, whole, &format!("{before}{key}."), into);
        }
    }

    #[test]
    fn the_schema_knows_every_key_of_the_example_and_no_other() {
        let schema = schema();
        let mut known = Vec::new();
        keys(&schema, &schema, "", &mut known);
        assert!(known.contains(&"account.password.command".to_owned()), "{known:?}");
        for key in &known {
            let last = key.rsplit('.').next().unwrap();
            assert!(EXAMPLE.contains(last), "{key} isn't in the example");
        }
        let written =
            EXAMPLE.lines().filter_map(|line| line.trim_start_matches('#').split_once(" = "));
        for (key, _) in written
            .filter(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '.'))
        {
            assert!(known.iter().any(|it| it.ends_with(key)), "{key} isn't in the schema");
        }
    }
}
