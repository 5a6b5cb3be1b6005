//! Types of a damaged file: a declaration that neither is damaged nor mentions what is, keeps the types of all its expressions.

use gosleuth_syntax::ast::{File, Span};
use gosleuth_syntax::{TokenKind, tokens};
use gosleuth_types::{Caches, Checked, PkgId, Qualify, Query, SourceFile, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Entry;
use crate::checking::Checking;
use crate::go::Unit;

/// A file checked alone; what it imports is unknown.
pub(super) struct Typed {
    checking: Checking,
    pkg: PkgId,
    checked: Checked,
}

impl Typed {
    pub(super) fn new(text: &[u8], tree: &File) -> Self {
        let mut checking = Checking::default();
        let pkg = checking.register("p");
        let file = SourceFile {
            path: "p.go",
            text,
            tree,
        };
        let checked = checking.check(&Unit::default(), pkg, &[file]);
        Self { checking, pkg, checked }
    }

    /// The types of the expressions in a part of the file, in the order of its tree.
    pub(super) fn within(&self, tree: &File, part: Span) -> Vec<String> {
        let caches = Caches::default();
        let query = Query {
            world: &self.checking.world,
            own: &self.checked.tables,
            pkg: self.pkg,
            caches: &caches,
        };
        let mut texts: FxHashMap<TypeId, String> = FxHashMap::default();
        tree.exprs
            .iter_enumerated()
            .filter(|(_, expr)| part.start <= expr.span.start && expr.span.end <= part.end)
            // What is missing before the declaration stands, empty, where it begins.
            .filter(|(_, expr)| expr.span.start < expr.span.end)
            .map(|(id, _)| {
                let ty = self.checked.files[0].type_of(id);
                let text = texts
                    .entry(ty)
                    .or_insert_with(|| query.display(ty, Qualify::Path).to_string());
                text.clone()
            })
            .collect()
    }
}

/// What a file declares, and which names each of the declarations mentions.
pub(super) struct Mentions<'t> {
    by_entry: Vec<FxHashSet<&'t [u8]>>,
}

impl<'t> Mentions<'t> {
    pub(super) fn new(text: &'t [u8], outline: &[Entry]) -> Self {
        let mut by_entry: Vec<FxHashSet<&[u8]>> = vec![FxHashSet::default(); outline.len()];
        for token in tokens(text).tokens {
            if token.kind != TokenKind::Ident {
                continue;
            }
            // Declarations stand in the order of the text.
            let at = outline.partition_point(|entry| entry.span.end <= token.start);
            if outline.get(at).is_some_and(|entry| entry.span.start <= token.start) {
                by_entry[at].insert(&text[token.start as usize..token.end as usize]);
            }
        }
        Self { by_entry }
    }

    /// Whether each declaration is as it was (it has a partner) and out of reach of what `changed`: it mentions none of those names, nor
    /// the names of a declaration that does.
    pub(super) fn apart(&self, outline: &[Entry], partners: &[Option<usize>], changed: &[&Entry]) -> Vec<bool> {
        let mut apart: Vec<bool> = partners.iter().map(Option::is_some).collect();
        let mut tainted: Vec<&str> = changed.iter().flat_map(|entry| entry.names()).collect();
        while let Some(name) = tainted.pop() {
            for (index, entry) in outline.iter().enumerate() {
                if apart[index] && name != "_" && self.by_entry[index].contains(name.as_bytes()) {
                    apart[index] = false;
                    tainted.extend(entry.names());
                }
            }
        }
        apart
    }
}
