//! Other facts about a package as bytes, which mention its types and objects.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Encoder, Positions, constant, path};
use crate::constant::ConstValue;
use crate::export::bytes::Writer;
use crate::export::reach::{Kept, Reach};
use crate::export::{FORM, PREDECLARED};
use crate::object::{ObjRef, PkgId};
use crate::types::{Type, TypeId, for_each_part};
use crate::world::World;

/// Writes facts about a finished package. What is not kept of it ([`Reach::of_package`]), as what is declared within functions, is
/// unknown to who reads them.
pub struct PartWriter<'w, 'r> {
    encoder: Encoder<'w, 'r>,
    out: Writer,
    /// Types that were looked at: whether everything in them is kept.
    kept: FxHashMap<TypeId, bool>,
}

impl<'w, 'r> PartWriter<'w, 'r> {
    /// Begins. None of a package of which nothing is kept.
    pub fn new(world: &'w World, pkg: PkgId, reach: &'r Reach) -> Option<Self> {
        let kept = reach.of(pkg)?;
        Some(Self {
            encoder: Encoder {
                world,
                pkg,
                package: world.package(pkg),
                kept,
                positions: Positions::Drop,
                texts: Vec::new(),
                by_text: FxHashMap::default(),
                packages: vec![pkg],
                by_package: FxHashMap::from_iter([(pkg, 0)]),
                records: Writer::default(),
                types: FxHashMap::default(),
                next_type: PREDECLARED,
                underlying: FxHashMap::default(),
            },
            out: Writer::default(),
            kept: FxHashMap::default(),
        })
    }

    /// A number.
    pub fn number(&mut self, value: u64) {
        self.out.number(value);
    }

    /// Bytes.
    pub fn blob(&mut self, bytes: &[u8]) {
        self.out.blob(bytes);
    }

    /// A constant.
    pub fn constant(&mut self, value: &ConstValue) {
        constant(&mut self.out, value);
    }

    /// A type; unknown if not all of it is kept.
    pub fn ty(&mut self, ty: TypeId) {
        let ty = if self.is_kept(ty) { ty } else { TypeId::UNKNOWN };
        let number = self.encoder.ty(ty);
        self.out.number(number);
    }

    /// An object; one that is not kept can be told from others, but nothing is known of it.
    pub fn object(&mut self, obj: ObjRef) {
        if obj.pkg == self.encoder.pkg && !self.encoder.kept.has_object(obj.index) {
            self.out.number(0);
            return;
        }
        let number = self.encoder.package_number(obj.pkg) + 1;
        self.out.number(number);
        self.out.number(u64::from(obj.index));
    }

    fn is_kept(&mut self, ty: TypeId) -> bool {
        if let Some(&known) = self.kept.get(&ty) {
            return known;
        }
        let encoder = &self.encoder;
        let is_kept = |kept: &Kept, ty: &Type| match ty {
            Type::Named { decl, .. } if decl.pkg == encoder.pkg => kept.nameds.binary_search(&decl.index).is_ok(),
            Type::TypeParam(param) if param.pkg == encoder.pkg => kept.type_params.binary_search(&param.index).is_ok(),
            Type::Struct(fields) => fields
                .iter()
                .all(|field| field.obj.pkg != encoder.pkg || kept.has_object(field.obj.index)),
            Type::Interface(interface) => interface
                .methods
                .iter()
                .all(|method| method.obj.pkg != encoder.pkg || kept.has_object(method.obj.index)),
            _ => true,
        };
        let mut seen = FxHashSet::default();
        let mut work = vec![ty];
        let mut all = true;
        while let Some(ty) = work.pop() {
            if !seen.insert(ty) {
                continue;
            }
            let part = encoder.world.types.get(ty);
            all &= is_kept(encoder.kept, part);
            for_each_part(part, |part| work.push(part));
        }
        self.kept.insert(ty, all);
        all
    }

    /// The bytes.
    pub fn finish(self) -> Vec<u8> {
        let encoder = self.encoder;
        let mentions = &encoder.packages[1..];
        let mut out = Writer::default();
        out.byte(FORM);
        out.number(mentions.len() as u64);
        for &pkg in mentions {
            out.blob(path(encoder.world, pkg).as_bytes());
        }
        out.number(encoder.texts.len() as u64);
        for text in &encoder.texts {
            out.blob(text.as_bytes());
        }
        out.number(encoder.next_type - PREDECLARED);
        out.bytes.extend_from_slice(&encoder.records.bytes);
        out.bytes.extend_from_slice(&self.out.bytes);
        out.bytes
    }
}
