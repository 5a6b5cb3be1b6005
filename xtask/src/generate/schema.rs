//! The JSON schema of `gosleuth inspect --format json`, from the types that are serialised.

use anyhow::Result;

use super::Generated;

pub(super) fn files() -> Result<Vec<Generated>> {
    Ok(vec![Generated::new(
        "docs/schema/inspect.v1.json",
        gosleuth_report::schema(),
    )])
}
