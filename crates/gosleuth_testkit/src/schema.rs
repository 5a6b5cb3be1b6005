//! A validator for the subset of JSON Schema that the generator and that of SARIF use. Keywords it does not know make the test fail, and
//! so do properties that a schema neither names nor lets in: documents may grow in later versions, but not without their description.

#![expect(clippy::unwrap_used, reason = "a schema that is not one fails the test that uses it")]

use serde_json::Value;

/// Problems of `document` against `schema`, each with its path.
pub fn problems(schema: &Value, document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, schema, document, "$", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    let Some(schema) = schema.as_object() else {
        return;
    };
    for (keyword, rule) in schema {
        match keyword.as_str() {
            "$ref" => {
                let target = root.pointer(rule.as_str().unwrap().strip_prefix('#').unwrap()).unwrap();
                check(root, target, value, path, found);
            }
            "anyOf" => {
                let fits = rule.as_array().unwrap().iter().any(|option| {
                    let mut inner = Vec::new();
                    check(root, option, value, path, &mut inner);
                    inner.is_empty()
                });
                if !fits {
                    found.push(format!("{path}: fits no alternative"));
                }
            }
            "type" => {
                let types: Vec<&str> = match rule {
                    Value::Array(types) => types.iter().map(|t| t.as_str().unwrap()).collect(),
                    one => vec![one.as_str().unwrap()],
                };
                if !types.iter().any(|t| has_type(value, t)) {
                    found.push(format!("{path}: {value} is not {types:?}"));
                }
            }
            "enum" if !rule.as_array().unwrap().contains(value) => {
                found.push(format!("{path}: {value} is not of {rule}"))
            }
            "minimum" if value.as_f64().is_some_and(|value| value < rule.as_f64().unwrap()) => {
                found.push(format!("{path}: {value} is less than {rule}"));
            }
            "maximum" if value.as_f64().is_some_and(|value| value > rule.as_f64().unwrap()) => {
                found.push(format!("{path}: {value} is more than {rule}"));
            }
            "required" => {
                for name in rule.as_array().unwrap() {
                    if value.is_object() && value.get(name.as_str().unwrap()).is_none() {
                        found.push(format!("{path}: {name} is missing"));
                    }
                }
            }
            "properties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    match rule.get(name) {
                        Some(schema) => check(root, schema, value, &format!("{path}.{name}"), found),
                        None if schema.contains_key("additionalProperties") => {}
                        None => found.push(format!("{path}: {name} is not in the schema")),
                    }
                }
            }
            "additionalProperties" => {
                let named = |name: &str| schema.get("properties").is_some_and(|named| named.get(name).is_some());
                for (name, value) in value.as_object().into_iter().flatten().filter(|(name, _)| !named(name)) {
                    match rule {
                        Value::Bool(true) => {}
                        Value::Bool(false) => found.push(format!("{path}: {name} is not in the schema")),
                        rule => check(root, rule, value, &format!("{path}.{name}"), found),
                    }
                }
            }
            "items" => {
                for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, rule, value, &format!("{path}[{index}]"), found);
                }
            }
            "minItems" => {
                let least = rule.as_u64().unwrap();
                if value.as_array().is_some_and(|items| (items.len() as u64) < least) {
                    found.push(format!("{path}: fewer than {least} items"));
                }
            }
            "uniqueItems" if rule == true => {
                let items = value.as_array().map_or(&[][..], Vec::as_slice);
                if items
                    .iter()
                    .enumerate()
                    .any(|(index, item)| items[..index].contains(item))
                {
                    found.push(format!("{path}: the same item twice"));
                }
            }
            "enum" | "minimum" | "maximum" | "uniqueItems" | "$defs" | "definitions" | "$schema" | "$id" | "title"
            | "description" | "format" | "default" => {}
            other => found.push(format!("{path}: the validator does not know {other}")),
        }
    }
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}
