//! `testdata/incidents`: what went wrong in production according to public write-ups, as small programs of our own, and the same without
//! the fault. A comment of each bad one says which rules find it (`// want GL002`), or that none does (`// missed`). The other one has no
//! finding of the default set, and none of these rules.

use std::collections::{BTreeMap, BTreeSet};

use crate::{check, compile, has_go};

#[test]
fn incidents_are_told_from_what_is_correct() {
    if !has_go() {
        return;
    }
    let root = gosleuth_testkit::repository_root().join("testdata/incidents");
    compile(&root);
    let codes = |select: &str| {
        let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for finding in check(&root, &["--select", select, "./..."]).findings {
            let file = finding["location"]["file"].as_str().expect("a path").replace('\\', "/");
            let folder = file.rsplit_once('/').expect("in a folder").0;
            let code = finding["code"].as_str().expect("a code").to_owned();
            codes.entry(folder.to_owned()).or_default().insert(code);
        }
        codes
    };
    let (default, strict) = (codes("default"), codes("strict"));
    let none = BTreeSet::new();
    let (mut wrong, mut found, mut missed) = (Vec::new(), 0, 0);
    for incident in std::fs::read_dir(&root).expect("incidents") {
        let incident = incident.expect("readable").file_name().to_string_lossy().into_owned();
        let Ok(files) = std::fs::read_dir(root.join(&incident).join("bad")) else {
            continue;
        };
        let texts = files.map(|file| std::fs::read_to_string(file.expect("readable").path()).expect("readable"));
        let text: String = texts.collect();
        let wanted: Option<BTreeSet<String>> = text
            .lines()
            .find_map(|line| line.strip_prefix("// want "))
            .map(|codes| codes.split(' ').map(str::to_owned).collect());
        let (bad, ok) = (format!("{incident}/bad"), format!("{incident}/ok"));
        let reported = strict.get(&bad).unwrap_or(&none);
        match &wanted {
            Some(wanted) if wanted.is_disjoint(reported) => {
                wrong.push(format!("{bad}: {reported:?} in place of {wanted:?}"));
            }
            Some(_) => found += 1,
            None if !reported.is_empty() => wrong.push(format!("{bad}: {reported:?}, which is called missed")),
            None => missed += 1,
        }
        let of_default = default.get(&ok).unwrap_or(&none);
        let of_wanted = strict.get(&ok).unwrap_or(&none);
        let is_quiet = of_default.is_empty() && wanted.as_ref().is_none_or(|wanted| wanted.is_disjoint(of_wanted));
        if !is_quiet {
            wrong.push(format!("{ok}: {of_default:?} {of_wanted:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(found >= 68 && missed <= 9, "{found} found, {missed} missed");
}
