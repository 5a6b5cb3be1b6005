//! Functions on texts that are known: their results become map keys, and decide branches.

use std::rc::Rc;

use crate::state::{Obj, State};
use crate::value::Val;

/// A function on texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Text {
    Itoa,
    HasPrefix,
    HasSuffix,
    Contains,
    TrimPrefix,
    TrimSuffix,
    TrimSpace,
    ToLower,
    ToUpper,
}

impl Text {
    /// By import path and name.
    pub(crate) fn of(path: &str, name: &str) -> Option<Self> {
        Some(match (path, name) {
            ("strconv", "Itoa") => Self::Itoa,
            ("strings", "HasPrefix") => Self::HasPrefix,
            ("strings", "HasSuffix") => Self::HasSuffix,
            ("strings", "Contains") => Self::Contains,
            ("strings", "TrimPrefix") => Self::TrimPrefix,
            ("strings", "TrimSuffix") => Self::TrimSuffix,
            ("strings", "TrimSpace") => Self::TrimSpace,
            ("strings", "ToLower") => Self::ToLower,
            ("strings", "ToUpper") => Self::ToUpper,
            _ => return None,
        })
    }

    /// The result, where the arguments are known.
    pub(crate) fn apply(self, args: &[Val]) -> Option<Val> {
        if self == Self::Itoa {
            return match args {
                [Val::Int(number)] => Some(text(number.to_string())),
                _ => None,
            };
        }
        let texts: Option<Vec<&str>> = args
            .iter()
            .map(|arg| match arg {
                Val::Str(bytes) => std::str::from_utf8(bytes).ok(),
                _ => None,
            })
            .collect();
        let result = match (self, &texts?[..]) {
            (Self::HasPrefix, [s, part]) => return Some(Val::Bool(s.starts_with(part))),
            (Self::HasSuffix, [s, part]) => return Some(Val::Bool(s.ends_with(part))),
            (Self::Contains, [s, part]) => return Some(Val::Bool(s.contains(part))),
            (Self::TrimPrefix, [s, part]) => s.strip_prefix(part).unwrap_or(s).to_owned(),
            (Self::TrimSuffix, [s, part]) => s.strip_suffix(part).unwrap_or(s).to_owned(),
            (Self::TrimSpace, [s]) => s.trim().to_owned(),
            (Self::ToLower, [s]) => s.to_lowercase(),
            (Self::ToUpper, [s]) => s.to_uppercase(),
            _ => return None,
        };
        Some(text(result))
    }
}

/// Longest text that is formatted.
const MAX_TEXT: usize = 256;

/// `fmt.Sprintf`, where the arguments are numbers, texts and booleans, and the verbs are plain.
pub(crate) fn sprintf(state: &State, args: &[Val]) -> Option<Val> {
    let [Val::Str(format), rest] = args else {
        return None;
    };
    let mut values = match rest {
        Val::Nil => [].iter(),
        Val::Slice { obj, start, len, .. } => match state.obj(*obj) {
            Obj::Array(elems) => elems
                .get(*start as usize..(*start as usize).checked_add(*len as usize)?)?
                .iter(),
            _ => return None,
        },
        _ => return None,
    };
    let mut out = String::new();
    let mut format = std::str::from_utf8(format).ok()?.chars();
    while let Some(c) = format.next() {
        if out.len() > MAX_TEXT {
            return None;
        }
        if c != '%' {
            out.push(c);
            continue;
        }
        let verb = format.next()?;
        if verb == '%' {
            out.push('%');
            continue;
        }
        let Val::Boxed(_, value) = values.next()? else {
            return None;
        };
        match (verb, &**value) {
            ('d' | 'v', Val::Int(number)) => out.push_str(&number.to_string()),
            ('s' | 'v', Val::Str(bytes)) => out.push_str(std::str::from_utf8(bytes).ok()?),
            ('t' | 'v', Val::Bool(value)) => out.push_str(&value.to_string()),
            _ => return None,
        }
    }
    values.next().is_none().then(|| text(out))
}

fn text(text: String) -> Val {
    Val::Str(Rc::from(text.into_bytes()))
}
