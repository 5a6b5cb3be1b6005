//! What a check does: flags over `gosleuth.toml` over defaults.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use gosleuth_base::Finding;
use gosleuth_rules::{Models, Selection, SelectionInput};

use crate::config::ModelConfig;

use super::glob;
use crate::args::{CheckArgs, FailLevel, KnownArgs, RuleArgs};
use crate::config;
use crate::values::Budget;

/// The baseline where nothing names one.
const DEFAULT_BASELINE: &str = "gosleuth-baseline.json";

/// Settings of a check.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) selection: Selection,
    pub(crate) models: Models,
    /// How much exploring schedules may take.
    pub(crate) budget: Budget,
    pub(crate) fail_on: FailLevel,
    /// Whatever results in the cache depend on besides the source.
    pub(crate) salt: String,
    /// Findings in it do not count.
    pub(crate) baseline: Option<PathBuf>,
    /// Rules that do not count in files of these patterns.
    ignored: Vec<(Vec<String>, Selection)>,
    /// Where patterns begin, relative to the working directory or absolute.
    base: PathBuf,
    directory: PathBuf,
}

impl Settings {
    pub(crate) fn new(args: &CheckArgs, directory: &Path) -> Result<Self> {
        let found = config::load(args.config.as_deref(), args.no_config, directory)?;
        Self::with(found, &args.rules, &args.known, args.output.fail_on, directory)
    }

    /// Settings of a source that `directory` holds, for `case`: what its configuration file says, and these flags.
    pub(crate) fn of_source(rules: &RuleArgs, directory: &Path) -> Result<Self> {
        let found = config::load(None, false, directory)?;
        Self::with(found, rules, &KnownArgs::default(), None, directory)
    }

    fn with(
        (file, base): (config::Config, PathBuf),
        rules: &RuleArgs,
        known: &KnownArgs,
        fail_on: Option<FailLevel>,
        directory: &Path,
    ) -> Result<Self> {
        let file = file.check;
        let or = |flags: &[String], keys: &[String]| {
            if flags.is_empty() {
                keys.to_vec()
            } else {
                flags.to_vec()
            }
        };
        let selection = Selection::new(&SelectionInput {
            select: or(&rules.select, &file.select),
            extend: [file.extend_select.as_slice(), &rules.extend_select].concat(),
            ignore: [file.ignore.as_slice(), &rules.ignore].concat(),
        })?;
        let mut models = Models::default();
        for model in &file.models {
            models
                .declare(&model.function, &model.behaviour, model.argument)
                .context("a model of the configuration is wrong")?;
        }
        let in_file = file.budget.as_deref().map(str::parse).transpose();
        let in_file = in_file.map_err(|error| anyhow::anyhow!("budget in the configuration: {error}"))?;
        let budget = rules.budget.or(in_file).unwrap_or_default();
        let salt = salt(&selection, &file.models, budget);
        let mut ignored = Vec::new();
        for path in file.paths {
            let select = Selection::new(&SelectionInput {
                select: path.ignore,
                ..SelectionInput::default()
            })?;
            ignored.push((path.paths, select));
        }
        let baseline = match (&known.baseline, file.baseline) {
            (Some(path), _) => Some(directory.join(path)),
            (None, path) => path.map(|path| base.join(path)),
        };
        Ok(Self {
            selection,
            models,
            budget,
            salt,
            fail_on: fail_on.or(file.fail_on).unwrap_or_default(),
            baseline,
            ignored,
            base,
            directory: directory.to_owned(),
        })
    }

    /// Where a baseline is written.
    pub(crate) fn baseline_path(&self) -> PathBuf {
        self.baseline
            .clone()
            .unwrap_or_else(|| self.directory.join(DEFAULT_BASELINE))
    }

    /// Whether the rule does not count in the file of the finding.
    pub(crate) fn is_ignored(&self, finding: &Finding) -> bool {
        if self.ignored.is_empty() {
            return false;
        }
        let path = self.directory.join(&finding.location.file);
        let path = path.strip_prefix(&self.base).unwrap_or(&path).to_string_lossy();
        let path = path.replace('\\', "/");
        self.ignored.iter().any(|(patterns, rules)| {
            rules.contains(finding.code) && patterns.iter().any(|pattern| glob::matches(pattern, &path))
        })
    }
}

/// Rules, models, and how far schedules are explored.
fn salt(selection: &Selection, models: &[ModelConfig], budget: Budget) -> String {
    format!("{selection:?} {models:?} {}", budget.percent())
}
