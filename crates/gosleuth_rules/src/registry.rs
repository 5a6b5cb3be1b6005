//! Every rule.

use gosleuth_base::{RuleCode, RuleInfo};

use crate::rule::Rule;
use crate::rules::*;

/// Every rule, by code.
pub static RULES: &[&Rule] = &[
    &gl001::RULE,
    &gl002::RULE,
    &gl003::RULE,
    &gl004::RULE,
    &gl005::RULE,
    &gl006::RULE,
    &gl007::RULE,
    &gl008::RULE,
    &gl009::RULE,
    &gl010::RULE,
    &gl011::RULE,
    &gl012::RULE,
    &gl013::RULE,
    &gl014::RULE,
    &gl015::RULE,
    &gl016::RULE,
    &dl001::RULE,
    &dl002::RULE,
    &dl003::RULE,
    &dl004::RULE,
    &dl005::RULE,
    &dl006::RULE,
    &dl007::RULE,
    &dl008::RULE,
    &dl009::RULE,
    &dl010::RULE,
    &dl011::RULE,
    &dl012::RULE,
    &dl013::RULE,
    &dr001::RULE,
    &dr002::RULE,
    &dr003::RULE,
    &dr004::RULE,
    &dr005::RULE,
    &dr006::RULE,
    &dr007::RULE,
    &dr008::RULE,
    &dr009::RULE,
    &dr010::RULE,
    &dr011::RULE,
    &dr012::RULE,
    &pn001::RULE,
    &pn002::RULE,
    &pn003::RULE,
    &pn004::RULE,
    &pn005::RULE,
    &pn006::RULE,
    &pn007::RULE,
    &pn008::RULE,
    &pn009::RULE,
    &pn010::RULE,
    &pn011::RULE,
    &pn012::RULE,
    &pn013::RULE,
    &pn014::RULE,
    &cx001::RULE,
    &cx002::RULE,
    &cx003::RULE,
    &cx004::RULE,
    &cx005::RULE,
    &cx006::RULE,
    &cx007::RULE,
    &cx008::RULE,
    &rs001::RULE,
    &rs002::RULE,
    &rs003::RULE,
    &rs004::RULE,
    &rs005::RULE,
    &rs006::RULE,
    &rs007::RULE,
    &rs008::RULE,
    &rs009::RULE,
    &rs010::RULE,
    &ad001::RULE,
    &ad002::RULE,
    &ad003::RULE,
    &ad004::RULE,
    &ad005::RULE,
    &gs001::RULE,
    &gs002::RULE,
];

/// The rule with this code or name.
pub fn find_rule(word: &str) -> Option<&'static Rule> {
    let code = RuleCode::parse(word);
    RULES
        .iter()
        .copied()
        .find(|rule| Some(rule.info.code) == code || rule.info.name == word)
}

/// What every rule is, by code.
pub fn all_infos() -> Vec<RuleInfo> {
    RULES.iter().map(|rule| rule.info).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::HEADINGS;

    #[test]
    fn codes_and_names_are_unique() {
        let mut codes: Vec<_> = RULES.iter().map(|rule| rule.info.code).collect();
        let sorted = codes.clone();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes, sorted, "the list is sorted by code, without repetition");
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.info.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
        for rule in RULES {
            let is_word = |c: char| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit();
            assert!(rule.info.name.chars().all(is_word), "{}", rule.info.name);
            assert!(!rule.info.summary.ends_with('.'), "{}", rule.info.code);
        }
    }

    #[test]
    fn every_page_has_the_headings_in_order() {
        for rule in RULES {
            let page = rule.page();
            let headings: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
            assert_eq!(headings, HEADINGS, "{}", rule.info.code);
        }
    }
}
