//! The JSON schemas of `gosleuth inspect` and `gosleuth list`, from the types that are serialised.

use anyhow::Result;

use super::Generated;

pub(super) fn files() -> Result<Vec<Generated>> {
    Ok(vec![
        Generated::new("docs/schema/inspect.v1.json", gosleuth_report::schema()),
        Generated::new("docs/schema/list.v1.json", gosleuth::list_schema()),
    ])
}
