//! What all views are made with: the evidence, the case, the options, and the redaction.

use std::borrow::Cow;

use gosleuth_base::{self as base, Idx as _};
use gosleuth_case::CaseFile;
use gosleuth_evidence::{self as evidence, EvidenceSet, FrameNote, StackId, WaitRange, WaitReason, WaitState};

use super::{Frame, Site, Stack, Text, Waits};
use crate::RenderOptions;
use crate::names;
use crate::redact::Redactor;

/// Evidence, case, options and redaction of one report.
pub(crate) struct Context<'a> {
    pub(crate) set: &'a EvidenceSet,
    pub(crate) case: &'a CaseFile,
    pub(crate) options: &'a RenderOptions,
    redactor: Option<Redactor>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(set: &'a EvidenceSet, case: &'a CaseFile, options: &'a RenderOptions) -> Self {
        Self {
            set,
            case,
            options,
            redactor: options.redact.then(|| Redactor::new(set)),
        }
    }

    /// A sentence that may quote evidence.
    pub(crate) fn free(&self, text: &'a str) -> Text<'a> {
        match &self.redactor {
            Some(redactor) => redactor.free(text),
            None => Cow::Borrowed(text),
        }
    }

    /// A value that is secret by nature.
    pub(crate) fn value(&self, class: &'static str, value: &'a str) -> Text<'a> {
        match &self.redactor {
            Some(redactor) => Cow::Owned(redactor.value(class, value)),
            None => Cow::Borrowed(value),
        }
    }

    /// A message of a panic or a note beside it.
    pub(crate) fn message(&self, text: &'a str) -> Text<'a> {
        match &self.redactor {
            Some(redactor) => Cow::Owned(redactor.message(text)),
            None => Cow::Borrowed(text),
        }
    }

    /// The name of an input, or a label that starts with one.
    pub(crate) fn input(&self, name: &'a str) -> Text<'a> {
        match &self.redactor {
            Some(redactor) => Cow::Owned(redactor.input(name)),
            None => Cow::Borrowed(name),
        }
    }

    /// The name of an input by its id.
    pub(crate) fn input_name(&self, id: evidence::InputId) -> Text<'a> {
        self.set
            .inputs
            .get(id.index())
            .map_or(Cow::Borrowed(""), |input| self.input(&input.name))
    }

    /// A path of a frame.
    pub(crate) fn path(&self, file: &'a str, function: &str) -> Text<'a> {
        match &self.redactor {
            Some(redactor) => Cow::Owned(redactor.path(file, function)),
            None => Cow::Borrowed(file),
        }
    }

    pub(crate) fn site(&self, site: &'a base::Site) -> Site<'a> {
        Site {
            function: Cow::Borrowed(&site.function),
            file: self.path(&site.file, &site.function),
            line: site.line,
        }
    }

    pub(crate) fn maybe_site(&self, site: &'a Option<base::Site>) -> Option<Site<'a>> {
        site.as_ref().map(|site| self.site(site))
    }

    pub(crate) fn frame(&self, frame: evidence::Frame) -> Frame<'a> {
        let function = self.set.text(frame.function);
        let file = self.set.text(frame.file);
        Frame {
            function: Cow::Borrowed(function),
            file: self.path(file, function),
            line: frame.line,
            origin: names::origin_word(function, file),
            note: match frame.note {
                FrameNote::Call => None,
                FrameNote::Elided => Some("elided"),
                FrameNote::NonGo => Some("non-go"),
                FrameNote::Unavailable => Some("unavailable"),
            },
            args: frame.args.map(|args| self.value("args", self.set.text(args))),
        }
    }

    pub(crate) fn stack(&'a self, id: StackId) -> Stack<'a> {
        Stack { cx: self, id }
    }

    /// The runtime's words for a state, without marks.
    pub(crate) fn state(&self, state: &WaitState) -> Text<'a> {
        match (state.reason, state.other) {
            (WaitReason::Other, Some(text)) => self.free(self.set.text(text)),
            (reason, _) => Cow::Borrowed(reason.as_str()),
        }
    }

    pub(crate) fn waits(range: &WaitRange) -> Option<Waits> {
        (range.known > 0).then_some(Waits {
            known: range.known,
            min: range.min,
            max: range.max,
            sum: range.sum,
        })
    }
}

impl Waits {
    /// Back to the form that [`names::waits`] writes.
    pub(crate) fn range(&self) -> WaitRange {
        WaitRange {
            known: self.known,
            min: self.min,
            max: self.max,
            sum: self.sum,
        }
    }
}
