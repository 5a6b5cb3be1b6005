//! `gosleuth.toml`: what a project wants different from the defaults. `gosleuth.example.toml` shows every key.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::args::InspectArgs;
use crate::values::{self, FailOn, HeapRate};

/// The file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    #[serde(default)]
    pub(crate) inspect: InspectConfig,
}

/// The table `[inspect]`: keys are named like flags and mean the same.
#[derive(Clone, Debug, Default, Deserialize)]
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

/// The configuration for these arguments: the file named, else the nearest `gosleuth.toml` at or above `directory`.
pub(crate) fn load(args: &InspectArgs, directory: &Path) -> Result<InspectConfig> {
    let path = match &args.config {
        Some(path) => directory.join(path),
        None if args.no_config => return Ok(InspectConfig::default()),
        None => match directory
            .ancestors()
            .map(|directory| directory.join("gosleuth.toml"))
            .find(|path| path.is_file())
        {
            Some(path) => path,
            None => return Ok(InspectConfig::default()),
        },
    };
    let shown = path.display();
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read the configuration {shown}"))?;
    let config: Config = toml::from_str(&text).with_context(|| format!("the configuration {shown} is wrong"))?;
    Ok(config.inspect)
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
