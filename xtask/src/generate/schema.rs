//! The JSON schemas of what `gosleuth` writes and of its configuration, from the types that are serialised.

use anyhow::Result;

use super::Generated;

pub(super) fn files() -> Result<Vec<Generated>> {
    Ok(vec![
        Generated::new("docs/schema/inspect.v1.json", gosleuth_report::schema()),
        Generated::new("docs/schema/capture.v1.json", gosleuth::capture_schema()),
        Generated::new("docs/schema/list.v1.json", gosleuth::list_schema()),
        Generated::new("docs/schema/model.v1.json", gosleuth::model_schema()),
        Generated::new("docs/schema/check.v1.json", gosleuth_report::check_schema()),
        Generated::new("docs/schema/checklist.v1.json", gosleuth_report::checklist_schema()),
        Generated::new("docs/schema/config.v1.json", gosleuth::config_schema()),
    ])
}
