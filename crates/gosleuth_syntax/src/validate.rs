//! What holds of every tree, for tests and fuzzing.
//!
//! Of all trees: ids and lists are in range, no node has two parents, children were made before their parents (their ids are smaller),
//! extents lie inside the text, comments and lines are in order. Of trees without errors besides: children lie inside their parents, one
//! behind the other, nothing is `Bad`, and names are what the text says.

use gosleuth_base::{Idx as _, IndexVec};

use crate::ast::{ExprKind, File, Span};
use crate::walk::{Node, walk};

/// Checks a tree of this text; what does not hold, if anything, in one sentence.
pub fn validate(file: &File, text: &[u8]) -> Result<(), String> {
    let mut check = Check {
        file,
        text,
        sound: file.errors.is_empty(),
        seen: std::array::from_fn(|_| Vec::new()),
    };
    check.lists()?;
    check.sides()?;
    let mut behind = 0;
    for &decl in &file.top {
        let span = file.decls.get(decl).ok_or("a declaration is out of range")?.span;
        if span.start < behind {
            return Err(format!(
                "the declaration at {} starts before the end of another",
                span.start
            ));
        }
        behind = span.end;
        check.tree(Node::Decl(decl))?;
    }
    if let Some(name) = file.package {
        check.node(Node::Ident(name))?;
    }
    for &import in &file.imports {
        file.specs.get(import).ok_or("an import is out of range")?;
    }
    Ok(())
}

struct Check<'a> {
    file: &'a File,
    text: &'a [u8],
    /// Whether the text is Go.
    sound: bool,
    /// Which nodes of each kind have been reached.
    seen: [Vec<bool>; 8],
}

impl Check<'_> {
    /// Everything that is no node.
    fn sides(&self) -> Result<(), String> {
        let mut behind = 0;
        for comment in &self.file.comments {
            if comment.span.start < behind || comment.span.end < comment.span.start {
                return Err(format!("the comment at {} is out of order", comment.span.start));
            }
            let mark = comment.span.of(self.text);
            if !mark.starts_with(b"//") && !mark.starts_with(b"/*") {
                return Err(format!("there is no comment at {}", comment.span.start));
            }
            behind = comment.span.end;
        }
        for directive in &self.file.directives {
            let comments = &self.file.comments;
            let found = comments.binary_search_by_key(&directive.span.start, |comment| comment.span.start);
            if found.is_err() {
                return Err(format!("the directive at {} is no comment", directive.span.start));
            }
        }
        let starts = self.text.iter().zip(1..).filter(|(byte, _)| **byte == b'\n');
        if !std::iter::once(0)
            .chain(starts.map(|(_, start)| start))
            .eq(self.file.lines.iter().copied())
        {
            return Err("the lines are not those of the text".to_owned());
        }
        if !self.file.errors.is_sorted_by_key(|error| error.span) {
            return Err("the errors are out of order".to_owned());
        }
        for error in &self.file.errors {
            self.inside(error.span, "error")?;
        }
        Ok(())
    }

    /// Ids in shared lists; also those that no node refers to.
    fn lists(&self) -> Result<(), String> {
        let file = self.file;
        let in_range = file.expr_lists.iter().all(|&id| file.exprs.get(id).is_some())
            && file.stmt_lists.iter().all(|&id| file.stmts.get(id).is_some())
            && file.ident_lists.iter().all(|&id| file.idents.get(id).is_some())
            && file.spec_lists.iter().all(|&id| file.specs.get(id).is_some());
        in_range
            .then_some(())
            .ok_or_else(|| "an id of a list is out of range".to_owned())
    }

    fn inside(&self, span: Span, what: &str) -> Result<(), String> {
        if span.start > span.end || span.end as usize > self.text.len() {
            return Err(format!("the {what} at {span:?} is not inside the text"));
        }
        Ok(())
    }

    fn tree(&mut self, root: Node) -> Result<(), String> {
        let file = self.file;
        let mut result = Ok(());
        walk(file, root, |node| {
            if result.is_ok() {
                result = self.node(node);
            }
            result.is_ok()
        });
        result
    }

    /// One node and how its children lie in it.
    fn node(&mut self, node: Node) -> Result<(), String> {
        let file = self.file;
        self.reach(node)?;
        let span = node.span(file);
        // A name that is not in the text is `_`, of one byte, at a place where there may be none left.
        if self.sound || !matches!(node, Node::Ident(_)) {
            self.inside(span, "node")?;
        }
        if self.sound {
            self.truth(node, span)?;
        }
        let mut result = Ok(());
        let mut behind = span.start;
        node.children(file, |child| {
            if result.is_err() {
                return;
            }
            let older = match (node, child) {
                (Node::Expr(parent), Node::Expr(child)) => child < parent,
                (Node::Stmt(parent), Node::Stmt(child)) => child < parent,
                _ => true,
            };
            if !older {
                result = Err(format!("{child:?} is younger than its parent {node:?}"));
                return;
            }
            if !self.exists(child) {
                result = Err(format!("{child:?} of {node:?} is out of range"));
                return;
            }
            if self.sound {
                let inner = child.span(file);
                // Its extent starts with the keyword, before the receiver and the name.
                let of_declaration = matches!((node, child), (Node::Decl(_), Node::FuncType(_)));
                if (inner.start < behind && !of_declaration) || inner.end > span.end {
                    result = Err(format!(
                        "{child:?} at {inner:?} is not where {node:?} at {span:?} has it"
                    ));
                }
                behind = inner.end.max(behind);
            }
        });
        result
    }

    fn exists(&self, node: Node) -> bool {
        fn has<I: gosleuth_base::Idx, T>(arena: &IndexVec<I, T>, id: I) -> bool {
            arena.get(id).is_some()
        }
        let file = self.file;
        match node {
            Node::Decl(id) => has(&file.decls, id),
            Node::Spec(id) => has(&file.specs, id),
            Node::FieldList(id) => has(&file.field_lists, id),
            Node::Field(id) => has(&file.fields, id),
            Node::FuncType(id) => has(&file.func_types, id),
            Node::Stmt(id) => has(&file.stmts, id),
            Node::Expr(id) => has(&file.exprs, id),
            Node::Ident(id) => has(&file.idents, id),
        }
    }

    /// Marks a node as reached, once.
    fn reach(&mut self, node: Node) -> Result<(), String> {
        let (kind, index) = match node {
            Node::Decl(id) => (0, id.index()),
            Node::Spec(id) => (1, id.index()),
            Node::FieldList(id) => (2, id.index()),
            Node::Field(id) => (3, id.index()),
            Node::FuncType(id) => (4, id.index()),
            Node::Stmt(id) => (5, id.index()),
            Node::Expr(id) => (6, id.index()),
            Node::Ident(id) => (7, id.index()),
        };
        let seen = &mut self.seen[kind];
        if seen.len() <= index {
            seen.resize(index + 1, false);
        }
        if std::mem::replace(&mut seen[index], true) {
            return Err(format!("{node:?} has two parents"));
        }
        Ok(())
    }

    /// What a node of a text without errors says of the text.
    fn truth(&self, node: Node, span: Span) -> Result<(), String> {
        match node {
            Node::Ident(id) if span.of(self.text) != self.file.name(id).as_bytes() => {
                Err(format!("{:?} is not what the text has at {span:?}", self.file.name(id)))
            }
            Node::Expr(id) if self.file.exprs[id].kind == ExprKind::Bad => {
                Err(format!("something bad at {span:?}, but no error"))
            }
            _ => Ok(()),
        }
    }
}
