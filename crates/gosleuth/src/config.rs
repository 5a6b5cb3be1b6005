//! `gosleuth.toml`: what a project wants different from the defaults. `gosleuth.example.toml` shows every key.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::args::FailLevel;
use crate::values::{self, FailOn, HeapRate};

/// The file.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "gosleuth.toml"))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    /// Settings of `gosleuth inspect`.
    #[serde(default)]
    pub(crate) inspect: InspectConfig,
    /// Settings of `gosleuth check`.
    #[serde(default)]
    pub(crate) check: CheckConfig,
}

/// The table `[check]`: keys are named like flags and mean the same.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct CheckConfig {
    /// Rules to run, in place of the default set: codes, prefixes, names, sets (default, strict, advice) or ALL.
    pub(crate) select: Vec<String>,
    /// Rules to run in addition.
    pub(crate) extend_select: Vec<String>,
    /// Rules not to run.
    pub(crate) ignore: Vec<String>,
    /// File with findings that do not count, relative to this one.
    pub(crate) baseline: Option<PathBuf>,
    /// What makes exit code 1.
    pub(crate) fail_on: Option<FailLevel>,
    /// How much exploring schedules may take: `none`, `small`, `default`, `large`, or a factor such as `"2.5"`.
    pub(crate) budget: Option<String>,
    /// Settings for some files.
    pub(crate) paths: Vec<PathConfig>,
    /// How own functions behave.
    pub(crate) models: Vec<ModelConfig>,
}

/// Settings for some files.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct PathConfig {
    /// Patterns of paths relative to this file: `*` in a name, `**` for directories; without `/`, of names.
    pub(crate) paths: Vec<String>,
    /// Rules that do not count there.
    pub(crate) ignore: Vec<String>,
}

/// How a function behaves.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ModelConfig {
    /// Its symbol: `example.com/pool.(*Pool).Submit`.
    pub(crate) function: String,
    /// `spawn`, `lock`, `unlock`, `read-lock`, `read-unlock`, `block`, `borrow`, `cancel`, `response`, `no-return`.
    pub(crate) behaviour: String,
    /// The argument it is about, from 0; for `cancel`, the result.
    #[serde(default)]
    pub(crate) argument: u32,
}

/// The table `[inspect]`: keys are named like flags and mean the same.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct InspectConfig {
    pub(crate) max_goroutines: Option<u64>,
    max_blocked: Option<String>,
    max_heap_growth: Option<String>,
    max_gc_pause: Option<String>,
    pub(crate) max_gc_cpu: Option<f64>,
    pub(crate) max_run_queue: Option<f64>,
    pub(crate) limit: Option<u64>,
    fail_on: Option<String>,
    #[serde(default)]
    pub(crate) redact: bool,
}

impl InspectConfig {
    pub(crate) fn max_blocked(&self) -> Result<Option<std::time::Duration>> {
        parsed("max-blocked", self.max_blocked.as_deref(), values::duration)
    }

    pub(crate) fn max_gc_pause(&self) -> Result<Option<std::time::Duration>> {
        parsed("max-gc-pause", self.max_gc_pause.as_deref(), values::duration)
    }

    pub(crate) fn max_heap_growth(&self) -> Result<Option<HeapRate>> {
        parsed("max-heap-growth", self.max_heap_growth.as_deref(), str::parse)
    }

    pub(crate) fn fail_on(&self) -> Result<Option<FailOn>> {
        parsed("fail-on", self.fail_on.as_deref(), str::parse)
    }
}

fn parsed<T>(key: &str, value: Option<&str>, parse: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>> {
    value
        .map(|value| parse(value).map_err(|error| anyhow::anyhow!("{key} in the configuration: {error}")))
        .transpose()
}

/// The configuration and the directory it is in: of the file named, else of the nearest `gosleuth.toml` at or above `directory`.
pub(crate) fn load(named: Option<&Path>, none: bool, directory: &Path) -> Result<(Config, PathBuf)> {
    let nothing = || (Config::default(), directory.to_owned());
    let path = match named {
        Some(path) => directory.join(path),
        None if none => return Ok(nothing()),
        None => match directory
            .ancestors()
            .map(|directory| directory.join("gosleuth.toml"))
            .find(|path| path.is_file())
        {
            Some(path) => path,
            None => return Ok(nothing()),
        },
    };
    let shown = path.display();
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read the configuration {shown}"))?;
    let config: Config = toml::from_str(&text).with_context(|| format!("the configuration {shown} is wrong"))?;
    let base = path.parent().unwrap_or(directory).to_owned();
    Ok((config, base))
}

/// The JSON schema of the file, with a final line break.
#[cfg(feature = "schema")]
pub fn schema() -> String {
    let schema = schemars::generate::SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Config>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_errors() {
        assert!(toml::from_str::<Config>("[inspect]\nmax-gorutines = 1\n").is_err());
        assert!(toml::from_str::<Config>("[inpsect]\n").is_err());
        assert!(toml::from_str::<Config>("").is_ok());
    }

    #[test]
    fn a_wrong_value_names_its_key() {
        let config: Config = toml::from_str("[inspect]\nmax-blocked = \"soon\"\n").expect("text is text");
        let error = config.inspect.max_blocked().expect_err("not a duration");
        assert!(error.to_string().contains("max-blocked"), "{error}");
    }
}
