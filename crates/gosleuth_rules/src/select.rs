//! Which rules run.

use gosleuth_base::{Family, RuleCode, RuleSet};

use crate::registry::RULES;

/// What somebody asks for: each word is a code (`GL001`), a prefix of one (`GL`, `GL00`), a name, a set (`default`, `strict`, `advice`)
/// or `ALL`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SelectionInput {
    /// In place of the default set; empty for the default set.
    pub select: Vec<String>,
    /// In addition.
    pub extend: Vec<String>,
    /// Left out. A more exact word wins over a less exact one.
    pub ignore: Vec<String>,
}

/// A word that names no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectError {
    /// The word.
    pub word: String,
}

impl std::fmt::Display for SelectError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "`{}` is no rule, prefix, name or set; `gosleuth rules` lists all",
            self.word
        )
    }
}

impl std::error::Error for SelectError {}

/// Rules that find more where a wider set is asked for, or they themselves by code or name.
const WIDER: [(RuleCode, RuleSet); 2] = [
    (RuleCode::new(Family::Deadlocks, 5), RuleSet::Strict),
    (RuleCode::new(Family::Leaks, 11), RuleSet::Advice),
];

/// The rules that run, sorted by code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    codes: Vec<RuleCode>,
    /// Those of [`WIDER`] that find more.
    wider: Vec<RuleCode>,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            codes: of_set(RuleSet::Default).collect(),
            wider: Vec::new(),
        }
    }
}

fn of_set(set: RuleSet) -> impl Iterator<Item = RuleCode> {
    RULES
        .iter()
        .filter(move |rule| rule.info.set == set)
        .map(|rule| rule.info.code)
}

/// How exactly a word names a rule; none if it does not name it.
fn exactness(word: &str, code: RuleCode, name: &str, set: RuleSet) -> Option<usize> {
    let text = code.to_string();
    if word.eq_ignore_ascii_case("all") {
        Some(0)
    } else if word.eq_ignore_ascii_case(set.as_str())
        || (word.eq_ignore_ascii_case("strict") && set == RuleSet::Default)
    {
        Some(1)
    } else if word == name {
        Some(text.len())
    } else {
        let is_prefix = word.len() >= 2
            && text
                .get(..word.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(word));
        is_prefix.then_some(word.len())
    }
}

impl Selection {
    /// The rules that words ask for. `strict` includes the default set.
    ///
    /// # Errors
    ///
    /// For a word that names nothing.
    pub fn new(input: &SelectionInput) -> Result<Self, SelectError> {
        for word in input.select.iter().chain(&input.extend).chain(&input.ignore) {
            let names_a_rule = RULES
                .iter()
                .any(|rule| exactness(word, rule.info.code, rule.info.name, rule.info.set).is_some());
            // A set or family without a rule yet is no mistake.
            let is_known = ["default", "strict", "advice"].contains(&word.to_ascii_lowercase().as_str())
                || Family::ALL
                    .iter()
                    .any(|family| family.prefix().eq_ignore_ascii_case(word));
            if !names_a_rule && !is_known {
                return Err(SelectError { word: word.clone() });
            }
        }
        let default = ["default".to_owned()];
        let select = if input.select.is_empty() {
            &default[..]
        } else {
            &input.select
        };
        let is_wanted = |rule: &crate::Rule, set: RuleSet| {
            let info = rule.info;
            let best = |words: &[String]| {
                words
                    .iter()
                    .filter_map(|word| exactness(word, info.code, info.name, set))
                    .max()
            };
            let wanted = best(select).max(best(&input.extend));
            wanted.is_some_and(|wanted| best(&input.ignore).is_none_or(|unwanted| unwanted < wanted))
        };
        let mut codes: Vec<_> = RULES
            .iter()
            .filter(|rule| is_wanted(rule, rule.info.set))
            .map(|rule| rule.info.code)
            .collect();
        codes.sort_unstable();
        let is_wider =
            |code: RuleCode, set: RuleSet| RULES.iter().any(|rule| rule.info.code == code && is_wanted(rule, set));
        let wider = WIDER.into_iter().filter(|&(code, set)| is_wider(code, set));
        let wider: Vec<_> = wider.map(|(code, _)| code).collect();
        codes.extend(
            wider
                .iter()
                .filter(|code| codes.binary_search(code).is_err())
                .copied()
                .collect::<Vec<_>>(),
        );
        codes.sort_unstable();
        Ok(Self { codes, wider })
    }

    /// Whether a rule runs.
    pub fn contains(&self, code: RuleCode) -> bool {
        self.codes.binary_search(&code).is_ok()
    }

    /// Whether a rule also reports what belongs to a wider set than the rule itself.
    pub(crate) fn is_wide(&self, code: RuleCode) -> bool {
        self.wider.contains(&code)
    }

    /// The rules, by code.
    pub fn codes(&self) -> &[RuleCode] {
        &self.codes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(select: &[&str], extend: &[&str], ignore: &[&str]) -> Result<Vec<String>, SelectError> {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let input = SelectionInput {
            select: owned(select),
            extend: owned(extend),
            ignore: owned(ignore),
        };
        Ok(Selection::new(&input)?
            .codes()
            .iter()
            .map(ToString::to_string)
            .collect())
    }

    #[test]
    fn words() {
        assert_eq!(codes(&["DR005"], &[], &[]), Ok(vec!["DR005".to_owned()]));
        assert_eq!(codes(&["lock-copied"], &[], &[]), Ok(vec!["DR005".to_owned()]));
        assert!(codes(&["DR"], &[], &[]).unwrap().contains(&"DR005".to_owned()));
        assert!(!codes(&[], &[], &["DR"]).unwrap().contains(&"DR005".to_owned()));
        assert_eq!(codes(&[], &[], &[]), codes(&["default"], &[], &[]));
        assert!(codes(&["GL999"], &[], &[]).is_err());
        assert!(codes(&["D"], &[], &[]).is_err());
    }

    #[test]
    fn wider_sets_widen_rules() {
        let is_wide = |select: &[&str]| {
            let input = SelectionInput {
                select: select.iter().map(|word| (*word).to_owned()).collect(),
                ..SelectionInput::default()
            };
            Selection::new(&input)
                .unwrap()
                .is_wide(RuleCode::new(Family::Deadlocks, 5))
        };
        assert!(!is_wide(&[]));
        assert!(!is_wide(&["default"]));
        for word in ["strict", "ALL", "DL", "DL005", "blocking-while-locked"] {
            assert!(is_wide(&[word]), "{word}");
        }
    }

    #[test]
    fn the_more_exact_word_wins() {
        assert_eq!(codes(&["DR005"], &[], &["DR"]), Ok(vec!["DR005".to_owned()]));
        assert_eq!(codes(&["DR005"], &[], &["DR005"]), Ok(Vec::new()));
        assert!(
            codes(&["GL"], &["DR005"], &["DR"])
                .unwrap()
                .contains(&"DR005".to_owned())
        );
    }
}
