//! The place where the two halves meet: what the source allows beside what the process did.
//!
//! Each goroutine suspect gets what the source says of its release, each finding what the evidence says of it. Two independent kinds that
//! agree make a suspect `corroborated`; a question that the source decides becomes a suspect.

mod kin;

use gosleuth_base::{
    Family, Finding, Idx as _, Origin, RuleCode, RuleInfo, ScheduleStep, Site, SuspectKind, Symptom, Verdict,
};
use gosleuth_evidence::{EvidenceSet, Group, GroupId, Snapshot, SnapshotId, StackId};
use gosleuth_ir::CodeIndex;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::{Code, SiteId};
use crate::facts::{Facts, effective_reason, site};
use crate::liveness::{Fate, Liveness, Wait, Waiter, liveness};
use crate::matching::{as_built, is_function, is_line};
use crate::model::{CaseFile, CodeReport, CodeSide, JudgedFinding, Related, SourceLine, Suspect};
use crate::say::{GROWS, number, place, short};

/// What is known of the source of a program.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// What the rules found.
    pub findings: Vec<Finding>,
    /// What those rules are.
    pub rules: Vec<RuleInfo>,
    /// The places of its packages.
    pub packages: Vec<CodeIndex>,
}

/// Lays the source beside suspects and candidates. Candidates that it decides become suspects.
pub(crate) fn join(set: &EvidenceSet, facts: &Facts, shown: Option<SnapshotId>, source: &Source, case: &mut CaseFile) {
    let code = Code::new(&source.packages);
    let living = shown.map(|id| {
        let snapshot = &set.snapshots[id.index()];
        (snapshot, liveness(set, facts, &code, snapshot))
    });
    let mut join = Join {
        set,
        facts,
        source,
        code: &code,
        living: living.as_ref().map(|(snapshot, living)| (*snapshot, living)),
        rules: source.rules.iter().map(|rule| (rule.code, rule)).collect(),
        cleared: Vec::new(),
        directories: set
            .stacks
            .all_frames()
            .iter()
            .filter_map(|frame| directory(set.text(frame.file)))
            .collect(),
    };
    let mut judged: Vec<(Suspect, Decision)> = Vec::new();
    let open = std::mem::take(&mut case.candidates);
    for mut suspect in std::mem::take(&mut case.suspects) {
        let decision = join.explain(&mut suspect);
        if decision.is_decided() {
            suspect.verdict = suspect.verdict.max(Verdict::Corroborated);
        } else if decision.is_helped && may_be_pool(&suspect) {
            suspect.verdict = Verdict::Observed;
            suspect.would_decide =
                Some("A dump after a longer time: a pool stops growing at its bound, a leak does not.".to_owned());
            case.candidates.push(suspect);
            continue;
        }
        judged.push((suspect, decision));
    }
    for mut candidate in open {
        let mut decision = join.explain(&mut candidate);
        if decision.is_decided() {
            candidate.verdict = Verdict::Corroborated;
            candidate.would_decide = None;
            decision.was_open = true;
            join.advise(&mut candidate);
            judged.push((candidate, decision));
        } else {
            case.candidates.push(candidate);
        }
    }
    case.suspects = without_victims(judged);
    case.code = Some(CodeReport {
        packages: source.packages.len(),
        frames: frames(set, facts, &code),
        findings: Vec::new(),
        cleared: join.cleared,
    });
}

/// Says of each finding what the suspects say of it. Suspects are in their final order.
pub(crate) fn judge(source: &Source, case: &mut CaseFile) {
    let mut judged: Vec<(usize, JudgedFinding)> = source
        .findings
        .iter()
        .enumerate()
        .map(|(index, finding)| {
            let suspect = case
                .suspects
                .iter()
                .position(|suspect| suspect.code.findings.contains(&index));
            let mut one = JudgedFinding {
                finding: finding.clone(),
                verdict: Verdict::Suspected,
                evidence: Vec::new(),
                suspect,
            };
            let contradicted = case
                .code
                .iter()
                .flat_map(|code| &code.cleared)
                .find(|(cleared, _)| *cleared == index);
            if let Some(suspect) = suspect.map(|at| &case.suspects[at]) {
                one.verdict = suspect.verdict;
                one.evidence
                    .push(format!("The process shows it: {}", sentence(&suspect.headline)));
            } else if let Some(candidate) = case
                .candidates
                .iter()
                .find(|candidate| candidate.code.findings.contains(&index))
            {
                one.evidence.push(format!(
                    "What was seen leaves it open: {}",
                    sentence(&candidate.headline)
                ));
            }
            if let (None, Some((_, text))) = (suspect, contradicted) {
                one.verdict = Verdict::Cleared;
                one.evidence = vec![format!("The dump contradicts it: {text}")];
            }
            (index, one)
        })
        .collect();
    judged.sort_by(|(a_at, a), (b_at, b)| {
        (b.verdict, b.finding.severity, b.finding.confidence)
            .cmp(&(a.verdict, a.finding.severity, a.finding.confidence))
            .then(a_at.cmp(b_at))
    });
    let new_place: FxHashMap<usize, usize> = judged.iter().enumerate().map(|(new, (old, _))| (*old, new)).collect();
    for suspect in case.suspects.iter_mut().chain(&mut case.candidates) {
        for finding in &mut suspect.code.findings {
            *finding = new_place[finding];
        }
        suspect.code.findings.sort_unstable();
    }
    if let Some(code) = &mut case.code {
        code.findings = judged.into_iter().map(|(_, finding)| finding).collect();
    }
}

fn sentence(text: &str) -> String {
    if text.ends_with('.') {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// Frames of the program's own code: all, and those that are found in the source with an operation at their line.
fn frames(set: &EvidenceSet, facts: &Facts, code: &Code<'_>) -> (usize, usize) {
    let (mut all, mut found) = (0, 0);
    for (index, frame) in set.stacks.all_frames().iter().enumerate() {
        if facts.origin(gosleuth_evidence::FrameId::from_usize(index)) != Origin::User {
            continue;
        }
        all += 1;
        let located = code.locate(set.text(frame.function), set.text(frame.file), frame.line);
        found += usize::from(located.is_some_and(|located| {
            let (first, last) = code.lines(located.function);
            (first..=last).contains(&frame.line)
        }));
    }
    (all, found)
}

/// What the source decides of a suspect.
#[derive(Clone, Debug, Default)]
struct Decision {
    /// A finding describes it.
    has_finding: bool,
    /// Nobody can release it.
    is_stuck: bool,
    /// Another goroutine, which lives, can release it.
    is_helped: bool,
    /// It was a candidate.
    was_open: bool,
    /// Stacks of the goroutines that could release it but wait themselves.
    behind: Vec<StackId>,
}

/// Goroutines of a pool become more until it is full.
const POOL: u64 = 32;

/// Whether only growth speaks against goroutines, and they are as few as those of a pool that fills up.
fn may_be_pool(suspect: &Suspect) -> bool {
    suspect.verdict < Verdict::Proved && suspect.count < POOL && suspect.headline.contains(GROWS)
}

impl Decision {
    fn is_decided(&self) -> bool {
        self.has_finding || self.is_stuck
    }
}

/// Goroutines that wait only because others are stuck are told where those are told. Those that wait for each other stay.
fn without_victims(mut judged: Vec<(Suspect, Decision)>) -> Vec<Suspect> {
    let owner = |judged: &[(Suspect, Decision)], stack: StackId| {
        judged.iter().position(|(suspect, _)| suspect.stacks.contains(&stack))
    };
    // For each the one it waits for.
    let next: Vec<Option<usize>> = judged
        .iter()
        .enumerate()
        .map(|(at, (_, decision))| {
            let behind = decision.behind.iter().filter_map(|&stack| owner(&judged, stack));
            behind.filter(|&other| other != at).min()
        })
        .collect();
    let end = |at: usize| {
        let mut seen = vec![at];
        let mut last = at;
        while let Some(to) = next[last] {
            if seen.contains(&to) {
                return (to != at && !in_ring(&next, at)).then_some(to);
            }
            seen.push(to);
            last = to;
        }
        (last != at).then_some(last)
    };
    let mut folded = vec![false; judged.len()];
    for at in 0..judged.len() {
        let decision = &judged[at].1;
        if decision.has_finding || !decision.was_open || decision.behind.is_empty() {
            continue;
        }
        let Some(root) = end(at) else { continue };
        folded[at] = true;
        let victim = &judged[at].0;
        let text = format!("Behind it: {}.", victim.headline.trim_end_matches('.'));
        let place = victim.site.clone().map(|site| Related {
            site,
            label: "waits behind it".to_owned(),
        });
        let stacks = victim.stacks.clone();
        let known = &mut judged[root].0;
        known.evidence.push(text);
        known.related.extend(place);
        known.stacks.extend(stacks);
    }
    let kept = judged.into_iter().zip(folded).filter(|(_, folded)| !folded);
    kept.map(|((suspect, _), _)| suspect).collect()
}

/// Whether following `next` from a place leads back to it.
fn in_ring(next: &[Option<usize>], from: usize) -> bool {
    let mut at = from;
    for _ in 0..next.len() {
        match next[at] {
            Some(to) if to == from => return true,
            Some(to) => at = to,
            None => return false,
        }
    }
    false
}

/// Findings that are named with a suspect that none describes.
const MAX_BEHIND: usize = 3;

/// Names a finding with a suspect; `how` says what the one has to do with the other.
fn tell(suspect: &mut Suspect, index: usize, finding: &Finding, how: &str) {
    let location = &finding.location;
    suspect.code.findings.push(index);
    suspect.code.lines.push(SourceLine {
        site: Site {
            function: location.function.clone(),
            file: location.file.clone(),
            line: location.line,
        },
        label: finding.code.to_string(),
        text: String::new(),
    });
    suspect.evidence.push(format!(
        "{how}: {} at {}:{}: {}.",
        finding.code, location.file, location.line, finding.message
    ));
    if matches!(suspect.kind, SuspectKind::Panic | SuspectKind::FatalError) {
        suspect.evidence.extend(order(finding));
    }
}

/// How a panic can come about by the schedule of a finding: what happens last, and what went before.
fn order(finding: &Finding) -> Option<String> {
    let (last, before) = finding.schedule.split_last()?;
    let closes = |step: &&ScheduleStep| step.action.starts_with("closes");
    let other = |step: &&ScheduleStep| step.goroutine != last.goroutine;
    let earlier = before.iter().rev();
    let first = earlier
        .clone()
        .find(closes)
        .or_else(|| earlier.clone().find(other))
        .or_else(|| before.last())?;
    let told = |step: &ScheduleStep| {
        let name = step.location.file.rsplit(['/', '\\']).next().unwrap_or_default();
        format!("{} {} ({name}:{})", step.goroutine, step.action, step.location.line)
    };
    Some(format!("This order leads to it: {}; then {}.", told(first), told(last)))
}

struct Join<'a, 's> {
    set: &'a EvidenceSet,
    facts: &'a Facts,
    source: &'a Source,
    code: &'a Code<'s>,
    living: Option<(&'a Snapshot, &'a Liveness)>,
    rules: FxHashMap<RuleCode, &'a RuleInfo>,
    /// Findings that the evidence contradicts, with how.
    cleared: Vec<(usize, String)>,
    /// Directories of the files of all frames, by their last name.
    directories: FxHashSet<&'a str>,
}

/// The rule that says of a goroutine that nobody but itself could release it.
const SELF_DEADLOCK: RuleCode = RuleCode::new(Family::Deadlocks, 7);

impl Join<'_, '_> {
    /// Adds what the source says to a suspect.
    fn explain(&mut self, suspect: &mut Suspect) -> Decision {
        let mut decision = Decision::default();
        // Where else the bug shows; who could release a goroutine is no part of what keeps it, but who holds its lock is.
        let mut places = suspect.related.clone();
        let reasons = self.reasons(suspect);
        // Somebody else who can release it.
        let mut helped = None;
        if let Some((snapshot, waiter)) = self.waiter(suspect) {
            let (side, stuck) = self.side(snapshot, waiter);
            if let Some(explanation) = &side.explanation {
                suspect.evidence.push(explanation.clone());
            }
            let built = suspect.site.clone();
            for partner in &side.partners {
                let mut partner = partner.clone();
                if let Some(built) = &built {
                    partner.site.file = as_built(
                        &partner.site.file,
                        self.code.file(self.code.function_of(waiter.site)),
                        &built.file,
                    );
                }
                if !suspect.related.iter().any(|known| {
                    known.site.line == partner.site.line && known.site.file_name() == partner.site.file_name()
                }) {
                    suspect.related.push(partner);
                }
            }
            if waiter.is_lock {
                places.extend(side.partners.iter().cloned());
            }
            if let Some(text) = self.holder(suspect, snapshot, waiter) {
                suspect.evidence.push(text);
            }
            if !waiter.is_lock && matches!(waiter.fate, Fate::By(_)) {
                helped.clone_from(&side.explanation);
                decision.is_helped = true;
            }
            suspect.code = side;
            decision.is_stuck = stuck;
            if let Fate::ByStuck(helpers) = &waiter.fate {
                decision.behind = helpers
                    .iter()
                    .map(|(id, _)| snapshot.groups[id.index()].stack)
                    .collect();
            }
        }
        for (index, finding) in self.source.findings.iter().enumerate() {
            if finding.suppressed.is_some() {
                continue;
            }
            let is_it = self.describes(finding, suspect, &places, &reasons);
            if is_it
                && finding.code == SELF_DEADLOCK
                && let Some(text) = &helped
            {
                self.cleared.push((index, text.clone()));
                continue;
            }
            if is_it || self.may_describe(finding, suspect) {
                let how = if is_it {
                    "The source says so too"
                } else {
                    "It may come from"
                };
                tell(suspect, index, finding, how);
                decision.has_finding |= is_it;
            }
        }
        if suspect.code.findings.is_empty() {
            let findings = self.source.findings.iter().enumerate();
            let behind: Vec<_> = findings
                .filter(|(_, finding)| finding.suppressed.is_none() && self.is_behind(finding, suspect, &reasons))
                .take(MAX_BEHIND)
                .collect();
            for (index, finding) in behind {
                tell(suspect, index, finding, "It may come from");
            }
        }
        decision
    }

    /// Who holds the lock that others wait for who are told with a suspect.
    fn holder(&self, suspect: &Suspect, snapshot: &Snapshot, told: &Waiter) -> Option<String> {
        let (_, living) = self.living?;
        let mut groups: Vec<_> = living.waiters.iter().collect();
        groups.sort_unstable_by_key(|(id, _)| **id);
        let behind = |id: &GroupId| suspect.stacks.contains(&snapshot.groups[id.index()].stack);
        let (_, waiter) = groups
            .into_iter()
            .find(|(id, waiter)| waiter.is_lock && waiter.site != told.site && behind(id))?;
        match waiter.fate {
            Fate::By(_) | Fate::ByStuck(_) if !told.is_lock => self.side(snapshot, waiter).0.explanation,
            _ => None,
        }
    }

    /// What to do about a question that the source has decided: its own advice was how to decide it.
    fn advise(&self, suspect: &mut Suspect) {
        if let Some((asked, _)) = suspect.headline.split_once(": an idle pool") {
            suspect.headline = asked.to_owned();
            suspect.why =
                "An idle pool has the same stack; but the source says that nothing will come to these any more."
                    .to_owned();
        }
        let advice = match suspect.code.findings.first().map(|&index| &self.source.findings[index]) {
            Some(finding) => {
                let mut letters = finding.action.chars();
                letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
            }
            None => self.waiter(suspect).and_then(|(_, waiter)| {
                let (_, wait) = *waiter.objects.first()?;
                Some(match wait? {
                    Wait::Receiver => "Give the channel room for every value that is sent, or select the send together with a signal that the receiver is gone.",
                    Wait::Sender => "Send or close on every path of the other side, or select the receive together with a context.",
                    Wait::Done => "Call Done in a defer at the start of every counted goroutine, and add exactly what is started.",
                    Wait::Signal => "Signal behind every change of what is waited for, and test it in a loop around Wait.",
                }
                .to_owned())
            }),
        };
        if let Some(advice) = advice {
            suspect.action = advice;
        }
    }

    /// The group that a suspect is about, and what it waits for in the source.
    fn waiter(&self, suspect: &Suspect) -> Option<(&Snapshot, &Waiter)> {
        let (snapshot, living) = self.living?;
        let mut groups: Vec<GroupId> = living.waiters.keys().copied().collect();
        groups.sort_unstable();
        groups
            .into_iter()
            .filter(|id| suspect.stacks.contains(&snapshot.groups[id.index()].stack))
            .max_by_key(|id| {
                let at_site = self.blame(&snapshot.groups[id.index()]) == suspect.site;
                (at_site, snapshot.groups[id.index()].count, std::cmp::Reverse(*id))
            })
            .map(|id| (snapshot, &living.waiters[&id]))
    }

    fn blame(&self, group: &Group) -> Option<Site> {
        self.facts.stack(group.stack).blame.map(|frame| site(self.set, frame))
    }

    /// What the source says of a waiter, and whether that means that it is stuck.
    fn side(&self, snapshot: &Snapshot, waiter: &Waiter) -> (CodeSide, bool) {
        let labels: Vec<String> = waiter
            .objects
            .iter()
            .filter_map(|(class, _)| self.code.class_info(*class))
            .filter(|class| !class.is_foreign)
            .map(|class| format!("`{}`", class.label))
            .collect();
        let object = labels.join(" or ");
        let waits: Vec<Wait> = waiter.objects.iter().filter_map(|(_, wait)| *wait).collect();
        let mut stuck = false;
        let mut partners = Vec::new();
        let explanation = match &waiter.fate {
            Fate::Open => None,
            Fate::By(helpers) if waiter.is_lock => {
                let (who, site) = helpers[0];
                partners.push(self.related(site, "taken here"));
                Some(format!(
                    "{} holds {object}: it took it in {} and {}.",
                    self.who(snapshot, who, true),
                    self.place(site),
                    self.doing(snapshot, who)
                ))
            }
            Fate::By(helpers) => {
                let (who, site) = helpers[0];
                partners.push(self.related(site, self.what(site)));
                Some(format!(
                    "{} can still release it: it {} and can get to {}.",
                    self.who(snapshot, who, true),
                    self.doing(snapshot, who),
                    self.place(site)
                ))
            }
            Fate::ByCall(function) => Some(format!(
                "Of the goroutines in the dump none can release it; a new call of {} could.",
                short(self.code.symbol(*function))
            )),
            Fate::ByStuck(helpers) => {
                stuck = true;
                let (who, site) = helpers[0];
                partners.push(self.related(site, if waiter.is_lock { "taken here" } else { self.what(site) }));
                Some(if waiter.is_lock {
                    format!(
                        "{} holds {object}: it took it in {} and {}, for ever as well.",
                        self.who(snapshot, who, true),
                        self.place(site),
                        self.doing(snapshot, who)
                    )
                } else {
                    format!(
                        "Only {} could release it, in {}; that {}, for ever as well.",
                        self.who(snapshot, who, false),
                        self.place(site),
                        self.doing(snapshot, who)
                    )
                })
            }
            Fate::Nobody if waiter.is_lock => {
                let left: Vec<_> = waiter
                    .objects
                    .iter()
                    .flat_map(|(class, _)| self.code.leaving(*class))
                    .collect();
                stuck = !left.is_empty();
                Some(match left.first() {
                    Some(&(function, line)) => {
                        let site = Site {
                            function: self.code.symbol(function).to_owned(),
                            file: self.code.file(function).to_owned(),
                            line,
                        };
                        let text = format!(
                            "No goroutine of the dump holds {object}: {} takes it and returns on some path without giving it back.",
                            place(&site)
                        );
                        partners.push(Related {
                            site,
                            label: "taken here, and not given back on every path".to_owned(),
                        });
                        text
                    }
                    None => format!(
                        "No goroutine of the dump stands where the source holds {object}: a path left it locked."
                    ),
                })
            }
            Fate::Nobody => {
                stuck = true;
                partners.extend(
                    waiter
                        .releases
                        .iter()
                        .take(4)
                        .map(|&site| self.related(site, self.what(site))),
                );
                Some(nobody(&object, &waits, &partners))
            }
        };
        let moved = match waiter.is_moved {
            true => {
                // Nothing is promised about text that is not what was built.
                stuck = false;
                format!(
                    " (The source has moved since the build: the nearest such operation is at line {}.)",
                    self.code.site(waiter.site).line
                )
            }
            false => String::new(),
        };
        let mut lines = vec![self.related(waiter.site, "waits here")];
        lines.extend(partners.iter().cloned());
        let lines = lines
            .into_iter()
            .map(|Related { site, label }| SourceLine {
                site,
                label,
                text: String::new(),
            })
            .collect();
        let side = CodeSide {
            lines,
            explanation: explanation.map(|text| format!("{text}{moved}")),
            object: (!object.is_empty()).then_some(object),
            partners,
            findings: Vec::new(),
        };
        (side, stuck)
    }

    fn related(&self, site: SiteId, label: &str) -> Related {
        Related {
            site: self.code.place(site),
            label: label.to_owned(),
        }
    }

    fn place(&self, site: SiteId) -> String {
        place(&self.code.place(site))
    }

    /// What is done at a place, as a label.
    fn what(&self, site: SiteId) -> &'static str {
        use gosleuth_ir::SiteKind as Kind;
        match &self.code.site(site).kind {
            Kind::Send => "could send here",
            Kind::Receive => "could receive here",
            Kind::Close => "could close it here",
            Kind::Call(symbol) if symbol.ends_with("Done") || symbol.ends_with("Add") => "could count down here",
            _ => "could signal here",
        }
    }

    fn who(&self, snapshot: &Snapshot, id: GroupId, first: bool) -> String {
        let group = &snapshot.groups[id.index()];
        let name = match (group.ids.first(), first) {
            (Some(id), true) => format!("Goroutine {id}"),
            (Some(id), false) => format!("goroutine {id}"),
            (None, true) => "A goroutine".to_owned(),
            (None, false) => "a goroutine".to_owned(),
        };
        match group.count {
            0 | 1 => name,
            count => format!("{name} (or one of {} like it)", number(count - 1)),
        }
    }

    /// What a group does, as a predicate.
    fn doing(&self, snapshot: &Snapshot, id: GroupId) -> String {
        let group = &snapshot.groups[id.index()];
        let stack = self.facts.stack(group.stack);
        let reason = effective_reason(group.state.reason, stack.reason);
        let at = stack
            .blame
            .map_or_else(String::new, |frame| format!(" in {}", place(&site(self.set, frame))));
        format!("is in state `{}`{at}", reason.as_str())
    }

    /// Whether a finding describes what a suspect is.
    fn describes(&self, finding: &Finding, suspect: &Suspect, related: &[Related], reasons: &[&str]) -> bool {
        let named = suspect.rules.iter().any(|rule| *rule == finding.code.to_string());
        let fits = named
            || self
                .rules
                .get(&finding.code)
                .is_some_and(|rule| has_symptom(rule, suspect, reasons));
        let is_here = suspect
            .site
            .as_ref()
            .is_some_and(|site| is_line(&finding.location, site));
        if is_here && (fits || is_of_kind(finding.code.family, suspect.kind)) {
            return true;
        }
        if !fits {
            return false;
        }
        let places =
            || std::iter::once(&finding.location).chain(finding.related.iter().map(|related| &related.location));
        let at = |site: &Site| places().any(|location| is_line(location, site));
        if suspect.site.as_ref().is_some_and(&at) {
            return true;
        }
        // The other party: a creation site, the other access of a race, the other lock.
        if related.iter().any(|related| is_line(&finding.location, &related.site)) {
            return true;
        }
        let inside = |site: &Site| is_function(&finding.location, site);
        if named && suspect.site.as_ref().is_some_and(inside) {
            return true;
        }
        named
            && suspect.stacks.first().is_some_and(|&stack| {
                let frames = &self.set.stacks.stack(stack).frames;
                frames
                    .iter()
                    .take(40)
                    .any(|&frame| is_line(&finding.location, &site(self.set, frame)))
            })
    }

    /// What the goroutines of a suspect wait for, in the words of the runtime.
    fn reasons(&self, suspect: &Suspect) -> Vec<&'static str> {
        self.living
            .iter()
            .flat_map(|(snapshot, _)| &snapshot.groups)
            .filter(|group| suspect.stacks.contains(&group.stack))
            .map(|group| effective_reason(group.state.reason, self.facts.stack(group.stack).reason).as_str())
            .collect()
    }
}

/// The last name of the directory of a file.
fn directory(file: &str) -> Option<&str> {
    file.rsplit(['/', '\\']).nth(1)
}

/// Whether a suspect, whose goroutines wait for these reasons, looks as a rule says.
fn has_symptom(rule: &RuleInfo, suspect: &Suspect, reasons: &[&str]) -> bool {
    rule.symptoms.iter().any(|symptom| match symptom {
        Symptom::Wait(reason) => reasons.contains(reason),
        Symptom::Death(text) => {
            matches!(suspect.kind, SuspectKind::Panic | SuspectKind::FatalError) && {
                let text = text.trim_start_matches("panic: ").trim_start_matches("fatal error: ");
                suspect.headline.contains(text) || suspect.evidence.iter().any(|line| line.contains(text))
            }
        }
        Symptom::Suspect(kind) => *kind == suspect.kind,
        Symptom::Other(_) => false,
    })
}

/// Whether rules of a family are about such suspects.
fn is_of_kind(family: Family, kind: SuspectKind) -> bool {
    use SuspectKind as Kind;
    match family {
        Family::Panics => matches!(kind, Kind::Panic | Kind::FatalError | Kind::Signal),
        Family::Races => kind == Kind::DataRace,
        Family::Leaks | Family::Deadlocks => {
            kind < Kind::Deadlock || matches!(kind, Kind::Deadlock | Kind::Leak | Kind::Growth)
        }
        _ => false,
    }
}

fn nobody(object: &str, waits: &[Wait], partners: &[Related]) -> String {
    let verb = match waits.first() {
        Some(Wait::Receiver) => format!("receives from {object}"),
        Some(Wait::Sender) => format!("sends to {object} or closes it"),
        Some(Wait::Done) => format!("counts {object} down"),
        _ => format!("signals {object}"),
    };
    match partners {
        [] => format!("Nothing in the source {verb}."),
        [one] => format!(
            "The source {verb} in {} only, and no goroutine of the process can get there any more.",
            place(&one.site)
        ),
        [first, rest @ ..] => format!(
            "The source {verb} in {} and {} more, and no goroutine of the process can get to any of them any more.",
            place(&first.site),
            crate::say::plural(rest.len() as u64, "place")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings() {
        assert!(in_ring(&[Some(1), Some(0)], 0));
        assert!(!in_ring(&[Some(1), None], 0));
        assert!(!in_ring(&[Some(1), Some(2), Some(1)], 0));
    }
}
