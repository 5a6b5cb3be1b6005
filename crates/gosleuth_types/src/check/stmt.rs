//! Statements and function bodies.

use gosleuth_base::Sym;
use gosleuth_syntax::ast::StmtId;

use super::Checker;
use crate::types::TypeId;

impl Checker<'_> {
    /// A function body with what it binds (receiver, type parameters, parameters, named results: own objects by name).
    pub(crate) fn function_body(&mut self, bound: &[(Sym, u32)], sig: TypeId, body: StmtId) {
        let _ = (bound, sig, body);
    }
}
